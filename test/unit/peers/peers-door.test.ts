import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Events, type AnyEvent } from '../../../src/core/events.ts'
import type { PeerId } from '../../../src/core/ids.ts'
import { createOperations, type Operations } from '../../../src/core/operations/invoke.ts'
import type { Handlers, Output } from '../../../src/core/operations/catalog.ts'
import type { Access, Call } from '../../../src/core/operations/operation.ts'
import type { OperationsLink, ReadyNotice } from '../../../src/core/ports/link.ts'
import type { AdmittedPeer, Channel } from '../../../src/core/ports/mesh.ts'
import { createRpcLink, serveRpc } from '../../../src/peers/operations-rpc.ts'
import { createPeersDoor } from '../../../src/peers/peers-door.ts'
import { createChannelPair } from '../../support/channel-pair.ts'
import { ManualClock, settle } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'

const HOME = 'aaaaaaaaaaaaaaaa'
const STATUS: Output<'p2p_taskqueue_status'> = {
  peer_id: 'x',
  version: '0.1.0',
  queued: 1,
  running: 2,
  completed: 3,
  failed: 4,
  cancelled: 5,
  parked_claims: 0,
  connected_peers: 1,
}

/** Operations that note who called; only those that a test calls exist. */
function operations(handlers: Partial<Handlers>): Operations {
  return createOperations(handlers as Handlers)
}

function peer(id: string): AdmittedPeer {
  return {
    peer: id as PeerId,
    versions: ['1.0'],
    version: '1.0',
    homes: [HOME as never],
    features: [],
    addresses: [],
    runnerName: `runner ${id}`,
    relayed: false,
    address: '/memory',
    source: 'test',
    connectedAt: 1,
  }
}

/** Two doors that a test joins by a channel, each over its own operations. */
function twoDoors(
  handlers: Partial<Handlers>,
  access: ReadonlySet<Access> | (() => ReadonlySet<Access>) = new Set<Access>(['tasks:read']),
) {
  const made = ['one', 'two'].map(() => {
    const joined: ((peer: AdmittedPeer, channel: Channel) => void)[] = []
    const events: AnyEvent[] = []
    const stream = new Events((fault) => assert.fail(String(fault)))
    stream.listen((event) => events.push(event))
    const door = createPeersDoor({
      mesh: { onPeer: (callback) => joined.push(callback) },
      operations: operations(handlers),
      access: typeof access === 'function' ? access : () => access,
      events: stream,
      clock: new ManualClock(1000),
      log: new RecordingLog(),
    })
    const join = (id: string, channel: Channel) => joined.forEach((callback) => callback(peer(id), channel))
    return { door, events, join }
  })
  const [one, two] = made
  assert.ok(one && two)
  const connect = () => {
    const [near, far] = createChannelPair('one', 'two')
    one.join('two', near)
    two.join('one', far)
    return { near, far }
  }
  return { one, two, connect }
}

function onlyLink(links: readonly OperationsLink[]): OperationsLink {
  assert.equal(links.length, 1)
  const [link] = links
  assert.ok(link)
  return link
}

test('each peer is served the operations as the caller peer:<id> through the door of peers', async () => {
  const calls: Call[] = []
  const { one, connect } = twoDoors({
    p2p_taskqueue_status: (_input, call) => {
      calls.push(call)
      return Promise.resolve(STATUS)
    },
  })
  connect()
  assert.deepEqual(await onlyLink(one.door.links()).call('p2p_taskqueue_status', {}), STATUS)
  assert.deepEqual(
    { ...calls[0]?.caller, access: [...(calls[0]?.caller.access ?? [])] },
    { principal: 'peer:one', door: 'peers', access: ['tasks:read'], peer: 'one' },
  )
})

test('a right is looked up for every call, so taking it away works at once', async () => {
  let access: ReadonlySet<Access> = new Set(['tasks:read'])
  const { one, connect } = twoDoors({ p2p_taskqueue_status: () => Promise.resolve(STATUS) }, () => access)
  connect()
  const link = onlyLink(one.door.links())
  await link.call('p2p_taskqueue_status', {})
  access = new Set()
  await assert.rejects(link.call('p2p_taskqueue_status', {}), { code: 'forbidden', message: /tasks:read/ })
})

test('a link carries the peer and its homes, and leaves the list when the channel goes', async () => {
  const { one, two, connect } = twoDoors({})
  const opened: OperationsLink[] = []
  one.door.onLink((link) => opened.push(link))
  const { far } = connect()
  const link = onlyLink(one.door.links())
  assert.deepEqual([link.peer, link.homes, opened[0] === link], ['two', [HOME], true])
  far.abort(new Error('cable cut'))
  await settle()
  assert.ok(link.closed.aborted)
  assert.deepEqual([one.door.links(), two.door.links()], [[], []])
  assert.deepEqual(one.events, [
    { name: 'peer.joined', at: 1000, peer: 'two', runnerName: 'runner two' },
    { name: 'peer.left', at: 1000, peer: 'two' },
  ])
})

