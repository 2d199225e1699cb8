import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { eventually } from '../../support/eventually.ts'
import { NatWorld, type Host, type Nat } from '../../support/nat-world.ts'
import type { Look, PeerOptions } from './peer-process.ts'
import { Peers, type PeerProcess } from './peers.ts'

const PORT = 9720
const LISTEN = [`/ip4/0.0.0.0/tcp/${String(PORT)}`]
/** A lost cable is noticed by pings; in real life they are ten times as far apart. */
const QUICK = { limits: { pingEveryMs: 1000, dialTimeoutMs: 1000 }, remembers: true }

async function build(t: TestContext) {
  const world = await NatWorld.make(t)
  const peers = new Peers(t)
  const start = (host: Host, options: Partial<PeerOptions> = {}) =>
    peers.start({ listen: LISTEN, ...QUICK, ...options }, host.namespace.prefix)
  const restart = (peer: PeerProcess, host: Host) => peers.again(peer, peer.options.listen, host.namespace.prefix)
  return { world, start, restart }
}

function target(host: Host, { self }: Look): string {
  return `/ip4/${host.publicIp}/tcp/${String(PORT)}/p2p/${self}`
}

function whenIt(peer: PeerProcess, does: string, isSo: (look: Look) => boolean, withinMs = 20_000): Promise<Look> {
  return eventually(does, () => peer.look(), isSo, withinMs)
}

const throughRelay = (look: Look) => look.addresses.filter((address) => address.includes('/p2p-circuit'))
const wayTo = ({ self }: Look, look: Look) => look.ways.find(({ peer }) => peer === self)

for (const kind of ['cone', 'symmetric'] as const) {
  const nat: Nat = { kind }
  test(
    `two peers behind ${kind} NATs are connected through a relay, 200 MB pass it, and its restart is survived`,
    { timeout: 60_000 },
    async (t) => {
      const { world, start, restart } = await build(t)
      const [gate, left, right] = [
        await world.publicHost('gate'),
        await world.homeHost('left', nat),
        await world.homeHost('right', nat),
      ]
      const relay = await start(gate)
      const [one, other] = [await start(left), await start(right)]
      for (const peer of [one, other]) await peer.tell({ do: 'target', address: target(gate, await relay.look()) })
      await whenIt(relay, 'knows that it is reached', ({ reachable, isRelay }) => reachable === 'internet' && isRelay)
      const behind = await whenIt(other, 'is told through the relay', (look) => throughRelay(look).length > 0)
      assert.equal(behind.reachable, 'no')
      assert.equal(behind.isRelay, false)
      const [way = ''] = throughRelay(behind)
      assert.equal(way, `${target(gate, await relay.look())}/p2p-circuit/p2p/${behind.self}`)

      await one.tell({ do: 'target', address: way })
      const reached = await whenIt(one, 'has reached the other', (look) => wayTo(behind, look) !== undefined)
      assert.equal(wayTo(behind, reached)?.relayed, true)
      const back = await whenIt(other, 'sees the one', (look) => wayTo(reached, look) !== undefined)
      assert.equal(wayTo(reached, back)?.relayed, true)

      const before = await relay.look()
      const sent = await one.tell({ do: 'send', to: behind.self, megabytes: 200 })
      const after = await relay.look()
      t.diagnostic(
        `200 MB in ${(sent.sendMs / 1000).toFixed(1)} s, relay +${(after.rssMegabytes - before.rssMegabytes).toFixed(0)} MB`,
      )
      assert.ok(after.rssMegabytes - before.rssMegabytes < 100, 'the relay keeps what it passes on')

      await relay.kill()
      await whenIt(other, 'has noticed', (look) => throughRelay(look).length === 0 && look.peers.length === 0)
      await restart(relay, gate)
      const again = await whenIt(other, 'has reserved anew', (look) => throughRelay(look).length > 0)
      assert.deepEqual(throughRelay(again), [way])
      await whenIt(one, 'has reached the other anew', (look) => wayTo(behind, look)?.relayed === true)
    },
  )
}
