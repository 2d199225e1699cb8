import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stopContainer } from '../../../src/docker/containers/stop-ladder.ts'
import { StopSwitch } from '../../../src/docker/containers/stop-switch.ts'
import { ManualClock, settle } from '../../support/manual-clock.ts'

test('the first cause wins and stays', async () => {
  const clock = new ManualClock()
  const outside = new AbortController()
  using stop = new StopSwitch(clock, outside.signal)
  stop.limit(1_000, 'timeout_run')
  await clock.advance(999)
  assert.equal(stop.findCause(), undefined)
  await clock.advance(1)
  outside.abort('cancelled')
  assert.equal(stop.findCause(), 'timeout_run')
  await stop.tripped()
})

test('a limit that was lifted, and a switch out of use, leave no timer and hear nothing more', async () => {
  const clock = new ManualClock()
  const outside = new AbortController()
  const stop = new StopSwitch(clock, outside.signal)
  const lift = stop.limit(10, 'timeout_prepare')
  lift()
  stop.limit(50, 'timeout_run')
  stop[Symbol.dispose]()
  assert.equal(clock.pending, 0)
  await clock.advance(100)
  outside.abort('cancelled')
  assert.equal(stop.findCause(), undefined)
})

test('an abort without a cause of ours reads as cancelled', () => {
  using stop = new StopSwitch(new ManualClock(), AbortSignal.abort())
  assert.equal(stop.findCause(), 'cancelled')
})

function fakeContainer(diesOf: 'SIGTERM' | 'SIGKILL' | 'nothing') {
  const sent: string[] = []
  const { promise: exited, resolve } = Promise.withResolvers<undefined>()
  const kill = (signal: 'SIGTERM' | 'SIGKILL') => {
    sent.push(signal)
    if (signal === diesOf) resolve(undefined)
    return Promise.resolve()
  }
  return { container: { id: 'c'.repeat(64), kill }, exited, sent }
}

test('a container that heeds TERM is not killed', async () => {
  const { container, exited, sent } = fakeContainer('SIGTERM')
  await stopContainer(container, exited, 5_000, new ManualClock())
  assert.deepEqual(sent, ['SIGTERM'])
})

test('a container that ignores TERM is killed when its grace is over, not before', async () => {
  const clock = new ManualClock()
  const { container, exited, sent } = fakeContainer('SIGKILL')
  const stopped = stopContainer(container, exited, 5_000, clock)
  await clock.advance(4_999)
  assert.deepEqual(sent, ['SIGTERM'])
  await clock.advance(1)
  await stopped
  assert.deepEqual(sent, ['SIGTERM', 'SIGKILL'])
  assert.equal(clock.pending, 0)
})

test('a container that survives SIGKILL is reported, never called gone', async () => {
  const clock = new ManualClock()
  const { container, exited } = fakeContainer('nothing')
  const stopped = assert.rejects(stopContainer(container, exited, 0, clock), { code: 'executor_unavailable' })
  await clock.advance(120_000)
  await settle()
  await stopped
})
