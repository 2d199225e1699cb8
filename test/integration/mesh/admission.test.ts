import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../../../src/app/system.ts'
import { newMeshKey } from '../../../src/mesh/mesh-key.ts'
import { eventually } from '../../support/eventually.ts'
import { addressOf, MESH_KEY, Peers } from './peers.ts'

test('two processes with the same key admit each other, know each other’s names and answer each other', async (t) => {
  const peers = new Peers(t)
  const [alice, bob] = await Promise.all([peers.start({ name: 'alice' }), peers.start({ name: 'bob' })])
  const there = await bob.look()
  await alice.tell({ do: 'target', address: addressOf(there) })
  const near = await eventually(
    'alice is connected',
    () => alice.look(),
    (look) => look.links === 1,
  )
  const far = await eventually(
    'bob is connected',
    () => bob.look(),
    (look) => look.links === 1,
  )
  assert.deepEqual(near.peers, [{ peer: far.self, runnerName: 'bob', source: 'test' }])
  assert.deepEqual(far.peers, [{ peer: near.self, runnerName: 'alice', source: 'inbound' }])
  assert.equal(near.targets[0]?.state, 'connected')
  await Promise.all([alice.tell({ do: 'call', times: 100 }), bob.tell({ do: 'call', times: 100 })])
})

test('a peer with another key is refused, and both sides say why', async (t) => {
  const peers = new Peers(t)
  const [member, stranger] = await Promise.all([peers.start(), peers.start({ keys: [newMeshKey(systemRandom)] })])
  await stranger.tell({ do: 'target', address: addressOf(await member.look()) })
  const refused = await eventually(
    'the stranger is told',
    () => stranger.look(),
    (look) => look.targets[0]?.lastError !== undefined,
  )
  assert.match(refused.targets[0]?.lastError ?? '', /does not share this mesh key/)
  const seen = await member.look()
  assert.deepEqual([seen.joined, seen.links, refused.joined], [0, 0, 0])
  assert.ok(seen.warnings.includes('peer.refused'))
})

test('while the key is being changed, peers with the old and the new key stay together', async (t) => {
  const peers = new Peers(t)
  const [old, changed] = await Promise.all([peers.start(), peers.start({ keys: [newMeshKey(systemRandom), MESH_KEY] })])
  await old.tell({ do: 'target', address: addressOf(await changed.look()) })
  await eventually(
    'they are connected',
    () => changed.look(),
    (look) => look.links === 1,
  )
})

test('a peer that is killed and comes back is connected again, without anybody’s help', async (t) => {
  const peers = new Peers(t)
  const [alice, bob] = await Promise.all([peers.start(), peers.start()])
  const address = addressOf(await bob.look())
  await alice.tell({ do: 'target', address })
  await eventually(
    'connected',
    () => alice.look(),
    (look) => look.links === 1,
  )
  await bob.kill()
  const lost = await eventually(
    'the loss is noticed',
    () => alice.look(),
    (look) => look.links === 0,
  )
  assert.equal(lost.left, 1)
  const again = await peers.again(bob, [address.replace(/\/p2p\/.*/, '')])
  const back = await eventually(
    'connected again',
    () => alice.look(),
    (look) => look.links === 1,
  )
  assert.deepEqual([back.joined, back.left], [2, 1])
  await Promise.all([alice.tell({ do: 'call', times: 1 }), again.tell({ do: 'call', times: 1 })])
})

test('two peers that dial each other at the same moment end up with one channel, and none is taken away again', async (t) => {
  const peers = new Peers(t)
  const [alice, bob] = await Promise.all([peers.start(), peers.start()])
  const [toAlice, toBob] = [addressOf(await alice.look()), addressOf(await bob.look())]
  for (let round = 1; round <= 12; round += 1) {
    await Promise.all([alice.tell({ do: 'target', address: toBob }), bob.tell({ do: 'target', address: toAlice })])
    for (const peer of [alice, bob]) {
      await eventually(
        `round ${String(round)}: both targets are connected`,
        () => peer.look(),
        (look) => look.links === 1 && look.targets[0]?.state === 'connected',
      )
    }
    await Promise.all([alice.tell({ do: 'call', times: 5 }), bob.tell({ do: 'call', times: 5 })])
    for (const peer of [alice, bob]) {
      const { joined, left } = await peer.look()
      assert.deepEqual({ joined, left }, { joined: round, left: round - 1 })
    }
    await Promise.all([alice.tell({ do: 'forget', address: toBob }), bob.tell({ do: 'forget', address: toAlice })])
    await alice.tell({ do: 'drop' })
    for (const peer of [alice, bob])
      await eventually(
        'parted',
        () => peer.look(),
        (look) => look.links === 0,
      )
  }
})

test('many addresses of one peer are one connection', async (t) => {
  const peers = new Peers(t)
  const [alice, bob] = await Promise.all([
    peers.start(),
    peers.start({ listen: ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0'] }),
  ])
  const { addresses } = await bob.look()
  assert.equal(addresses.length, 3)
  // Without their peer id: that they lead to the same peer turns out only when they answer.
  for (const address of addresses) await alice.tell({ do: 'target', address: address.replace(/\/p2p\/.*/, '') })
  const near = await eventually(
    'every address is known to be connected',
    () => alice.look(),
    (look) => look.targets.every(({ state }) => state === 'connected'),
  )
  assert.deepEqual([near.links, near.joined, near.left], [1, 1, 0])
})
