import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTaskId, getTaskIdParts, type TaskId } from '../../../src/core/ids.ts'
import { sampleTask } from '../../support/sample-task.ts'
import { LEASE_MS, openDesk, type Desk } from './desk.ts'
import type { MakeStore } from './store-under-test.ts'

export function testNeeds(make: MakeStore): void {
  test('a task waits until all it needs has completed', async () => {
    await using desk = await openDesk(make)
    const first = await desk.run()
    const second = await desk.run()
    const child = await desk.submit({ needs: [first.task.id, second.task.id, first.task.id] })
    assert.equal(await desk.state(child), 'queued/blocked')
    await desk.settle(first)
    assert.equal(await desk.state(child), 'queued/blocked')
    assert.equal(await desk.claimAny(), undefined)
    desk.setClock(5000)
    const events = await desk.heard(() => desk.settle(second))
    assert(events.some(({ kind }) => kind === 'ready'))
    assert.equal(await desk.state(child), 'queued/ready')
    assert.equal((await desk.find(child)).readyAt, desk.now)
    assert.equal((await desk.claim()).task.id, child)
  })

  test('what is needed and has completed before is not waited for', async () => {
    await using desk = await openDesk(make)
    const parent = await desk.run()
    await desk.settle(parent)
    assert.equal(await desk.state(await desk.submit({ needs: [parent.task.id] })), 'queued/ready')
  })

  test('a task with needs and an instant waits for both', async () => {
    await using desk = await openDesk(make)
    const parent = await desk.run()
    const child = await desk.submit({ needs: [parent.task.id], notBefore: desk.now + 9000 })
    assert.equal(await desk.state(child), 'queued/blocked')
    await desk.settle(parent)
    assert.equal(await desk.state(child), 'queued/delayed')
    desk.setClock(9000)
    await desk.sweep()
    assert.equal(await desk.state(child), 'queued/ready')
  })

  test('what needs a failed task fails, and so does what needs that', async () => {
    await using desk = await openDesk(make)
    const parent = await desk.run()
    const child = await desk.submit({ needs: [parent.task.id] })
    const grandchild = await desk.submit({ needs: [child] })
    const bystander = await desk.submit()
    const events = await desk.heard(() => desk.fail(parent))
    assert.equal(await desk.state(child), 'failed/dependency')
    assert.equal(await desk.state(grandchild), 'failed/dependency')
    assert.equal(await desk.state(bystander), 'queued/ready')
    const changed = events.flatMap((event) => (event.kind === 'changed' ? [event.taskId] : []))
    assert.deepEqual(changed.sort(), [parent.task.id, child, grandchild].sort())
  })

  test('what needs a cancelled or lost task fails', async () => {
    await using desk = await openDesk(make)
    const cancelled = await desk.submit()
    const afterCancel = await desk.submit({ needs: [cancelled] })
    await desk.store.cancel(cancelled, desk.now)
    assert.equal(await desk.state(afterCancel), 'failed/dependency')
    const lost = await desk.run()
    const afterLoss = await desk.submit({ needs: [lost.task.id] })
    await desk.pass(LEASE_MS)
    await desk.sweep()
    assert.equal(await desk.state(afterLoss), 'queued/blocked')
    await desk.pass(desk.lostGraceMs)
    assert.deepEqual([...(await desk.sweep()).ended].sort(), [lost.task.id, afterLoss].sort())
    assert.equal(await desk.state(afterLoss), 'failed/dependency')
  })

  test('a retry of what is needed keeps the child waiting', async () => {
    await using desk = await openDesk(make)
    const parent = await desk.run({ maxFailures: 2, retryOn: ['any'] })
    const child = await desk.submit({ needs: [parent.task.id] })
    await desk.fail(parent)
    assert.equal(await desk.state(child), 'queued/blocked')
  })

  test('a task that needs what has already failed fails with its submit', async () => {
    await using desk = await openDesk(make)
    const failed = await desk.run()
    await desk.fail(failed)
    const running = await desk.run()
    const child = await desk.submit({ needs: [running.task.id, failed.task.id] })
    assert.equal(await desk.state(child), 'failed/dependency')
    await desk.settle(running)
    assert.equal(await desk.state(child), 'failed/dependency')
  })

  test('a child cancelled while it waits is not freed by what it needed', async () => {
    await using desk = await openDesk(make)
    const parent = await desk.run()
    const child = await desk.submit({ needs: [parent.task.id] })
    await desk.store.cancel(child, desk.now)
    await desk.settle(parent)
    assert.equal(await desk.state(child), 'cancelled/cancelled')
  })

  test('R22: what is needed completes twice, and the child is freed once', async () => {
    await using desk = await openDesk(make)
    const first = await desk.run()
    const second = await desk.run()
    const child = await desk.submit({ needs: [first.task.id, second.task.id] })
    await desk.settle(first)
    await desk.settle(first)
    await desk.settle(first)
    assert.equal(await desk.state(child), 'queued/blocked')
    await desk.settle(second)
    assert.equal((await desk.claims(5)).length, 1)
  })

  test('R22: a child submitted while what it needs completes never waits, whichever comes first', async () => {
    await using desk = await openDesk(make)
    const one = await desk.run()
    const [before] = await Promise.all([desk.submit({ needs: [one.task.id] }), desk.settle(one)])
    assert.equal(await desk.state(before), 'queued/ready')
    await desk.store.cancel(before, desk.now)
    const two = await desk.run()
    const [, after] = await Promise.all([desk.settle(two), desk.submit({ needs: [two.task.id] })])
    assert.equal(await desk.state(after), 'queued/ready')
  })

  test('an unknown need is refused', async () => {
    await using desk = await openDesk(make)
    const id = await desk.submit()
    const unknown = [
      formatTaskId({ ...getTaskIdParts(id), seq: 4711 }),
      formatTaskId({ ...getTaskIdParts(id), epoch: 77 }),
      'aaaaaaaaaaaaaaaa.1.1' as TaskId,
    ]
    for (const need of unknown) await assert.rejects(desk.submit({ needs: [need] }), { code: 'task_not_found' })
  })

  test('a task that names itself or a sibling of its submit is refused', async () => {
    await using desk = await openDesk(make)
    const itself = following(await desk.submit(), 1)
    await assert.rejects(desk.submit({ needs: [itself] }), { code: 'dependency_cycle' })
    const sibling = following(await desk.submit(), 1)
    const tasks = [sampleTask(), sampleTask({ needs: [sibling] })]
    await assert.rejects(desk.store.submit(tasks, desk.now), { code: 'dependency_cycle' })
  })

  test('a child resubmitted waits again for a parent that was resubmitted first', async () => {
    await using desk = await openDesk(make)
    const { parent, child } = await brokenChain(desk)
    await assert.rejects(desk.store.resubmit(child, desk.now), { code: 'invalid_transition' })
    await desk.store.resubmit(parent, desk.now)
    assert.equal(await desk.store.resubmit(child, desk.now), true)
    assert.equal(await desk.state(child), 'queued/blocked')
    await desk.settle(await desk.claim())
    assert.equal(await desk.state(child), 'queued/ready')
  })
}

async function brokenChain(desk: Desk): Promise<{ parent: TaskId; child: TaskId }> {
  const grant = await desk.run()
  const child = await desk.submit({ needs: [grant.task.id] })
  await desk.fail(grant)
  return { parent: grant.task.id, child }
}

function following(id: TaskId, by: number): TaskId {
  const parts = getTaskIdParts(id)
  return formatTaskId({ ...parts, seq: parts.seq + by })
}
