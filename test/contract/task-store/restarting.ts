import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALICE, BOB, LEASE_MS, openDesk } from './desk.ts'
import type { MakeStore } from './store-under-test.ts'

export function testRestarting(make: MakeStore): void {
  test('a restart forgets nothing that was answered', async () => {
    await using desk = await openDesk(make)
    const home = desk.store.homeId
    const group = { key: 'one', max: 1 }
    const done = await desk.run({ idempotencyKey: 'k' })
    await desk.settle(done, { result: { n: 1 } })
    const running = await desk.run({ group })
    const queued = [
      await desk.submit({ group }),
      await desk.submit({ needs: [running.task.id] }),
      await desk.submit({ notBefore: desk.now + 1000, alias: 'later' }),
    ]
    const ids = [done.task.id, running.task.id, ...queued]
    const before = await Promise.all(ids.map((id) => desk.find(id)))
    const counts = await desk.store.counts()
    await desk.restart()
    assert.equal(desk.store.homeId, home)
    assert.deepEqual(await Promise.all(ids.map((id) => desk.find(id))), before)
    assert.deepEqual(await desk.store.counts(), counts)
  })

  test('R14: what was answered before a restart is answered the same when it is asked again', async () => {
    await using desk = await openDesk(make)
    const submitted = await desk.submitted({ idempotencyKey: 'k' })
    const grant = await desk.claim({ requestId: 'r' })
    await desk.restart()
    assert.deepEqual(await desk.submitted({ idempotencyKey: 'k' }), { ...submitted, created: false })
    const again = await desk.claim({ requestId: 'r' })
    assert.deepEqual([again.fence, again.attempt, again.leaseMs], [grant.fence, 1, LEASE_MS])
    await desk.settle(grant, { result: { n: 1 } })
    await desk.restart()
    const settled = await desk.settle(grant, { result: { n: 2 } })
    assert.equal(settled.outcome, 'already')
    assert.deepEqual(settled.task?.result, { n: 1 })
  })

  test('R15: fences go on growing over a restart', async () => {
    await using desk = await openDesk(make)
    const before = await desk.run()
    const { epoch } = desk.store
    await desk.restart()
    assert.equal(desk.store.epoch, epoch)
    const after = await desk.run()
    assert(after.fence > before.fence)
    assert.equal((await desk.settle(before)).outcome, 'settled')
  })

  test('ids go on growing over a restart, also when the newest task was pruned', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run({ retentionMs: 0 })
    await desk.settle(grant)
    await desk.store.prune(desk.now, 10)
    await desk.restart()
    assert.notEqual(await desk.submit(), grant.task.id)
  })

  test('a running task has a full fresh lease after a restart, or what was left of it', async () => {
    await using desk = await openDesk(make)
    const short = await desk.run({ idempotent: true }, { leaseMs: 5000 })
    await desk.pass(4000)
    await desk.restart()
    await desk.pass(desk.leftAfterRestart(5000, 4000) - 1)
    assert.deepEqual((await desk.sweep()).ready, [])
    await desk.pass(1)
    assert.deepEqual((await desk.sweep()).ready, [short.task.id])
  })

  test('the worker of before a restart may renew, and nobody else', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    await desk.restart()
    assert.equal(await desk.renew(grant, BOB), 'lost')
    assert.equal(await desk.renew(grant, ALICE), 'renewed')
  })

  test('a suspect task has its whole lease and grace again after a restart, or its grace goes on', async () => {
    await using desk = await openDesk(make)
    const { task } = await desk.run()
    await desk.pass(LEASE_MS)
    await desk.sweep()
    await desk.restart()
    assert.equal((await desk.find(task.id)).status, 'running')
    const again = desk.leftAfterRestart(LEASE_MS, LEASE_MS)
    await desk.pass(again)
    assert.deepEqual((await desk.sweep()).suspect, again === 0 ? [] : [task.id])
    await desk.pass(desk.lostGraceMs)
    assert.deepEqual((await desk.sweep()).ended, [task.id])
  })

  test('a cancel asked for before a restart is told after it', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    await desk.store.cancel(grant.task.id, desk.now)
    await desk.restart()
    assert.equal(await desk.renew(grant), 'cancel')
  })

  test('the order of the queue, groups, caps and refusals hold over a restart', async () => {
    await using desk = await openDesk(make)
    const refused = await desk.run({ priority: 9 })
    const refusal = { worker: ALICE, policyDigest: 'open', rule: 'no' }
    await desk.store.refuse(refused.task.id, refused.fence, refusal, desk.now)
    const group = { key: 'one', max: 1 }
    await desk.run({ group, submitter: 'capped' })
    await desk.submit({ group, priority: 10 })
    const capped = await desk.submit({ submitter: 'capped', priority: 10 })
    const low = await desk.submit({ priority: 2 })
    const high = await desk.submit({ priority: 7 })
    await desk.restart()
    const grants = await desk.claims(9, { submitterCap: 1, worker: ALICE })
    assert.deepEqual(
      grants.map(({ task }) => task.id),
      [high],
    )
    assert.deepEqual(
      (await desk.claims(9, { submitterCap: 2, worker: ALICE })).map(({ task }) => task.id),
      [capped, low],
    )
  })

  test('schedules that fired before a restart do not fire again after it', async () => {
    await using desk = await openDesk(make)
    const template = { ...(await desk.find(await desk.submit())), alias: undefined }
    const { type, modelName, payload, priority, requirements, clocks, submitter } = template
    const rest = { idempotent: false, retryOn: [], maxFailures: 1, maxLost: 0, needs: [], depth: 0, tags: [] }
    await desk.store.saveCron({
      name: 'c',
      expression: '* * * * *',
      timeZone: 'UTC',
      template: { type, modelName, payload, priority, requirements, clocks, submitter, ...rest, retentionMs: 1 },
      nextAt: desk.now,
      paused: false,
    })
    const fired = await desk.store.fireCron('c', desk.now, desk.now + 1, desk.now)
    await desk.restart()
    assert.deepEqual(await desk.store.fireCron('c', desk.now, desk.now + 1, desk.now), {
      id: fired?.id,
      created: false,
    })
  })
}
