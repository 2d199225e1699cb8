import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { systemClock, systemRandom as random } from '../../../src/app/system.ts'
import type { Clock } from '../../../src/core/ports/clock.ts'
import type { Discovery } from '../../../src/core/ports/discovery.ts'
import { Rejections } from '../../../src/core/rejections.ts'
import { createAnnouncementSeal } from '../../../src/mesh/announcement-seal.ts'
import { createFileRegistry } from '../../../src/mesh/discovery/file-registry.ts'
import {
  createPredecessorAnnounceFile,
  createPredecessorPeerFolder,
} from '../../../src/mesh/discovery/predecessor-files.ts'
import { createEnvelopeSigner } from '../../../src/mesh/envelope-signer.ts'
import { identityFromKey } from '../../../src/mesh/identity.ts'
import { newMeshKey, parseMeshKey } from '../../../src/mesh/mesh-key.ts'
import { eventually } from '../../support/eventually.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const MESH_KEY = newMeshKey(random)

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'runner-mesh-discovery-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

/** Keeps what the discovery knows now. */
function follow(discovery: Discovery): { addresses: string[] } {
  const known = { addresses: [] as string[] }
  discovery.onFound((peers) => (known.addresses = peers.flatMap(({ addresses }) => [...addresses]).sort()))
  return known
}

interface PeerChoices {
  readonly key?: string
  readonly clock?: Clock
  readonly everyMs?: number
}

async function peerIn(directory: string, { key = MESH_KEY, clock = systemClock, everyMs = 20 }: PeerChoices = {}) {
  const identity = identityFromKey(await generateKeyPair('Ed25519'))
  const signer = createEnvelopeSigner(identity)
  const seal = createAnnouncementSeal({ signer, meshKeys: [parseMeshKey(key)], clock })
  const rejections = new Rejections()
  const registry = createFileRegistry({ directory, self: identity.peer, seal, clock, random, rejections, everyMs })
  const address = `/ip4/192.0.2.1/tcp/1/p2p/${identity.peer}`
  const announce = (seq = 1, addresses = [address]) =>
    registry.announce({
      peer: identity.peer,
      seq,
      issuedAt: clock.now(),
      expiresAt: clock.now() + 60_000,
      addresses,
      runnerName: 'x',
      homes: [],
      features: [],
    })
  return { registry, announce, address, rejections, peer: identity.peer, known: follow(registry) }
}

test('peers that share a folder find each other, not themselves, and lose those that leave', async (t) => {
  const directory = join(await folder(t), 'made', 'when', 'needed')
  const peers = await Promise.all([1, 2, 3].map(() => peerIn(directory)))
  const [one, two, three] = peers
  assert.ok(one && two && three)
  t.after(() => Promise.all(peers.map(({ registry }) => registry.stop())))
  for (const { registry, announce } of peers) {
    await registry.start()
    await announce()
  }
  const both = [two.address, three.address].sort()
  await eventually(
    'one knows both others',
    () => one.known.addresses,
    (known) => known.join() === both.join(),
  )
  await three.registry.stop()
  await eventually(
    'the leaver is lost',
    () => one.known.addresses,
    (known) => known.join() === two.address,
  )
  assert.equal(one.registry.problem(), undefined)
})

test('files that no member has signed, copies and junk are passed over', async (t) => {
  const directory = await folder(t)
  const member = await peerIn(directory)
  const stranger = await peerIn(directory, { key: newMeshKey(random) })
  const reader = await peerIn(directory)
  t.after(() => Promise.all([member, stranger, reader].map(({ registry }) => registry.stop())))
  await member.announce()
  await stranger.announce()
  const another = '12D3KooWKKecaxb1crCMkAqqcY1NBCnWSav8HESsqBJXfMkXxEyJ'
  await copyFile(join(directory, `${member.peer}.json`), join(directory, `${another}.json`))
  await writeFile(join(directory, '12D3KooWB3YFmaVRsyJdidFoCQwWKFYSSNgsCDACnovfwutLkYbe.json'), '{"envelope":')
  await writeFile(join(directory, 'notes.txt'), 'hello')
  await reader.registry.start()
  assert.deepEqual(reader.known.addresses, [member.address])
  assert.deepEqual(
    (await readdir(directory)).filter((name) => name.startsWith('.')),
    [],
  )
})

