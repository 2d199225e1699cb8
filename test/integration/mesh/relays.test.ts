import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { circuitRelayTransport, RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { FaultTolerance } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { systemRandom } from '../../../src/app/system.ts'
import { newMeshKey } from '../../../src/mesh/mesh-key.ts'
import { eventually } from '../../support/eventually.ts'
import { addressOf, Peers } from './peers.ts'

/** A relay, and a member that listens nowhere and is reached through it. */
async function build(t: TestContext) {
  const peers = new Peers(t)
  const relay = await peers.start({ relays: { relay: 'on' } })
  const gateway = addressOf(await relay.look())
  const hidden = await peers.start({ listen: [] })
  await hidden.tell({ do: 'target', address: gateway })
  const { addresses } = await eventually(
    'the hidden one has reserved',
    () => hidden.look(),
    (look) => look.addresses.length > 0,
  )
  return { peers, relay, gateway, hidden, way: addresses[0] ?? '' }
}

/** Speaks libp2p and relays, and has no mesh key. */
async function stranger(t: TestContext, listen: readonly string[] = []) {
  const node = await createLibp2p({
    addresses: { listen: [...listen] },
    transportManager: { faultTolerance: FaultTolerance.NO_FATAL },
    transports: [tcp(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify({ runOnConnectionOpen: false }) },
  })
  t.after(() => node.stop())
  return node
}

test('a stranger gets no reservation at a member, nor any connection through it', async (t) => {
  const { gateway, hidden, way } = await build(t)
  const listening = await stranger(t, [`${gateway}/p2p-circuit`])
  assert.deepEqual(listening.getMultiaddrs().map(String), [])
  const dialling = await stranger(t)
  await assert.rejects(dialling.dial(multiaddr(way)))
  // Nor if it asks as a member would, once it is connected.
  const connection = await dialling.dial(multiaddr(gateway))
  const stream = await connection.newStream(RELAY_V2_HOP_CODEC).catch(() => undefined)
  await eventually(
    'its stream is cut off',
    () => stream?.status ?? 'reset',
    (status) => status !== 'open',
  )
  const look = await hidden.look()
  assert.equal(look.peers.length, 1)
  assert.deepEqual(look.warnings, [])
})

test('who holds another mesh key is relayed no more than a stranger, and told why', async (t) => {
  const { peers, hidden, way } = await build(t)
  const foreign = await peers.start({ keys: [newMeshKey(systemRandom)] })
  await foreign.tell({ do: 'target', address: way })
  const { targets } = await eventually(
    'it was refused',
    () => foreign.look(),
    (look) => look.targets.some(({ lastError }) => lastError !== undefined),
  )
  assert.match(targets[0]?.lastError ?? '', /does not share this mesh key|do not share a mesh key/)
  assert.equal((await hidden.look()).peers.length, 1)
})

test('a way through a relay that has no reservation of the peer any more is named as that', async (t) => {
  const { peers, gateway, hidden, way } = await build(t)
  await hidden.tell({ do: 'stop' })
  await hidden.release()
  const member = await peers.start()
  await member.tell({ do: 'target', address: way })
  const { targets } = await eventually(
    'it has failed',
    () => member.look(),
    (look) => look.targets.some(({ lastError }) => lastError !== undefined),
  )
  assert.match(targets[0]?.lastError ?? '', /is not connected with the relay/)
  assert.ok(targets[0]?.lastError?.includes(gateway))
})

test('a member is reached through a relay under its own name only', async (t) => {
  const { peers, hidden, way } = await build(t)
  const member = await peers.start()
  const { self } = await hidden.look()
  await member.tell({ do: 'target', address: way })
  const { ways } = await eventually(
    'connected',
    () => member.look(),
    (look) => look.ways.some(({ peer }) => peer === self),
  )
  assert.deepEqual(
    ways.find(({ peer }) => peer === self),
    { peer: self, relayed: true, address: way },
  )
})

test('a direct connection takes over from a relayed one, and a transfer on the relayed one runs to its end', async (t) => {
  const { peers, hidden, way } = await build(t)
  const member = await peers.start()
  const { self } = await hidden.look()
  await member.tell({ do: 'target', address: way })
  const before = await eventually(
    'connected through the relay',
    () => member.look(),
    (look) => look.ways.some(({ peer }) => peer === self),
  )
  const isRelayed = (look: typeof before) => look.ways.find(({ peer }) => peer === self)?.relayed
  assert.equal(isRelayed(before), true)
  const sending = member.tell({ do: 'send', to: self, megabytes: 60 })
  await hidden.tell({ do: 'target', address: addressOf(before) })
  await eventually(
    'connected directly',
    () => member.look(),
    (look) => isRelayed(look) === false,
  )
  const after = await sending
  assert.equal(isRelayed(after), false)
  // The relay's own connection, and one to the hidden peer that was replaced once.
  assert.deepEqual([after.joined, after.left], [3, 1])
})
