import assert from 'node:assert/strict'
import { pbkdf2Sync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { decryptFernet, encryptFernet, fernetKey } from '../../../../src/peers/legacy/fernet.ts'
import { createPromptSeal, promptKey } from '../../../../src/peers/legacy/prompt-seal.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'
import { readVectors } from '../../../support/vectors.ts'

const captured = readVectors(
  'fernet',
  z.object({
    vectors: z.array(
      z.object({
        use: z.string(),
        secret: z.string(),
        salt: z.string(),
        fernet_key: z.string(),
        plaintext: z.string(),
        time: z.number(),
        iv_hex: z.string(),
        wrapped: z.object({ enc: z.string(), ct: z.string() }),
      }),
    ),
  }),
).vectors

const made = z
  .object({
    vectors: z.array(
      z.object({ key: z.string(), plaintext: z.string(), time: z.number(), iv_hex: z.string(), token: z.string() }),
    ),
  })
  .parse(
    JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/fernet-cryptography.json'), 'utf8')),
  ).vectors

const clock = { now: () => 1_700_000_000_000 }

test('tokens of the predecessor are made and read, byte for byte', () => {
  assert.equal(captured.length, 7)
  for (const { use, secret, salt, fernet_key: text, plaintext, time, iv_hex: iv, wrapped } of captured) {
    const key = use === 'task prompt' ? promptKey(secret) : fernetKey(pbkdf2Sync(secret, salt, 100_000, 32, 'sha256'))
    assert.equal(
      Buffer.concat([key.signing, key.encryption]).toString('base64url'),
      text.replace(/=+$/, ''),
      `${use}: ${secret}`,
    )
    assert.equal(encryptFernet(Buffer.from(plaintext), key, { time, iv: Buffer.from(iv, 'hex') }), wrapped.ct)
    assert.equal(Buffer.from(decryptFernet(wrapped.ct, key)).toString(), plaintext)
  }
})

test('tokens of Python’s cryptography are made and read, byte for byte', () => {
  for (const { key: text, plaintext, time, iv_hex: iv, token } of made) {
    const key = fernetKey(Buffer.from(text, 'base64url'))
    assert.equal(encryptFernet(Buffer.from(plaintext), key, { time, iv: Buffer.from(iv, 'hex') }), token)
    assert.equal(Buffer.from(decryptFernet(token, key)).toString(), plaintext)
  }
})

test('what another key made, or somebody changed, is refused', () => {
  const [vector] = made
  assert(vector !== undefined)
  const { token, key: text } = vector
  const key = fernetKey(Buffer.from(text, 'base64url'))
  const bytes = Buffer.from(token, 'base64url')
  const refused = { code: 'signature_invalid' }
  assert.throws(() => decryptFernet(token, promptKey('another')), refused)
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    assert.throws(() => decryptFernet(changed.toString('base64url'), key), refused)
  }
  for (const bad of ['', 'gAAAA', token.slice(0, -4), `${token}!`, `${token} `]) {
    assert.throws(() => decryptFernet(bad, key), refused, bad)
  }
  assert.throws(() => fernetKey(Buffer.alloc(31)), { code: 'bad_request' })
})

test('a prompt is handed over encrypted and read again by whoever knows the secret', () => {
  const random = new SeededRandom()
  const seal = createPromptSeal('sekret', { clock, random })
  const task = { task_id: 'x', payload: { prompt: 'hello', max_tokens: 5 } }
  const sealed = z
    .object({
      payload: z
        .object({ prompt_enc: z.object({ enc: z.literal('fernet-v1'), ct: z.string() }), max_tokens: z.literal(5) })
        .strict(),
    })
    .parse(seal.sealIn(task))
  assert.deepEqual(seal.open(sealed.payload), task.payload)
  assert.throws(() => createPromptSeal('other', { clock, random }).open(sealed.payload), { code: 'signature_invalid' })
  assert.throws(() => seal.open({ prompt_enc: { enc: 'rot13', ct: 'x' } }), { code: 'bad_request' })
})

test('a prompt that the predecessor’s client encrypted is read', () => {
  const [vector] = captured
  assert(vector !== undefined)
  const seal = createPromptSeal(vector.secret, { clock, random: new SeededRandom() })
  assert.deepEqual(seal.open({ prompt_enc: vector.wrapped }), { prompt: vector.plaintext })
})

test('without a secret everything passes as it is', () => {
  const seal = createPromptSeal(undefined, { clock, random: new SeededRandom() })
  const task = { payload: { prompt: 'p', prompt_enc: { enc: 'fernet-v1', ct: 'c' } } }
  assert.equal(seal.sealIn(task), task)
  assert.equal(seal.open(task.payload), task.payload)
})
