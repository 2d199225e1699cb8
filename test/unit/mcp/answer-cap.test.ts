import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ANSWER_BYTES, shorten } from '../../../src/mcp/tools/answer-cap.ts'

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

test('an answer within the cap is untouched', () => {
  const answer = { ok: true, log_tail: 'x'.repeat(20_000) }
  assert.equal(shorten(answer), answer)
})

test('whatever the answer, what comes out is within the cap and says what is missing', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc.constant('é'.repeat(9_000)),
    fc.constant('"'.repeat(30_000)),
  )
  const answer = fc.record({
    ok: fc.constant(true),
    log_tail: text,
    tasks: fc.array(fc.record({ task_id: fc.string(), error: text }), { maxLength: 20 }),
    task: fc.record({
      status: fc.constant('failed'),
      result: fc.dictionary(fc.string(), fc.array(text, { maxLength: 12 })),
    }),
  })
  fc.assert(
    fc.property(answer, (value) => {
      const short = shorten(value)
      assert.ok(bytes(short) <= ANSWER_BYTES, String(bytes(short)))
      assert.equal(short['ok'], true)
      assert.equal(bytes(value) > ANSWER_BYTES, typeof short['shortened'] === 'string')
    }),
    { numRuns: 100 },
  )
})

test('of a log the end is kept, and how to read less is said', () => {
  const log = Array.from({ length: 5_000 }, (_, line) => `line ${String(line)}`).join('\n')
  const short = shorten({ ok: true, task: { status: 'failed' }, log_tail: log })
  assert.match(short['log_tail'] as string, /line 4999$/)
  assert.deepEqual(short['task'], { status: 'failed' })
  assert.match(short['shortened'] as string, /log_tail_lines/)
})

test('a list that is too long loses its end and the cursor that would skip it', () => {
  const tasks = Array.from({ length: 100 }, (_, at) => ({ task_id: `home.1.${String(at)}`, error: 'x'.repeat(900) }))
  const short = shorten({ ok: true, tasks, next_cursor: 'c' })
  const kept = (short['tasks'] as unknown[]).length
  assert.ok(kept > 10 && kept < 100)
  assert.deepEqual(short['tasks'], tasks.slice(0, kept))
  assert.equal(short['next_cursor'], undefined)
  assert.match(short['shortened'] as string, new RegExp(`first ${String(kept)} of 100.*limit ${String(kept)}`))
})

test('the answer that was given is not changed', () => {
  const answer = { ok: true, log_tail: 'x'.repeat(50_000) }
  shorten(answer)
  assert.equal(answer.log_tail.length, 50_000)
})
