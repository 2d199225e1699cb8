/** Frames, JSON, names and keys of the predecessor's wire, against what was captured of its own code. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { ERRORS, isErrorCode, RunnerMeshError } from '../../../../src/core/errors.ts'
import { BadFrame, encodeObject, FrameReader } from '../../../../src/peers/legacy/frame-reader.ts'
import { TokenBucket, UnprovenBytes } from '../../../../src/peers/legacy/limits.ts'
import { parsePythonJson, pythonInt } from '../../../../src/peers/legacy/python-json.ts'
import { splitPayload, toPriority } from '../../../../src/peers/legacy/queue-keys.ts'
import { errorReply, RETRY_WORDS } from '../../../../src/peers/legacy/replies.ts'
import { expandTaskTypes, toOurTypes, toWireType, typeNames } from '../../../../src/peers/legacy/wire-types.ts'
import { readVectors } from '../../../support/vectors.ts'

const framing = readVectors(
  'framing',
  z.object({
    frames: z.array(z.object({ payload: z.record(z.string(), z.json()), frame_hex: z.string() })),
    decode_errors: z.array(z.object({ frame_hex: z.string(), case: z.string(), result: z.string() })),
    token_bucket: z.object({
      capacity: z.number(),
      refill_per_s: z.number(),
      calls: z.array(z.tuple([z.number(), z.boolean()])),
    }),
  }),
)

test('captured frames are read, whole, byte by byte, and one after another', () => {
  const all = Buffer.concat(framing.frames.map(({ frame_hex: hex }) => Buffer.from(hex, 'hex')))
  const wanted = framing.frames.map(({ payload }) => payload)
  for (const size of [1, 3, all.length]) {
    const reader = new FrameReader()
    const read = []
    for (let at = 0; at < all.length; at += size) {
      reader.push(all.subarray(at, at + size))
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) read.push(frame)
    }
    assert.deepEqual(read, wanted)
    assert.equal(reader.held, 0)
  }
  for (const { payload } of framing.frames) {
    const reader = new FrameReader()
    reader.push(encodeObject(payload) ?? Buffer.alloc(0))
    assert.deepEqual(reader.next(), payload)
  }
})

test('captured faults of frames are told by the same names; a cut frame waits for its rest', () => {
  for (const { frame_hex: hex, case: name, result } of framing.decode_errors) {
    const reader = new FrameReader()
    reader.push(Buffer.from(hex, 'hex'))
    if (result.includes('incomplete')) {
      assert.equal(reader.next(), undefined, name)
      continue
    }
    const fault = result.includes('not_object') ? 'invalid_message' : 'invalid_json'
    assert.throws(
      () => reader.next(),
      (error) => error instanceof BadFrame && error.fault === fault,
      name,
    )
  }
})

test('a length beyond the limit is refused before its bytes come', () => {
  const reader = new FrameReader()
  reader.push(Buffer.from('00100001', 'hex'))
  assert.throws(() => reader.next(), { fault: 'frame_too_large' })
})

test('the captured sequence of a token bucket', () => {
  const { capacity, refill_per_s: rate, calls } = framing.token_bucket
  const bucket = new TokenBucket(capacity, rate, 0)
  assert.deepEqual(
    calls.map(([at]) => [at, bucket.take(at)]),
    calls,
  )
})

test('those who have not shown the token share one measure of bytes', () => {
  const bytes = new UnprovenBytes(10)
  assert.equal(bytes.take(6), true)
  assert.equal(bytes.take(5), false)
  bytes.giveBack(6)
  assert.equal(bytes.take(10), true)
})

test('JSON of Python is read: bare words that JSON lacks become null, strings stay as they are', () => {
  const text = '{"a": NaN, "b": [Infinity, -Infinity], "c": "NaN and \\"Infinity", "d": 1e3, "e": "\\u00e9"}'
  assert.deepEqual(parsePythonJson(text), { a: null, b: [null, null], c: 'NaN and "Infinity', d: 1000, e: 'é' })
  assert.throws(() => parsePythonJson('{"a": NaNa}'), SyntaxError)
  assert.throws(() => parsePythonJson('{bad'), SyntaxError)
  assert.equal(pythonInt(' 8 '), 8)
  assert.equal(pythonInt('7.5'), undefined)
})

test('priorities and attempts are read as its queue reads them', () => {
  const { normalise } = readVectors(
    'queue_priority',
    z.object({
      normalise: z.array(z.object({ value: z.json(), stored_priority: z.number(), attempt_limit: z.number() })),
    }),
  )
  for (const { value, stored_priority: priority, attempt_limit: limit } of normalise) {
    assert.equal(toPriority(value), priority, JSON.stringify(value))
    const { options } = splitPayload({ max_attempts: value }, 0, false)
    assert.equal(options.max_failures, limit === 0 ? 1000 : limit, JSON.stringify(value))
  }
})

test('keys of its queue leave a container’s payload and stay in any other', () => {
  const payload = {
    image: 'a',
    priority: 9,
    session_id: 's',
    sticky_worker_id: 'w1',
    next_attempt_at: 12,
    idempotency_key: 'k',
  }
  const split = splitPayload(payload, 10_000, true)
  assert.deepEqual(split.payload, { image: 'a' })
  assert.deepEqual(split.options, {
    ...{ priority: 9, max_failures: 3, idempotency_key: 'k', delay_ms: 2000 },
    requires: { labels: ['session=s', 'sticky-worker=w1'] },
  })
  assert.deepEqual(splitPayload(payload, 10_000, false).payload, payload)
})

test('names of task types are expanded as its claims do; container types know all its spellings', () => {
  const { normalize } = readVectors(
    'task_types',
    z.object({ normalize: z.array(z.object({ in: z.array(z.string()), out: z.array(z.string()) })) }),
  )
  for (const { in: given, out } of normalize) assert.deepEqual(expandTaskTypes(typeNames(given)), out)
  assert.deepEqual(toOurTypes(['docker.execute', 'docker.run', 'docker.github_repo', 'demo']), [
    ...['docker.hub', 'docker.github', 'demo'],
  ])
  assert.equal(toWireType('docker.hub'), 'docker.execute')
  assert.equal(toWireType('docker.hub', ['demo', 'docker.run']), 'docker.run')
  assert.deepEqual(typeNames(' A, b ,,'), ['a', 'b'])
})

test('no error of ours makes its client repeat the call', () => {
  for (const code of Object.keys(ERRORS)) {
    assert.ok(isErrorCode(code))
    for (const message of ['plain', 'the connection timed out: timeout, no response']) {
      const reply = errorReply(new RunnerMeshError(code, message))
      assert.doesNotMatch(JSON.stringify(reply), RETRY_WORDS, code)
      assert.equal(reply.ok, false)
    }
  }
})
