import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSignatures, signBody } from '../../../src/webhook/signatures.ts'

/** @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation */
const SECRET = "It's a Secret to Everybody"
const BODY = 'Hello, World!'
const SIGNATURE = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'

test('GitHub’s own example of a signature is made and found genuine', async () => {
  assert.equal(await signBody([SECRET], BODY), SIGNATURE)
  assert.equal(await createSignatures([SECRET]).isGenuine(BODY, SIGNATURE), true)
})

test('a changed byte, another secret, a missing, short or older signature is not genuine', async () => {
  const { isGenuine } = createSignatures([SECRET])
  assert.equal(await isGenuine('Hello, World?', SIGNATURE), false)
  assert.equal(await isGenuine(BODY, SIGNATURE.replace('7571', '7572')), false)
  assert.equal(await createSignatures(['another']).isGenuine(BODY, SIGNATURE), false)
  for (const wrong of [undefined, '', 'sha256=', SIGNATURE.slice(0, -1), `${SIGNATURE}0`, SIGNATURE.toUpperCase()]) {
    assert.equal(await isGenuine(BODY, wrong), false, String(wrong))
  }
  assert.equal(await isGenuine(BODY, 'sha1=7d38cdd689735b008b3c702edd92eea23791c5f6'), false)
  assert.equal(await isGenuine('', await signBody([SECRET], ' ')), false)
})

test('while secrets change over, the former one counts too', async () => {
  const { isGenuine } = createSignatures(['the new one', SECRET])
  assert.equal(await isGenuine(BODY, SIGNATURE), true)
  assert.equal(await isGenuine(BODY, await signBody(['the new one'], BODY)), true)
  assert.equal(await isGenuine(BODY, await signBody(['one before'], BODY)), false)
})
