import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { systemClock, systemRandom } from '../../../src/app/system.ts'
import type { Channel, Mesh } from '../../../src/core/ports/mesh.ts'
import { loadIdentity } from '../../../src/mesh/identity.ts'
import { createLibp2pMesh } from '../../../src/mesh/libp2p-mesh.ts'
import { parseMeshKey } from '../../../src/mesh/mesh-key.ts'
import { eventually } from '../../support/eventually.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { MESH_KEY } from './peers.ts'

const ECHO = '/runner-mesh/test-echo/1.0.0'

async function meshFor(t: TestContext): Promise<{ mesh: Mesh; opened: Channel[]; log: RecordingLog }> {
  const stateDir = await mkdtemp(join(tmpdir(), 'runner-mesh-streams-'))
  const log = new RecordingLog()
  const mesh = await createLibp2pMesh({
    identity: await loadIdentity({ stateDir, random: systemRandom }),
    meshKeys: [parseMeshKey(MESH_KEY)],
    listen: ['/ip4/127.0.0.1/tcp/0'],
    announce: [],
    hello: () => ({ homes: [], features: [], runnerName: 'test' }),
    clock: systemClock,
    random: systemRandom,
    log,
    limits: { helloDeadlineMs: 400 },
  })
  t.after(async () => {
    await mesh.stop()
    await rm(stateDir, { recursive: true, force: true })
  })
  const opened: Channel[] = []
  mesh.onChannel(ECHO, (channel) => {
    opened.push(channel)
    channel.onFrame((frame) => void channel.send(frame.slice()))
  })
  await mesh.start()
  return { mesh, opened, log }
}

async function pairOf(t: TestContext) {
  const [a, b] = await Promise.all([meshFor(t), meshFor(t)])
  const joined = Promise.withResolvers<undefined>()
  a.mesh.onPeer(() => joined.resolve(undefined))
  a.mesh.addTarget(b.mesh.addresses()[0] ?? '', 'test')
  await joined.promise
  return { a, b }
}

test('admitted peers open streams of other protocols to each other, in both directions, at once', async (t) => {
  const { a, b } = await pairOf(t)
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const channel = await from.mesh.openChannel(to.mesh.self, ECHO)
    const answer = Promise.withResolvers<string>()
    channel.onFrame((frame) => answer.resolve(Buffer.from(frame).toString()))
    const long = 'x'.repeat(100_000)
    await channel.send(Buffer.from(long))
    assert.equal(await answer.promise, long)
    assert.equal(to.opened.at(-1)?.remote, from.mesh.self)
    const closed = Promise.withResolvers<Error | undefined>()
    to.opened.at(-1)?.onClose(closed.resolve)
    await channel.close()
    assert.equal(await closed.promise, undefined)
  }
})

test('a stream of a protocol that the peer does not speak, or to a peer that is not there, is refused by name', async (t) => {
  const { a, b } = await pairOf(t)
  await assert.rejects(a.mesh.openChannel(b.mesh.self, '/runner-mesh/other/1.0.0'), { code: 'protocol_mismatch' })
  await b.mesh.stop()
  await eventually(
    'the peer is gone',
    () => Promise.resolve(a.mesh.peers().length),
    (count) => count === 0,
  )
  await assert.rejects(a.mesh.openChannel(b.mesh.self, ECHO), { code: 'peer_unreachable' })
})

test('streams end with the peer that they rest on', async (t) => {
  const { a, b } = await pairOf(t)
  const channel = await a.mesh.openChannel(b.mesh.self, ECHO)
  const closed = Promise.withResolvers<undefined>()
  channel.onClose(() => closed.resolve(undefined))
  await b.mesh.stop()
  await closed.promise
  await assert.rejects(channel.send(Buffer.from('late')), { code: 'peer_unreachable' })
})

test('whoever has not proven membership gets no stream of any protocol', async (t) => {
  const { mesh, opened, log } = await meshFor(t)
  const stranger = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  })
  t.after(() => stranger.stop())
  const connection = await stranger.dial(multiaddr(mesh.addresses()[0] ?? ''))
  const stream = await connection.newStream(ECHO)
  const ended = new Promise((resolve) => stream.addEventListener('close', resolve))
  stream.send(Buffer.from([0, 0, 0, 1, 65]))
  await ended
  assert.deepEqual(opened, [])
  await eventually(
    'the refusal is in the log',
    () => Promise.resolve(log.lines.some(({ event }) => event === 'stream.refused')),
    Boolean,
  )
})
