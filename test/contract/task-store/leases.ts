import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BACKOFF } from '../../../src/core/retry.ts'
import { ALICE, BOB, LEASE_MS, nextFence, openDesk } from './desk.ts'
import type { MakeStore } from './store-under-test.ts'

export function testLeases(make: MakeStore): void {
  test('a renewed lease lives on', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ idempotent: true })
    for (let round = 0; round < 6; round += 1) {
      await desk.pass(LEASE_MS / 3)
      assert.equal(await desk.renew(grant), 'renewed')
      assert.deepEqual((await desk.sweep()).ready, [])
    }
    assert.equal(await desk.state(grant.task.id), 'running/preparing')
  })

  test('a lease lives until its last millisecond', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ idempotent: true })
    await desk.pass(LEASE_MS - 1)
    assert.deepEqual((await desk.sweep()).ready, [])
    await desk.pass(1)
    assert.deepEqual((await desk.sweep()).ready, [grant.task.id])
  })

  test('R3: a task whose worker is gone before it had the answer is offered again, and one loss is counted', async () => {
    await using desk = await openDesk(make)
    const { task } = await desk.run({ idempotent: true })
    await desk.pass(LEASE_MS)
    assert.deepEqual((await desk.sweep()).ready, [task.id])
    assert.deepEqual((await desk.sweep()).ready, [])
    const again = await desk.claim({ worker: BOB })
    assert.deepEqual([again.task.id, again.task.lost, again.attempt], [task.id, 1, 2])
  })

  test('each grant has the lease it asked for', async () => {
    await using desk = await openDesk(make)
    const short = await desk.run({ idempotent: true }, { leaseMs: 1000 })
    const long = await desk.run({ idempotent: true }, { leaseMs: 50_000 })
    await desk.pass(1000)
    assert.deepEqual((await desk.sweep()).ready, [short.task.id])
    await desk.pass(48_000)
    assert.deepEqual((await desk.sweep()).ready, [])
    await desk.pass(1000)
    assert.deepEqual((await desk.sweep()).ready, [long.task.id])
  })

  test('losses are counted until the budget is spent', async () => {
    await using desk = await openDesk(make)
    const id = await desk.submit({ idempotent: true, maxLost: 2 })
    for (let round = 0; round < 3; round += 1) {
      await desk.claim()
      await desk.pass(LEASE_MS)
      await desk.sweep()
    }
    assert.equal(await desk.state(id), 'failed/worker_lost')
    assert.equal((await desk.find(id)).lost, 3)
  })

  test('a task that is not idempotent is suspect when its lease ends, and fails when its grace does', async () => {
    await using desk = await openDesk(make)
    const { task } = await desk.run({ maxLost: 0 })
    await desk.pass(LEASE_MS)
    assert.deepEqual((await desk.sweep()).suspect, [task.id])
    assert.equal(await desk.state(task.id), 'running/suspect')
    assert.equal((await desk.store.counts()).suspect, 1)
    assert.equal(await desk.claimAny(), undefined)
    await desk.pass(desk.lostGraceMs - 1)
    assert.deepEqual((await desk.sweep()).ended, [])
    await desk.pass(1)
    assert.deepEqual((await desk.sweep()).ended, [task.id])
    assert.equal(await desk.state(task.id), 'failed/worker_lost')
    const { suspect, byStatus } = await desk.store.counts()
    assert.deepEqual([suspect, byStatus.running, byStatus.failed], [0, 0, 1])
  })

  test('the holder of a suspect task may renew, and is trusted again', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    await desk.pass(LEASE_MS)
    await desk.sweep()
    assert.equal(await desk.renew(grant), 'renewed')
    assert.equal(await desk.state(grant.task.id), 'running/preparing')
    await desk.pass(LEASE_MS - 1)
    assert.deepEqual((await desk.sweep()).suspect, [])
    await desk.pass(1)
    assert.deepEqual((await desk.sweep()).suspect, [grant.task.id])
  })

  test('the holder of a suspect task may complete it', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    await desk.pass(LEASE_MS)
    await desk.sweep()
    assert.equal((await desk.settle(grant)).outcome, 'settled')
    assert.equal((await desk.store.counts()).suspect, 0)
  })

  test('a completion after the grace is refused: the task has ended', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    await desk.pass(LEASE_MS)
    await desk.sweep()
    await desk.pass(desk.lostGraceMs)
    await desk.sweep()
    assert.equal((await desk.settle(grant)).outcome, 'fenced')
    assert.equal(await desk.state(grant.task.id), 'failed/worker_lost')
  })

  test('a suspect task that asks for it is tried again after its grace, within its budget of failures', async () => {
    await using desk = await openDesk(make)
    const { task } = await desk.run({ retryOn: ['worker_lost'], maxFailures: 2 })
    await desk.pass(LEASE_MS)
    await desk.sweep()
    await desk.pass(desk.lostGraceMs)
    await desk.sweep()
    const { status, failures, lost } = await desk.find(task.id)
    assert.deepEqual([status, failures, lost], ['queued', 1, 1])
    desk.setClock(BACKOFF.longestMs)
    assert.equal((await desk.claim()).attempt, 2)
  })

  test('a suspect task keeps its slot in its group', async () => {
    await using desk = await openDesk(make)
    const group = { key: 'one', max: 1 }
    await desk.run({ group })
    await desk.submit({ group })
    await desk.pass(LEASE_MS)
    await desk.sweep()
    assert.equal(await desk.claimAny(), undefined)
    await desk.pass(desk.lostGraceMs)
    const events = await desk.heard(() => desk.sweep())
    assert(events.some(({ kind }) => kind === 'ready'))
    assert.notEqual(await desk.claimAny(), undefined)
  })

  test('R18: a worker that slept through its lease goes on, completes late, or learns that another has the task', async () => {
    await using desk = await openDesk(make)
    const suspect = await desk.run()
    const unclaimed = await desk.run({ idempotent: true })
    const reclaimed = await desk.run({ idempotent: true, priority: 10 })
    await desk.pass(LEASE_MS)
    await desk.sweep()
    assert.equal((await desk.claim({ worker: BOB })).task.id, reclaimed.task.id)
    assert.equal(await desk.renew(suspect), 'renewed')
    assert.equal(await desk.renew(unclaimed), 'lost')
    assert.equal((await desk.settle(unclaimed)).outcome, 'settled')
    assert.equal(await desk.renew(reclaimed), 'lost')
    assert.equal((await desk.settle(reclaimed)).outcome, 'fenced')
  })

  test('R6: a renewal of an old grant is refused, and so is one by another worker', async () => {
    await using desk = await openDesk(make)
    const old = await desk.run({ idempotent: true })
    await desk.pass(LEASE_MS)
    await desk.sweep()
    const fresh = await desk.claim({ worker: BOB })
    assert.equal(await desk.renew(old, ALICE), 'lost')
    assert.equal(await desk.renew(fresh, ALICE), 'lost')
    assert.equal(await desk.renew({ ...fresh, fence: nextFence(fresh.fence) }, BOB), 'lost')
    assert.equal(await desk.renew(fresh, BOB), 'renewed')
  })

  test('one call renews many, and answers each', async () => {
    await using desk = await openDesk(make)
    const first = await desk.run()
    const second = await desk.run()
    const third = await desk.run()
    await desk.settle(second)
    await desk.store.cancel(third.task.id, desk.now)
    const renewals = [first, second, third].map(({ task, fence }) => ({ taskId: task.id, fence }))
    assert.deepEqual(await desk.store.renew(renewals, ALICE, desk.now), ['renewed', 'lost', 'cancel'])
  })

  test('progress is seen at once, and told to listeners', async () => {
    await using desk = await openDesk(make)
    const { task, fence } = await desk.run()
    const progress = { phase: 'collecting' as const, message: 'collecting', logBytes: 12, fraction: 0.5 }
    const events = await desk.heard(() => desk.store.renew([{ taskId: task.id, fence, progress }], ALICE, desk.now))
    assert.deepEqual(events, [{ kind: 'changed', taskId: task.id }])
    assert.deepEqual((await desk.find(task.id)).progress, progress)
    assert.equal(await desk.state(task.id), 'running/collecting')
    assert.equal(await desk.renew({ task, fence, attempt: 1, leaseMs: LEASE_MS }), 'renewed')
    assert.deepEqual((await desk.find(task.id)).progress, progress)
  })

  test('R9: a completion that comes before the sweep is not touched by it', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ idempotent: true })
    await desk.pass(LEASE_MS)
    const [settled, sweep] = await Promise.all([desk.settle(grant), desk.sweep()])
    assert.equal(settled.outcome, 'settled')
    assert.deepEqual([sweep.ready, sweep.ended], [[], []])
    assert.equal(await desk.state(grant.task.id), 'completed')
  })

  test('R9: a completion that comes just after the sweep is late, and accepted', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ idempotent: true })
    await desk.pass(LEASE_MS)
    const [sweep, settled] = await Promise.all([desk.sweep(), desk.settle(grant)])
    assert.equal(settled.outcome, 'settled')
    assert.deepEqual(sweep.ready, [grant.task.id])
    assert.equal(await desk.state(grant.task.id), 'completed')
  })

  test('leases do not care what the wall clock says', async () => {
    await using desk = await openDesk(make)
    const { task } = await desk.run({ idempotent: true })
    desk.setClock(3_600_000)
    assert.deepEqual((await desk.sweep()).ready, [])
    desk.setClock(-7_200_000)
    await desk.pass(LEASE_MS)
    assert.deepEqual((await desk.sweep()).ready, [task.id])
  })

  test('a sweep says when the next thing falls due', async () => {
    await using desk = await openDesk(make)
    assert.equal((await desk.sweep()).nextDueMs, undefined)
    await desk.submit({ notBefore: desk.now + 40_000 })
    assert.equal((await desk.sweep()).nextDueMs, 40_000)
    await desk.run()
    assert.equal((await desk.sweep()).nextDueMs, LEASE_MS)
    await desk.pass(LEASE_MS)
    assert.equal((await desk.sweep()).nextDueMs, Math.min(desk.lostGraceMs, 40_000 - LEASE_MS))
  })
}
