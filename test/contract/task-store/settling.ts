import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskId } from '../../../src/core/ids.ts'
import { BACKOFF } from '../../../src/core/retry.ts'
import { BOB, LEASE_MS, nextFence, openDesk } from './desk.ts'
import type { MakeStore } from './store-under-test.ts'

export function testSettling(make: MakeStore): void {
  test('a completed task keeps its result and its exit code', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    await desk.pass(1000)
    const settled = await desk.settle(grant, { exitCode: 0, result: { out: 'yes', list: [1, 2] } })
    assert.equal(settled.outcome, 'settled')
    assert.deepEqual(settled.task, await desk.find(grant.task.id))
    const { status, phase, reason, result, exitCode, finishedAt, worker } = await desk.find(grant.task.id)
    assert.deepEqual(
      { status, phase, reason, result, exitCode, finishedAt, worker },
      {
        status: 'completed',
        phase: undefined,
        reason: undefined,
        result: { out: 'yes', list: [1, 2] },
        exitCode: 0,
        finishedAt: desk.now,
        worker: grant.task.worker,
      },
    )
  })

  test('a failure without budget left is the end, with its reason', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ maxFailures: 1, retryOn: ['any'] })
    const settled = await desk.fail(grant, { reason: 'oom', exitCode: 137, error: 'killed' })
    assert.equal(settled.outcome, 'settled')
    const { status, reason, exitCode, error, failures } = await desk.find(grant.task.id)
    assert.deepEqual([status, reason, exitCode, error, failures], ['failed', 'oom', 137, 'killed', 1])
  })

  test('R7: a completion told twice is answered as settled before, with the stored end', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    await desk.settle(grant, { result: { n: 1 } })
    const again = await desk.settle(grant, { result: { n: 1 } })
    assert.equal(again.outcome, 'already')
    assert.deepEqual(again.task?.result, { n: 1 })
  })

  test('R8: the first result stands, whatever the same grant reports later', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    await desk.settle(grant, { result: { n: 1 } })
    const before = await desk.find(grant.task.id)
    assert.equal((await desk.settle(grant, { result: { n: 2 } })).outcome, 'already')
    assert.equal((await desk.fail(grant)).outcome, 'already')
    assert.deepEqual(await desk.find(grant.task.id), before)
  })

  test('a report by another worker than the one that holds the task is fenced, and changes nothing', async () => {
    await using desk = await openDesk(make)
    const { task, fence } = await desk.run()
    const before = await desk.find(task.id)
    const report = { taskId: task.id, fence, status: 'completed', result: { by: 'bob' } } as const
    const [bobs] = await desk.store.settle([{ ...report, isWorker: (worker) => worker === BOB }], desk.now)
    assert.equal(bobs?.outcome, 'fenced')
    assert.deepEqual(await desk.find(task.id), before)
    const [own] = await desk.store.settle([{ ...report, isWorker: (worker) => worker === task.worker }], desk.now)
    assert.equal(own?.outcome, 'settled')
  })

  test('two reports of one grant in one call: the second is a repeat', async () => {
    await using desk = await openDesk(make)
    const { task, fence } = await desk.run()
    const report = { taskId: task.id, fence, status: 'completed' as const }
    const settled = await desk.store.settle(
      [
        { ...report, result: { n: 1 } },
        { ...report, result: { n: 2 } },
      ],
      desk.now,
    )
    assert.deepEqual(
      settled.map(({ outcome }) => outcome),
      ['settled', 'already'],
    )
    assert.deepEqual((await desk.find(task.id)).result, { n: 1 })
  })

  test('a fence that was never granted is refused', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    assert.equal((await desk.settle({ ...grant, fence: nextFence(grant.fence) })).outcome, 'fenced')
    assert.equal(await desk.state(grant.task.id), 'running/preparing')
  })

  test('a task that was never granted cannot be settled', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    const other = await desk.submit()
    const settled = await desk.settle({ ...grant, task: { ...grant.task, id: other } })
    assert.equal(settled.outcome, 'fenced')
  })

  test('an unknown task is said to be unknown', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    for (const id of [`${desk.store.homeId}.${String(desk.store.epoch)}.999`, 'aaaaaaaaaaaaaaaa.1.1', 'nonsense'])
      assert.equal((await desk.settle({ ...grant, task: { ...grant.task, id: id as TaskId } })).outcome, 'unknown')
  })

  test('a failure with budget left is put off and tried again', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ maxFailures: 3, retryOn: ['exit'] })
    const settled = await desk.fail(grant, { error: 'first' })
    assert.equal(settled.outcome, 'settled')
    assert.equal(settled.task?.status, 'queued')
    const { failures, readyAt, exitCode, error } = await desk.find(grant.task.id)
    assert.deepEqual([failures, exitCode, error], [1, undefined, undefined])
    assert(readyAt >= desk.now && readyAt <= desk.now + BACKOFF.firstMs)
    desk.setClock(BACKOFF.firstMs)
    const again = await desk.claim()
    assert.equal(again.attempt, 2)
    assert(again.fence > grant.fence)
    assert.equal((await desk.settle(again)).outcome, 'settled')
  })

  test('failures are counted until the budget is spent', async () => {
    await using desk = await openDesk(make)
    const id = await desk.submit({ maxFailures: 3, retryOn: ['any'] })
    for (const expected of ['queued', 'queued', 'failed']) {
      desk.setClock(BACKOFF.longestMs)
      await desk.fail(await desk.claim())
      assert.equal((await desk.find(id)).status, expected)
    }
    assert.equal((await desk.find(id)).failures, 3)
  })

  test('a failure that the task does not want to be retried is the end', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ maxFailures: 9, retryOn: ['exit:75'] })
    await desk.fail(grant, { exitCode: 1 })
    assert.equal(await desk.state(grant.task.id), 'failed/exit')
  })

  test('a failure told twice is answered as settled before, also when the task was queued again', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ maxFailures: 3, retryOn: ['any'] })
    await desk.fail(grant)
    assert.equal((await desk.fail(grant)).outcome, 'already')
    assert.equal((await desk.settle(grant)).outcome, 'already')
    assert.equal((await desk.find(grant.task.id)).failures, 1)
    desk.setClock(BACKOFF.longestMs)
    await desk.claim()
    assert.equal((await desk.fail(grant)).outcome, 'already')
  })

  test('a worker that ends a task as cancelled is believed', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ maxFailures: 9, retryOn: ['any'] })
    await desk.settle(grant, { status: 'cancelled' })
    assert.equal(await desk.state(grant.task.id), 'cancelled/cancelled')
  })

  test('R4: once a task is granted again, its former worker is refused everything', async () => {
    await using desk = await openDesk(make)
    const old = await desk.run({ idempotent: true })
    await desk.pass(LEASE_MS)
    await desk.sweep()
    const fresh = await desk.claim({ worker: BOB })
    assert.equal(fresh.task.id, old.task.id)
    assert.equal((await desk.settle(old)).outcome, 'fenced')
    assert.equal((await desk.fail(old)).outcome, 'fenced')
    assert.equal(await desk.release(old), false)
    assert.equal((await desk.settle(fresh, { result: { by: 'bob' } })).outcome, 'settled')
    assert.equal((await desk.settle(old, { result: { by: 'alice' } })).outcome, 'fenced')
    assert.deepEqual((await desk.find(old.task.id)).result, { by: 'bob' })
  })

  test('R5: a completion whose lease has ended is accepted while nobody was granted the task since', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ idempotent: true })
    await desk.pass(LEASE_MS)
    await desk.sweep()
    assert.equal(await desk.state(grant.task.id), 'queued/ready')
    assert.equal((await desk.settle(grant, { result: { late: true } })).outcome, 'settled')
    assert.equal(await desk.state(grant.task.id), 'completed')
    assert.equal(await desk.claimAny(), undefined)
    assert.equal((await desk.settle(grant)).outcome, 'already')
    assert.deepEqual(
      (await desk.store.attempts(grant.task.id)).map(({ outcome }) => outcome),
      ['completed'],
    )
  })

  test('R5: only a completion may be late', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ idempotent: true, maxFailures: 9, retryOn: ['any'] })
    await desk.pass(LEASE_MS)
    await desk.sweep()
    assert.equal((await desk.fail(grant)).outcome, 'fenced')
    assert.equal((await desk.settle(grant, { status: 'cancelled' })).outcome, 'fenced')
    assert.equal(await desk.renew(grant), 'lost')
    assert.equal(await desk.state(grant.task.id), 'queued/ready')
    assert.equal((await desk.settle(grant)).outcome, 'settled')
  })

  test('a completion of a task given back is accepted while nobody was granted it since', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    await desk.release(grant)
    assert.equal((await desk.settle(grant)).outcome, 'settled')
    assert.equal(await desk.claimAny(), undefined)
  })

  test('a late completion of a held task is accepted, and leaves its group as it is', async () => {
    await using desk = await openDesk(make)
    const group = { key: 'one', max: 1 }
    const old = await desk.run({ idempotent: true, group })
    await desk.pass(LEASE_MS)
    await desk.sweep()
    const other = await desk.submit({ group, priority: 10 })
    assert.equal((await desk.claim()).task.id, other)
    assert.equal(await desk.state(old.task.id), 'queued/held')
    assert.equal((await desk.settle(old)).outcome, 'settled')
    const third = await desk.submit({ group })
    assert.equal(await desk.state(third), 'queued/held')
    assert.equal((await desk.store.counts()).byStatus.running, 1)
  })

  test('a graceful return burns no budget and keeps the place in the queue', async () => {
    await using desk = await openDesk(make)
    const first = await desk.run({ maxLost: 0 })
    desk.setClock(10)
    await desk.submit()
    assert.equal(await desk.release(first), true)
    const again = await desk.claim()
    assert.equal(again.task.id, first.task.id)
    assert.deepEqual([again.attempt, again.task.failures, again.task.lost], [2, 0, 0])
    assert.equal(await desk.release(first), false)
  })

  test('every attempt is remembered with its worker and its end', async () => {
    await using desk = await openDesk(make)
    const first = await desk.run({ idempotent: true, maxFailures: 2, retryOn: ['exit'] })
    await desk.pass(LEASE_MS)
    await desk.sweep()
    const second = await desk.claim({ worker: BOB })
    await desk.release(second)
    const third = await desk.claim({ worker: BOB })
    await desk.fail(third, { error: 'once' })
    desk.setClock(BACKOFF.longestMs)
    const fourth = await desk.claim()
    const running = await desk.store.attempts(first.task.id)
    assert.deepEqual(
      running.map(({ number, fence, worker, outcome }) => [number, fence, worker, outcome]),
      [
        [1, first.fence, 'alice', 'lost'],
        [2, second.fence, 'bob', 'released'],
        [3, third.fence, 'bob', 'failed'],
        [4, fourth.fence, 'alice', undefined],
      ],
    )
    await desk.settle(fourth)
    const last = (await desk.store.attempts(first.task.id)).at(-1)
    assert.equal(last?.outcome, 'completed')
    assert.equal(last.endedAt, desk.now)
    assert.equal(last.startedAt, desk.now)
  })

  test('R24: a completion that comes after its task was pruned is answered as unknown', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ retentionMs: 1000 })
    await desk.settle(grant)
    desk.setClock(999)
    assert.equal(await desk.store.prune(desk.now, 10), 0)
    desk.setClock(1)
    assert.equal(await desk.store.prune(desk.now, 10), 1)
    assert.deepEqual(await desk.settle(grant), { outcome: 'unknown' })
    assert.equal(await desk.renew(grant), 'lost')
  })
}
