import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskId } from '../../../src/core/ids.ts'
import { LEASE_MS, openDesk } from './desk.ts'
import type { MakeStore } from './store-under-test.ts'

export function testStopping(make: MakeStore): void {
  test('a queued task is cancelled at once, in every phase', async () => {
    await using desk = await openDesk(make)
    const group = { key: 'one', max: 1 }
    const { task } = await desk.run({ group })
    const queued = {
      held: await desk.submit({ group }),
      ready: await desk.submit(),
      delayed: await desk.submit({ notBefore: desk.now + 1000 }),
      blocked: await desk.submit({ needs: [task.id] }),
    }
    for (const [phase, id] of Object.entries(queued)) {
      assert.equal(await desk.state(id), `queued/${phase}`)
      assert.equal(await desk.store.cancel(id, desk.now), 'cancelled')
      assert.equal(await desk.state(id), 'cancelled/cancelled')
      assert.equal(await desk.store.cancel(id, desk.now), 'terminal')
    }
    const { queuedByPhase } = await desk.store.counts()
    assert.deepEqual(queuedByPhase, { blocked: 0, delayed: 0, held: 0, ready: 0 })
    assert.equal(await desk.claimAny(), undefined)
  })

  test('an unknown task cannot be cancelled', async () => {
    await using desk = await openDesk(make)
    assert.equal(await desk.store.cancel('aaaaaaaaaaaaaaaa.1.1' as TaskId, desk.now), 'unknown')
  })

  test('the worker of a running task is told to cancel, and ends it', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    assert.equal(await desk.store.cancel(grant.task.id, desk.now), 'requested')
    assert.equal(await desk.store.cancel(grant.task.id, desk.now), 'requested')
    const { status, cancelRequested } = await desk.find(grant.task.id)
    assert.deepEqual([status, cancelRequested], ['running', true])
    assert.equal(await desk.renew(grant), 'cancel')
    await desk.settle(grant, { status: 'cancelled' })
    assert.equal(await desk.state(grant.task.id), 'cancelled/cancelled')
  })

  test('R11: a failure after a cancel is a cancel, whatever budget is left', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ maxFailures: 9, retryOn: ['any'] })
    await desk.store.cancel(grant.task.id, desk.now)
    await desk.fail(grant, { reason: 'signal', exitCode: 143 })
    const { status, reason, exitCode } = await desk.find(grant.task.id)
    assert.deepEqual([status, reason, exitCode], ['cancelled', 'cancelled', 143])
  })

  test('R11: a worker that vanishes after a cancel leaves a cancelled task when its lease ends', async () => {
    await using desk = await openDesk(make)
    const once = await desk.run()
    const again = await desk.run({ idempotent: true })
    for (const { task } of [once, again]) await desk.store.cancel(task.id, desk.now)
    await desk.pass(LEASE_MS)
    assert.deepEqual([...(await desk.sweep()).ended].sort(), [once.task.id, again.task.id].sort())
    assert.equal(await desk.state(once.task.id), 'cancelled/cancelled')
    assert.equal(await desk.state(again.task.id), 'cancelled/cancelled')
  })

  test('a task given back after a cancel is cancelled', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    await desk.store.cancel(grant.task.id, desk.now)
    assert.equal(await desk.release(grant), true)
    assert.equal(await desk.state(grant.task.id), 'cancelled/cancelled')
  })

  test('R10: a cancel that comes after the completion is too late', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    const [settled, cancelled] = await Promise.all([desk.settle(grant), desk.store.cancel(grant.task.id, desk.now)])
    assert.deepEqual([settled.outcome, cancelled], ['settled', 'terminal'])
    assert.equal(await desk.state(grant.task.id), 'completed')
  })

  test('R12: work that completes after a cancel was asked for has completed, and the request is remembered', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    const [cancelled, settled] = await Promise.all([desk.store.cancel(grant.task.id, desk.now), desk.settle(grant)])
    assert.deepEqual([cancelled, settled.outcome], ['requested', 'settled'])
    const { status, cancelRequested } = await desk.find(grant.task.id)
    assert.deepEqual([status, cancelRequested], ['completed', true])
  })

  test('a failed task is queued again with fresh budgets under its own id', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ idempotent: true })
    await desk.fail(grant, { error: 'broken' })
    desk.setClock(60_000)
    assert.equal(await desk.store.resubmit(grant.task.id, desk.now), true)
    const task = await desk.find(grant.task.id)
    assert.deepEqual(
      [task.status, task.phase, task.reason, task.error, task.exitCode, task.finishedAt, task.failures],
      ['queued', 'ready', undefined, undefined, undefined, undefined, 0],
    )
    const again = await desk.claim()
    assert.equal(again.attempt, 2)
    await desk.settle(again)
    assert.deepEqual(
      (await desk.store.attempts(grant.task.id)).map(({ outcome }) => outcome),
      ['failed', 'completed'],
    )
  })

  test('a task queued again carries the envelope it was signed with anew, and keeps its own without one', async () => {
    await using desk = await openDesk(make)
    const first = await desk.run({ envelope: 'stale' })
    await desk.fail(first)
    await desk.store.resubmit(first.task.id, desk.now, 'fresh')
    const second = await desk.claim()
    assert.equal(second.task.envelope, 'fresh')
    await desk.fail(second)
    await desk.store.resubmit(first.task.id, desk.now)
    assert.equal((await desk.claim()).task.envelope, 'fresh')
  })

  test('a report of a grant from before the resubmit changes nothing', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    await desk.fail(grant)
    await desk.store.resubmit(grant.task.id, desk.now)
    assert.equal((await desk.settle(grant)).outcome, 'already')
    assert.equal(await desk.state(grant.task.id), 'queued/ready')
  })

  test('a cancelled task is queued again, and is no longer to be cancelled', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    await desk.store.cancel(grant.task.id, desk.now)
    await desk.settle(grant, { status: 'cancelled' })
    assert.equal(await desk.store.resubmit(grant.task.id, desk.now), true)
    const again = await desk.claim()
    assert.equal(again.task.cancelRequested, false)
    assert.equal(await desk.renew(again), 'renewed')
  })

  test('only failed and cancelled tasks are queued again', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    assert.equal(await desk.store.resubmit(grant.task.id, desk.now), false)
    await desk.settle(grant)
    assert.equal(await desk.store.resubmit(grant.task.id, desk.now), false)
    assert.equal(await desk.store.resubmit(await desk.submit(), desk.now), false)
    assert.equal(await desk.store.resubmit('aaaaaaaaaaaaaaaa.1.1' as TaskId, desk.now), false)
  })
}
