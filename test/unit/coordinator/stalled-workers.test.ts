import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StalledWorkers } from '../../../src/coordinator/stalled-workers.ts'
import { Events } from '../../../src/core/events.ts'
import type { Fence, PeerId, TaskId } from '../../../src/core/ids.ts'
import { Rejections } from '../../../src/core/rejections.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'

const LEASE_MS = 30_000
const [STALLER, GOOD] = ['staller' as PeerId, 'good' as PeerId]

function watched() {
  const clock = new ManualClock()
  const events = new Events((thrown) => {
    throw thrown as Error
  })
  const rejections = new Rejections()
  const stalled = new StalledWorkers({ events, clock, log: new RecordingLog(), rejections, leaseMs: LEASE_MS })
  let fence = 0
  return {
    clock,
    rejections,
    claims: (worker: PeerId, task: string, again = false) => {
      if (!again) fence += 1
      events.emit({ name: 'task.claimed', at: 0, taskId: task as TaskId, fence: fence as Fence, worker, attempt: 1 })
    },
    loses: (task: string) => {
      events.emit({ name: 'task.settled', at: 0, taskId: task as TaskId, status: 'failed', reason: 'worker_lost' })
    },
    completes: (task: string) =>
      events.emit({ name: 'task.settled', at: 0, taskId: task as TaskId, status: 'completed' }),
    isHeld: (worker: PeerId) => stalled.holdsBack(worker, 0, new AbortController().signal),
  }
}

test('a worker that lost its machine once is given work at once', async () => {
  const { claims, loses, isHeld } = watched()
  for (const task of ['a', 'b', 'c']) claims(STALLER, task)
  for (const task of ['a', 'b', 'c']) loses(task)
  assert.equal(await isHeld(STALLER), false)
})

test('a worker that lets leases lapse again and again is held back, longer each time, and counted', async () => {
  const { clock, claims, loses, isHeld, rejections } = watched()
  for (const holdLeases of [0, 2, 4, 8]) {
    claims(STALLER, 'a')
    await clock.advance(LEASE_MS)
    loses('a')
    if (holdLeases === 0) continue
    assert.equal(await isHeld(STALLER), true)
    assert.equal(await isHeld(GOOD), false)
    await clock.advance(holdLeases * LEASE_MS - 1)
    assert.equal(await isHeld(STALLER), true)
    await clock.advance(1)
    assert.equal(await isHeld(STALLER), false)
  }
  assert.deepEqual(rejections.list(), { stalled_worker: 6 })
})

test('a task that is claimed anew without having ended was let lapse by whoever had it', async () => {
  const { clock, claims, isHeld } = watched()
  for (let lapse = 0; lapse < 2; lapse += 1) {
    claims(STALLER, 'a')
    await clock.advance(LEASE_MS)
  }
  claims(GOOD, 'a')
  assert.equal(await isHeld(STALLER), true)
  assert.equal(await isHeld(GOOD), false)
})

test('a claim that is repeated and answered the same is no lapse', async () => {
  const { clock, claims, isHeld } = watched()
  claims(GOOD, 'a')
  for (let repeat = 0; repeat < 3; repeat += 1) {
    await clock.advance(LEASE_MS)
    claims(GOOD, 'a', true)
  }
  assert.equal(await isHeld(GOOD), false)
})

test('an attempt that ended clears the name of its worker', async () => {
  const { clock, claims, loses, completes, isHeld } = watched()
  for (let time = 0; time < 4; time += 1) {
    claims(GOOD, 'a')
    await clock.advance(LEASE_MS)
    loses('a')
    claims(GOOD, 'b')
    completes('b')
    assert.equal(await isHeld(GOOD), false)
  }
})
