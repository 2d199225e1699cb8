/** Peers in networks of their own, with routers between them that translate addresses. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { eventually } from '../../support/eventually.ts'
import { ARTIFACT_MIB, LOG_MIB } from '../../support/output-deliveries.ts'
import { NatWorld, type Host, type Nat } from '../../support/nat-world.ts'
import type { Look, PeerOptions } from './peer-process.ts'
import { Peers, type PeerProcess } from './peers.ts'

const PORT = 9720
const LISTEN = [`/ip4/0.0.0.0/tcp/${String(PORT)}`]
/** A lost cable is noticed by pings; in real life they are further apart. */
const QUICK = { limits: { pingEveryMs: 2000 } }

async function build(t: TestContext) {
  const world = await NatWorld.make(t)
  const peers = new Peers(t)
  const start = (host: Host, options: Partial<PeerOptions> = {}) =>
    peers.start({ listen: LISTEN, remembers: true, ...options }, host.namespace.prefix)
  const restart = (peer: PeerProcess, host: Host) => peers.again(peer, peer.options.listen, host.namespace.prefix)
  return { world, start, restart }
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'runner-mesh-nat-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

function addressOf(host: Host, { self }: Look): string {
  return `/ip4/${host.publicIp}/tcp/${String(PORT)}/p2p/${self}`
}

function whenIt(peer: PeerProcess, does: string, isSo: (look: Look) => boolean): Promise<Look> {
  return eventually(does, () => peer.look(), isSo, 20_000)
}

const throughRelays = (look: Look) => look.addresses.filter((address) => address.includes('/p2p-circuit'))
const wayTo = ({ self }: Look, look: Look) => look.ways.find(({ peer }) => peer === self)

for (const [kind, what, megabytes] of [
  ['cone', 'artifact', ARTIFACT_MIB],
  ['symmetric', 'log', LOG_MIB],
] as const) {
  const nat: Nat = { kind }
  const says = `two peers behind ${kind} NATs are connected through a relay, over which a worker brings home ${what === 'log' ? 'a log' : 'an artifact'} of ${String(megabytes)} MB and whose restart they survive`
  test(says, { timeout: 300_000 }, async (t) => {
    const { world, start, restart } = await build(t)
    const gate = await world.publicHost('gate')
    const relay = await start(gate)
    const gateway = addressOf(gate, await relay.look())
    const one = await start(await world.homeHost('left', nat), { outputs: true })
    const other = await start(await world.homeHost('right', nat), { outputs: true })
    for (const peer of [one, other]) await peer.tell({ do: 'target', address: gateway })
    const standing = await whenIt(relay, 'is reached', ({ reachable }) => reachable === 'internet')
    assert.deepEqual([standing.isRelay, standing.addresses], [true, [gateway]])
    const hidden = await whenIt(other, 'is told through the relay', (look) => throughRelays(look).length > 0)
    assert.deepEqual([hidden.reachable, hidden.isRelay], ['no', false])
    const way = `${gateway}/p2p-circuit/p2p/${hidden.self}`
    assert.deepEqual(throughRelays(hidden), [way])

    await one.tell({ do: 'target', address: way })
    const reached = await whenIt(one, 'has reached the other', (look) => wayTo(hidden, look) !== undefined)
    assert.deepEqual(wayTo(hidden, reached), { peer: hidden.self, relayed: true, address: way })
    const seen = await whenIt(other, 'sees the one', (look) => wayTo(reached, look) !== undefined)
    assert.equal(wayTo(reached, seen)?.relayed, true)

    const before = await relay.look()
    const { sendMs } = await one.tell({ do: 'deliver', what, to: hidden.self })
    assert.ok((await other.look()).kept[what] >= megabytes << 20, 'all of it is there')
    assert.equal(wayTo(hidden, await one.look())?.relayed, true)
    const grown = (await relay.look()).rssMegabytes - before.rssMegabytes
    t.diagnostic(`${String(megabytes)} MB in ${(sendMs / 1000).toFixed(1)} s, relay +${grown.toFixed(0)} MB`)
    assert.ok(grown < 150, 'the relay keeps what it passes on')

    await relay.kill()
    await whenIt(other, 'has noticed', (look) => throughRelays(look).length + look.peers.length === 0)
    await restart(relay, gate)
    const again = await whenIt(other, 'has reserved anew', (look) => throughRelays(look).length > 0)
    assert.deepEqual(throughRelays(again), [way])
    await whenIt(one, 'has reached the other anew', (look) => wayTo(hidden, look)?.relayed === true)
  })
}

test('a peer with a way in dials a hidden one through a relay, and the hidden one makes it a direct connection', async (t) => {
  const { world, start } = await build(t)
  const [gate, open] = [await world.publicHost('gate'), await world.publicHost('open')]
  const [relay, reachable] = [await start(gate), await start(open)]
  const hidden = await start(await world.homeHost('home', { kind: 'symmetric' }))
  for (const peer of [hidden, reachable])
    await peer.tell({ do: 'target', address: addressOf(gate, await relay.look()) })
  const [way = ''] = throughRelays(await whenIt(hidden, 'is told', (look) => throughRelays(look).length > 0))
  // Nobody has told the hidden one about this peer: it learns of it by being dialled.
  await reachable.tell({ do: 'target', address: way })
  const self = await hidden.look()
  const direct = await whenIt(reachable, 'is connected directly', (look) => wayTo(self, look)?.relayed === false)
  const seen = await whenIt(hidden, 'says so too', (look) => wayTo(direct, look)?.relayed === false)
  assert.equal(wayTo(direct, seen)?.address, addressOf(open, direct))
  await whenIt(reachable, 'dials none of its addresses any more', ({ targets }) =>
    targets.every(({ state }) => state === 'connected'),
  )
})

test('a peer whose router forwards its port finds that out, tells its outside address, and relays', async (t) => {
  const { world, start } = await build(t)
  const gate = await world.publicHost('gate')
  const witness = await start(gate)
  const home = await world.homeHost('home', { kind: 'forwarding', port: PORT })
  const peer = await start(home)
  await peer.tell({ do: 'target', address: addressOf(gate, await witness.look()) })
  const found = await whenIt(peer, 'knows its outside address', ({ reachable }) => reachable === 'internet')
  assert.equal(found.addresses[0], addressOf(home, found))
  assert.deepEqual([found.isRelay, throughRelays(found)], [true, []])
  const hidden = await start(await world.homeHost('hidden', { kind: 'cone' }))
  await hidden.tell({ do: 'target', address: addressOf(home, found) })
  const told = await whenIt(hidden, 'is reached through it', (look) => throughRelays(look).length > 0)
  assert.deepEqual(throughRelays(told), [`${addressOf(home, found)}/p2p-circuit/p2p/${told.self}`])
})

test('with relays off nobody is relayed for, and with no slots nobody reserves', async (t) => {
  const { world, start } = await build(t)
  const [closed, open] = [await world.publicHost('closed'), await world.publicHost('open')]
  const refuses = await start(closed, { relays: { relay: 'off' } })
  const relays = await start(open, { relays: { relay: 'on' } })
  const [hidden, proud] = [
    await start(await world.homeHost('home', { kind: 'cone' })),
    await start(await world.homeHost('proud', { kind: 'cone' }), { relays: { slots: 0 } }),
  ]
  for (const peer of [hidden, proud]) {
    await peer.tell({ do: 'target', address: addressOf(closed, await refuses.look()) })
    await peer.tell({ do: 'target', address: addressOf(open, await relays.look()) })
  }
  const way = addressOf(open, await relays.look())
  const told = await whenIt(hidden, 'is reached through the one that relays', (look) => throughRelays(look).length > 0)
  assert.deepEqual(throughRelays(told), [`${way}/p2p-circuit/p2p/${told.self}`])
  const alone = await whenIt(proud, 'knows that nobody reaches it', ({ reachable }) => reachable === 'no')
  assert.deepEqual(throughRelays(alone), [])
})

test('a network that falls apart heals by itself, and a peer that moves to another address is found there', async (t) => {
  const { world, start } = await build(t)
  const registry = await folder(t)
  const hosts = [await world.publicHost('north'), await world.publicHost('south'), await world.publicHost('east')]
  const peers = await Promise.all(hosts.map((host) => start(host, { registry, remembers: false, ...QUICK })))
  const [north, south, east] = peers
  const [, , away] = hosts
  assert.ok(north && south && east && away)
  for (const peer of peers) await whenIt(peer, 'knows both others', (look) => look.peers.length === 2)
  away.unplug()
  await whenIt(east, 'is alone', (look) => look.peers.length === 0)
  for (const peer of [north, south]) await whenIt(peer, 'has lost one', (look) => look.peers.length === 1)
  away.plug()
  for (const peer of peers) await whenIt(peer, 'knows both again', (look) => look.peers.length === 2)

  const moved = world.readdress(away)
  const there = await whenIt(east, 'has moved', (look) => look.addresses.join() === addressOf(moved, look))
  for (const peer of [north, south]) {
    await whenIt(peer, 'has the new address from the registry, and uses it', ({ targets }) =>
      targets.some(({ address, state }) => address === addressOf(moved, there) && state === 'connected'),
    )
  }
  for (const peer of peers) await whenIt(peer, 'knows both others', (look) => look.peers.length === 2)
})

test('a transfer over a slow line goes on to its end, though pings wait behind it for longer than a dead line is given', async (t) => {
  const { world, start } = await build(t)
  const [fast, slow] = [await world.publicHost('fast'), await world.publicHost('slow')]
  const [receiver, sender] = [await start(fast, QUICK), await start(slow, QUICK)]
  const receiving = await receiver.look()
  await sender.tell({ do: 'target', address: addressOf(fast, receiving) })
  await whenIt(sender, 'is connected', (look) => wayTo(receiving, look) !== undefined)
  slow.namespace.run('tc qdisc add dev eth0 root tbf rate 4mbit burst 32kbit latency 50ms')
  const sent = await sender.tell({ do: 'send', to: receiving.self, megabytes: 5 })
  t.diagnostic(`5 MB in ${(sent.sendMs / 1000).toFixed(1)} s`)
  assert.deepEqual([sent.joined, sent.left], [1, 0])
})
