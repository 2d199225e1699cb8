/**
 * What hostile ends do to a peer, each for as long as it is told to: strangers over TCP and over libp2p, and members that
 * hold the key. An attack goes on whatever happens to it; it takes a breath between its steps, so that it measures what
 * the attacked peer does and not how many processors the machine has.
 */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import type { Connection, Libp2p, Stream, StreamMuxer } from '@libp2p/interface'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { systemClock, systemRandom } from '../../../../src/app/system.ts'
import { parsePeerId } from '../../../../src/core/ids.ts'
import { createAnnouncementSeal } from '../../../../src/mesh/announcement-seal.ts'
import { createEnvelopeSigner } from '../../../../src/mesh/envelope-signer.ts'
import { greet } from '../../../../src/mesh/hello.ts'
import { identityFromKey } from '../../../../src/mesh/identity.ts'
import { newMeshKey, parseMeshKey } from '../../../../src/mesh/mesh-key.ts'
import { MESH_LIMITS, RPC_PROTOCOL } from '../../../../src/mesh/protocols.ts'
import { StreamChannel } from '../../../../src/mesh/stream-channel.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import { generateKeyPair } from '@libp2p/crypto/keys'

export interface Attack {
  readonly name: keyof typeof ATTACKS
  readonly address: string
  readonly key: string
  readonly ms: number
}

/** Not the address of good peers, which share it with nobody. */
const FROM = '127.0.0.2'
const BREATH_MS = 10

interface Target {
  readonly address: string
  readonly port: number
  readonly key: string
  readonly isOver: () => boolean
}

function open({ port }: Target): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress: FROM })
  socket.on('error', () => undefined)
  socket.resume()
  return socket
}

async function overTcp(target: Target, crowd: number, work: (socket: Socket) => Promise<void>): Promise<void> {
  const one = async (): Promise<void> => {
    while (!target.isOver()) {
      const socket = open(target)
      await work(socket).catch(() => undefined)
      socket.destroy()
      await pause(BREATH_MS)
    }
  }
  await Promise.all(Array.from({ length: crowd }, one))
}

async function createNode(): Promise<Libp2p> {
  return createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { reconnectRetries: 0 },
    services: { identify: identify({ runOnConnectionOpen: false }), ping: ping() },
  })
}

async function overLibp2p(target: Target, work: (connection: Connection) => Promise<void>): Promise<void> {
  const node = await createNode()
  while (!target.isOver()) {
    try {
      await work(await node.dial(multiaddr(target.address), { signal: AbortSignal.timeout(2000) }))
    } catch {
      await pause(10 * BREATH_MS)
    }
  }
  await node.stop()
}

const limits = MESH_LIMITS
const [clock, random, log] = [systemClock, systemRandom, new RecordingLog()]

interface Member {
  readonly stream: Stream
  readonly channel: StreamChannel
  readonly announcement: () => Promise<{ envelope: string; mac: string }>
}

/** Holds the key, proves it, and then does as it likes. */
async function asMember(target: Target, work: (member: Member) => Promise<void>, key = target.key): Promise<void> {
  const privateKey = await generateKeyPair('Ed25519')
  const identity = identityFromKey(privateKey)
  const node = await createLibp2p({
    privateKey,
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { reconnectRetries: 0 },
    services: { ping: ping() },
  })
  const meshKeys = [parseMeshKey(key)] as const
  const seal = createAnnouncementSeal({ signer: createEnvelopeSigner(identity), meshKeys, clock })
  let seq = 1
  const announcement = (): Promise<{ envelope: string; mac: string }> => {
    const now = clock.now()
    seq += 1
    const said = { seq, issuedAt: now, expiresAt: now + 600_000, runnerName: 'x', homes: [], features: [] }
    return seal.seal({ ...said, peer: identity.peer, addresses: [`/ip4/127.0.0.1/tcp/1/p2p/${identity.peer}`] })
  }
  while (!target.isOver()) {
    try {
      const connection = await node.dial(multiaddr(target.address), { signal: AbortSignal.timeout(2000) })
      const stream = await connection.newStream(RPC_PROTOCOL)
      const remote = parsePeerId(connection.remotePeer.toString())
      const channel = new StreamChannel(stream, remote, { clock, log, limits })
      const hello = { homes: [], features: [], runnerName: 'hostile' }
      await greet(channel, { self: identity.peer, remote, keys: meshKeys, hello, addresses: [], random, clock })
      channel.admit()
      await work({ stream, channel, announcement })
      await connection.close()
    } catch {
      await pause(10 * BREATH_MS)
    }
  }
  await node.stop()
}

const request = (id: number, method: string, params: unknown): Uint8Array =>
  Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params }))

/** Reads what comes, so that nothing piles up. */
function ignoreAnswers(channel: StreamChannel): void {
  channel.onFrame(() => undefined)
}

/** Little to ask for, much to answer. */
async function askForMuch(target: Target, { channel, stream }: Member, begin: () => void): Promise<void> {
  ignoreAnswers(channel)
  const value = randomBytes(100_000).toString('base64')
  await channel.send(request(1, 'p2p_taskqueue_cache_set', { key: 'hostile', value }))
  await pause(20 * BREATH_MS)
  begin()
  for (let id = 2; stream.status === 'open' && !target.isOver();) {
    for (let batch = 0; batch < 10; batch += 1, id += 1)
      await channel.send(request(id, 'p2p_taskqueue_cache_get', { key: 'hostile' }))
    await pause(BREATH_MS)
  }
}

