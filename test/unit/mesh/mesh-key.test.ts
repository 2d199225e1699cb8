import assert from 'node:assert/strict'
import { test } from 'node:test'
import { announcementMac, isAnnouncementMac, newMeshKey, parseMeshKey } from '../../../src/mesh/mesh-key.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const TEXT = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64url')

/** Worked out by hand after RFC 5869: HMAC("runner-mesh", key), then HMAC(that, purpose ‖ 1). */
const PINNED = {
  meshId: 'bp3bk56okratklj2',
  hello: '84bd41d7a7247a2a80d54f76fa857816093f8255a3dd8e9cea7974c55f8c88af',
  announce: '5d53e70e6f674310aaa673edbdec18dc2f35716c9726356b939bd3f0ce71a7f9',
}

test('what is derived from a key never changes, or old and new peers would not know each other', () => {
  const key = parseMeshKey(TEXT)
  assert.deepEqual(
    {
      meshId: key.meshId,
      hello: Buffer.from(key.hello).toString('hex'),
      announce: Buffer.from(key.announce).toString('hex'),
    },
    PINNED,
  )
})

test('a new key is read back, with white space around it, and each is another', () => {
  const random = new SeededRandom(5)
  const [one, two] = [newMeshKey(random), newMeshKey(random)]
  assert.equal(parseMeshKey(`  ${one}\n`).meshId, parseMeshKey(one).meshId)
  assert.notEqual(parseMeshKey(one).meshId, parseMeshKey(two).meshId)
  assert.match(parseMeshKey(one).meshId, /^[a-z2-7]{16}$/)
})

for (const [what, text] of [
  ['empty', ''],
  ['too short', TEXT.slice(0, 42)],
  ['too long', `${TEXT}AA`],
  ['of a foreign alphabet', `${TEXT.slice(0, 42)}!`],
  ['of the right length with a space inside', `${TEXT.slice(0, 20)} ${TEXT.slice(20)}`],
] as const) {
  test(`a key that is ${what} is refused with what to do, without repeating it`, () => {
    assert.throws(
      () => parseMeshKey(text),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'config_invalid')
        assert.match(error.message, /32 bytes in base64url/)
        if (text.length > 0) assert.ok(!error.message.includes(text.slice(0, 12)))
        return true
      },
    )
  })
}

test('the proof on an announcement holds under any accepted key and under no other', () => {
  const random = new SeededRandom(9)
  const [mine, older, foreign] = [newMeshKey(random), newMeshKey(random), newMeshKey(random)].map(parseMeshKey)
  assert.ok(mine && older && foreign)
  const envelope = Buffer.from('announcement')
  const mac = announcementMac(older, envelope)
  assert.ok(isAnnouncementMac([mine, older], envelope, mac))
  assert.ok(!isAnnouncementMac([mine, foreign], envelope, mac))
  assert.ok(!isAnnouncementMac([mine, older], Buffer.from('announcemenT'), mac))
  assert.ok(!isAnnouncementMac([mine, older], envelope, ''))
})
