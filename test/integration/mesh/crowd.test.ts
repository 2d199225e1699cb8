import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../../support/eventually.ts'
import { demandNamespaces, Namespace } from '../../support/nat-world.ts'
import type { Crowd, Met } from './crowd-process.ts'
import { MESH_KEY, Peers } from './peers.ts'

const [PROCESSES, PEERS_EACH] = [6, 5]

test('thirty peers in six processes become one full mesh', { timeout: 240_000 }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'runner-mesh-crowd-'))
  const crowd = JSON.stringify({ key: MESH_KEY, directory, peers: PEERS_EACH } satisfies Crowd)
  const from = performance.now()
  const children = Array.from({ length: PROCESSES }, () => fork(join(import.meta.dirname, 'crowd-process.ts'), [crowd]))
  t.after(async () => {
    await Promise.all(
      children.map(async (child) => {
        const gone = once(child, 'exit')
        if (child.connected) child.disconnect()
        await gone
      }),
    )
    await rm(directory, { recursive: true, force: true })
  })
  await Promise.all(children.map((child) => once(child, 'message')))
  const startedMs = performance.now() - from
  const look = async (): Promise<number[]> => {
    const answers = await Promise.all(
      children.map(async (child) => {
        const answer = once(child, 'message') as Promise<[Met]>
        child.send('look')
        return (await answer)[0]
      }),
    )
    return answers.flat()
  }
  const all = PROCESSES * PEERS_EACH
  const met = await eventually(
    'everybody knows everybody',
    look,
    (each) => each.every((count) => count === all - 1),
    180_000,
  )
  assert.equal(met.length, all)
  const seconds = (ms: number): string => (ms / 1000).toFixed(1)
  t.diagnostic(
    `processes ready after ${seconds(startedMs)} s, all connected after ${seconds(performance.now() - from)} s`,
  )
})

test('two peers that share nothing but a network find each other by multicast', async (t) => {
  demandNamespaces()
  const network = await Namespace.make('lan')
  t.after(() => network.end())
  network.run('ip route add 224.0.0.0/4 dev lo\nip addr add 10.0.0.1/24 dev lo\nip addr add 10.0.0.2/24 dev lo')
  const peers = new Peers(t)
  const [one, other] = await Promise.all(
    ['10.0.0.1', '10.0.0.2'].map((ip) => peers.start({ listen: [`/ip4/${ip}/tcp/0`], mdns: true }, network.prefix)),
  )
  assert.ok(one && other)
  const { self } = await other.look()
  const look = await eventually(
    'found',
    () => one.look(),
    (seen) => seen.peers.some(({ peer }) => peer === self),
  )
  assert.deepEqual(look.sources, [{ source: 'mdns', found: 1 }])
  assert.deepEqual(
    look.ways.map(({ relayed }) => relayed),
    [false],
  )
})
