import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskClocks } from '../../../src/core/task.ts'
import { sampleTask } from '../../support/sample-task.ts'
import { LEASE_MS, openDesk } from './desk.ts'
import type { MakeStore } from './store-under-test.ts'

const HOUR = 3_600_000

function clocks(changes: Partial<TaskClocks>): TaskClocks {
  return { ...sampleTask().clocks, ...changes }
}

export function testClocks(make: MakeStore): void {
  test('a task that is not to start yet is delayed until its instant', async () => {
    await using desk = await openDesk(make)
    const id = await desk.submit({ notBefore: desk.now + 5000 })
    assert.equal(await desk.state(id), 'queued/delayed')
    assert.equal((await desk.find(id)).readyAt, desk.now + 5000)
    assert.equal(await desk.claimAny(), undefined)
    desk.setClock(4999)
    assert.deepEqual((await desk.sweep()).ready, [])
    desk.setClock(1)
    const events = await desk.heard(async () => assert.deepEqual((await desk.sweep()).ready, [id]))
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['ready', 'changed'],
    )
    assert.equal(await desk.state(id), 'queued/ready')
  })

  test('a delayed task whose instant has come is granted though no sweep came by', async () => {
    await using desk = await openDesk(make)
    const id = await desk.submit({ notBefore: desk.now + 5000 })
    desk.setClock(5000)
    assert.equal((await desk.claim()).task.id, id)
  })

  test('a clock that was set back makes no task wait longer than it was to, delayed or behind another', async () => {
    await using desk = await openDesk(make)
    desk.setClock(3 * HOUR)
    const parent = await desk.run()
    const id = await desk.submit({ notBefore: desk.now + 5000 })
    const child = await desk.submit({ needs: [parent.task.id], notBefore: desk.now + 4000 })
    desk.setClock(-3 * HOUR)
    assert.deepEqual((await desk.sweep()).ready, [])
    assert.equal((await desk.find(id)).readyAt, desk.now + 5000)
    assert.equal(await desk.state(id), 'queued/delayed')
    await desk.settle(parent)
    desk.setClock(4000)
    assert.deepEqual((await desk.sweep()).ready, [child])
    desk.setClock(1000)
    assert.deepEqual((await desk.sweep()).ready, [id])
  })

  test('a clock that was set back before a restart makes no task wait longer than it was to', async () => {
    await using desk = await openDesk(make)
    desk.setClock(3 * HOUR)
    const id = await desk.submit({ notBefore: desk.now + 5000 })
    const later = await desk.submit({ notBefore: desk.now + 3 * HOUR })
    desk.setClock(-3 * HOUR)
    await desk.restart()
    await desk.sweep()
    desk.setClock(5000)
    assert.deepEqual((await desk.sweep()).ready, [id])
    assert.equal((await desk.find(later)).readyAt, desk.now - 5000 + 3 * HOUR)
  })

  test('many tasks that become ready at once are all promoted by one sweep', async () => {
    await using desk = await openDesk(make)
    const tasks = Array.from({ length: 1200 }, () => sampleTask({ notBefore: desk.now + 1000 }))
    await desk.store.submit(tasks, desk.now)
    desk.setClock(1000)
    assert.equal((await desk.sweep()).ready.length, 1200)
    assert.equal((await desk.store.counts()).queuedByPhase.ready, 1200)
  })

  test('a task that nobody takes in time fails with timeout_queue', async () => {
    await using desk = await openDesk(make)
    const id = await desk.submit({ clocks: clocks({ queueMs: 1000 }) })
    desk.setClock(999)
    assert.deepEqual((await desk.sweep()).ended, [])
    desk.setClock(1)
    assert.deepEqual((await desk.sweep()).ended, [id])
    assert.equal(await desk.state(id), 'failed/timeout_queue')
    assert.equal(await desk.claimAny(), undefined)
  })

  test('the queue clock starts when a task becomes claimable', async () => {
    await using desk = await openDesk(make)
    const id = await desk.submit({ notBefore: desk.now + 5000, clocks: clocks({ queueMs: 1000 }) })
    desk.setClock(5000)
    await desk.sweep()
    desk.setClock(999)
    assert.deepEqual((await desk.sweep()).ended, [])
    desk.setClock(1)
    assert.deepEqual((await desk.sweep()).ended, [id])
  })

  test('the queue clock starts anew when a task is offered again, and does not run while it runs', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ clocks: clocks({ queueMs: 1000 }) })
    desk.setClock(60_000)
    assert.deepEqual((await desk.sweep()).ended, [])
    await desk.release(grant)
    desk.setClock(999)
    assert.deepEqual((await desk.sweep()).ended, [])
    desk.setClock(1)
    assert.deepEqual((await desk.sweep()).ended, [grant.task.id])
  })

  test('the total clock ends a task in the queue, ready or delayed', async () => {
    await using desk = await openDesk(make)
    const ready = await desk.submit({ clocks: clocks({ totalMs: 2000 }) })
    const delayed = await desk.submit({ notBefore: desk.now + 9000, clocks: clocks({ totalMs: 2000 }) })
    desk.setClock(2000)
    assert.deepEqual([...(await desk.sweep()).ended].sort(), [ready, delayed].sort())
    assert.equal(await desk.state(ready), 'failed/timeout_total')
    assert.equal(await desk.state(delayed), 'failed/timeout_total')
  })

  test('the total clock tells the worker of a running task to stop, and the task fails with timeout_total', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ clocks: clocks({ totalMs: 2000 }), maxFailures: 9, retryOn: ['any'] })
    await desk.pass(2000)
    assert.deepEqual((await desk.sweep()).ended, [])
    assert.equal(await desk.renew(grant), 'cancel')
    assert.equal((await desk.find(grant.task.id)).cancelRequested, false)
    await desk.settle(grant, { status: 'cancelled' })
    assert.equal(await desk.state(grant.task.id), 'failed/timeout_total')
  })

  test('a worker that does not stop in time loses the task to timeout_total with its lease', async () => {
    await using desk = await openDesk(make)
    const { task } = await desk.run({ idempotent: true, clocks: clocks({ totalMs: 2000 }) })
    await desk.pass(2000)
    await desk.sweep()
    await desk.pass(LEASE_MS)
    assert.deepEqual((await desk.sweep()).ended, [task.id])
    assert.equal(await desk.state(task.id), 'failed/timeout_total')
  })

  test('the total clock ends a suspect task at once', async () => {
    await using desk = await openDesk(make)
    const { task } = await desk.run({ clocks: clocks({ totalMs: LEASE_MS + 5000 }) })
    await desk.pass(LEASE_MS)
    await desk.sweep()
    await desk.pass(5000)
    assert.deepEqual((await desk.sweep()).ended, [task.id])
    assert.equal(await desk.state(task.id), 'failed/timeout_total')
  })

  test('what falls due together with what it needs ends once, and after it', async () => {
    await using desk = await openDesk(make)
    const parent = await desk.submit({ clocks: clocks({ totalMs: 2000 }) })
    const child = await desk.submit({ needs: [parent], clocks: clocks({ totalMs: 2000 }) })
    const grandchild = await desk.submit({ needs: [child, parent], clocks: clocks({ totalMs: 1000 }) })
    desk.setClock(2000)
    assert.deepEqual([...(await desk.sweep()).ended].sort(), [parent, child, grandchild].sort())
    assert.equal(await desk.state(parent), 'failed/timeout_total')
    assert.equal(await desk.state(child), 'failed/dependency')
    assert.equal(await desk.state(grandchild), 'failed/timeout_total')
  })

  test('a task that completes after its total clock has still completed', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ clocks: clocks({ totalMs: 2000 }) })
    await desk.pass(2000)
    await desk.sweep()
    assert.equal((await desk.settle(grant)).outcome, 'settled')
    assert.equal(await desk.state(grant.task.id), 'completed')
  })
}
