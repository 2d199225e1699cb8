import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostPolicy } from '../../../../src/core/policy/host-policy.ts'
import { whyClosed } from '../../../../src/core/policy/opening-hours.ts'

const at = (day: number, hour: number, minute = 0) => ({ day, minute: hour * 60 + minute })

test('without hours work is always taken, unless the owner pauses', () => {
  assert.equal(whyClosed(hostPolicy.parse({}), at(0, 3)), undefined)
  assert.match(whyClosed(hostPolicy.parse({ pause: true }), at(0, 3)) ?? '', /pauses/)
})

test('hours hold on their days, the end excluded', () => {
  const policy = hostPolicy.parse({ hours: [{ days: ['mon', 'fri'], from: '08:30', to: '17:00' }] })
  assert.equal(whyClosed(policy, at(0, 8, 30)), undefined)
  assert.equal(whyClosed(policy, at(4, 16, 59)), undefined)
  for (const closed of [at(0, 8, 29), at(0, 17), at(1, 12)]) assert.ok(whyClosed(policy, closed) !== undefined)
})

test('hours over midnight belong to the day they begin on', () => {
  const policy = hostPolicy.parse({ hours: [{ days: ['sun'], from: '22:00', to: '06:00' }] })
  assert.equal(whyClosed(policy, at(6, 23)), undefined)
  assert.equal(whyClosed(policy, at(0, 5, 59)), undefined)
  for (const closed of [at(6, 21), at(0, 6), at(0, 23), at(6, 5)]) assert.ok(whyClosed(policy, closed) !== undefined)
})

test('a day without times is the whole day', () => {
  const policy = hostPolicy.parse({ hours: [{ days: ['sat'] }] })
  assert.equal(whyClosed(policy, at(5, 0)), undefined)
  assert.equal(whyClosed(policy, at(5, 23, 59)), undefined)
  assert.ok(whyClosed(policy, at(6, 0)) !== undefined)
})
