/**
 * What the mesh costs above bare libp2p, between two processes on this machine: request rate, connection set-up, bulk.
 * Rounds are interleaved, so that a busy moment hits every contestant. Run: node bench/mesh.ts [rounds]
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock, systemRandom } from '../src/app/system.ts'
import { Events } from '../src/core/events.ts'
import type { Handlers } from '../src/core/operations/catalog.ts'
import { createOperations } from '../src/core/operations/invoke.ts'
import type { OperationsLink } from '../src/core/ports/link.ts'
import type { Channel, Mesh } from '../src/core/ports/mesh.ts'
import { loadIdentity } from '../src/mesh/identity.ts'
import { createLibp2pMesh } from '../src/mesh/libp2p-mesh.ts'
import { newMeshKey, parseMeshKey } from '../src/mesh/mesh-key.ts'
import type { RelaySettings } from '../src/mesh/relays/relaying.ts'
import { createPeersDoor } from '../src/peers/peers-door.ts'
import { createRpcConnection, type RpcConnection } from '../src/peers/rpc-connection.ts'
import { meshLines } from './mesh/lines.ts'
import { ARTIFACT_MIB, LOG_MIB, serveOutputs, workWithOutputs } from '../test/support/output-deliveries.ts'
import { RecordingLog } from '../test/support/recording-log.ts'
import {
  BATCHED_ECHO,
  bareBulk,
  bareNode,
  bareRate,
  BULK_FRAME_BYTES,
  ECHO,
  IN_FLIGHT,
  PAYLOAD_BYTES,
  ROUND_MS,
  serveBare,
  setUpBare,
  SINK,
} from './mesh/bare.ts'

const LOG = `log of ${String(LOG_MIB)} MB, disk to disk, MB/s`
const ARTIFACT = `artifact of ${String(ARTIFACT_MIB)} MB, disk to disk, MB/s`
const LISTEN = ['/ip4/127.0.0.1/tcp/0']
const isJson = process.argv.includes('--json')

interface Addresses {
  readonly bare: string
  /** Serves raw JSON-RPC: echo, and count of bytes. */
  readonly rpc: string
  /** Serves the catalog of operations. */
  readonly door: string
  /** The same as `rpc`, through a relay that is a process of its own. */
  readonly relayed: string
}

async function ourMesh(
  key: string,
  listen: readonly string[],
  stateDir: string,
  relays: Partial<RelaySettings> = { slots: 0 },
): Promise<Mesh> {
  return createLibp2pMesh({
    identity: await loadIdentity({ stateDir, random: systemRandom }),
    meshKeys: [parseMeshKey(key)],
    listen,
    announce: [],
    hello: () => ({ homes: [], features: [], runnerName: 'bench' }),
    clock: systemClock,
    random: systemRandom,
    log: new RecordingLog(),
    relays,
    limits: { inboundPerSecond: 10_000 },
  })
}

function echo(mesh: Mesh): void {
  mesh.onPeer((_peer, channel) => {
    createRpcConnection(channel, {
      name: 'bench',
      log: new RecordingLog(),
      serve: (_method, params) => Promise.resolve(params),
    })
  })
}

const nobody = () => Promise.reject(new Error('nothing is served here'))

function doorOf(mesh: Mesh): { readonly link: Promise<OperationsLink> } {
  const handlers: Partial<Handlers> = {
    list_peers: () => Promise.resolve({ self_peer_id: mesh.self, count: 0, peers: [] }),
  }
  const door = createPeersDoor({
    mesh,
    operations: createOperations(handlers as Handlers),
    access: () => new Set(['peers:read'] as const),
    events: new Events(() => undefined),
    clock: systemClock,
    log: new RecordingLog(),
  })
  return { link: new Promise((resolve) => door.onLink(resolve)) }
}

