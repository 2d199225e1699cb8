import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findTaskIdParts } from '../../../src/core/ids.ts'
import { sampleTask } from '../../support/sample-task.ts'
import { needing, openDesk } from './desk.ts'
import type { MakeStore } from './store-under-test.ts'

const DAY_MS = 86_400_000

export function testSubmitting(make: MakeStore): void {
  test('a submitted task is found as it was asked for', async () => {
    await using desk = await openDesk(make)
    const asked = sampleTask({
      type: 'docker.hub',
      modelName: 'model',
      payload: { image: 'alpine', nested: { list: [1, null, 'ü'] } },
      envelope: 'c2lnbmVk',
      priority: 7,
      requirements: needing({ taskType: 'docker.hub', labels: ['gpu', 'linux'], cpus: 2 }),
      idempotent: true,
      retryOn: ['pull_failed', 'exit:75'],
      maxFailures: 3,
      maxLost: 2,
      group: { key: 'deploy', max: 2 },
      submitter: 'mcp:agent',
      depth: 1,
      workflowId: 'flow-1',
      tags: ['nightly'],
      idempotencyKey: 'key-1',
    })
    const [submitted] = await desk.store.submit([asked], desk.now)
    assert(submitted !== undefined)
    assert.deepEqual(await desk.find(submitted.id), {
      ...asked,
      id: submitted.id,
      status: 'queued',
      phase: 'ready',
      attempt: 0,
      failures: 0,
      lost: 0,
      cancelRequested: false,
      createdAt: desk.now,
      updatedAt: desk.now,
      readyAt: desk.now,
    })
  })

  test('ids name the home and its epoch, and never repeat', async () => {
    await using desk = await openDesk(make)
    const ids = [await desk.submit(), await desk.submit(), await desk.submit()]
    for (const id of ids) {
      const parts = findTaskIdParts(id)
      assert.equal(parts?.home, desk.store.homeId)
      assert.equal(parts.epoch, desk.store.epoch)
    }
    assert.equal(new Set(ids).size, 3)
  })

  test('a submit of several tasks answers them in order', async () => {
    await using desk = await openDesk(make)
    const tasks = [1, 2, 3].map((number) => sampleTask({ payload: { number } }))
    const submitted = await desk.store.submit(tasks, desk.now)
    const payloads = await Promise.all(submitted.map(async ({ id }) => (await desk.find(id)).payload))
    assert.deepEqual(payloads, [{ number: 1 }, { number: 2 }, { number: 3 }])
  })

  test('R19: a submit repeated because its answer came late is answered with the first task', async () => {
    await using desk = await openDesk(make)
    const first = await desk.submitted({ idempotencyKey: 'k', payload: { a: 1, b: 2 } })
    const again = await desk.submitted({ idempotencyKey: 'k', payload: { b: 2, a: 1 } })
    assert.deepEqual([first.created, again.created], [true, false])
    assert.equal(again.id, first.id)
    assert.equal((await desk.store.counts()).byStatus.queued, 1)
  })

  test('the same key within one submit makes one task', async () => {
    await using desk = await openDesk(make)
    const task = sampleTask({ idempotencyKey: 'k' })
    const [first, second] = await desk.store.submit([task, task], desk.now)
    assert.equal(second?.id, first?.id)
    assert.equal(second?.created, false)
  })

  test('a key belongs to its submitter', async () => {
    await using desk = await openDesk(make)
    const mine = await desk.submit({ idempotencyKey: 'k', submitter: 'me' })
    const yours = await desk.submit({ idempotencyKey: 'k', submitter: 'you' })
    assert.notEqual(mine, yours)
  })

  for (const [what, changes] of [
    ['payload', { payload: { other: true } }],
    ['type', { type: 'other' }],
    ['model', { modelName: 'other' }],
  ] as const) {
    test(`a key used again for another ${what} is refused`, async () => {
      await using desk = await openDesk(make)
      await desk.submit({ idempotencyKey: 'k' })
      await assert.rejects(desk.submit({ idempotencyKey: 'k', ...changes }), { code: 'idempotency_conflict' })
    })
  }

  test('a key outlives its pruned task for a day, and no longer', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ idempotencyKey: 'k', retentionMs: 1000 })
    await desk.settle(grant)
    desk.setClock(2000)
    assert.equal(await desk.store.prune(desk.now, 10), 1)
    assert.deepEqual(await desk.submitted({ idempotencyKey: 'k' }), { id: grant.task.id, created: false })
    desk.setClock(DAY_MS)
    assert.equal((await desk.submitted({ idempotencyKey: 'k' })).created, true)
  })

  test('R20: a key does not expire while its task has not ended', async () => {
    await using desk = await openDesk(make)
    const clocks = { ...sampleTask().clocks, queueMs: 9 * DAY_MS, totalMs: 9 * DAY_MS }
    const id = await desk.submit({ idempotencyKey: 'k', clocks })
    desk.setClock(3 * DAY_MS)
    await desk.store.prune(desk.now, 10)
    assert.deepEqual(await desk.submitted({ idempotencyKey: 'k', clocks }), { id, created: false })
  })

  test('an alias is unique per submitter and workflow, and finds its task', async () => {
    await using desk = await openDesk(make)
    const id = await desk.submit({ alias: 'mine', workflowId: 'w' })
    assert.deepEqual(await desk.submitted({ alias: 'mine', workflowId: 'w' }), { id, created: false })
    assert.equal((await desk.submitted({ alias: 'mine', workflowId: 'v' })).created, true)
    assert.equal((await desk.submitted({ alias: 'mine', workflowId: 'w', submitter: 'other' })).created, true)
    assert.equal((await desk.submitted({ alias: 'mine' })).created, true)
    assert.equal((await desk.store.findByAlias('test', 'w', 'mine'))?.id, id)
    assert.equal(await desk.store.findByAlias('test', 'w', 'unknown'), undefined)
  })

  test('an alias used again for something else is refused', async () => {
    await using desk = await openDesk(make)
    await desk.submit({ alias: 'mine' })
    await assert.rejects(desk.submit({ alias: 'mine', payload: { other: 1 } }), { code: 'idempotency_conflict' })
  })

  test('an alias is free again once its task is pruned', async () => {
    await using desk = await openDesk(make)
    await desk.settle(await desk.run({ alias: 'mine', retentionMs: 0 }))
    await desk.store.prune(desk.now, 10)
    assert.equal(await desk.store.findByAlias('test', '', 'mine'), undefined)
    assert.equal((await desk.submitted({ alias: 'mine' })).created, true)
  })

  test('a key and an alias that name two tasks are refused', async () => {
    await using desk = await openDesk(make)
    await desk.submit({ idempotencyKey: 'k' })
    await desk.submit({ alias: 'a' })
    await assert.rejects(desk.submit({ idempotencyKey: 'k', alias: 'a' }), { code: 'idempotency_conflict' })
  })

  test('a submit is all or nothing', async () => {
    await using desk = await openDesk(make)
    await desk.submit({ idempotencyKey: 'taken', payload: { first: true } })
    const tasks = [
      sampleTask({ idempotencyKey: 'free', group: { key: 'new', max: 1 }, requirements: needing({ cpus: 3 }) }),
      sampleTask({ idempotencyKey: 'taken' }),
    ]
    await assert.rejects(desk.store.submit(tasks, desk.now), { code: 'idempotency_conflict' })
    assert.equal((await desk.store.counts()).byStatus.queued, 1)
    assert.equal(desk.store.readyClasses().length, 1)
    assert.equal((await desk.submitted({ idempotencyKey: 'free' })).created, true)
  })

  test('R26: a submit that is refused takes none of its neighbours with it', async () => {
    await using desk = await openDesk(make)
    await desk.submit({ idempotencyKey: 'taken' })
    const answers = await Promise.allSettled([
      desk.submit({ payload: { number: 1 } }),
      desk.submit({ idempotencyKey: 'taken', payload: { bad: true } }),
      desk.submit({ payload: { number: 2 } }),
    ])
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.equal((await desk.store.counts()).queuedByPhase.ready, 3)
    assert.equal((await desk.claims(10)).length, 3)
  })
}
