import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AGEING_STEP_MS } from '../../../src/core/order-key.ts'
import { sampleTask } from '../../support/sample-task.ts'
import { ALICE, BOB, LEASE_MS, needing, openDesk } from './desk.ts'
import type { MakeStore } from './store-under-test.ts'

export function testClaiming(make: MakeStore): void {
  test('a claim of an empty queue grants nothing', async () => {
    await using desk = await openDesk(make)
    assert.deepEqual(await desk.claims(5), [])
  })

  test('a grant carries the running task, its fence, attempt and lease', async () => {
    await using desk = await openDesk(make)
    const id = await desk.submit({ payload: { work: 1 } })
    await desk.pass(50)
    const grant = await desk.claim({ leaseMs: 12_000 })
    assert.equal(grant.attempt, 1)
    assert.equal(grant.leaseMs, 12_000)
    const { status, phase, worker, fence, attempt, payload, startedAt } = grant.task
    assert.deepEqual(
      { status, phase, worker, fence, attempt, payload, startedAt },
      {
        status: 'running',
        phase: 'preparing',
        worker: ALICE,
        fence: grant.fence,
        attempt: 1,
        payload: { work: 1 },
        startedAt: desk.now,
      },
    )
    assert.deepEqual(await desk.find(id), grant.task)
  })

  test('a grant to a worker that cannot renew lasts as long as its task may take', async () => {
    await using desk = await openDesk(make)
    const clocks = { queueMs: 86_400_000, totalMs: 86_400_000, graceMs: 1_000 }
    await desk.submit({ clocks: { ...clocks, prepareMs: 60_000, runMs: 300_000 } })
    await desk.submit({ clocks: { ...clocks, prepareMs: 60_000, runMs: 80_000_000 } })
    const leaseMs = { extraMs: 60_000, mostMs: 21_600_000 }
    assert.equal((await desk.claim({ leaseMs })).leaseMs, 420_000)
    assert.equal((await desk.claim({ leaseMs })).leaseMs, 21_600_000)
  })

  test('tasks of one priority are granted in the order they were submitted', async () => {
    await using desk = await openDesk(make)
    const ids = []
    for (let number = 0; number < 5; number += 1) ids.push(await desk.submit())
    assert.deepEqual(
      (await desk.claims(5)).map(({ task }) => task.id),
      ids,
    )
  })

  test('higher priority goes first', async () => {
    await using desk = await openDesk(make)
    const low = await desk.submit({ priority: 1 })
    const high = await desk.submit({ priority: 10 })
    const middle = await desk.submit({ priority: 5 })
    assert.deepEqual(
      (await desk.claims(3)).map(({ task }) => task.id),
      [high, middle, low],
    )
  })

  test('a task of low priority that has waited long enough goes before a newer one of high priority', async () => {
    await using desk = await openDesk(make)
    const old = await desk.submit({ priority: 1 })
    desk.setClock(9 * AGEING_STEP_MS + 1)
    await desk.submit({ priority: 10 })
    assert.equal((await desk.claim()).task.id, old)
  })

  test('order holds across fit classes and submitters', async () => {
    await using desk = await openDesk(make)
    const ids = []
    for (let number = 0; number < 12; number += 1) {
      desk.setClock(1)
      ids.push(
        await desk.submit({
          submitter: `s${String(number % 3)}`,
          requirements: needing({ cpus: number % 2 }),
          ...(number % 4 === 0 ? { group: { key: 'wide', max: 9 } } : {}),
        }),
      )
    }
    assert.deepEqual(
      (await desk.claims(12)).map(({ task }) => task.id),
      ids,
    )
  })

  test('only what fits is granted, however many others wait before it', async () => {
    await using desk = await openDesk(make)
    await desk.store.submit(
      Array.from({ length: 300 }, () => sampleTask({ priority: 10, requirements: needing({ gpus: 1 }) })),
      desk.now,
    )
    const fitting = await desk.submit({ priority: 1 })
    const grants = await desk.claims(5, { fits: ({ gpus }) => gpus === 0 })
    assert.deepEqual(
      grants.map(({ task }) => task.id),
      [fitting],
    )
  })

  test('the fit of a class is asked for once a claim', async () => {
    await using desk = await openDesk(make)
    for (const cpus of [1, 1, 2, 2, 2]) await desk.submit({ requirements: needing({ cpus }), submitter: String(cpus) })
    const asked: number[] = []
    await desk.claims(5, { fits: ({ cpus }) => asked.push(cpus) > 0 })
    assert.deepEqual(asked.sort(), [1, 2])
  })

  test('R1: two workers that claim at once never get the same task', async () => {
    await using desk = await openDesk(make)
    const ids = await Promise.all(Array.from({ length: 40 }, () => desk.submit()))
    const grants = await Promise.all(
      Array.from({ length: 60 }, (_, number) => desk.claimAny({ worker: number % 2 === 0 ? ALICE : BOB })),
    )
    const granted = grants.flatMap((grant) => (grant === undefined ? [] : [grant.task.id]))
    assert.deepEqual(granted.sort(), ids.sort())
  })

  test('R2: a claim repeated with the same request id is answered with the same grants', async () => {
    await using desk = await openDesk(make)
    for (let number = 0; number < 4; number += 1) await desk.submit()
    const first = await desk.claims(2, { requestId: 'r' })
    const again = await desk.claims(2, { requestId: 'r' })
    assert.deepEqual(
      again.map(({ task, fence, attempt, leaseMs }) => [task.id, fence, attempt, leaseMs]),
      first.map(({ task, fence, attempt }) => [task.id, fence, attempt, LEASE_MS]),
    )
    assert.equal((await desk.store.counts()).byStatus.running, 2)
  })

  test('R2: a claim repeated while the first is still under way is answered with the same grants', async () => {
    await using desk = await openDesk(make)
    await desk.submit()
    await desk.submit()
    const [first, again] = await Promise.all([desk.claims(1, { requestId: 'r' }), desk.claims(1, { requestId: 'r' })])
    assert.deepEqual(
      again.map(({ fence }) => fence),
      first.map(({ fence }) => fence),
    )
  })

  test('a request id belongs to its worker, and says nothing once its grants have ended', async () => {
    await using desk = await openDesk(make)
    await desk.submit()
    await desk.submit()
    const mine = await desk.claim({ requestId: 'r' })
    const yours = await desk.claim({ requestId: 'r', worker: BOB })
    assert.notEqual(mine.task.id, yours.task.id)
    await desk.settle(mine)
    assert.equal(await desk.claimAny({ requestId: 'r' }), undefined)
  })

  test('fences grow over all tasks', async () => {
    await using desk = await openDesk(make)
    let last = 0
    for (let number = 0; number < 5; number += 1) {
      const grant = await desk.run()
      assert(grant.fence > last)
      last = grant.fence
      if (number % 2 === 0) await desk.release(grant)
      await desk.settle(grant)
    }
  })

  test('of a concurrency group no more than its maximum runs, and the rest is held', async () => {
    await using desk = await openDesk(make)
    const group = { key: 'deploy', max: 2 }
    for (let number = 0; number < 4; number += 1) await desk.submit({ group })
    const other = await desk.submit()
    const grants = await desk.claims(10)
    assert.equal(grants.length, 3)
    assert.equal(grants.at(-1)?.task.id, other)
    const { queuedByPhase } = await desk.store.counts()
    assert.deepEqual([queuedByPhase.held, queuedByPhase.ready], [2, 0])
    assert.deepEqual(desk.store.readyClasses(), [])
  })

  for (const [how, free] of [
    ['completes', 'settle'],
    ['fails', 'fail'],
    ['is given back', 'release'],
  ] as const) {
    test(`a held task is ready again when a member of its group ${how}`, async () => {
      await using desk = await openDesk(make)
      const group = { key: 'one', max: 1 }
      const grant = await desk.run({ group })
      const held = await desk.submit({ group })
      assert.equal(await desk.state(held), 'queued/held')
      const events = await desk.heard(() => desk[free](grant))
      assert.equal(await desk.state(held), 'queued/ready')
      assert(events.some(({ kind }) => kind === 'ready'))
    })
  }

  test('a member of a group that nobody fits does not keep the others waiting', async () => {
    await using desk = await openDesk(make)
    const group = { key: 'one', max: 1 }
    await desk.submit({ group, requirements: needing({ gpus: 8 }) })
    const fitting = await desk.submit({ group })
    assert.equal((await desk.claim({ fits: ({ gpus }) => gpus === 0 })).task.id, fitting)
  })

  test('R23: a maximum lowered below what runs drains, and the newest submit names it', async () => {
    await using desk = await openDesk(make)
    for (let number = 0; number < 4; number += 1) await desk.submit({ group: { key: 'g', max: 3 } })
    const grants = await desk.claims(3)
    await desk.submit({ group: { key: 'g', max: 1 } })
    const [first, second, third] = grants
    assert(first !== undefined && second !== undefined && third !== undefined)
    await desk.settle(first)
    assert.equal(await desk.claimAny(), undefined)
    await desk.settle(second)
    assert.equal(await desk.claimAny(), undefined)
    await desk.settle(third)
    assert.notEqual(await desk.claimAny(), undefined)
    assert.equal(await desk.claimAny(), undefined)
  })

  test('a submitter at its cap is passed over', async () => {
    await using desk = await openDesk(make)
    for (let number = 0; number < 5; number += 1) await desk.submit({ submitter: 'greedy', priority: 10 })
    const modest = await desk.submit({ submitter: 'modest' })
    const grants = await desk.claims(10, { submitterCap: 2 })
    assert.equal(grants.length, 3)
    assert.equal(grants.at(-1)?.task.id, modest)
    assert.equal((await desk.claims(10)).length, 3)
  })

  test('a task that a worker refused is not offered to it under the same policy', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    const refusal = { worker: ALICE, policyDigest: 'open', rule: 'image not allowed' }
    assert.equal(await desk.store.refuse(grant.task.id, grant.fence, refusal, desk.now), true)
    assert.equal(await desk.state(grant.task.id), 'queued/ready')
    const other = await desk.submit()
    assert.equal((await desk.claim()).task.id, other)
    assert.equal(await desk.claimAny(), undefined)
    assert.deepEqual(await desk.store.refusals(grant.task.id), [refusal])
    assert.equal((await desk.claim({ policyDigest: 'changed' })).task.id, grant.task.id)
  })

  test('a refused task is offered to others, and a refusal burns no budget', async () => {
    await using desk = await openDesk(make)
    const grant = await desk.run()
    const refusal = { worker: ALICE, policyDigest: 'open', rule: 'no' }
    await desk.store.refuse(grant.task.id, grant.fence, refusal, desk.now)
    const again = await desk.claim({ worker: BOB })
    assert.equal(again.task.id, grant.task.id)
    assert.deepEqual([again.task.failures, again.task.lost, again.attempt], [0, 0, 2])
    assert.equal(await desk.store.refuse(grant.task.id, grant.fence, refusal, desk.now), false)
  })

  test('a task submitted becomes known to listeners with its needs', async () => {
    await using desk = await openDesk(make)
    const requirements = needing({ labels: ['gpu'] })
    const events = await desk.heard(() => desk.submit({ requirements }))
    assert.deepEqual(
      events.map((event) => (event.kind === 'ready' ? event.needs : event.kind)),
      [requirements, 'changed'],
    )
  })
}