async function serve(key: string, directory: string): Promise<void> {
  const bare = await serveBare(LISTEN)
  const [rpc, withDoor] = [
    await ourMesh(key, LISTEN, join(directory, 'rpc')),
    await ourMesh(key, LISTEN, join(directory, 'door')),
  ]
  const hidden = await ourMesh(key, [], join(directory, 'hidden'), { slots: 1 })
  echo(rpc)
  echo(hidden)
  doorOf(withDoor)
  await serveOutputs(rpc, join(directory, 'rpc-outputs'))
  await serveOutputs(hidden, join(directory, 'hidden-outputs'))
  await Promise.all([rpc.start(), withDoor.start(), hidden.start()])
  const relay = fork(import.meta.filename, ['relay', key, join(directory, 'relay')])
  const [relayAddress] = (await once(relay, 'message')) as [string]
  const reserved = new Promise<string>((resolve) => {
    hidden.onAddresses(() => {
      const [way] = hidden.addresses()
      if (way !== undefined) resolve(way)
    })
  })
  hidden.addTarget(relayAddress, 'bench')
  const addresses: Addresses = {
    bare: String(bare.getMultiaddrs()[0]),
    rpc: rpc.addresses()[0] ?? '',
    door: withDoor.addresses()[0] ?? '',
    relayed: await reserved,
  }
  process.send?.(addresses)
  process.once('disconnect', () => process.exit())
}

async function relay(key: string, stateDir: string): Promise<void> {
  const mesh = await ourMesh(key, LISTEN, stateDir, { relay: 'on' })
  await mesh.start()
  process.send?.(mesh.addresses()[0])
  process.once('disconnect', () => process.exit())
}

/** Requests per second with a fixed number under way. */
async function rate(request: () => Promise<unknown>): Promise<number> {
  let done = 0
  const from = performance.now()
  const until = from + ROUND_MS
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (performance.now() < until) {
        await request()
        done += 1
      }
    }),
  )
  return done / ((performance.now() - from) / 1000)
}

async function joinThrough(mesh: Mesh, address: string): Promise<Channel> {
  const joined = new Promise<Channel>((resolve) => {
    // On the way there may be a relay.
    mesh.onPeer(({ peer }, channel) => {
      if (address.endsWith(peer)) resolve(channel)
    })
  })
  await mesh.start()
  mesh.addTarget(address, 'bench')
  return joined
}

/** The same through a channel of ours: back-pressure by awaiting each send; the end is known by an echo behind it. */
async function ourBulk(channel: Channel, rpc: RpcConnection, megabytes: number): Promise<number> {
  const frame = Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', method: '$/bulk', params: 'x'.repeat(BULK_FRAME_BYTES - 60) }),
  )
  const from = performance.now()
  for (let sent = 0; sent < megabytes << 20; sent += frame.length) await channel.send(frame)
  await rpc.request('echo', {})
  return megabytes / ((performance.now() - from) / 1000)
}

async function setUpOurs(key: string, address: string, stateDir: string): Promise<number> {
  const mesh = await ourMesh(key, [], stateDir)
  const { link } = doorOf(mesh)
  await mesh.start()
  const from = performance.now()
  mesh.addTarget(address, 'bench')
  await (await link).call('list_peers', {})
  const ms = performance.now() - from
  await mesh.stop()
  return ms
}