export const ATTACKS = {
  garbage: (target: Target) =>
    overTcp(target, 20, async (socket) => {
      for (let chunk = 0; chunk < 20 && !socket.closed && !target.isOver(); chunk += 1) {
        socket.write(randomBytes(65_536))
        await pause(BREATH_MS)
      }
    }),
  'slow loris': (target: Target) =>
    overTcp(target, 300, async (socket) => {
      const header = '\x13/multistream/1.0.0\n'
      for (let at = 0; at < header.length && !socket.closed && !target.isOver(); at += 1) {
        socket.write(header.slice(at, at + 1))
        await pause(500)
      }
    }),
  'too many connections': (target: Target) =>
    overTcp(target, 10, async (socket) => {
      await pause(BREATH_MS)
      socket.end()
    }),
  'wrong key': (target: Target) => asMember(target, () => Promise.resolve(), newMeshKey(random)),
  'too many streams': (target: Target) =>
    overLibp2p(target, async (connection) => {
      const { muxer } = connection as Connection & { muxer: StreamMuxer }
      while (connection.status === 'open' && !target.isOver()) {
        for (let stream = 0; stream < 20; stream += 1) {
          const opened = await muxer.createStream()
          opened.send(Buffer.from('\x13/multistream/1.0.0\n'))
        }
        await pause(BREATH_MS)
      }
    }),
  'oversized frames of a stranger': (target: Target) =>
    overLibp2p(target, async (connection) => {
      const stream = await connection.newStream(RPC_PROTOCOL)
      stream.send(Buffer.from([0x7f, 0xff, 0xff, 0xff]))
      for (let chunk = 0; chunk < 50 && stream.status === 'open'; chunk += 1) {
        stream.send(randomBytes(65_536))
        await pause(BREATH_MS)
      }
      await connection.close()
    }),
  'oversized frames of a member': (target: Target) =>
    asMember(target, async ({ stream }) => {
      stream.send(Buffer.from([0x00, 0x20, 0x00, 0x00]))
      for (let chunk = 0; chunk < 50 && stream.status === 'open'; chunk += 1) {
        stream.send(randomBytes(65_536))
        await pause(BREATH_MS)
      }
    }),
  'nonsense of a member': (target: Target) =>
    asMember(target, async ({ channel, stream }) => {
      ignoreAnswers(channel)
      for (let message = 0; message < 50 && stream.status === 'open'; message += 1) {
        await channel.send(Buffer.from('{"nonsense":'.repeat(1000)))
        await pause(BREATH_MS)
      }
    }),
  'too many calls': (target: Target) =>
    asMember(target, async ({ channel, stream }) => {
      ignoreAnswers(channel)
      for (let id = 1; stream.status === 'open' && !target.isOver();) {
        // Parked claims are under way for long: they fill what one peer may have under way.
        for (let batch = 0; batch < 50; batch += 1, id += 1) {
          const claim = { request_id: String(id), wait_s: 20, supported_task_types: ['none'] }
          await channel.send(request(id, 'p2p_taskqueue_claim_next', claim))
        }
        await pause(BREATH_MS)
      }
    }),
  'answers nobody reads': (target: Target) =>
    asMember(target, async (member) => {
      await askForMuch(target, member, () => member.stream.pause())
    }),
  'large answers without end': (target: Target) =>
    asMember(target, async (member) => {
      await askForMuch(target, member, () => undefined)
    }),
  'forged and replayed announcements': (target: Target) =>
    asMember(target, async ({ channel, stream, announcement }) => {
      ignoreAnswers(channel)
      const old = await announcement()
      const current = await announcement()
      const register = (id: number, sealed: object) =>
        channel.send(request(id, 'p2p_rendezvous_register', { announcement: sealed }))
      await register(1, current)
      for (let id = 2; stream.status === 'open' && !target.isOver(); id += 3) {
        await register(id, old)
        await register(id + 1, { ...current, mac: randomBytes(32).toString('base64url') })
        await register(id + 2, { ...current, envelope: randomBytes(400).toString('base64url') })
        await pause(BREATH_MS)
      }
    }),
  'takes work and stalls': (target: Target) =>
    asMember(target, async ({ channel, stream }) => {
      ignoreAnswers(channel)
      for (let id = 1; stream.status === 'open' && !target.isOver(); id += 1) {
        const claim = {
          request_id: randomBytes(8).toString('hex'),
          wait_s: 1,
          max_tasks: 32,
          supported_task_types: ['test.stall'],
        }
        await channel.send(request(id, 'p2p_taskqueue_claim_next', claim))
        await pause(500)
      }
    }),
} as const satisfies Record<string, (target: Target) => Promise<void>>

export async function attack({ name, address, key, ms }: Attack): Promise<void> {
  const endsAt = performance.now() + ms
  const port = Number(address.split('/')[4])
  await ATTACKS[name]({ address, port, key, isOver: () => performance.now() >= endsAt })
}
