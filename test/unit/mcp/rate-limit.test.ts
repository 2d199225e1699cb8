import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RateLimit } from '../../../src/mcp/access/rate-limit.ts'
import { createMcpHouse } from '../../fakes/mcp-house.ts'
import { ManualClock } from '../../support/manual-clock.ts'

test('a burst passes, what follows waits its turn, and a pause refills the budget', async () => {
  const clock = new ManualClock()
  const limit = new RateLimit(clock, { perSecond: 10, burst: 3 })
  assert.deepEqual(
    [1, 2, 3].map(() => limit.take('a')),
    [0, 0, 0],
  )
  assert.equal(limit.take('a'), 100)
  await clock.advance(100)
  assert.equal(limit.take('a'), 0)
  assert.equal(limit.take('a'), 100)
  await clock.advance(3_600_000)
  assert.deepEqual(
    [1, 2, 3, 4].map(() => limit.take('a')),
    [0, 0, 0, 100],
  )
})

test('one principal’s haste costs no other', () => {
  const limit = new RateLimit(new ManualClock(), { perSecond: 1, burst: 1 })
  assert.equal(limit.take('a'), 0)
  assert.ok(limit.take('a') > 0)
  assert.equal(limit.take('b'), 0)
})

test('a caller over its budget is told when to come back; strangers never touch it', async () => {
  await using house = createMcpHouse({ settings: { rate: { perSecond: 1, burst: 1 } } })
  const ask = { method: 'GET', headers: { accept: 'text/event-stream' } }
  for (let stranger = 0; stranger < 3; stranger += 1) {
    assert.equal((await house.request({ ...ask, token: 'wrong' })).status, 401)
  }
  assert.equal((await house.request({ ...ask, token: 'agent-token' })).status, 400)
  const refused = await house.request({ ...ask, token: 'agent-token' })
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.equal((await house.request({ ...ask, token: 'other-token' })).status, 400)
})
