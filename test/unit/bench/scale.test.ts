/** What a fleet costs its home in virtual time, and what is said of how that grows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exponent, saturations, writesPerHour } from '../../../bench/scale/bounds.ts'
import { measureScale, type Scale } from '../../../bench/scale/world.ts'

test('every task of a simulated fleet ends, few messages each, and idle peers only park', async () => {
  const { peers, tasks, messages, bytes, homeMs, idle, seconds } = await measureScale(12, 40)
  assert.deepEqual([peers, tasks], [12, 40])
  // Claim, renewals, settlement and their answers: never fewer than two calls, and no polling.
  assert(messages / tasks >= 4 && messages / tasks < 20, `${String(messages / tasks)} messages for a task`)
  assert(bytes > messages * 20 && homeMs > 0 && seconds > 20)
  // A claim that parks for 25 s and its answer.
  assert.equal(Math.round((idle.messages * 25) / peers), 2 / 2)
})

test('growth is the exponent of the power that fits, and what saturates first stands first', () => {
  const powers = [10, 100, 1000].map((x) => [x, 3 * x ** 1.5] as const)
  assert.equal(exponent(powers).toFixed(6), '1.500000')
  assert.equal(exponent([[10, 5]]), 0)
  const scale = (peers: number): Scale => ({
    ...{ peers, tasks: 1, seconds: 1, messages: 1, bytes: peers, homeMs: peers / 2, peersMs: 0 },
    idle: { messages: 0, bytes: 0, homeMs: 0 },
  })
  const [first, ...others] = saturations([scale(10), scale(100)])
  assert.equal(first?.bound.what, 'processor of the home')
  assert.equal(Math.round(first.peers), 2000)
  assert(others.every(({ peers }) => peers >= 2000))
})

test('a fleet that knows its size writes no more to GitHub than one token may, up to thousands of peers', () => {
  assert(writesPerHour(1000) <= 450)
  assert(writesPerHour(10_000) > 500)
})
