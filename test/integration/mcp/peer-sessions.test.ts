import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { systemClock, systemRandom } from '../../../src/app/system.ts'
import type { Handlers } from '../../../src/core/operations/catalog.ts'
import { ACCESS, type Access, type Caller } from '../../../src/core/operations/operation.ts'
import type { Mesh } from '../../../src/core/ports/mesh.ts'
import type { PeerToolCall } from '../../../src/core/ports/peer-tools.ts'
import { createMcpPeerDoor } from '../../../src/mcp/peers/peer-door.ts'
import { MCP_PROTOCOL } from '../../../src/mcp/peers/channel-transport.ts'
import { PeerSessions } from '../../../src/mcp/peers/peer-sessions.ts'
import { loadIdentity } from '../../../src/mesh/identity.ts'
import { createLibp2pMesh } from '../../../src/mesh/libp2p-mesh.ts'
import { newMeshKey, parseMeshKey } from '../../../src/mesh/mesh-key.ts'
import { createFakeOperations, type FakeOperations } from '../../fakes/fake-operations.ts'
import { RecordingLog } from '../../support/recording-log.ts'

const KEY = parseMeshKey(newMeshKey(systemRandom))
const MEMBER: ReadonlySet<Access> = new Set(['tasks:read', 'tasks:submit', 'tasks:cancel', 'peers:read', 'cache:read'])

interface House {
  readonly mesh: Mesh
  readonly fake: FakeOperations
  readonly sessions: PeerSessions
  readonly log: RecordingLog
}

async function house(t: TestContext, handlers?: Partial<Handlers>, served = true): Promise<House> {
  const stateDir = await mkdtemp(join(tmpdir(), 'runner-mesh-peer-mcp-'))
  const log = new RecordingLog()
  const [clock, random] = [systemClock, systemRandom]
  const mesh = await createLibp2pMesh({
    ...{ meshKeys: [KEY], listen: ['/ip4/127.0.0.1/tcp/0'], announce: [], clock, random, log },
    identity: await loadIdentity({ stateDir, random }),
    hello: () => ({ homes: [], features: [], runnerName: 'test' }),
  })
  const fake = createFakeOperations(handlers)
  const { operations, events } = fake
  if (served) createMcpPeerDoor({ mesh, operations, events, access: () => MEMBER, version: '0.0.0', clock, log })
  const sessions = new PeerSessions({ mesh, version: '0.0.0', clock, log })
  await mesh.start()
  t.after(async () => {
    await sessions.stop()
    await mesh.stop()
    await rm(stateDir, { recursive: true, force: true })
  })
  return { mesh, fake, sessions, log }
}

async function pairOf(t: TestContext, handlers?: Partial<Handlers>, served = true): Promise<{ a: House; b: House }> {
  const [a, b] = await Promise.all([house(t), house(t, handlers, served)])
  const joined = Promise.withResolvers<undefined>()
  a.mesh.onPeer(() => joined.resolve(undefined))
  a.mesh.addTarget(b.mesh.addresses()[0] ?? '', 'test')
  await joined.promise
  return { a, b }
}

const owner: Caller = { principal: 'token:default', door: 'mcp', access: new Set(ACCESS) }

function callOf(tool: string, args: Record<string, unknown> = {}, more: Partial<PeerToolCall> = {}): PeerToolCall {
  return {
    tool,
    args,
    caller: owner,
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    progress: () => undefined,
    ...more,
  }
}

test('an MCP session over a mesh stream carries calls, many at once, in the name of whom they are for', async (t) => {
  const { a, b } = await pairOf(t)
  const submitted = await a.sessions.call(b.mesh.self, callOf('p2p_taskqueue_submit_docker_hub', { image: 'alpine' }))
  assert.deepEqual([submitted.isError, submitted.answer['ok']], [false, true])
  const task = b.fake.tasks.get(String(submitted.answer['task_id']))
  assert.equal(task?.submitter, `peer:${a.mesh.self}/token:default`)
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => a.sessions.call(b.mesh.self, callOf('p2p_taskqueue_status'))),
  )
  assert.ok(answers.every(({ answer }) => answer['queued'] === 1))
})

