/**
 * `npm run bench -- mesh [rounds] [--dist folder] [--json]`: what the mesh costs above bare libp2p, between processes on
 * this machine: requests pipelined and one at a time, connection set-up, bulk, logs and artifacts, all of it over a relay
 * too; how soon a process that starts is a member, and what idle peers take in memory. Rounds are interleaved, so that a
 * busy moment hits every contestant.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { multiaddr } from '@multiformats/multiaddr'
import { systemRandom } from '../src/app/system.ts'
import { newMeshKey } from '../src/mesh/mesh-key.ts'
import { workWithOutputs } from '../test/support/output-deliveries.ts'
import { quantile } from './queue/report.ts'
import {
  askBare,
  bareBulk,
  bareNode,
  BATCHED_ECHO,
  ECHO,
  IN_FLIGHT,
  PAYLOAD_BYTES,
  setUpBare,
  SINK,
  type Asked,
} from './mesh/bare.ts'
import { memoryPerPeer, startBoth } from './mesh/idle-peers.ts'
import * as lines from './mesh/lines.ts'
import { asker, askOurs, doorOf, joinThrough, ourBulk, ourMesh, setUpOurs } from './mesh/ours.ts'
import type { Addresses } from './mesh/server-process.ts'

const BULK_MIB = 64
const SET_UPS = 7
const { values: flags, positionals } = parseArgs({
  options: {
    dist: { type: 'string', default: new URL('../dist', import.meta.url).pathname },
    json: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const rounds = Number(positionals[0] ?? '5')
if (!Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(`${String(positionals[0])} is no number of rounds. Say for example: npm run bench -- mesh 5\n`)
  process.exit(64)
}

const results = new Map<string, Asked[]>()
function note(name: string, measured: Asked | number): void {
  const asked = typeof measured === 'number' ? { value: measured, tookMs: [] } : measured
  results.set(name, [...(results.get(name) ?? []), asked])
}

async function several(measureOnce: (time: number) => Promise<number>): Promise<Asked> {
  const tookMs: number[] = []
  for (let time = 0; time < SET_UPS; time += 1) tookMs.push(await measureOnce(time))
  return { value: quantile(tookMs, 0.5), tookMs }
}

async function askAndSend(addresses: Addresses, key: string, directory: string): Promise<void> {
  const bare = await bareNode([])
  const sink = await bare.dialProtocol(multiaddr(addresses.bare), SINK)
  const [forRpc, forDoor] = [await ourMesh(key, [], join(directory, 'a')), await ourMesh(key, [], join(directory, 'b'))]
  const channel = await joinThrough(forRpc, addresses.rpc)
  const rpc = asker(channel)
  const forRelayed = await ourMesh(key, [], join(directory, 'r'))
  const relayedChannel = await joinThrough(forRelayed, addresses.relayed)
  if (!forRelayed.peers().some(({ relayed }) => relayed)) throw new Error('The relayed connection is none.')
  const relayedRpc = asker(relayedChannel)
  const { link } = doorOf(forDoor)
  await joinThrough(forDoor, addresses.door)
  const operations = await link
  const outputs = await workWithOutputs(join(directory, 'outputs'))
  const params = { data: 'x'.repeat(PAYLOAD_BYTES - 60) }
  const echo = () => rpc.request('echo', params)
  const operation = () => operations.call('list_peers', {})

  for (let round = -1; round < rounds; round += 1) {
    const values: Readonly<Record<string, Asked | number>> = {
      [lines.BARE_ECHO]: await askBare(bare, addresses.bare, ECHO),
      [lines.BARE_BATCHED]: await askBare(bare, addresses.bare, BATCHED_ECHO),
      [lines.RPC]: await askOurs(IN_FLIGHT, echo),
      [lines.OPERATION]: await askOurs(IN_FLIGHT, operation),
      [lines.BARE_SINGLE]: await askBare(bare, addresses.bare, ECHO, 1),
      [lines.RPC_SINGLE]: await askOurs(1, echo),
      [lines.OPERATION_SINGLE]: await askOurs(1, operation),
      [lines.BARE_BULK]: await bareBulk(sink, BULK_MIB),
      [lines.BULK]: await ourBulk(channel, rpc, BULK_MIB),
      [lines.RPC_RELAYED]: await askOurs(IN_FLIGHT, () => relayedRpc.request('echo', params)),
      [lines.BULK_RELAYED]: await ourBulk(relayedChannel, relayedRpc, BULK_MIB),
      [lines.LOG]: await outputs.log(forRpc, addresses.rpc),
      [lines.ARTIFACT]: await outputs.artifact(forRpc, addresses.rpc),
      [lines.LOG_RELAYED]: await outputs.log(forRelayed, addresses.relayed),
      [lines.ARTIFACT_RELAYED]: await outputs.artifact(forRelayed, addresses.relayed),
      [lines.BARE_SET_UP]: await several(() => setUpBare(addresses.bare)),
      [lines.SET_UP]: await several((time) =>
        setUpOurs(key, addresses.door, join(directory, `c${String(round)}-${String(time)}`)),
      ),
    }
    // One round to warm up.
    if (round >= 0) for (const [name, measured] of Object.entries(values)) note(name, measured)
  }
  await Promise.all([bare.stop(), forRpc.stop(), forDoor.stop(), forRelayed.stop()])
}

async function joinAndIdle(key: string, directory: string): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const { joinMs, residentMib } = await startBoth(flags.dist, key, join(directory, `joins-${String(round)}`))
    note(lines.JOIN, joinMs.ours)
    note(lines.BARE_JOIN, joinMs.bare)
    note(lines.RESIDENT, residentMib.ours)
    note(lines.BARE_RESIDENT, residentMib.bare)
  }
  const perPeer = await memoryPerPeer(key, directory)
  note(lines.PER_PEER, perPeer.ours)
  note(lines.BARE_PER_PEER, perPeer.bare)
}

function tell(): void {
  const told = lines.meshLines(results)
  if (flags.json) {
    for (const line of told) process.stdout.write(`${JSON.stringify(line)}\n`)
    return
  }
  console.table(
    Object.fromEntries([...results].map(([name, all]) => [name, Number(lines.medianOf(all).toPrecision(4))])),
  )
  console.log(`${String(rounds)} rounds, medians; ${String(PAYLOAD_BYTES)} B frames, ${String(IN_FLIGHT)} in flight`)
  for (const { what, figure, peer, ratio, p50, p99, p_unit: unit, n, reach } of told) {
    const toReach = reach === undefined ? '' : ` (to reach: ${reach})`
    console.log(
      `${what}: ${String(figure)}, ÷ ${peer}: ${String(ratio)}${toReach}; p50 ${String(p50)}, p99 ${String(p99)} ${unit} of ${String(n)}`,
    )
  }
}

const scratch = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-'))
try {
  const key = newMeshKey(systemRandom)
  const server = fork(join(import.meta.dirname, 'mesh', 'server-process.ts'), ['serve', key, join(scratch, 'server')])
  const [addresses] = (await once(server, 'message')) as [Addresses]
  await askAndSend(addresses, key, scratch)
  const gone = once(server, 'exit')
  server.disconnect()
  await gone
  await joinAndIdle(key, scratch)
  tell()
} finally {
  await rm(scratch, { recursive: true, force: true })
}
