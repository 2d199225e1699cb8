import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RawInput } from '../../../src/core/operations/catalog.ts'
import type { TaskStore } from '../../../src/core/ports/task-store.ts'
import { ADMIN, ALICE, openEnvelope, QueueHouse } from '../../support/queue-house.ts'

const MINUTE = 60_000

type Save = RawInput<'p2p_taskqueue_cron_save'>

function everyMinute(changes: Partial<Save> = {}): Save {
  return { name: 'tick', expression: '* * * * *', task: { task_type: 'test.noop', payload: {} }, ...changes }
}

function save(house: QueueHouse, changes: Partial<Save> = {}) {
  return house.call('p2p_taskqueue_cron_save', everyMinute(changes), ADMIN)
}

async function queued(house: QueueHouse): Promise<number> {
  return (await house.call('p2p_taskqueue_status', {}, ADMIN)).queued
}

/** The first full minute after now. */
function nextMinute(house: QueueHouse): number {
  return (Math.floor(house.clock.now() / MINUTE) + 1) * MINUTE
}

/** To the last second before the next full minute. */
async function passToEdge(house: QueueHouse): Promise<void> {
  await house.pass(nextMinute(house) - house.clock.now() - 1_000)
}

test('a schedule submits a task at each of its instants, owned by who saved it', async () => {
  await using house = await QueueHouse.open()
  const { schedule } = await save(house, { task: { task_type: 'test.noop', payload: { n: 1 }, tags: ['nightly'] } })
  assert.deepEqual(schedule, {
    name: 'tick',
    expression: '* * * * *',
    time_zone: 'UTC',
    paused: false,
    next_at: nextMinute(house),
    task_type: 'test.noop',
    submitter: 'local',
  })
  await passToEdge(house)
  assert.equal(await queued(house), 0)
  await house.pass(1_000)
  assert.equal(await queued(house), 1)
  await house.pass(2 * MINUTE)
  const { tasks } = await house.call('p2p_taskqueue_list_tasks', { tag: 'nightly' }, ADMIN)
  assert.deepEqual(
    tasks.map(({ submitter, created_at }) => [submitter, created_at % MINUTE]),
    Array.from({ length: 3 }, () => ['local', 0]),
  )
  assert.equal(house.heard.filter(({ name }) => name === 'task.submitted').length, 3)
  const { schedules } = await house.call('p2p_taskqueue_cron_list', {}, ADMIN)
  assert.deepEqual(
    schedules.map(({ next_at }) => next_at),
    [nextMinute(house)],
  )
})

test('after downtime the latest missed instant fires, once, and the schedule goes on from there', async () => {
  await using house = await QueueHouse.open()
  await save(house)
  await passToEdge(house)
  await house.stop()
  await house.clock.advance(10 * MINUTE)
  await house.start()
  assert.equal(await queued(house), 1)
  const fired = house.log.lines.filter(({ event }) => event === 'cron.fired')
  assert.deepEqual(
    fired.map(({ fields }) => [fields['scheduledAt'], fields['missed']]),
    [[nextMinute(house) - MINUTE, true]],
  )
  await passToEdge(house)
  await house.pass(1_000)
  assert.equal(await queued(house), 2)
})

test('a restart between computing an instant and firing it makes one task of it', async () => {
  let dies: 'never' | 'before' | 'after' = 'never'
  const around = firing(async (store, call) => {
    if (dies === 'before') throw new Error('killed')
    const fired = await store.fireCron(...call)
    if (dies === 'after') throw new Error('killed')
    return fired
  })
  await using house = await QueueHouse.open({ around })
  await save(house)
  let tasks = 0
  for (const when of ['before', 'after'] as const) {
    await passToEdge(house)
    dies = when
    await house.pass(1_000)
    dies = 'never'
    assert.equal(await queued(house), when === 'after' ? tasks + 1 : tasks)
    await house.restart()
    tasks += 1
    assert.equal(await queued(house), tasks, when)
    await house.pass(5_000)
    assert.equal(await queued(house), tasks, when)
  }
})

