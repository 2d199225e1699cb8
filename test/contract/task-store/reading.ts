import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskId } from '../../../src/core/ids.ts'
import type { TaskFilter } from '../../../src/core/ports/task-store.ts'
import { sampleTask } from '../../support/sample-task.ts'
import { BOB, needing, openDesk } from './desk.ts'
import type { MakeStore } from './store-under-test.ts'

export function testReading(make: MakeStore): void {
  test('what is not there is not found', async () => {
    await using desk = await openDesk(make)
    for (const id of ['nonsense', 'aaaaaaaaaaaaaaaa.1.1', `${desk.store.homeId}.1.1`] as TaskId[]) {
      assert.equal(await desk.store.find(id), undefined)
      assert.deepEqual(await desk.store.attempts(id), [])
      assert.deepEqual(await desk.store.refusals(id), [])
    }
  })

  test('tasks are listed newest first, page by page', async () => {
    await using desk = await openDesk(make)
    const ids = []
    for (let number = 0; number < 7; number += 1) ids.unshift(await desk.submit())
    const seen: TaskId[] = []
    const sizes: number[] = []
    let cursor: string | undefined
    do {
      const page = await desk.store.list({}, 3, cursor)
      seen.push(...page.tasks.map(({ id }) => id))
      sizes.push(page.tasks.length)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    assert.deepEqual(seen, ids)
    assert.deepEqual(sizes, [3, 3, 1])
  })

  test('a full last page has no cursor', async () => {
    await using desk = await openDesk(make)
    await desk.submit()
    await desk.submit()
    assert.equal((await desk.store.list({}, 2)).nextCursor, undefined)
  })

  test('a cursor that no page gave is refused', async () => {
    await using desk = await openDesk(make)
    await assert.rejects(desk.store.list({}, 2, "1' OR 1=1"), { code: 'bad_request' })
  })

  test('each filter chooses, and filters combine', async () => {
    await using desk = await openDesk(make)
    const done = await desk.run({ submitter: 'a', tags: ['x', 'y'] })
    await desk.settle(done)
    const running = await desk.run({ submitter: 'b', workflowId: 'w' }, { worker: BOB })
    const queued = await desk.submit({
      submitter: 'b',
      tags: ['y'],
      type: 'other',
      requirements: needing({ taskType: 'other' }),
    })
    const cases: readonly (readonly [TaskFilter, readonly TaskId[]])[] = [
      [{}, [queued, running.task.id, done.task.id]],
      [{ statuses: ['completed'] }, [done.task.id]],
      [{ statuses: ['queued', 'running'] }, [queued, running.task.id]],
      [{ statuses: [] }, []],
      [{ types: ['other'] }, [queued]],
      [{ submitter: 'b' }, [queued, running.task.id]],
      [{ workflowId: 'w' }, [running.task.id]],
      [{ tag: 'y' }, [queued, done.task.id]],
      [{ worker: BOB }, [running.task.id]],
      [{ tag: 'y', submitter: 'b' }, [queued]],
      [{ tag: 'y', statuses: ['running'] }, []],
    ]
    for (const [filter, expected] of cases) {
      const { tasks } = await desk.store.list(filter, 10)
      assert.deepEqual(
        tasks.map(({ id }) => id),
        expected,
        JSON.stringify(filter),
      )
    }
  })

  test('a listed task is the same as one found', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ payload: { a: 1 } })
    await desk.settle(grant, { result: { b: 2 }, exitCode: 0 })
    assert.deepEqual((await desk.store.list({}, 1)).tasks, [await desk.find(grant.task.id)])
  })

  test('counts follow every change', async () => {
    await using desk = await openDesk(make)
    const group = { key: 'one', max: 1 }
    const other = needing({ taskType: 'other' })
    const running = await desk.run({ group, priority: 3 })
    await desk.submit({ group })
    await desk.submit({ needs: [running.task.id] })
    await desk.submit({ notBefore: desk.now + 1000 })
    await desk.submit({ type: 'other', requirements: other, priority: 8 })
    await desk.settle(await desk.run({ priority: 10 }))
    await desk.fail(await desk.run({ priority: 10 }))
    await desk.store.cancel(await desk.submit(), desk.now)
    assert.deepEqual(await desk.store.counts(), {
      byStatus: { queued: 4, running: 1, completed: 1, failed: 1, cancelled: 1 },
      queuedByPhase: { blocked: 1, delayed: 1, held: 1, ready: 1 },
      suspect: 0,
      oldestReadyAt: desk.now,
      topPriority: 8,
      queuedByType: { 'test.noop': 3, other: 1 },
      runningByType: { 'test.noop': 1 },
    })
    await desk.settle(running)
    const after = await desk.store.counts()
    assert.deepEqual(after.queuedByPhase, { blocked: 0, delayed: 1, held: 0, ready: 3 })
    assert.deepEqual(after.runningByType, {})
  })

  test('the oldest and the most urgent ready task are told', async () => {
    await using desk = await openDesk(make)
    const { oldestReadyAt, topPriority } = await desk.store.counts()
    assert.deepEqual([oldestReadyAt, topPriority], [undefined, undefined])
    const started = desk.now
    await desk.submit({ priority: 2 })
    desk.setClock(10)
    await desk.submit({ priority: 9 })
    const counts = await desk.store.counts()
    assert.deepEqual([counts.oldestReadyAt, counts.topPriority], [started, 9])
    await desk.claim()
    assert.equal((await desk.store.counts()).topPriority, 2)
  })

  test('the classes with something to claim are told with how many', async () => {
    await using desk = await openDesk(make)
    const big = needing({ cpus: 8 })
    await desk.submit({ submitter: 'a' })
    await desk.submit({ submitter: 'b', priority: 9 })
    await desk.store.submit(
      Array.from({ length: 5 }, () => sampleTask({ requirements: big, group: { key: 'two', max: 2 } })),
      desk.now,
    )
    const told = () => Object.fromEntries(desk.store.readyClasses().map(({ needs, count }) => [needs.cpus, count]))
    assert.deepEqual(told(), { 0: 2, 8: 2 })
    await desk.claim({ fits: ({ cpus }) => cpus === 8 })
    assert.deepEqual(told(), { 0: 2, 8: 1 })
    await desk.claims(2, { fits: ({ cpus }) => cpus === 0 })
    assert.deepEqual(told(), { 8: 1 })
  })

  test('the tasks of a class that are granted next are told in the order of their grants, or not at all', async () => {
    await using desk = await openDesk(make)
    const big = needing({ cpus: 8 })
    for (let number = 0; number < 12; number += 1) {
      const group = { key: 'two', max: 2 }
      await desk.submit({
        priority: 1 + ((number * 7) % 10),
        submitter: `s${String(number % 3)}`,
        ...(number % 3 === 0 ? { requirements: big } : {}),
        ...(number % 4 === 0 ? { group } : {}),
      })
    }
    for (let granted = 0; ; granted += 1) {
      const told = desk.store.readyClasses().map(({ needs }) => desk.store.nextReady(needs, 3))
      const one = desk.store.readyClasses().map(({ needs }) => desk.store.nextReady(needs, 1))
      assert.deepEqual(
        one.flat(),
        told.flatMap((ids) => ids.slice(0, 1)),
      )
      const grant = await desk.claimAny()
      if (grant === undefined) {
        assert.equal(granted, 11)
        break
      }
      const mine = told.find((ids) => ids.includes(grant.task.id)) ?? [grant.task.id]
      assert.equal(mine[0], grant.task.id)
    }
  })

  test('classes that share a group are each told its free slots, for a worker may fit only one of them', async () => {
    await using desk = await openDesk(make)
    const group = { key: 'one', max: 1 }
    for (const cpus of [1, 2]) await desk.submit({ group, requirements: needing({ cpus }) })
    const told = () => desk.store.readyClasses().map(({ needs, count }) => [needs.cpus, count])
    assert.deepEqual(told().sort(), [
      [1, 1],
      [2, 1],
    ])
    await desk.claim()
    assert.deepEqual(told(), [])
  })

  test('pruning takes ended tasks past their retention, oldest first, and no more than asked', async () => {
    await using desk = await openDesk(make)
    const kept = await desk.run({ retentionMs: 50_000 })
    await desk.settle(kept)
    for (let number = 0; number < 3; number += 1) await desk.settle(await desk.run({ retentionMs: 1000 }))
    await desk.submit()
    desk.setClock(1000)
    assert.equal(await desk.store.prune(desk.now, 2), 2)
    assert.equal(await desk.store.prune(desk.now, 2), 1)
    assert.equal(await desk.store.prune(desk.now, 2), 0)
    const { byStatus } = await desk.store.counts()
    assert.deepEqual([byStatus.completed, byStatus.queued], [1, 1])
    assert.equal((await desk.find(kept.task.id)).status, 'completed')
  })

  test('a listener hears of each changed task until it leaves', async () => {
    await using desk = await openDesk(make)
    const heard: string[] = []
    const leave = desk.store.subscribe((event) => {
      if (event.kind === 'changed') heard.push(event.taskId)
    })
    const grant = await desk.run()
    await desk.settle(grant)
    leave()
    await desk.submit()
    assert.deepEqual(heard, [grant.task.id, grant.task.id, grant.task.id])
  })
}
