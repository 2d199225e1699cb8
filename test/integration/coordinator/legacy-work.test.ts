/** Work by workers that know neither fences nor renewals, over a real store, with time in the test's hands. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LEGACY_PRINCIPAL, LegacyWork } from '../../../src/coordinator/legacy-work.ts'
import { PeerBook } from '../../../src/coordinator/peer-book.ts'
import type { Caller } from '../../../src/core/operations/operation.ts'
import type { Grant } from '../../../src/core/ports/task-store.ts'
import { ALICE, QueueHouse, WORKER } from '../../support/queue-house.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const NOBODY_LEFT = new AbortController().signal
const LEGACY: Caller = { principal: LEGACY_PRINCIPAL, door: 'peers', access: ALICE.access }
const MINUTE = 60_000
const CLOCKS = { prepare_ms: 2 * MINUTE, run_ms: 5 * MINUTE, queue_ms: 86_400_000, total_ms: 90_000_000 }

function workOf(house: QueueHouse): LegacyWork {
  return new LegacyWork({ home: house.home, peers: new PeerBook(), clock: house.clock, random: new SeededRandom() })
}

const claim = (work: LegacyWork, worker = 'w1', labels: readonly string[] = []): Promise<Grant | undefined> =>
  work.claim({ worker, taskTypes: [], labels }, NOBODY_LEFT)

async function take(work: LegacyWork, worker = 'w1'): Promise<Grant> {
  const grant = await claim(work, worker)
  assert(grant !== undefined, 'nothing was granted')
  return grant
}

const end = (taskId: string, more: object = {}) => ({
  ...{ taskId, status: 'completed' as const, result: { y: 2 }, error: undefined },
  ...more,
})

test('a grant lasts as long as the task may take, and a minute', async () => {
  await using house = await QueueHouse.open()
  const work = workOf(house)
  const id = await house.submit({ clocks: CLOCKS, idempotent: true }, LEGACY)
  assert.equal((await take(work)).leaseMs, 8 * MINUTE)
  await house.pass(7.9 * MINUTE)
  assert.equal(await house.state(id), 'running/preparing')
  await house.pass(0.2 * MINUTE)
  assert.equal(await house.state(id), 'queued/ready')
})

test('no grant lasts more than six hours', async () => {
  await using house = await QueueHouse.open()
  await house.submit({ clocks: { ...CLOCKS, run_ms: 80_000_000 } }, LEGACY)
  assert.equal((await take(workOf(house))).leaseMs, 6 * 60 * MINUTE)
})

test('a task that was with one of them never goes to one of them again, and our workers take it', async () => {
  await using house = await QueueHouse.open()
  const work = workOf(house)
  const id = await house.submit({ clocks: CLOCKS, idempotent: true, max_lost: 5 }, LEGACY)
  const next = await house.submit({ clocks: CLOCKS, priority: 1 }, LEGACY)
  await take(work)
  await house.pass(9 * MINUTE)
  assert.equal((await take(work, 'w2')).task.id, next)
  assert.equal(await claim(work, 'w1'), undefined)
  assert.equal(await claim(work, 'w2'), undefined)
  assert.equal(await house.state(id), 'queued/ready')
  const { failures, lost } = await house.get(id)
  assert.deepEqual([failures, lost], [0, 1])
  const [grant] = await house.claim({}, WORKER)
  assert.equal(grant?.task_id, id)
})

test('also not after it was given back', async () => {
  await using house = await QueueHouse.open()
  const work = workOf(house)
  const id = await house.submit({}, LEGACY)
  await take(work)
  assert.equal(await work.release(id, 'w2'), false)
  assert.equal(await work.release(id, 'w1'), true)
  assert.equal(await work.release(id, 'w1'), false)
  assert.equal(await claim(work, 'w2'), undefined)
  assert.equal((await house.claim({}, WORKER))[0]?.task_id, id)
})

test('an end counts only while the task runs with one of them; the same end again is fine, another is not', async () => {
  await using house = await QueueHouse.open()
  const work = workOf(house)
  const id = await house.submit({}, LEGACY)
  assert.equal(await work.complete(end(id)), false, 'nobody has claimed it')
  await take(work)
  assert.equal(await work.complete(end(id)), true)
  assert.equal(await work.complete(end(id)), true)
  assert.equal(await work.complete(end(id, { result: { y: 3 } })), false)
  assert.equal(await work.complete(end(id, { status: 'failed' })), false)
  const { status, result } = await house.get(id)
  assert.deepEqual([status, result], ['completed', { y: 2 }])
  assert.equal(await work.complete(end('nope')), false)
})

test('the end of a task that one of our workers has is refused', async () => {
  await using house = await QueueHouse.open()
  const work = workOf(house)
  const id = await house.submit({ clocks: CLOCKS, idempotent: true }, LEGACY)
  await take(work)
  await house.pass(9 * MINUTE)
  const ours = await house.take()
  assert.equal(await work.complete(end(id)), false)
  assert.equal((await house.settle(ours)).outcome, 'settled')
  assert.equal(await work.complete(end(id)), false)
  assert.deepEqual((await house.get(id)).result, undefined)
})

test('an end that is late counts while the task waits for its lost worker', async () => {
  await using house = await QueueHouse.open()
  const work = workOf(house)
  const id = await house.submit({ clocks: CLOCKS }, LEGACY)
  await take(work)
  await house.pass(9 * MINUTE)
  assert.equal(await house.state(id), 'running/suspect')
  assert.equal(await work.complete(end(id)), true)
  assert.equal(await house.state(id), 'completed')
})

test('a failure and a cancelled end are told as such', async () => {
  await using house = await QueueHouse.open()
  const work = workOf(house)
  const [first, second] = [await house.submit({}, LEGACY), await house.submit({}, LEGACY)]
  await take(work)
  await take(work)
  assert.equal(await work.complete(end(first, { status: 'failed', error: 'no' })), true)
  assert.equal(await work.complete(end(second, { status: 'cancelled' })), true)
  assert.deepEqual([await house.state(first), await house.state(second)], ['failed/exit', 'cancelled/cancelled'])
})

test('tasks of others are worked on and not seen before, and a restart changes nothing of that', async () => {
  await using house = await QueueHouse.open()
  const id = await house.submit({}, ALICE)
  assert.equal(await workOf(house).find(id), undefined)
  assert.deepEqual(await workOf(house).list({}, 10), [])
  await take(workOf(house))
  await house.restart()
  assert.equal((await workOf(house).find(id))?.id, id)
  assert.equal(await workOf(house).complete(end(id)), true)
  assert.equal((await house.get(id, ALICE)).status, 'completed')
})

test('a task for one session goes to workers of that session alone', async () => {
  await using house = await QueueHouse.open()
  const work = workOf(house)
  const id = await house.submit({ requires: { labels: ['session=blue'] } }, LEGACY)
  assert.equal(await claim(work, 'w1'), undefined)
  assert.equal(await claim(work, 'w1', ['session=red']), undefined)
  assert.equal((await claim(work, 'w1', ['session=blue']))?.task.id, id)
})

test('lists are the newest, the oldest of them first', async () => {
  await using house = await QueueHouse.open()
  const ids = []
  for (let number = 0; number < 4; number += 1) ids.push(await house.submit({}, LEGACY))
  assert.deepEqual(
    (await workOf(house).list({ statuses: ['queued'] }, 3)).map(({ id }) => id),
    ids.slice(1),
  )
})
