import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClaimGate } from '../../../../src/coordinator/worker/claim-gate.ts'
import { ManualClock, settle } from '../../../support/manual-clock.ts'

function gateWithWaiter() {
  const clock = new ManualClock()
  const gate = new ClaimGate(clock)
  const given = new AbortController()
  const wait = (): { readonly passed: () => boolean; readonly done: Promise<void> } => {
    let passed = false
    const done = gate.whenOpen(given.signal).then(() => {
      passed = true
    })
    return { passed: () => passed, done }
  }
  return { clock, gate, given, wait }
}

test('claims wait while anybody pauses, and go on when the last has resumed', async () => {
  const { gate, wait } = gateWithWaiter()
  gate.pause('runner-1', undefined)
  gate.pause('runner-2', undefined)
  const waiting = wait()
  gate.resume('runner-1')
  await settle()
  assert.equal(waiting.passed(), false)
  assert.deepEqual(gate.pauses(), [{ holder: 'runner-2' }])
  gate.resume('runner-2')
  await waiting.done
  assert.equal(gate.isClosed, false)
})

test('a pause ends by itself, counted from its last repeat', async () => {
  const { clock, gate, wait } = gateWithWaiter()
  gate.pause('job', 10_000)
  await clock.advance(9_000)
  gate.pause('job', 10_000)
  const waiting = wait()
  await clock.advance(9_000)
  assert.equal(waiting.passed(), false, 'the first timer is gone')
  assert.equal(gate.pauses()[0]?.until, clock.now() + 1_000)
  await clock.advance(1_000)
  await waiting.done
})

test('who gives up waiting is told why, and an open gate lets through at once', async () => {
  const { gate, given, wait } = gateWithWaiter()
  await wait().done
  gate.pause('operator', undefined)
  const waiting = wait()
  given.abort(new Error('stopping'))
  await assert.rejects(waiting.done, /stopping/)
})

test('resuming all ends every pause, and resuming nobody changes nothing', () => {
  const { gate } = gateWithWaiter()
  assert.equal(gate.resume('nobody'), false)
  gate.pause('a', undefined)
  gate.pause('b', 5_000)
  assert.equal(gate.resume(undefined), true)
  assert.equal(gate.isClosed, false)
})

test('no more tasks are begun than the limit says; who begins nothing gives its turn back', async () => {
  const { gate, wait } = gateWithWaiter()
  gate.limit(2)
  assert.deepEqual([gate.enter(), gate.enter(), gate.enter()], [true, true, false])
  const waiting = wait()
  await settle()
  assert.deepEqual([gate.isClosed, waiting.passed()], [true, false])
  gate.leave()
  await waiting.done
  assert.deepEqual([gate.enter(), gate.enter()], [true, false])
})
