import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RunnerMeshError } from '../../../src/core/errors.ts'
import { TimeLimit } from '../../../src/core/time-limit.ts'
import { ManualClock } from '../../support/manual-clock.ts'

describe('a time limit', () => {
  it('ends the work with its reason when the time is up, and not before', async () => {
    const clock = new ManualClock()
    using limit = new TimeLimit(clock, 1_000, 'no answer')
    await clock.advance(999)
    assert.equal(limit.signal.aborted, false)
    await clock.advance(1)
    assert.throws(() => limit.signal.throwIfAborted(), { message: 'no answer' })
  })

  it('ends it with an error that is made when it is late', async () => {
    const clock = new ManualClock()
    let made = 0
    using limit = new TimeLimit(clock, 1_000, () => {
      made += 1
      return new RunnerMeshError('timeout', 'Nobody answered.')
    })
    assert.equal(made, 0)
    await clock.advance(5_000)
    assert.equal(made, 1)
    assert.throws(() => limit.signal.throwIfAborted(), { code: 'timeout' })
  })

  it('leaves no timer when its scope is over', async () => {
    const clock = new ManualClock()
    let signal: AbortSignal
    {
      using limit = new TimeLimit(clock, 1_000, 'no answer')
      signal = limit.or(new AbortController().signal)
      assert.equal(clock.pending, 1)
    }
    assert.equal(clock.pending, 0)
    await clock.advance(5_000)
    assert.equal(signal.aborted, false)
  })

  it('starts anew with each sign of life', async () => {
    const clock = new ManualClock()
    using limit = new TimeLimit(clock, 1_000, 'nothing came')
    for (let heard = 0; heard < 3; heard += 1) {
      await clock.advance(900)
      limit.rearm()
    }
    assert.equal(clock.pending, 1)
    assert.equal(limit.signal.aborted, false)
    await clock.advance(1_000)
    assert.equal(limit.signal.aborted, true)
  })

  it('ends with another signal as well, with the reason of the one that came first', async () => {
    const clock = new ManualClock()
    const caller = new AbortController()
    using limit = new TimeLimit(clock, 1_000, 'no answer')
    const [either, alone] = [limit.or(caller.signal), limit.or(undefined)]
    caller.abort(new Error('the caller has gone'))
    assert.throws(() => either.throwIfAborted(), { message: 'the caller has gone' })
    assert.equal(alone.aborted, false)
    await clock.advance(1_000)
    assert.throws(() => either.throwIfAborted(), { message: 'the caller has gone' })
    assert.throws(() => alone.throwIfAborted(), { message: 'no answer' })
  })
})
