/** Claims that are made at once: whoever serves them together must answer as if they had come one after the other. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClaimRequest, Grant } from '../../../src/core/ports/task-store.ts'
import { ALICE, BOB, needing, openDesk, type Desk } from './desk.ts'
import type { MakeStore } from './store-under-test.ts'

export function testClaimingAtOnce(make: MakeStore): void {
  test('claims made at once are granted in their turn', async () => {
    await using desk = await openDesk(make)
    const [low, high, middle, last] = [
      await desk.submit({ priority: 2 }),
      await desk.submit({ priority: 9 }),
      await desk.submit({ priority: 5 }),
      await desk.submit({ priority: 1 }),
    ]
    const granted = await claimAtOnce(desk, [{ max: 2 }, { worker: BOB }, { max: 3 }, {}])
    assert.deepEqual(idsOf(granted), [[high, middle], [low], [last], []])
  })

  test('each of the claims made at once gets what fits it', async () => {
    await using desk = await openDesk(make)
    const plain = [await desk.submit(), await desk.submit()]
    const gpu = [
      await desk.submit({ priority: 1, requirements: needing({ gpus: 1 }) }),
      await desk.submit({ priority: 1, requirements: needing({ gpus: 1 }) }),
    ]
    const granted = await claimAtOnce(desk, [
      { fits: ({ gpus }) => gpus === 1 },
      {},
      { fits: () => false },
      { max: 5, worker: BOB },
    ])
    assert.deepEqual(idsOf(granted), [[gpu[0]], [plain[0]], [], [plain[1], gpu[1]]])
  })

  test('a task that one of them has refused goes to another, and it gets the next', async () => {
    await using desk = await openDesk(make)
    const [refused] = await refuseNext(desk, 1)
    const next = await desk.submit()
    assert.deepEqual(idsOf(await claimAtOnce(desk, [{}, { worker: BOB }])), [[next], [refused]])
  })

  test('however many it has refused, what is left for it is found', async () => {
    await using desk = await openDesk(make)
    const ids = await refuseNext(desk, 12)
    const left = await desk.submit({ priority: 9 })
    const granted = await claimAtOnce(desk, [{}, { worker: BOB }, { policyDigest: 'changed' }])
    assert.deepEqual(idsOf(granted), [[left], [ids[0]], [ids[1]]])
  })

  test('of a concurrency group no more runs than may, however many claims come at once', async () => {
    await using desk = await openDesk(make)
    for (let number = 0; number < 5; number += 1) await desk.submit({ group: { key: 'deploy', max: 2 }, priority: 9 })
    const other = await desk.submit()
    const granted = idsOf(await claimAtOnce(desk, [{}, {}, {}, {}]))
    assert.deepEqual(
      granted.map((ids) => ids.length),
      [1, 1, 1, 0],
    )
    assert.deepEqual(granted[2], [other])
    assert.equal((await desk.store.counts()).queuedByPhase.held, 3)
  })

  test('a submitter stays within its cap, however many claims come at once', async () => {
    await using desk = await openDesk(make)
    for (let number = 0; number < 4; number += 1) await desk.submit({ submitter: 'greedy', priority: 9 })
    const modest = await desk.submit({ submitter: 'modest' })
    const capped = { submitterCap: 2 }
    const granted = await claimAtOnce(desk, [capped, { ...capped, max: 5 }, capped, { max: 1 }])
    assert.deepEqual(
      granted.map((grants) => grants.map(({ task }) => task.submitter)),
      [['greedy'], ['greedy', 'modest'], [], ['greedy']],
    )
    assert.equal(idsOf(granted)[1]?.[1], modest)
  })

  test('each of the claims made at once has its own worker, lease and fence', async () => {
    await using desk = await openDesk(make)
    for (let number = 0; number < 3; number += 1) await desk.submit()
    const asked = [{ leaseMs: 5_000 }, { leaseMs: 9_000, worker: BOB }, { leaseMs: 7_000 }]
    const grants = (await claimAtOnce(desk, asked)).flat()
    assert.deepEqual(
      grants.map(({ task, leaseMs }) => [task.worker, leaseMs]),
      [
        [ALICE, 5_000],
        [BOB, 9_000],
        [ALICE, 7_000],
      ],
    )
    assert.equal(new Set(grants.map(({ fence }) => fence)).size, 3)
    await desk.pass(6_000)
    await desk.sweep()
    const [first, ...others] = grants
    assert(first !== undefined)
    assert.deepEqual(
      await Promise.all(
        others.map(({ task, fence }) => desk.store.renew([{ taskId: task.id, fence }], task.worker ?? ALICE, desk.now)),
      ),
      [['renewed'], ['renewed']],
    )
    assert.equal((await desk.find(first.task.id)).phase, 'suspect')
  })

  test('a repeated claim among new ones is answered with what it was granted, and takes nothing from them', async () => {
    await using desk = await openDesk(make)
    for (let number = 0; number < 4; number += 1) await desk.submit()
    const before = await desk.claims(2, { requestId: 'r' })
    const granted = await claimAtOnce(desk, [
      { requestId: 'new' },
      { requestId: 'r', max: 2 },
      { requestId: 'r', worker: BOB },
    ])
    assert.deepEqual(
      granted[1]?.map(({ fence }) => fence),
      before.map(({ fence }) => fence),
    )
    assert.equal(new Set(idsOf(granted).flat()).size, 4)
    assert.equal((await desk.store.counts()).byStatus.running, 4)
  })
}

function claimAtOnce(desk: Desk, asked: readonly Partial<ClaimRequest>[]): Promise<readonly (readonly Grant[])[]> {
  return Promise.all(asked.map((changes) => desk.claims(1, changes)))
}

function idsOf(granted: readonly (readonly Grant[])[]): string[][] {
  return granted.map((grants) => grants.map(({ task }) => task.id))
}

/** Tasks at the head of the queue that ALICE has refused. */
async function refuseNext(desk: Desk, count: number): Promise<readonly string[]> {
  const grants: Grant[] = []
  for (let number = 0; number < count; number += 1) grants.push(await desk.run({ priority: 9 }))
  for (const { task, fence } of grants) {
    await desk.store.refuse(
      task.id,
      fence,
      { worker: ALICE, policyDigest: 'open', rule: 'image not allowed' },
      desk.now,
    )
  }
  return grants.map(({ task }) => task.id)
}