test('a peer that connects anew keeps its place when its older channel ends', async () => {
  const { one, connect } = twoDoors({ p2p_taskqueue_status: () => Promise.resolve(STATUS) })
  const { near } = connect()
  connect()
  near.abort(new Error('the peer connected anew'))
  await settle()
  assert.deepEqual(await onlyLink(one.door.links()).call('p2p_taskqueue_status', {}), STATUS)
  assert.ok(one.events.every(({ name }) => name === 'peer.joined'))
})

test('a home’s notice reaches all peers, and those that join later hear the last one', async () => {
  const { one, two, connect } = twoDoors({})
  const heard: (readonly [string | undefined, ReadyNotice])[] = []
  two.door.onReady((link, notice) => heard.push([link.peer, notice]))
  connect()
  one.door.notifyReady({ ready: 2, oldest_ready_at: 5, top_priority: 9 })
  await settle()
  connect()
  await settle()
  assert.deepEqual(heard, [
    ['one', { ready: 2, oldest_ready_at: 5, top_priority: 9 }],
    ['one', { ready: 2, oldest_ready_at: 5, top_priority: 9 }],
  ])
})

test('a worker that is asked to renew its leases hears which home asks; others hear nothing', async () => {
  const { one, two, connect } = twoDoors({})
  const heard: unknown[] = []
  two.door.onRenew(({ peer }) => heard.push(peer))
  connect()
  one.door.askToRenew('two' as PeerId)
  one.door.askToRenew('three' as PeerId)
  await settle()
  assert.deepEqual(heard, ['one'])
})

test('a notice of another form is passed over', async () => {
  const { two, connect } = twoDoors({})
  two.door.onReady(() => assert.fail('heard a notice'))
  const { near } = connect()
  await near.send(Buffer.from('{"jsonrpc":"2.0","method":"$/ready","params":{"ready":"many"}}'))
  await settle()
})

test('fields that only a newer version knows are dropped in either direction', async () => {
  const { one, connect } = twoDoors({
    p2p_taskqueue_status: (input) => {
      assert.deepEqual(input, { detail: true })
      return Promise.resolve({ ...STATUS, phase_of_moon: 'full' })
    },
  })
  connect()
  const input = { detail: true, phase_of_moon: 'new' }
  assert.deepEqual(await onlyLink(one.door.links()).call('p2p_taskqueue_status', input), STATUS)
})

test('an answer that lacks what the operation promises is the other side’s fault', async () => {
  const { one, connect } = twoDoors({ p2p_taskqueue_status: () => Promise.resolve({ queued: 1 } as never) })
  connect()
  await assert.rejects(onlyLink(one.door.links()).call('p2p_taskqueue_status', {}), {
    code: 'protocol_mismatch',
    message: /p2p_taskqueue_status.*peer_id/,
  })
})

test('a method outside the catalog is refused as an unknown operation', async () => {
  const { one, connect } = twoDoors({})
  connect()
  await assert.rejects(onlyLink(one.door.links()).call('constructor' as never, {} as never), {
    code: 'unknown_operation',
  })
})

test('a command line asks over a local channel and serves nothing itself', async () => {
  const [server, client] = createChannelPair('cli', 'daemon')
  const log = new RecordingLog()
  const access: ReadonlySet<Access> = new Set(['tasks:read'])
  const served = serveRpc(
    server,
    operations({ p2p_taskqueue_status: () => Promise.resolve(STATUS) }),
    () => ({ principal: 'local', door: 'cli', access }),
    { log, name: 'the command line' },
  )
  const link = createRpcLink(client, { peer: undefined, homes: [] }, { log, name: 'the service' })
  assert.deepEqual(await link.call('p2p_taskqueue_status', {}), STATUS)
  await assert.rejects(served.request('p2p_taskqueue_status', {}), { code: 'unknown_operation' })
  const waiting = served.closed
  await link.close()
  await settle()
  assert.ok(waiting.aborted && link.closed.aborted)
})

test('a notice that is there before the door has opened the link is heard all the same, after the link', () => {
  let join: ((peer: AdmittedPeer, channel: Channel) => void) | undefined
  const door = createPeersDoor({
    mesh: {
      onPeer: (joined) => {
        join = joined
      },
    },
    operations: operations({}),
    access: () => new Set<Access>(),
    events: new Events((fault) => assert.fail(String(fault))),
    clock: new ManualClock(),
    log: new RecordingLog(),
  })
  const heard: unknown[] = []
  door.onLink((link) => heard.push(['link', link.peer]))
  door.onReady((link, notice) => heard.push([link.peer, notice]))
  const frame = Buffer.from(JSON.stringify({ jsonrpc: '2.0', method: '$/ready', params: { ready: 3 } }))
  join?.(peer('one'), {
    remote: 'one' as PeerId,
    send: () => Promise.resolve(),
    onFrame: (receive) => receive(frame),
    onClose: () => undefined,
    close: () => Promise.resolve(),
    abort: () => undefined,
  })
  assert.deepEqual(heard, [
    ['link', 'one'],
    ['one', { ready: 3 }],
  ])
})
