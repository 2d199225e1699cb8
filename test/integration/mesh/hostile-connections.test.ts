import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import type { Connection, Libp2p, Stream, StreamMuxer } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { encodeFrame } from '../../../src/core/frames.ts'
import { RPC_PROTOCOL } from '../../../src/mesh/protocols.ts'
import { eventually } from '../../support/eventually.ts'
import { addressOf, Peers, type PeerProcess } from './peers.ts'

/** Short deadlines, so that the tests need not wait for the real ones. */
const limits = { helloDeadlineMs: 400 }

/** In the place of a length: bytes that all say that more follows. */
const ENDLESS_LENGTH = Buffer.alloc(200_000, 0xff)

function portOf(address: string): number {
  return Number(address.split('/')[4])
}

async function stranger(t: TestContext): Promise<Libp2p> {
  const node = await createLibp2p({ transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()] })
  t.after(() => node.stop())
  return node
}

/** What no library offers to its users: a stream on which nothing has been negotiated. */
function rawStream(connection: Connection): Promise<Stream> {
  return (connection as Connection & { muxer: StreamMuxer }).muxer.createStream()
}

/** Whatever was done to it: it is still there, lets members in and answers them. */
async function assertServes(peers: Peers, victim: PeerProcess): Promise<void> {
  const member = await peers.start()
  await member.tell({ do: 'target', address: addressOf(await victim.look()) })
  await eventually(
    'a member is let in',
    () => member.look(),
    (look) => look.links === 1,
  )
  await member.tell({ do: 'call', times: 20 })
}

function isClosed(socket: Socket): Promise<unknown> {
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve))
}

test('connections that say nothing, little or nonsense are closed in time and keep no member out', async (t) => {
  const peers = new Peers(t)
  const victim = await peers.start({ limits })
  const port = portOf(addressOf(await victim.look()))
  const nonsense = ['', '\x13/multi', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\0'.repeat(100_000), ENDLESS_LENGTH]
  const sockets = Array.from({ length: 40 }, (_, index) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.resume()
    socket.write(nonsense[index % nonsense.length] ?? '')
    return socket
  })
  await assertServes(peers, victim)
  await Promise.all(sockets.map(isClosed))
  assert.equal((await victim.look()).joined, 1)
})

