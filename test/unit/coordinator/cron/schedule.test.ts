import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseSchedule } from '../../../../src/coordinator/cron/schedule.ts'
import { randomRuns } from '../../../support/random-runs.ts'

/** The next instants after `from`. */
function instants(expression: string, timeZone: string, from: string, count: number): readonly string[] {
  const schedule = parseSchedule(expression, timeZone)
  const found: string[] = []
  for (let at = Date.parse(from); found.length < count;) {
    at = schedule.next(at)
    found.push(new Date(at).toISOString())
  }
  return found
}

test('a time is meant in its zone, summer and winter', () => {
  assert.deepEqual(instants('0 3 * * *', 'Europe/Berlin', '2026-01-10T00:00:00Z', 1), ['2026-01-10T02:00:00.000Z'])
  assert.deepEqual(instants('0 3 * * *', 'Europe/Berlin', '2026-07-10T00:00:00Z', 1), ['2026-07-10T01:00:00.000Z'])
  assert.deepEqual(instants('30 9 * * 1-5', 'Asia/Kolkata', '2026-01-09T05:00:00Z', 1), ['2026-01-12T04:00:00.000Z'])
})

test('a time that summer time skips falls due right after the gap', () => {
  assert.deepEqual(instants('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3), [
    '2026-03-28T01:30:00.000Z',
    '2026-03-29T01:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ])
})

test('a fixed time that comes twice falls due once, and a step goes on through both hours', () => {
  assert.deepEqual(instants('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2), [
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ])
  assert.deepEqual(instants('*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:00:00Z', 4), [
    '2026-10-25T00:30:00.000Z',
    '2026-10-25T01:00:00.000Z',
    '2026-10-25T01:30:00.000Z',
    '2026-10-25T02:00:00.000Z',
  ])
})

test('names, leap days and the rule of two day fields are cron’s own', () => {
  assert.deepEqual(instants('@daily', 'UTC', '2026-01-01T00:00:00Z', 1), ['2026-01-02T00:00:00.000Z'])
  assert.deepEqual(instants('0 0 29 2 *', 'UTC', '2026-03-01T00:00:00Z', 1), ['2028-02-29T00:00:00.000Z'])
  assert.deepEqual(instants('0 0 13 * fri', 'UTC', '2026-01-01T00:00:00Z', 3), [
    '2026-01-02T00:00:00.000Z',
    '2026-01-09T00:00:00.000Z',
    '2026-01-13T00:00:00.000Z',
  ])
})

test('what is no schedule is refused in one line that says what to write', () => {
  for (const [expression, timeZone] of [
    ['', 'UTC'],
    ['* * * *', 'UTC'],
    ['* * * * * *', 'UTC'],
    ['2030-01-01T00:00:00', 'UTC'],
    ['60 * * * *', 'UTC'],
    ['@sometimes', 'UTC'],
    ['0 0 31 2 *', 'UTC'],
    ['* * * * *', 'Nowhere/Nothing'],
  ] as const) {
    assert.throws(
      () => parseSchedule(expression, timeZone),
      (thrown: Error & { code?: string }) =>
        thrown.code === 'bad_request' && /^Cannot schedule .* Write minute hour/.test(thrown.message),
      expression,
    )
  }
})

test('the latest instant is never after now, and the next never at or before it; none lies between them', () => {
  const expression = fc.constantFrom('* * * * *', '*/7 * * * *', '30 2 * * *', '15 */5 * * 1-5', '0 0 1 */2 *')
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe')
  const at = fc.integer({ min: Date.parse('2025-01-01'), max: Date.parse('2028-01-01') })
  fc.assert(
    fc.property(expression, zone, at, (text, timeZone, now) => {
      const schedule = parseSchedule(text, timeZone)
      const latest = schedule.latest(now)
      const next = schedule.next(now)
      assert.ok(latest !== undefined && latest <= now && now < next)
      assert.equal(schedule.next(latest), next)
      assert.equal(schedule.latest(next), next)
    }),
    randomRuns(100),
  )
})
