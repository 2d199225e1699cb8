import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fence, PeerId } from '../../../src/core/ids.ts'
import { LeaseTable } from '../../../src/store/lease-table.ts'

const ALICE = 'alice' as PeerId

function setUp(longestGapMs = 5_000) {
  let mono = 1_000
  const table = new LeaseTable(() => mono, longestGapMs)
  const grant = (seq: number, leaseMs = 30_000) =>
    table.grant({
      seq,
      fence: seq as Fence,
      worker: ALICE,
      requestId: `r${String(seq)}`,
      leaseMs,
      idempotent: false,
      stop: false,
    })
  const pass = (ms: number) => {
    mono += ms
  }
  return { table, grant, pass }
}

test('a lease ends when its time is over, and not before', () => {
  const { table, grant, pass } = setUp()
  const lease = grant(1)
  pass(29_999)
  assert.deepEqual(table.ended(), [])
  assert.equal(table.nextEndMs(), 1)
  pass(1)
  assert.deepEqual(table.ended(), [lease])
  assert.equal(table.nextEndMs(), 0)
})

test('R17: a pause of the home is added to every deadline', () => {
  const { table, grant, pass } = setUp()
  const short = grant(1, 10_000)
  const long = grant(2, 20_000)
  pass(1_000)
  assert.equal(table.pulse(), 0)
  pass(3_600_000)
  assert.equal(table.pulse(), 3_600_000)
  assert.deepEqual(table.ended(), [])
  pass(5_000)
  assert.equal(table.pulse(), 0)
  pass(4_000)
  assert.deepEqual(table.ended(), [short])
  pass(10_000)
  assert.deepEqual(table.ended(), [short, long])
})

test('R17: a pause that no worker can be blamed for starts above half a renewal period', () => {
  const { table, grant, pass } = setUp()
  grant(1, 10_000)
  pass(5_000)
  assert.equal(table.pulse(), 0)
  pass(5_000)
  assert.equal(table.pulse(), 0)
  assert.equal(table.ended().length, 1)
})

test('suspects are counted through every change', () => {
  const { table, grant } = setUp()
  const first = grant(1)
  const second = grant(2)
  table.suspect(first, 1_000)
  table.suspect(second, 1_000)
  table.suspect(second, 2_000)
  assert.equal(table.suspects, 2)
  table.renew(first)
  assert.equal(table.suspects, 1)
  table.end(2)
  assert.equal(table.suspects, 0)
  table.restore(second)
  assert.equal(table.suspects, 1)
  table.trust(second, 0)
  assert.equal(table.suspects, 0)
})

test('the grants of a request are those that still live', () => {
  const { table, grant } = setUp()
  const lease = grant(1)
  assert.deepEqual(table.ofRequest(ALICE, 'r1'), [lease])
  assert.deepEqual(table.ofRequest('bob' as PeerId, 'r1'), [])
  table.end(1)
  assert.deepEqual(table.ofRequest(ALICE, 'r1'), [])
  assert.equal(table.end(1), undefined)
  assert.equal(table.size, 0)
})