test('what could not fire is tried again, and then fires for the same instant', async () => {
  let full = true
  const around = firing((store, call) => (full ? Promise.reject(new Error('no room')) : store.fireCron(...call)))
  await using house = await QueueHouse.open({ around })
  await save(house)
  await passToEdge(house)
  await house.pass(5_000)
  assert.equal(await queued(house), 0)
  const failures = house.log.lines.filter(({ event }) => event === 'cron.not_fired').length
  assert.ok(failures === 1, `${String(failures)} tries in 4 s`)
  full = false
  await house.pass(10_000)
  assert.equal(await queued(house), 1)
})

test('a paused schedule waits, and a resumed one does not make up for what passed', async () => {
  await using house = await QueueHouse.open()
  await save(house)
  const { schedule } = await house.call('p2p_taskqueue_cron_pause', { name: 'tick' }, ADMIN)
  assert.equal(schedule.paused, true)
  await house.pass(3 * MINUTE)
  assert.equal(await queued(house), 0)
  const resumed = await house.call('p2p_taskqueue_cron_resume', { name: 'tick' }, ADMIN)
  assert.deepEqual([resumed.schedule.paused, resumed.schedule.next_at], [false, nextMinute(house)])
  assert.equal(await queued(house), 0)
  await passToEdge(house)
  await house.pass(1_000)
  assert.equal(await queued(house), 1)
})

test('a schedule is replaced and removed by its name; one that is not there is named', async () => {
  await using house = await QueueHouse.open()
  await save(house)
  await save(house, { expression: '0 3 * * *', time_zone: 'Europe/Berlin', paused: true })
  const { schedules } = await house.call('p2p_taskqueue_cron_list', {}, ADMIN)
  assert.deepEqual(
    schedules.map(({ expression, time_zone, paused }) => [expression, time_zone, paused]),
    [['0 3 * * *', 'Europe/Berlin', true]],
  )
  assert.deepEqual(await house.call('p2p_taskqueue_cron_remove', { name: 'tick' }, ADMIN), { removed: true })
  assert.deepEqual(await house.call('p2p_taskqueue_cron_remove', { name: 'tick' }, ADMIN), { removed: false })
  const gone = house.call('p2p_taskqueue_cron_pause', { name: 'tick' }, ADMIN)
  await assert.rejects(gone, { code: 'bad_request', message: /no schedule "tick"/ })
  await house.pass(2 * MINUTE)
  assert.equal(await queued(house), 0)
})

test('a container task is signed for its instant, however old its schedule is', async () => {
  await using house = await QueueHouse.open()
  await save(house, { task: { task_type: 'docker.hub', payload: { image: 'alpine:3.20' } } })
  await house.stop()
  await house.clock.advance(100 * 86_400_000)
  await house.start()
  const { envelope } = await house.take()
  const signed = await openEnvelope(envelope, house.clock.now())
  assert.deepEqual([signed.task_type, signed.issued_at], ['docker.hub', house.clock.now()])
})

test('only administrators look at schedules, and faults are named before anything is saved', async () => {
  await using house = await QueueHouse.open()
  await assert.rejects(house.call('p2p_taskqueue_cron_list', {}, ALICE), { code: 'forbidden' })
  await assert.rejects(house.call('p2p_taskqueue_cron_save', everyMinute(), ALICE), { code: 'forbidden' })
  for (const [changes, message] of [
    [{ expression: 'whenever' }, /five fields/],
    [{ expression: '61 * * * *' }, /minute/],
    [{ expression: '0 0 30 2 *' }, /never falls due/],
    [{ time_zone: 'Mars/Olympus' }, /Mars\/Olympus/],
    [{ name: 'a b' }, /name/],
    [{ task: { task_type: 'docker.hub', payload: { image: 'NOT AN IMAGE' } } }, /image/],
  ] as const) {
    await assert.rejects(save(house, changes), { code: 'bad_request', message })
  }
  const { schedules } = await house.call('p2p_taskqueue_cron_list', {}, ADMIN)
  assert.deepEqual(schedules, [])
})

/** The store with another way to fire. */
function firing(
  fire: (store: TaskStore, call: Parameters<TaskStore['fireCron']>) => ReturnType<TaskStore['fireCron']>,
): (store: TaskStore) => TaskStore {
  return (store) =>
    new Proxy(store, {
      get: (target, key) => {
        if (key === 'fireCron') return (...call: Parameters<TaskStore['fireCron']>) => fire(target, call)
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value
      },
    })
}