test('what a peer may do there bounds what its callers may, and what a caller may here bounds it too', async (t) => {
  const { a, b } = await pairOf(t)
  const reader: Caller = { principal: 'token:reader', door: 'mcp', access: new Set(['tasks:read']) }
  const submit = callOf('p2p_taskqueue_submit_docker_hub', { image: 'alpine' }, { caller: reader })
  const refused = await a.sessions.call(b.mesh.self, submit)
  assert.equal(refused.isError, true)
  assert.equal((refused.answer['error'] as { code: string }).code, 'forbidden')
  assert.equal(b.fake.tasks.size, 0)
  for (const tool of ['p2p_taskqueue_claim_next', 'p2p_taskqueue_call_tool', 'no_such_tool']) {
    await assert.rejects(
      a.sessions.call(b.mesh.self, callOf(tool)),
      { code: 'bad_request', message: /not found/ },
      tool,
    )
  }
  const mine = b.fake.submit(`peer:${a.mesh.self}/token:other`)
  const look = callOf('p2p_taskqueue_get_task', { task_id: mine.task_id })
  const foreign = await a.sessions.call(b.mesh.self, look)
  assert.equal((foreign.answer['error'] as { code: string }).code, 'task_not_found')
})

test('progress comes back, and giving up reaches the handler there', async (t) => {
  const ended = Promise.withResolvers<undefined>()
  const { a, b } = await pairOf(t, {
    p2p_taskqueue_wait_task: (_input, call) =>
      new Promise((_resolve, reject) => {
        call.progress({ message: 'half way' })
        call.signal.addEventListener('abort', () => {
          ended.resolve(undefined)
          reject(call.signal.reason as Error)
        })
      }),
  })
  const giveUp = new AbortController()
  const notes: string[] = []
  const waiting = a.sessions.call(
    b.mesh.self,
    callOf(
      'p2p_taskqueue_wait_task',
      { task_id: 'x' },
      {
        signal: giveUp.signal,
        progress: ({ message }) => {
          notes.push(message)
          if (message === 'half way') giveUp.abort(new Error('enough'))
        },
      },
    ),
  )
  await assert.rejects(waiting, /enough/)
  await ended.promise
  assert.ok(notes.includes('half way'))
})

test('a peer that takes too long, goes away, or speaks no MCP is told apart', async (t) => {
  const asked = Promise.withResolvers<undefined>()
  const { a, b } = await pairOf(t, {
    list_peers: () => {
      asked.resolve(undefined)
      return new Promise(() => undefined)
    },
  })
  await assert.rejects(a.sessions.call(b.mesh.self, callOf('list_peers', {}, { timeoutMs: 50 })), { code: 'timeout' })
  await asked.promise
  const lost = assert.rejects(a.sessions.call(b.mesh.self, callOf('list_peers')), { code: 'peer_unreachable' })
  await b.mesh.stop()
  await lost

  const silent = await pairOf(t, undefined, false)
  await assert.rejects(silent.a.sessions.call(silent.b.mesh.self, callOf('list_peers')), { code: 'protocol_mismatch' })
})

test('an answer that does not fit one message is refused as such, and the session goes on', async (t) => {
  const { a, b } = await pairOf(t, {
    p2p_taskqueue_cache_get: () => Promise.resolve({ key: 'k', hit: true, value: 'x'.repeat(1_100_000) }),
  })
  const big = a.sessions.call(b.mesh.self, callOf('p2p_taskqueue_cache_get', { key: 'k' }))
  await assert.rejects(big, { code: 'too_large' })
  assert.equal((await a.sessions.call(b.mesh.self, callOf('p2p_taskqueue_status'))).isError, false)
})

test('what is no MCP ends its stream and nothing else', async (t) => {
  const { a, b } = await pairOf(t)
  for (const frame of ['nonsense', '[]', '{"jsonrpc":"1.0"}', 'null']) {
    const channel = await a.mesh.openChannel(b.mesh.self, MCP_PROTOCOL)
    const closed = new Promise((resolve) => channel.onClose(resolve))
    channel.onFrame(() => undefined)
    await channel.send(Buffer.from(frame))
    await closed
  }
  assert.equal((await a.sessions.call(b.mesh.self, callOf('p2p_taskqueue_status'))).isError, false)
})

test('a peer is found by its id or an address it is known under, and nobody else is, whatever the address says', async (t) => {
  const { a, b } = await pairOf(t)
  const address = b.mesh.addresses()[0] ?? ''
  for (const target of [
    { peerId: b.mesh.self },
    { multiaddr: address },
    { multiaddr: address.replace(/\/p2p\/.*$/, '') },
    { peerId: b.mesh.self, multiaddr: address },
  ]) {
    assert.equal(a.sessions.find(target), b.mesh.self, JSON.stringify(target))
  }
  assert.equal(a.sessions.find({ peerId: a.mesh.self }), a.mesh.self)
  for (const target of [
    {},
    { peerId: '12D3KooWNobody' },
    { multiaddr: '/ip4/169.254.169.254/tcp/80' },
    { multiaddr: `/ip4/127.0.0.1/tcp/1/p2p/12D3KooWNobody` },
    { peerId: '12D3KooWNobody', multiaddr: address },
  ]) {
    assert.throws(() => a.sessions.find(target), { code: 'peer_not_allowed', message: /list_peers/ })
  }
})
