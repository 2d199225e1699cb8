/**
 * HELLO between builds of different age. Proofs cover nonces and peer ids only, so what another build would say is made
 * of what this one says, on its way.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RunnerMeshError } from '../../../src/core/errors.ts'
import type { PeerId } from '../../../src/core/ids.ts'
import type { PeerHello } from '../../../src/core/ports/mesh.ts'
import { answerGreeting, greet, RPC_VERSIONS, type Greeted, type HelloParty } from '../../../src/mesh/hello.ts'
import { newMeshKey, parseMeshKey } from '../../../src/mesh/mesh-key.ts'
import { wires, type Json } from '../../support/hello-wire.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const ALICE = '12D3KooWKKecaxb1crCMkAqqcY1NBCnWSav8HESsqBJXfMkXxEyJ' as PeerId
const BOB = '12D3KooWBgKXM4ukigLAPGv1iGHrHLo1s3QN1nDUCnv5suckcAgC' as PeerId
const CAPABILITIES = {
  ...{ version: '0.1.0', protocols: [], os: 'linux', arch: 'x64', cpus: 2, memory_bytes: 1, disk_bytes: 1, gpus: [] },
  ...{ labels: [], task_types: [] },
}

const random = new SeededRandom(7)
const KEY = parseMeshKey(newMeshKey(random))

function party(self: PeerId, remote: PeerId): HelloParty {
  const hello = { homes: [], features: ['work'], runnerName: 'runner', capabilities: CAPABILITIES }
  return { self, remote, keys: [KEY], hello, addresses: [], random, clock: { mono: () => 0 } }
}

type Edit = (fields: Record<string, unknown>, method: unknown) => Record<string, unknown>

interface Outcome {
  readonly hello?: PeerHello
  readonly error?: RunnerMeshError
}

async function outcome(greeting: Promise<Greeted>): Promise<Outcome> {
  try {
    const { hello } = await greeting
    return { hello }
  } catch (thrown) {
    assert.ok(thrown instanceof RunnerMeshError)
    return { error: thrown }
  }
}

/** @param dialer what becomes of the fields that the dialer says; @param listener of those of the listener */
async function meet(dialer: Edit = (said) => said, listener: Edit = (said) => said) {
  const [near, far] = wires()
  near.edit = (message: Json) => ({ ...message, params: dialer(message.params ?? {}, message['method']) })
  far.edit = (message: Json) =>
    message.result === undefined ? message : { ...message, result: listener(message.result, undefined) }
  const answering = answerGreeting(far, party(BOB, ALICE), () => false)
  answering.catch(() => undefined)
  // A listener waits for a dialer that has given up until its time is over, which is not the matter here.
  const greeted = await outcome(greet(near, party(ALICE, BOB)))
  const answered = () => outcome(answering)
  return { greeted, answered, said: far.sent }
}

const [OWN] = RPC_VERSIONS

for (const [age, versions] of [
  ['older', ['0.9', OWN]],
  ['newer', ['9.1', '9.0', OWN]],
  ['much newer, with versions of another form,', ['10.0-rc.1', OWN]],
] as const) {
  test(`with a ${age} dialer that also speaks this version, this version is spoken`, async () => {
    const { greeted, answered } = await meet((said, method) => (method === 'hello' ? { ...said, versions } : said))
    assert.equal(greeted.hello?.version, OWN)
    const { hello } = await answered()
    assert.deepEqual([hello?.version, hello?.versions], [OWN, versions])
  })
}

for (const [age, versions] of [
  ['older', ['0.8', '0.9']],
  ['newer', ['9.1', '9.0']],
] as const) {
  test(`an ${age} dialer without a common version is refused, and both sides advise to upgrade`, async () => {
    const { greeted, answered, said } = await meet((fields, method) =>
      method === 'hello' ? { ...fields, versions } : fields,
    )
    for (const { error } of [greeted, await answered()]) {
      assert.equal(error?.code, 'protocol_mismatch')
      assert.match(error.message, /Upgrade the older of the two/)
    }
    assert.ok(!JSON.stringify(said).includes('"proof"'))
  })
}

test('a listener that picks a version which was not offered is refused', async () => {
  for (const version of ['0.9', '2.0', '']) {
    const { greeted } = await meet(undefined, (said) => ('proof' in said ? { ...said, version } : said))
    assert.equal(greeted.error?.code, 'protocol_mismatch')
  }
})

test('fields that are not known are passed over, in every message of both sides', async () => {
  const more: Edit = (said) => ({ ...said, colour: 'blue', nested: { deep: [1] } })
  const { greeted, answered } = await meet(more, more)
  const { hello } = await answered()
  for (const heard of [greeted.hello, hello]) {
    assert.ok(heard)
    assert.ok(!('colour' in heard) && !('nested' in heard))
  }
})

test('crit of fields that are known is satisfied', async () => {
  const crit: Edit = (said) => ('nonce' in said ? { ...said, crit: ['homes', 'nonce'] } : said)
  const { greeted, answered } = await meet(crit, crit)
  assert.ok(greeted.hello)
  assert.ok((await answered()).hello)
})

for (const field of ['colour', 'toString', '__proto__', '']) {
  test(`crit of ${JSON.stringify(field)}, which is not known, ends the HELLO on either side`, async () => {
    const crit: Edit = (said) => ('nonce' in said ? { ...said, crit: ['homes', field] } : said)
    const asked = await meet(crit)
    assert.equal(asked.greeted.error?.code, 'protocol_mismatch')
    const { error } = await asked.answered()
    assert.equal(error?.code, 'protocol_mismatch')
    assert.ok(error.message.includes(JSON.stringify(field)))
    assert.equal((await meet(undefined, crit)).greeted.error?.code, 'protocol_mismatch')
  })
}

test('a HELLO of the first build, without what came later, is taken on either side', async () => {
  const first: Edit = ({ addresses: _, also: __, capabilities: ___, ...said }) => said
  const { greeted, answered } = await meet(first, first)
  const { hello } = await answered()
  for (const heard of [greeted.hello, hello]) {
    assert.deepEqual(heard?.addresses, [])
    assert.equal(heard.capabilities, undefined)
  }
})

test('capabilities are told to one who has proven itself, and what a newer version adds to them is passed over', async () => {
  const newer: Edit = (said) =>
    'capabilities' in said ? { ...said, capabilities: { ...CAPABILITIES, colour: 'blue' } } : said
  const { greeted, answered, said } = await meet(newer, newer)
  assert.deepEqual(greeted.hello?.capabilities, CAPABILITIES)
  assert.deepEqual((await answered()).hello?.capabilities, CAPABILITIES)
  assert.ok(!JSON.stringify(said[0]).includes('memory_bytes'))
})

for (const [what, capabilities] of [
  ['are no object', 'many'],
  ['are null', null],
  ['lack most', { cpus: 2 }],
  ['have a field of another form', { ...CAPABILITIES, cpus: 'two' }],
  ['name hundreds of GPUs', { ...CAPABILITIES, gpus: Array.from({ length: 300 }, () => ({ uuid: 'x' })) }],
] as const) {
  test(`a peer whose capabilities ${what} is admitted without any`, async () => {
    const malformed: Edit = (said) => ('capabilities' in said ? { ...said, capabilities } : said)
    const { greeted, answered } = await meet(malformed, malformed)
    const { hello } = await answered()
    for (const heard of [greeted.hello, hello]) {
      assert.ok(heard)
      assert.equal(heard.capabilities, undefined)
    }
  })
}