test('strangers that are connected and prove nothing are disconnected in time, cost little and learn nothing', async (t) => {
  const peers = new Peers(t)
  const victim = await peers.start({ limits })
  const address = multiaddr(addressOf(await victim.look()))
  const node = await stranger(t)
  for (const [what, bytes] of [
    ['falls silent', Buffer.alloc(0)],
    ['sends half a frame', Buffer.from([0, 0, 1, 0, 1, 2, 3])],
    ['announces a frame of four gigabytes', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['sends a frame larger than a HELLO may be', encodeFrame(Buffer.alloc(100_000))],
    ['sends nonsense', encodeFrame(Buffer.from('{"nonsense"'))],
    ['asks for an operation', encodeFrame(Buffer.from('{"jsonrpc":"2.0","id":1,"method":"list_peers"}'))],
    ['sends a thousand empty frames', Buffer.alloc(4000)],
  ] as const) {
    await t.test(`one that ${what} in place of a HELLO`, async () => {
      const connection = await node.dial(address)
      const stream = await connection.newStream(RPC_PROTOCOL)
      let answered = 0
      stream.addEventListener('message', (event) => (answered += event.data.byteLength))
      if (bytes.length > 0) stream.send(bytes)
      await closed(connection)
      assert.equal(answered, 0)
    })
  }
  await t.test('one that opens no stream', async () => {
    await closed(await node.dial(address))
  })
  await t.test('one that begins streams with a length that never ends', async () => {
    const before = (await victim.look()).cpuMs
    const connection = await node.dial(address)
    const sent = Array.from({ length: 8 }, async () => {
      const stream = await rawStream(connection)
      stream.send(ENDLESS_LENGTH)
    })
    await Promise.all(sent)
    await closed(connection)
    // Read byte by byte, as the library would, they cost the victim several seconds.
    assert.ok((await victim.look()).cpuMs - before < 1000)
  })
  const seen = await victim.look()
  assert.deepEqual([seen.joined, seen.links], [0, 0])
})

test('a stranger that opens streams without end is cut off, and a member is served meanwhile', async (t) => {
  const peers = new Peers(t)
  const victim = await peers.start({ limits })
  const node = await stranger(t)
  const connection = await node.dial(multiaddr(addressOf(await victim.look())))
  const opened = Promise.allSettled(Array.from({ length: 60 }, () => connection.newStream(RPC_PROTOCOL)))
  await assertServes(peers, victim)
  await opened
  await closed(connection)
  assert.equal((await victim.look()).joined, 1)
})

test('what answers at a target and is no peer is named with its address and what is wrong', async (t) => {
  const web = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  }).listen(0, '127.0.0.1')
  const silent = createServer((socket) => {
    socket.on('error', () => undefined)
    t.after(() => socket.destroy())
  }).listen(0, '127.0.0.1')
  t.after(() => {
    web.close()
    silent.close()
  })
  await Promise.all([once(web, 'listening'), once(silent, 'listening')])
  const peers = new Peers(t)
  const other = await peers.start()
  const there = addressOf(await other.look())
  const impostor = there.replace(/\/p2p\/.*/, '/p2p/12D3KooWKKecaxb1crCMkAqqcY1NBCnWSav8HESsqBJXfMkXxEyJ')
  const webAddress = `/ip4/127.0.0.1/tcp/${String((web.address() as AddressInfo).port)}`
  const silentAddress = `/ip4/127.0.0.1/tcp/${String((silent.address() as AddressInfo).port)}`

  const peer = await peers.spawn({ limits: { dialTimeoutMs: 2_000 } })
  for (const address of [
    '/ip4/127.0.0.1/tcp/1',
    webAddress,
    silentAddress,
    impostor,
    'nonsense',
    '/dns4/no.invalid/tcp/1',
  ]) {
    await peer.tell({ do: 'target', address })
  }
  await peer.tell({ do: 'start' })
  const { targets } = await eventually(
    'each target has its error',
    () => peer.look(),
    (look) => look.targets.every(({ lastError }) => lastError !== undefined),
  )
  const said = Object.fromEntries(targets.map(({ address, lastError }) => [address, lastError ?? '']))
  for (const { address, lastError } of targets) assert.ok(lastError?.includes(address), lastError)
  assert.match(said['/ip4/127.0.0.1/tcp/1'] ?? '', /connection refused/)
  assert.match(
    said[webAddress] ?? '',
    /no peer of this program|Is it a peer of this program|closed|encrypted connection failed/,
  )
  assert.match(said[silentAddress] ?? '', /did not answer in time/)
  assert.match(said[impostor] ?? '', /[Aa]nother peer/)
  assert.match(said['nonsense'] ?? '', /not a multiaddr/)
  assert.match(said['/dns4/no.invalid/tcp/1'] ?? '', /does not resolve/)
})

test('a listen address that is taken stops the start with the address and what to do', async (t) => {
  const peers = new Peers(t)
  const first = await peers.start()
  const taken = addressOf(await first.look()).replace(/\/p2p\/.*/, '')
  const second = await peers.spawn({ listen: [taken] })
  await assert.rejects(second.tell({ do: 'start' }), {
    code: 'address_in_use',
    message: new RegExp(`${taken}:.*another process`),
  })
  assert.equal(await second.release(), 0)
})

test('an address that this machine does not have stops the start with what to do', async (t) => {
  const peers = new Peers(t)
  const peer = await peers.spawn({ listen: ['/ip4/192.0.2.1/tcp/0'] })
  await assert.rejects(peer.tell({ do: 'start' }), {
    code: 'config_invalid',
    message: /192\.0\.2\.1.*Choose a listen address/,
  })
})

test('a peer that is stopped ends by itself, connections, dials and strangers or not', async (t) => {
  const peers = new Peers(t)
  const [alice, bob] = await Promise.all([peers.start(), peers.start()])
  const address = addressOf(await bob.look())
  await alice.tell({ do: 'target', address })
  await alice.tell({ do: 'target', address: '/ip4/127.0.0.1/tcp/1' })
  await alice.tell({ do: 'target', address: '/ip4/192.0.2.1/tcp/1' })
  await eventually(
    'connected',
    () => alice.look(),
    (look) => look.links === 1,
  )
  const lingering = connect(portOf(addressOf(await alice.look())), '127.0.0.1')
  lingering.on('error', () => undefined)
  t.after(() => lingering.destroy())
  await once(lingering, 'connect')
  await alice.tell({ do: 'stop' })
  await alice.tell({ do: 'stop' })
  assert.equal(await alice.release(), 0)
  const left = await eventually(
    'bob sees it go',
    () => bob.look(),
    (look) => look.links === 0,
  )
  assert.equal(left.left, 1)
  await bob.tell({ do: 'stop' })
  assert.equal(await bob.release(), 0)
})

function closed(connection: Connection): Promise<unknown> {
  return eventually(
    'the connection is closed',
    () => connection.status,
    (status) => status !== 'open',
    5_000,
  )
}
