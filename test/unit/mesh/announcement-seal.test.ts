import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Announcement } from '../../../src/core/announcement.ts'
import { createAnnouncementSeal } from '../../../src/mesh/announcement-seal.ts'
import { createEnvelopeSigner } from '../../../src/mesh/envelope-signer.ts'
import { identityFromKey } from '../../../src/mesh/identity.ts'
import { announcementMac, newMeshKey, parseMeshKey, type MeshKey } from '../../../src/mesh/mesh-key.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const HOUR = 3_600_000
const random = new SeededRandom(11)
const key = parseMeshKey(newMeshKey(random))
const newKey = parseMeshKey(newMeshKey(random))
const alice = identityFromKey(await generateKeyPairFromSeed('Ed25519', Buffer.alloc(32, 1)))
const bob = identityFromKey(await generateKeyPairFromSeed('Ed25519', Buffer.alloc(32, 2)))
const clock = new ManualClock()

function sealOf(identity: typeof alice, ...keys: MeshKey[]) {
  const [current = key, ...previous] = keys
  return createAnnouncementSeal({ signer: createEnvelopeSigner(identity), meshKeys: [current, ...previous], clock })
}

function announcement(changes: Partial<Announcement> = {}): Announcement {
  return {
    peer: alice.peer,
    seq: 7,
    issuedAt: clock.now(),
    expiresAt: clock.now() + HOUR,
    addresses: ['/ip4/192.0.2.7/tcp/9720'],
    runnerName: 'runner-7',
    homes: ['aaaaaaaaaaaaaaaa'],
    features: ['home'],
    ...changes,
  }
}

test('what a member announces another member reads, unchanged', async () => {
  const said = announcement()
  assert.deepEqual(await sealOf(bob).open(await sealOf(alice).seal(said)), said)
})

test('what a member has and can do is part of what it announces, as far as it stands and as far as it is understood', async () => {
  const capabilities = {
    ...{ version: '1.2.3', os: 'linux', arch: 'arm64', cpus: 8, memory_bytes: 2 ** 34, disk_bytes: 2 ** 40 },
    ...{
      gpus: [{ uuid: 'GPU-1' }],
      labels: ['gpu'],
      task_types: ['docker.run'],
      protocols: ['/runner-mesh/rpc/1.0.0'],
    },
  }
  const read = await sealOf(bob).open(await sealOf(alice).seal(announcement({ capabilities })))
  assert.deepEqual(read.capabilities, capabilities)
  // Of a newer version they may have another form: then there are none, and the rest counts.
  const strange = { cpus: 'many' } as never
  const rest = await sealOf(bob).open(await sealOf(alice).seal(announcement({ capabilities: strange })))
  assert.deepEqual([rest.capabilities, rest.addresses], [undefined, announcement().addresses])
})

test('while keys are being changed both kinds of members read both kinds of announcements', async () => {
  const [old, changed] = [sealOf(alice), sealOf(alice, newKey, key)]
  assert.deepEqual(await old.open(await changed.seal(announcement())), announcement())
  assert.deepEqual(await changed.open(await old.seal(announcement())), announcement())
})

test('an announcement of another mesh is refused before its signature is looked at', async () => {
  const sealed = await sealOf(alice, newKey).seal(announcement())
  await assert.rejects(sealOf(bob).open(sealed), { code: 'signature_invalid', message: /not made by a member/ })
})

test('an announcement that one peer makes for another is refused, member or not', async () => {
  const sealed = await sealOf(bob).seal(announcement({ peer: alice.peer }))
  await assert.rejects(sealOf(bob).open(sealed), { code: 'signature_invalid', message: /speaks for another peer/ })
})

test('a member cannot change what another has announced', async () => {
  const { envelope } = await sealOf(alice).seal(announcement())
  const bytes = Buffer.from(envelope, 'base64url')
  bytes[bytes.length - 80] = (bytes.at(-80) ?? 0) ^ 1
  const forged = bytes.toString('base64url')
  const mac = announcementMac(key, Buffer.from(forged))
  await assert.rejects(sealOf(bob).open({ envelope: forged, mac }), { code: 'signature_invalid' })
})

for (const [what, changes] of [
  ['has expired', { issuedAt: clock.now() - 2 * HOUR, expiresAt: clock.now() - HOUR }],
  ['comes from the future', { issuedAt: clock.now() + HOUR, expiresAt: clock.now() + 2 * HOUR }],
  ['is to last longer than a day', { expiresAt: clock.now() + 25 * HOUR }],
] as const) {
  test(`an announcement that ${what} is refused`, async () => {
    const sealed = await sealOf(alice).seal(announcement(changes))
    await assert.rejects(sealOf(bob).open(sealed), { code: 'signature_invalid', message: new RegExp(what) })
  })
}
