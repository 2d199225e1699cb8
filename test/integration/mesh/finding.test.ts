import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../../support/eventually.ts'
import { addressOf, Peers, type PeerProcess } from './peers.ts'

function connected(peer: PeerProcess, links: number) {
  return eventually(
    `connected to ${String(links)}`,
    () => peer.look(),
    (look) => look.links === links,
  )
}

test('four processes that share nothing but a folder become one full mesh, and a fifth joins it', async (t) => {
  const registry = await mkdtemp(join(tmpdir(), 'runner-mesh-registry-'))
  t.after(() => rm(registry, { recursive: true, force: true }))
  const peers = new Peers(t)
  const four = await Promise.all([1, 2, 3, 4].map(() => peers.start({ registry })))
  for (const peer of four) await connected(peer, 3)
  const fifth = await peers.start({ registry })
  await connected(fifth, 4)
  // A dial of its own may still be under way to one that dialled it meanwhile.
  await eventually(
    'each of its targets connected',
    () => fifth.look(),
    ({ targets }) => targets.every(({ state }) => state === 'connected'),
  )
  for (const peer of [...four, fifth]) {
    const { joined, left } = await connected(peer, 4)
    assert.deepEqual({ joined, left }, { joined: 4, left: 0 }, 'nobody was connected twice, though all dialled all')
  }
})

test('a peer that was only told once where its mesh is finds it again after a restart', async (t) => {
  const peers = new Peers(t)
  const [gate, member] = await Promise.all([peers.start(), peers.start({ remembers: true })])
  await member.tell({ do: 'target', address: addressOf(await gate.look()) })
  await connected(member, 1)
  await member.tell({ do: 'stop' })
  assert.equal(await member.release(), 0)
  await connected(gate, 0)
  const again = await peers.again(member, ['/ip4/127.0.0.1/tcp/0'])
  await connected(again, 1)
})

test('a peer that was dialled dials back when the other is lost, since it was told where it listens', async (t) => {
  const peers = new Peers(t)
  const [dialled, dialler] = await Promise.all([peers.start({ remembers: true }), peers.start()])
  const address = addressOf(await dialler.look())
  await dialler.tell({ do: 'target', address: addressOf(await dialled.look()) })
  await connected(dialled, 1)
  await dialler.kill()
  await connected(dialled, 0)
  // It comes back and knows nobody.
  await peers.again(dialler, [address.replace(/\/p2p\/.*/, '')])
  await connected(dialled, 1)
})
