import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { RecordEnvelope } from '@libp2p/peer-record'
import { ENVELOPE_DOMAINS } from '../../../src/core/envelope.ts'
import { createEnvelopeSigner, MAX_ENVELOPE_CHARACTERS } from '../../../src/mesh/envelope-signer.ts'
import { identityFromKey } from '../../../src/mesh/identity.ts'

const identity = identityFromKey(await generateKeyPairFromSeed('Ed25519', Buffer.alloc(32, 3)))
const signer = createEnvelopeSigner(identity)
const payload = Buffer.from('{"hello":"world"}')
const reader = createEnvelopeSigner(identityFromKey(await generateKeyPairFromSeed('Ed25519', Buffer.alloc(32, 4))))

test('what one peer seals another opens, byte for byte, knowing who sealed it', async () => {
  const opened = await reader.open('task', await signer.seal('task', payload))
  assert.equal(opened.peer, identity.peer)
  assert.deepEqual(Buffer.from(opened.payload), payload)
})

test('an envelope sealed as one kind is none of the other', async () => {
  const envelope = await signer.seal('task', payload)
  await assert.rejects(reader.open('announcement', envelope), { code: 'signature_invalid' })
})

test('an envelope of which any one byte is changed is refused', async () => {
  const bytes = Buffer.from(await signer.seal('task', payload), 'base64url')
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes)
    changed[index] = (changed[index] ?? 0) ^ 0x10
    await assert.rejects(
      reader.open('task', changed.toString('base64url')),
      { code: 'signature_invalid' },
      String(index),
    )
  }
})

test('garbage, nothing and too much are refused alike', async () => {
  for (const envelope of ['', 'AAAA', 'not base64 at all', 'A'.repeat(MAX_ENVELOPE_CHARACTERS + 1)]) {
    await assert.rejects(reader.open('task', envelope), { code: 'signature_invalid' })
  }
})

test('a valid signature over another form of payload is refused', async () => {
  const record = {
    domain: ENVELOPE_DOMAINS.task,
    codec: Buffer.from('/someone/else'),
    marshal: () => payload,
    equals: () => false,
  }
  const foreign = await RecordEnvelope.seal(record, identity.privateKey)
  const text = Buffer.from(foreign.marshal()).toString('base64url')
  await assert.rejects(reader.open('task', text), { code: 'signature_invalid', message: /another form/ })
})

test('a valid signature by a key that is not Ed25519 is refused', async () => {
  const record = {
    domain: ENVELOPE_DOMAINS.task,
    codec: Buffer.from('/runner-mesh/json/1'),
    marshal: () => payload,
    equals: () => false,
  }
  const foreign = await RecordEnvelope.seal(record, await generateKeyPair('secp256k1'))
  const text = Buffer.from(foreign.marshal()).toString('base64url')
  await assert.rejects(reader.open('task', text), { code: 'signature_invalid', message: /Ed25519/ })
})
