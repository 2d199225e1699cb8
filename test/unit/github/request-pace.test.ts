import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GitHubError, refusedBy } from '../../../src/github/github-error.ts'
import { RequestPace } from '../../../src/github/request-pace.ts'
import { VirtualTime } from '../../support/virtual-time.ts'

const never = new AbortController().signal

function setUp(spreadMs = 0) {
  const clock = new VirtualTime()
  const pace = new RequestPace({ clock, spreadMs: () => spreadMs })
  const refused = async () => {
    try {
      ;(await pace.turn('read', never))()
    } catch (error) {
      return error instanceof GitHubError ? { refusal: error.refusal, ms: error.retryAfterMs } : error
    }
    return undefined
  }
  return { clock, pace, refused }
}

const answer = { status: 403, message: '', retryAfterSeconds: undefined, remaining: 100, resetInMs: 5_000, asked: 'x' }
const burst = (retryAfterSeconds?: number) =>
  refusedBy({ ...answer, message: 'You have exceeded a secondary rate limit', retryAfterSeconds })

test('writes go one at a time and at least a second apart; reads do not wait for a second', async () => {
  const { clock, pace } = setUp()
  const at: number[] = []
  const write = async () => {
    const release = await pace.turn('write', never)
    at.push(clock.mono())
    release()
  }
  const all = Promise.all([write(), write(), write()])
  await clock.pass(5_000)
  await all
  assert.deepEqual(at, [0, 1_000, 2_000])
  ;(await pace.turn('read', never))()
})

test('a goodbye does not wait for its turn', async () => {
  const { pace } = setUp()
  const release = await pace.turn('write', never)
  ;(await pace.turn('goodbye', never))()
  release()
})

test('a turn that is given up lets the next one come', async () => {
  const { clock, pace } = setUp()
  const release = await pace.turn('write', never)
  const giveUp = new AbortController()
  const second = assert.rejects(pace.turn('write', giveUp.signal), /enough/)
  const third = pace.turn('read', never)
  giveUp.abort(new Error('enough'))
  release()
  await second
  ;(await third)()
  await clock.calm()
})

test('after a secondary limit there is silence: as long as GitHub says, a minute when it says nothing, doubling', async () => {
  const { clock, pace, refused } = setUp()
  pace.refused(burst(7))
  assert.deepEqual(await refused(), { refusal: 'burst', ms: 7_000 })
  await clock.pass(7_000)
  assert.equal(await refused(), undefined)
  pace.refused(burst())
  assert.deepEqual(await refused(), { refusal: 'burst', ms: 120_000 })
  await clock.pass(120_000)
  pace.accepted()
  pace.refused(burst())
  assert.deepEqual(await refused(), { refusal: 'burst', ms: 60_000 })
})

test('a spent budget is waited for, each peer for its place after it', async () => {
  const { clock, pace, refused } = setUp(2_000)
  pace.refused(refusedBy({ ...answer, remaining: 0, message: 'API rate limit exceeded for installation ID 1.' }))
  assert.deepEqual(await refused(), { refusal: 'budget', ms: 7_000 })
  await clock.pass(7_000)
  assert.equal(await refused(), undefined)
})

test('the last tenth of the budget is left to others', async () => {
  const { clock, pace, refused } = setUp()
  pace.saw({ limit: 1_000, remaining: 100, resetInMs: 60_000 })
  assert.equal(await refused(), undefined)
  pace.saw({ limit: 1_000, remaining: 99, resetInMs: 60_000 })
  assert.deepEqual(await refused(), { refusal: 'budget', ms: 60_000 })
  await clock.pass(60_000)
  assert.equal(await refused(), undefined)
})

test('GitHub’s answers are told apart: token, budget, burst, lock, cap, right, absence, move, fault', () => {
  const kinds = (
    [
      [401, 'Bad credentials'],
      [403, 'API rate limit exceeded for installation ID 1.'],
      [403, 'You have exceeded a secondary rate limit'],
      [429, 'Too many requests'],
      [403, 'Unable to create comment because issue is locked.'],
      [403, 'Commenting is disabled on issues with more than 2500 comments'],
      [403, 'Resource not accessible by integration'],
      [404, 'Not Found'],
      [410, 'This issue was deleted'],
      [301, 'Moved Permanently'],
      [422, 'Validation Failed'],
      [502, 'Server Error'],
    ] as const
  ).map(([status, message]) => refusedBy({ ...answer, status, message }).refusal)
  assert.deepEqual(kinds, [
    ...['token', 'budget', 'burst', 'burst', 'locked', 'full', 'forbidden', 'missing', 'missing', 'moved', 'invalid'],
    'unanswered',
  ])
})

test('what GitHub says is cleaned before it is told', () => {
  const { message } = refusedBy({ ...answer, message: '\u001b[31mred\u202e' })
  assert.match(message, /\(red\)/)
})