async function several(measureOnce: (time: number) => Promise<number>): Promise<number[]> {
  const values: number[] = []
  for (let time = 0; time < 7; time += 1) values.push(await measureOnce(time))
  return values
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

async function measure(rounds: number, addresses: Addresses, key: string, directory: string): Promise<void> {
  const results = new Map<string, number[]>()
  const note = (name: string, value: number) => results.set(name, [...(results.get(name) ?? []), value])
  const bare = await bareNode([])
  const sink = await bare.dialProtocol(multiaddr(addresses.bare), SINK)
  const [forRpc, forDoor] = [await ourMesh(key, [], join(directory, 'a')), await ourMesh(key, [], join(directory, 'b'))]
  const channel = await joinThrough(forRpc, addresses.rpc)
  const rpc = createRpcConnection(channel, { name: 'bench', log: new RecordingLog(), serve: nobody })
  const forRelayed = await ourMesh(key, [], join(directory, 'r'))
  const relayedChannel = await joinThrough(forRelayed, addresses.relayed)
  if (!forRelayed.peers().some(({ relayed }) => relayed)) throw new Error('The relayed connection is none.')
  const relayedRpc = createRpcConnection(relayedChannel, { name: 'bench', log: new RecordingLog(), serve: nobody })
  const { link } = doorOf(forDoor)
  await joinThrough(forDoor, addresses.door)
  const operations = await link
  const outputs = await workWithOutputs(join(directory, 'outputs'))
  const params = { data: 'x'.repeat(PAYLOAD_BYTES - 60) }

  for (let round = -1; round < rounds; round += 1) {
    const values = {
      'bare libp2p echo, requests/s': await bareRate(bare, addresses.bare, ECHO),
      'bare libp2p echo, batched, requests/s': await bareRate(bare, addresses.bare, BATCHED_ECHO),
      'JSON-RPC echo, requests/s': await rate(() => rpc.request('echo', params)),
      'operation list_peers, requests/s': await rate(() => operations.call('list_peers', {})),
      'bare libp2p bulk, MB/s': await bareBulk(sink, 64),
      'channel bulk, MB/s': await ourBulk(channel, rpc, 64),
      'JSON-RPC echo through a relay, requests/s': await rate(() => relayedRpc.request('echo', params)),
      'channel bulk through a relay, MB/s': await ourBulk(relayedChannel, relayedRpc, 64),
      [LOG]: await outputs.log(forRpc, addresses.rpc),
      [ARTIFACT]: await outputs.artifact(forRpc, addresses.rpc),
      [`${LOG} through a relay`]: await outputs.log(forRelayed, addresses.relayed),
      [`${ARTIFACT} through a relay`]: await outputs.artifact(forRelayed, addresses.relayed),
      'bare dial to first reply, ms': median(await several(() => setUpBare(addresses.bare))),
      'target to first operation answered, ms': median(
        await several((time) => setUpOurs(key, addresses.door, join(directory, `c${String(round)}-${String(time)}`))),
      ),
    }
    // One round to warm up.
    if (round >= 0) for (const [name, value] of Object.entries(values)) note(name, value)
  }
  const medians = Object.fromEntries([...results].map(([name, values]) => [name, median(values)]))
  const ratio = (one: string, other: string) => ((medians[one] ?? NaN) / (medians[other] ?? NaN)).toFixed(2)
  if (isJson) {
    for (const line of meshLines(results)) process.stdout.write(`${line}\n`)
    await Promise.all([bare.stop(), forRpc.stop(), forDoor.stop(), forRelayed.stop()])
    return
  }
  console.table(
    Object.fromEntries(Object.entries(medians).map(([name, value]) => [name, Number(value.toPrecision(4))])),
  )
  console.log(`${String(rounds)} rounds, medians; ${String(PAYLOAD_BYTES)} B frames, ${String(IN_FLIGHT)} in flight`)
  console.log(
    `JSON-RPC ÷ bare echo: ${ratio('JSON-RPC echo, requests/s', 'bare libp2p echo, requests/s')} (to reach: 0.6)`,
  )
  const batched = 'bare libp2p echo, batched, requests/s'
  console.log(`JSON-RPC ÷ bare echo, batched: ${ratio('JSON-RPC echo, requests/s', batched)}`)
  console.log(`operation ÷ bare echo: ${ratio('operation list_peers, requests/s', 'bare libp2p echo, requests/s')}`)
  console.log(`bulk ÷ bare bulk: ${ratio('channel bulk, MB/s', 'bare libp2p bulk, MB/s')}`)
  console.log(`log ÷ bare bulk: ${ratio(LOG, 'bare libp2p bulk, MB/s')}`)
  console.log(`artifact ÷ bare bulk: ${ratio(ARTIFACT, 'bare libp2p bulk, MB/s')}`)
  console.log(`relayed bulk ÷ direct bulk: ${ratio('channel bulk through a relay, MB/s', 'channel bulk, MB/s')}`)
  const relayedEcho = ratio('JSON-RPC echo through a relay, requests/s', 'JSON-RPC echo, requests/s')
  console.log(`relayed JSON-RPC ÷ direct JSON-RPC: ${relayedEcho}`)
  console.log(`set-up ÷ bare: ${ratio('target to first operation answered, ms', 'bare dial to first reply, ms')}`)
  await Promise.all([bare.stop(), forRpc.stop(), forDoor.stop(), forRelayed.stop()])
}

const [mode = '5', key = '', directory = ''] = process.argv.slice(2).filter((word) => word !== '--json')
if (mode === 'serve') await serve(key, directory)
else if (mode === 'relay') await relay(key, directory)
else {
  const scratch = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-'))
  const meshKey = newMeshKey(systemRandom)
  const server = fork(import.meta.filename, ['serve', meshKey, join(scratch, 'server')])
  try {
    const [addresses] = (await once(server, 'message')) as [Addresses]
    await measure(Number(mode), addresses, meshKey, scratch)
  } finally {
    server.disconnect()
    await rm(scratch, { recursive: true, force: true })
  }
}
