import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BadNegotiation, NegotiationCheck } from '../../../src/mesh/negotiation-guard.ts'

const HEADER = '/multistream/1.0.0'

function message(text: string): Buffer {
  const body = Buffer.from(`${text}\n`)
  const length = body.length < 0x80 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7]
  return Buffer.concat([Buffer.from(length), body])
}

function check(): NegotiationCheck {
  return new NegotiationCheck((said) => said === '/noise')
}

test('a negotiation ends with the protocol that is served, and what follows is not looked at', () => {
  const one = check()
  assert.equal(one.push(message(HEADER)), false)
  assert.equal(one.push(message('/tls/1.0.0')), false)
  assert.equal(one.push(Buffer.concat([message('/noise'), Buffer.alloc(5000, 0xff)])), true)
  assert.equal(one.push(Buffer.alloc(5000, 0xff)), true)
})

test('however it is cut into chunks, a negotiation reads the same', () => {
  const whole = Buffer.concat([message(HEADER), message(`/${'x'.repeat(200)}`), message('/noise')])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: whole.length }), { maxLength: 20 }), (cuts) => {
      const one = check()
      const places = [0, ...cuts.sort((a, b) => a - b), whole.length]
      const ends = places.slice(1).map((end, index) => one.push(whole.subarray(places[index], end)))
      assert.equal(ends.at(-1), true)
    }),
  )
})

for (const [what, bytes] of [
  ['a length that never ends', Buffer.alloc(10, 0xff)],
  ['a message of length zero', Buffer.from([0])],
  ['a message longer than negotiations are', Buffer.from([0x81, 0x10])],
  ['another first message', message('/something/1.0.0')],
  ['a web request', Buffer.from('GET / HTTP/1.1\r\nHost: example\r\nAccept: everything there is, please\r\n\r\n\r\n')],
  ['a message without its line end', Buffer.concat([Buffer.from([3]), Buffer.from('abc')])],
  ['proposals without end', Buffer.concat([message(HEADER), ...Array<Buffer>(20).fill(message('/no'))])],
] as const) {
  test(`${what} breaks it`, () => {
    assert.throws(() => check().push(bytes), BadNegotiation)
  })
}