test('an older announcement that somebody puts back is refused and counted, and a newer one counts again', async (t) => {
  const directory = await folder(t)
  const [member, reader] = [await peerIn(directory), await peerIn(directory)]
  t.after(() => Promise.all([member, reader].map(({ registry }) => registry.stop())))
  const path = join(directory, `${member.peer}.json`)
  await member.announce(1)
  const old = await readFile(path)
  const at = (port: number) => `/ip4/192.0.2.1/tcp/${String(port)}/p2p/${member.peer}`
  await member.announce(2, [at(2)])
  await reader.registry.start()
  assert.deepEqual(reader.known.addresses, [at(2)])
  await writeFile(path, old)
  await eventually(
    'it is counted',
    () => reader.rejections.list(),
    ({ bad_announcement: refused = 0 }) => refused > 0,
  )
  assert.ok(!reader.known.addresses.includes(member.address), 'what the peer has given up is not dialled')
  await member.announce(3, [at(3)])
  await eventually(
    'the newest counts',
    () => reader.known.addresses,
    (known) => known.join() === at(3),
  )
})

test('an announcement that is not renewed is lost when it expires, though its file stays', async (t) => {
  const directory = await folder(t)
  const clock = new ManualClock()
  const [gone, reader] = [await peerIn(directory, { clock }), await peerIn(directory, { clock })]
  t.after(() => reader.registry.stop())
  await gone.announce()
  await reader.registry.start()
  assert.deepEqual(reader.known.addresses, [gone.address])
  await eventually(
    'it is lost',
    async () => {
      await clock.advance(10_000)
      return reader.known.addresses
    },
    (known) => known.length === 0,
  )
})

test('a folder that cannot be used is said to be, and harms nothing', async (t) => {
  const file = join(await folder(t), 'file')
  await writeFile(file, '')
  // It does not look again meanwhile, and say what it says then.
  const { registry, announce, known } = await peerIn(file, { everyMs: 600_000 })
  t.after(() => registry.stop())
  await registry.start()
  assert.match(registry.problem() ?? '', new RegExp(`Cannot look into ${file}`))
  await announce()
  assert.match(registry.problem() ?? '', new RegExp(`Cannot announce this peer in ${file}.*Make the folder writable`))
  assert.deepEqual(known.addresses, [])
})

test('the predecessor’s announce file is a hint to dial, for as long as it is there', async (t) => {
  const path = join(await folder(t), 'task_p2p_announce.json')
  const clock = new ManualClock()
  const discovery = createPredecessorAnnounceFile(path, clock)
  const known = follow(discovery)
  t.after(() => discovery.stop())
  await discovery.start()
  const after = (what: string, isSo: (addresses: string[]) => boolean) =>
    eventually(what, () => clock.advance(15_000).then(() => known.addresses), isSo)
  assert.deepEqual(known.addresses, [])
  await writeFile(path, JSON.stringify({ peer_id: '12D3', multiaddr: '/ip4/192.0.2.4/tcp/9100/p2p/12D3' }))
  await after('found', (addresses) => addresses.join() === '/ip4/192.0.2.4/tcp/9100/p2p/12D3')
  await writeFile(path, 'half a')
  await after('junk is nothing', (addresses) => addresses.length === 0)
  await writeFile(path, JSON.stringify({ peer_id: '12D3', multiaddr: '/ip4/192.0.2.5/tcp/9100/p2p/12D3' }))
  await after('found again', (addresses) => addresses.length === 1)
  await unlink(path)
  await after('gone', (addresses) => addresses.length === 0)
})

test('the predecessor’s peer files count for thirty minutes after they were last seen', async (t) => {
  const directory = await folder(t)
  const clock = new ManualClock()
  const write = (name: string, agoMinutes: number, port: number) =>
    writeFile(
      join(directory, name),
      JSON.stringify({
        peer_id: 'p',
        runner_name: name,
        public_ip: null,
        listen_port: port,
        multiaddr: `/ip4/192.0.2.4/tcp/${String(port)}`,
        last_seen: new Date(clock.now() - agoMinutes * 60_000).toISOString().replace('Z', '123+00:00'),
        metadata: {},
      }),
    )
  await write('peer_one.json', 1, 1)
  await write('peer_old.json', 31, 2)
  await write('other.json', 1, 3)
  await writeFile(join(directory, 'peer_script.json'), JSON.stringify({ timestamp: 1, run_id: 2 }))
  const discovery = createPredecessorPeerFolder(directory, clock)
  const known = follow(discovery)
  t.after(() => discovery.stop())
  await discovery.start()
  assert.deepEqual(known.addresses, ['/ip4/192.0.2.4/tcp/1'])
  await eventually(
    'it is too old',
    () => clock.advance(5 * 60_000).then(() => known.addresses),
    (addresses) => addresses.length === 0,
  )
})
