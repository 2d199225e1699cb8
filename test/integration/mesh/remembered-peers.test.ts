import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { systemRandom as random } from '../../../src/app/system.ts'
import type { PeerId } from '../../../src/core/ids.ts'
import type { AdmittedPeer, Mesh } from '../../../src/core/ports/mesh.ts'
import { createRememberedPeers, REMEMBER_MS, SEEK_MS } from '../../../src/mesh/discovery/remembered-peers.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const MINUTE = 60_000

async function stateDirectory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'runner-mesh-remembered-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

function peer(name: string, changes: Partial<AdmittedPeer> = {}): AdmittedPeer {
  return {
    peer: name as PeerId,
    versions: ['1.0'],
    version: '1.0',
    homes: [],
    features: [],
    runnerName: name,
    addresses: [`/ip4/192.0.2.1/tcp/9720/p2p/${name}`],
    relayed: false,
    address: `/ip4/192.0.2.1/tcp/9720/p2p/${name}`,
    source: 'bootstrap',
    connectedAt: 1,
    ...changes,
  }
}

function unheard(): never {
  throw new Error('nobody listens for peers')
}

function startUp(path: string, clock = new ManualClock()) {
  const connected = new Map<string, AdmittedPeer>()
  let [joined, left]: [Parameters<Mesh['onPeer']>[0], Parameters<Mesh['onPeerGone']>[0]] = [unheard, unheard]
  const remembered = createRememberedPeers({
    path,
    mesh: {
      onPeer: (callback) => (joined = callback),
      onPeerGone: (callback) => (left = callback),
      peers: () => [...connected.values()],
    },
    clock,
    random,
  })
  const known = { addresses: [] as string[] }
  remembered.onFound((peers) => (known.addresses = peers.flatMap(({ addresses }) => [...addresses])))
  const meet = (met: AdmittedPeer) => {
    connected.set(met.peer, met)
    joined(met, undefined as never)
  }
  const lose = (name: string) => {
    connected.delete(name)
    left(name as PeerId)
  }
  return { clock, remembered, known, meet, lose }
}

test('a peer that was met is sought again after a restart, under every address known of it', async (t) => {
  const path = join(await stateDirectory(t), 'peers.json')
  const before = startUp(path)
  await before.remembered.start()
  before.meet(peer('one', { address: '/dns4/gate.example/tcp/1/p2p/one' }))
  before.meet(peer('two', { source: 'inbound', address: '/ip4/192.0.2.2/tcp/51234/p2p/two' }))
  await before.remembered.stop()
  const after = startUp(path)
  await after.remembered.start()
  assert.deepEqual(after.known.addresses, [
    '/dns4/gate.example/tcp/1/p2p/one',
    '/ip4/192.0.2.1/tcp/9720/p2p/one',
    // Not the port that an inbound connection happened to leave by.
    '/ip4/192.0.2.1/tcp/9720/p2p/two',
  ])
  await after.remembered.stop()
  assert.deepEqual(await readdir(join(path, '..')), ['peers.json'])
  assert.equal((await stat(path)).mode & 0o777, 0o600)
})

test('a peer that is killed has saved whom it met a moment before', async (t) => {
  const path = join(await stateDirectory(t), 'peers.json')
  const { remembered, clock, meet } = startUp(path)
  await remembered.start()
  meet(peer('one'))
  await clock.advance(1000)
  while (!(await readFile(path, 'utf8').catch(() => '')).includes('/p2p/one')) await clock.advance(0)
  await remembered.stop()
})

test('a lost peer is sought for an hour, a connected one stays known however long it lasts', async (t) => {
  const { remembered, clock, known, meet, lose } = startUp(join(await stateDirectory(t), 'peers.json'))
  await remembered.start()
  meet(peer('stays'))
  meet(peer('goes'))
  await clock.advance(3 * SEEK_MS)
  assert.equal(known.addresses.length, 2)
  lose('goes')
  await clock.advance(SEEK_MS - MINUTE)
  assert.equal(known.addresses.length, 2)
  await clock.advance(2 * MINUTE)
  assert.deepEqual(known.addresses, ['/ip4/192.0.2.1/tcp/9720/p2p/stays'])
  await remembered.stop()
  assert.equal(clock.pending, 0)
})

test('who was not met for a day is forgotten', async (t) => {
  const path = join(await stateDirectory(t), 'peers.json')
  const before = startUp(path)
  await before.remembered.start()
  before.meet(peer('one'))
  await before.remembered.stop()
  const later = startUp(path, new ManualClock(before.clock.now() + REMEMBER_MS + MINUTE))
  await later.remembered.start()
  assert.deepEqual(later.known.addresses, [])
  await later.remembered.stop()
})

for (const [what, content] of [
  ['junk', 'no JSON'],
  ['of another version', '{"version":9,"peers":[]}'],
  ['of another form', '{"version":1,"peers":[{"peer":1}]}'],
] as const) {
  test(`a file that is ${what} is reported, and written anew with the next peer`, async (t) => {
    const path = join(await stateDirectory(t), 'peers.json')
    await writeFile(path, content)
    const { remembered, meet } = startUp(path)
    await remembered.start()
    assert.match(remembered.problem() ?? '', new RegExp(`Cannot read the peers met before from ${path}`))
    meet(peer('one'))
    await remembered.stop()
    assert.equal(remembered.problem(), undefined)
    const again = startUp(path)
    await again.remembered.start()
    assert.equal(again.known.addresses.length, 1)
    await again.remembered.stop()
  })
}

test('of a mesh of thousands the two hundred met last are remembered', async (t) => {
  const path = join(await stateDirectory(t), 'peers.json')
  const { remembered, known, meet } = startUp(path)
  await remembered.start()
  for (let index = 0; index < 500; index += 1) meet(peer(`peer${String(index)}`))
  assert.equal(known.addresses.length, 200)
  assert.ok(known.addresses.at(-1)?.endsWith('/peer499'))
  await remembered.stop()
})
