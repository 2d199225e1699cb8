/**
 * A queue and its worker in two homes whose routers let nobody in: what a container writes and leaves takes the way over a
 * relay. A tenth here; the night brings 50 MB of log and 200 MB of artifact: RUNNER_MESH_TEST_OUTPUT_SHARE=1.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { z } from 'zod'
import { CLI, type PeerProcess } from '../../scripts/demo/peer-process.ts'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'
import { NatWorld } from '../support/nat-world.ts'

const run = promisify(execFile)
const MIB = 1_048_576
const SHARE = Number(process.env['RUNNER_MESH_TEST_OUTPUT_SHARE'] ?? '0.1')
// The command line knows no such setting.
for (const name of Object.keys(process.env)) {
  if (name.startsWith('RUNNER_MESH_')) Reflect.deleteProperty(process.env, name)
}
const [LOG_MIB, ARTIFACT_MIB] = [50 * SHARE, 200 * SHARE]
const LOG_BYTES = LOG_MIB * MIB
const LISTEN = ['--listen', '/ip4/0.0.0.0/tcp/9720']

async function ask(home: PeerProcess, ...args: readonly string[]): Promise<string> {
  const [node, program] = CLI
  const { stdout } = await run(node, [program, '--state-dir', home.ready.state_dir, ...args], { maxBuffer: 256 * MIB })
  return stdout
}

const peersTold = z.looseObject({
  peers: z.array(z.looseObject({ peer_id: z.string(), alive: z.boolean(), relayed: z.boolean().optional() })),
})
const ended = z.looseObject({
  task: z.looseObject({
    status: z.string(),
    error: z.string().optional(),
    result: z.looseObject({ artifacts: z.array(z.looseObject({ path: z.string(), sha256: z.string() })).optional() }),
  }),
})

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

test(
  `a log of ${String(LOG_MIB)} MB and an artifact of ${String(ARTIFACT_MIB)} MB come home whole from behind two NATs, over a relay`,
  { timeout: 420_000 },
  async (t) => {
    const world = await NatWorld.make(t)
    const ground = await peerGround(t)
    const gate = await world.publicHost('gate')
    const relay = await ground.up('relay', ['--http', 'off', ...LISTEN], {}, gate.namespace.prefix)
    const key = ['--key-file', join(relay.ready.state_dir, 'mesh.key')]
    const way = ['--bootstrap', `/ip4/${gate.ip}/tcp/9720/p2p/${relay.ready.peer_id}`]
    const left = await world.homeHost('left', { kind: 'cone' })
    const home = await ground.up('home', [...LISTEN, ...key, ...way], {}, left.namespace.prefix)
    const right = await world.homeHost('right', { kind: 'symmetric' })
    const inside = right.namespace.prefix
    const worker = await ground.worker('worker', relay, [...LISTEN, ...way], {}, inside)
    const wayToWorker = async () => {
      const { peers } = peersTold.parse(JSON.parse(await ask(home, '--json', 'peers')))
      return peers.find(({ peer_id: peer, alive }) => peer === worker.ready.peer_id && alive)
    }
    assert.equal((await until(wayToWorker, (found) => found !== undefined))?.relayed, true)

    const line = `${'x'.repeat(79)}\n`
    const script = [
      `mkdir /out && dd if=/dev/urandom of=/out/big bs=1M count=${String(ARTIFACT_MIB)} 2>/dev/null && sha256sum /out/big`,
      // No faster than any disk takes it: what a worker cannot keep is dropped, with a word.
      `for i in $(seq ${String(LOG_MIB)}); do yes ${line.trim()} | head -c ${String(MIB)}; sleep 0.2; done`,
    ].join(' && ')
    const from = performance.now()
    const task = (await ask(home, 'submit', IMAGE, '--artifact', '/out', '--', 'sh', '-c', script)).trim()
    const result = ended.parse(JSON.parse(await ask(home, '--json', 'wait', task))).task
    assert.equal(result.status, 'completed', result.error)
    t.diagnostic(`home after ${((performance.now() - from) / 1000).toFixed(1)} s`)
    assert.equal((await wayToWorker())?.relayed, true, 'there was no other way')

    const log = await ask(home, 'logs', task)
    const [, sum = ''] = /^([0-9a-f]{64}) {2}\/out\/big\n/.exec(log) ?? []
    assert.equal(log.length, `${sum}  /out/big\n`.length + LOG_BYTES)
    assert.ok(
      log.slice(log.indexOf('\n') + 1) ===
        line
          .repeat(MIB / line.length + 1)
          .slice(0, MIB)
          .repeat(LOG_MIB),
    )
    assert.equal(result.result.artifacts?.[0]?.sha256, sum)
    await ask(home, 'artifacts', 'get', task, '-o', join(ground.folder, 'fetched'))
    assert.equal(await sha256Of(join(ground.folder, 'fetched/out/big')), sum)
  },
)
