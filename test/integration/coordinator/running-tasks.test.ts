/** Attempts and what comes of them, seen through the operations. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADMIN, ALICE, BOB, openEnvelope, QueueHouse, WORKER, workerNamed } from '../../support/queue-house.ts'

const MINUTE = 60_000

async function attempts(house: QueueHouse, taskId: string) {
  const { attempts: all } = await house.call('p2p_taskqueue_get_task', { task_id: taskId, attempts: true }, ADMIN)
  assert.ok(all !== undefined)
  return all
}

test('one claim takes several tasks, best first, and no more than asked for', async () => {
  await using house = await QueueHouse.open()
  const ids: string[] = []
  for (const priority of [5, 9, 1, 7, 3]) ids.push(await house.submit({ priority }))
  const grants = await house.claim({ max_tasks: 3 })
  assert.deepEqual(
    grants.map(({ task_id }) => ids.indexOf(task_id)),
    [1, 3, 0],
  )
  assert.deepEqual(
    grants.map(({ fence }) => fence),
    grants.map(({ fence }) => fence).toSorted((a, b) => a - b),
  )
  assert.equal((await house.claim({ max_tasks: 128 })).length, 2)
  assert.deepEqual(await house.claim({ max_tasks: 128 }), [])
  await assert.rejects(house.claim({ max_tasks: 129 }), { code: 'bad_request' })
})

test('a repeated claim with the same request id answers the same grants', async () => {
  await using house = await QueueHouse.open()
  for (let index = 0; index < 3; index += 1) await house.submit()
  const first = await house.claim({ max_tasks: 2, request_id: 'r' })
  assert.deepEqual(await house.claim({ max_tasks: 2, request_id: 'r' }), first)
  const other = await house.claim({ max_tasks: 2, request_id: 'r' }, workerNamed('other'))
  assert.equal(other.length, 1)
})

test('progress that comes with a renewal is seen by whoever gets, waits or lists', async () => {
  await using house = await QueueHouse.open()
  const id = await house.submit()
  const grant = await house.take()
  const notes: string[] = []
  const waiting = house.call('p2p_taskqueue_wait_task', { task_id: id, timeout_s: 50 }, ALICE, {
    progress: ({ message }) => notes.push(message),
  })
  await house.quiet()
  const progress = { phase: 'running' as const, message: 'layer 3 of 7', log_bytes: 120, fraction: 0.4 }
  const renewed = await house.call(
    'p2p_taskqueue_renew',
    { leases: [{ task_id: id, fence: grant.fence, progress }] },
    WORKER,
  )
  assert.deepEqual(renewed.verdicts, [{ task_id: id, verdict: 'renewed' }])
  const { phase, progress: seen } = await house.get(id)
  assert.deepEqual([phase, seen], ['running', progress])
  const { tasks } = await house.call('p2p_taskqueue_list_tasks', {})
  assert.deepEqual(tasks[0]?.progress, progress)
  await house.settle(grant)
  await waiting
  assert.equal(notes.filter((note) => note.endsWith('layer 3 of 7')).length, 1)
})

test('one renewal carries all leases of a worker, and is answered for each', async () => {
  await using house = await QueueHouse.open()
  for (let index = 0; index < 3; index += 1) await house.submit()
  const [kept, settled, cancelled] = await house.claim({ max_tasks: 3 })
  assert.ok(kept !== undefined && settled !== undefined && cancelled !== undefined)
  await house.settle(settled)
  await house.call('p2p_taskqueue_cancel', { task_id: cancelled.task_id })
  const leases = [kept, settled, cancelled].map(({ task_id, fence }) => ({ task_id, fence }))
  const mine = await house.call('p2p_taskqueue_renew', { leases }, WORKER)
  assert.deepEqual(
    mine.verdicts.map(({ verdict }) => verdict),
    ['renewed', 'lost', 'cancel'],
  )
  const theirs = await house.call('p2p_taskqueue_renew', { leases }, workerNamed('other'))
  assert.deepEqual(
    theirs.verdicts.map(({ verdict }) => verdict),
    ['lost', 'lost', 'lost'],
  )
})

test('a failure that is worth another try is put off, longer each time, until the budget is burnt', async () => {
  await using house = await QueueHouse.open()
  const id = await house.submit({ max_failures: 3, retry_on: ['exit:75'] })
  for (const failures of [1, 2]) {
    await house.fail(await house.take(), { exit_code: 75, error: `try ${String(failures)}` })
    const task = await house.get(id)
    assert.deepEqual([task.status, task.failures, task.attempt], ['queued', failures, failures])
    const wait = (task.ready_at ?? 0) - house.clock.now()
    assert.ok(wait > 0 && wait <= 2_000 * 2 ** (failures - 1), `put off by ${String(wait)} ms`)
    assert.deepEqual(await house.claim(), [])
    assert.match((await house.call('p2p_taskqueue_explain', { task_id: id })).summary, /put off/)
    await house.pass(wait)
  }
  await house.fail(await house.take(), { exit_code: 75, error: 'try 3' })
  assert.equal(await house.state(id), 'failed/exit')
  assert.deepEqual(
    (await attempts(house, id)).map(({ number, outcome, reason, error }) => [number, outcome, reason, error]),
    [1, 2, 3].map((number) => [number, 'failed', 'exit', `try ${String(number)}`]),
  )
  const retried = house.heard.flatMap((event) => (event.name === 'task.retried' ? [event.reason] : []))
  assert.deepEqual(retried, ['exit', 'exit'])
})

test('a failure that is not named is final, whatever is left of the budget', async () => {
  await using house = await QueueHouse.open()
  const id = await house.submit({ max_failures: 3, retry_on: ['exit:75', 'pull_failed'] })
  await house.fail(await house.take(), { exit_code: 1 })
  assert.equal(await house.state(id), 'failed/exit')
})

test('the history of a task tells each attempt: who, when, how it ended', async () => {
  await using house = await QueueHouse.open()
  const id = await house.submit({ idempotent: true })
  const [first, second] = [workerNamed('first'), workerNamed('second')]
  const given = await house.take(first)
  const { task_id, fence } = given
  await house.call('p2p_taskqueue_release', { task_id, fence }, first)
  await house.take(second)
  await house.pass(31_000)
  const last = await house.take(first)
  const history = await attempts(house, id)
  assert.deepEqual(
    history.map(({ number, worker_id, outcome }) => [number, worker_id, outcome]),
    [
      [1, 'first', 'released'],
      [2, 'second', 'lost'],
      [3, 'first', undefined],
    ],
  )
  assert.ok(
    history.every(({ started_at, ended_at }, index) => (index === 2) === (ended_at === undefined) && started_at),
  )
  await house.settle(last, {}, first)
  assert.equal((await attempts(house, id))[2]?.outcome, 'completed')
  const plain = await house.call('p2p_taskqueue_get_task', { task_id: id })
  assert.equal(plain.attempts, undefined)
  await assert.rejects(house.call('p2p_taskqueue_get_task', { task_id: id, attempts: true }, BOB), {
    code: 'task_not_found',
  })
})

test('the queue clock ends a task that nobody takes; it starts anew when the task is given back', async () => {
  await using house = await QueueHouse.open()
  const id = await house.submit({ clocks: { queue_ms: MINUTE } })
  await house.pass(50_000)
  const { task_id, fence } = await house.take()
  await house.call('p2p_taskqueue_release', { task_id, fence }, WORKER)
  await house.pass(50_000)
  assert.equal(await house.state(id), 'queued/ready')
  await house.pass(11_000)
  assert.equal(await house.state(id), 'failed/timeout_queue')
  assert.deepEqual(await house.claim(), [])
})

for (const reason of ['timeout_prepare', 'timeout_run'] as const) {
  test(`${reason} is the worker’s to tell, and is kept as the reason`, async () => {
    await using house = await QueueHouse.open()
    const id = await house.submit({ clocks: { prepare_ms: 1_000, run_ms: 100 } })
    const grant = await house.take()
    assert.deepEqual([grant.clocks.prepare_ms, grant.clocks.run_ms], [1_000, 100])
    await house.settle(grant, { status: 'failed', reason, error: 'too long' })
    const { status, reason: kept, error } = await house.get(id)
    assert.deepEqual([status, kept, error], ['failed', reason, 'too long'])
  })
}

test('the total clock ends a waiting task at once', async () => {
  await using house = await QueueHouse.open()
  const parent = await house.submit()
  const clocks = { total_ms: MINUTE, queue_ms: MINUTE }
  const blocked = await house.submit({ needs: [parent], clocks })
  const delayed = await house.submit({ delay_ms: 59_000, clocks })
  await house.pass(61_000)
  for (const id of [blocked, delayed]) assert.equal(await house.state(id), 'failed/timeout_total')
})

test('the total clock stops a running task through its worker, and its end says so', async () => {
  await using house = await QueueHouse.open()
  const id = await house.submit({ clocks: { total_ms: MINUTE, queue_ms: MINUTE }, max_failures: 5, retry_on: ['any'] })
  const grant = await house.take()
  for (let left = 60_000; left > 0; left -= 10_000) {
    assert.equal((await house.renew(grant)).verdicts[0]?.verdict, 'renewed')
    await house.pass(10_000)
  }
  assert.equal((await house.renew(grant)).verdicts[0]?.verdict, 'cancel')
  await house.settle(grant, { status: 'cancelled', reason: 'cancelled' })
  assert.equal(await house.state(id), 'failed/timeout_total')
})

test('a cancelled task ends when its worker says so, or with its lease when the worker is gone', async () => {
  await using house = await QueueHouse.open()
  const [told, silent] = [await house.submit(), await house.submit()]
  const grants = await house.claim({ max_tasks: 2 })
  for (const id of [told, silent]) {
    assert.equal((await house.call('p2p_taskqueue_cancel', { task_id: id })).outcome, 'requested')
    assert.equal((await house.call('p2p_taskqueue_cancel', { task_id: id })).outcome, 'requested')
  }
  const [first] = grants
  assert.ok(first !== undefined)
  await house.settle(first, { status: 'cancelled' })
  assert.equal(await house.state(told), 'cancelled/cancelled')
  await house.pass(31_000)
  assert.equal(await house.state(silent), 'cancelled/cancelled')
  assert.equal((await house.call('p2p_taskqueue_cancel', { task_id: told })).outcome, 'terminal')
})

test('a failed container task queued again is signed anew, under its id and its submitter', async () => {
  await using house = await QueueHouse.open()
  const submitted = await house.call('p2p_taskqueue_submit_docker_hub', {
    image: 'alpine:3.20',
    clocks: { queue_ms: MINUTE, total_ms: 2 * MINUTE },
  })
  await house.fail(await house.take())
  await house.stop()
  await house.clock.advance(6 * 60 * MINUTE)
  await house.start()
  const { task } = await house.call('p2p_taskqueue_resubmit', { task_id: submitted.task_id }, ADMIN)
  assert.deepEqual([task.task_id, task.status, task.phase, task.failures], [submitted.task_id, 'queued', 'ready', 0])
  const grant = await house.take()
  const signed = await openEnvelope(grant.envelope, house.clock.now())
  assert.deepEqual([signed.submitter, signed.payload['image']], ['token:alice', 'alpine:3.20'])
  assert.deepEqual([grant.task_id, grant.attempt], [submitted.task_id, 2])
})

test('only what failed or was cancelled is queued again, by who may see it', async () => {
  await using house = await QueueHouse.open()
  const id = await house.submit()
  const again = (caller = ALICE) => house.call('p2p_taskqueue_resubmit', { task_id: id }, caller)
  await assert.rejects(again(), { code: 'invalid_transition', message: /is queued/ })
  await house.call('p2p_taskqueue_cancel', { task_id: id })
  await assert.rejects(again(BOB), { code: 'task_not_found' })
  assert.equal((await again()).task.status, 'queued')
  await house.settle(await house.take())
  await assert.rejects(again(), { code: 'invalid_transition', message: /is completed/ })
})

test('tasks are listed by state, type, submitter, worker and tag; others’ only for administrators', async () => {
  await using house = await QueueHouse.open()
  const done = await house.submit({ task_type: 'a', tags: ['t'] })
  await house.settle(await house.take())
  const failed = await house.submit({ task_type: 'b' })
  await house.fail(await house.take(workerNamed('other')), {}).catch(() => undefined)
  const waiting = await house.submit({ task_type: 'b' })
  const bobs = await house.submit({ task_type: 'a' }, BOB)
  const list = async (filter: Parameters<typeof house.call<'p2p_taskqueue_list_tasks'>>[1], caller = ADMIN) =>
    (await house.call('p2p_taskqueue_list_tasks', filter, caller)).tasks.map(({ task_id }) => task_id)
  assert.deepEqual(await list({}), [bobs, waiting, failed, done])
  assert.deepEqual(await list({}, ALICE), [waiting, failed, done])
  assert.deepEqual(await list({ statuses: ['completed', 'queued'] }, ALICE), [waiting, done])
  assert.deepEqual(await list({ status: 'completed', statuses: ['queued'] }, ALICE), [waiting, done])
  assert.deepEqual(await list({ submitter: 'token:bob' }), [bobs])
  assert.deepEqual(await list({ submitter: 'token:bob' }, ALICE), [])
  assert.deepEqual(await list({ submitter: 'token:alice', task_types: ['b'] }, ALICE), [waiting, failed])
  assert.deepEqual(await list({ worker_id: 'other' }), [failed])
  assert.deepEqual(await list({ tag: 't' }), [done])
  await assert.rejects(list({ statuses: ['ended'] }), { code: 'bad_request', message: /not one of queued/ })
})

test('an ended task is kept for its retention, then it is gone', async () => {
  await using house = await QueueHouse.open()
  const id = await house.submit({ retention_ms: 10_000 })
  await house.settle(await house.take())
  await house.pass(9_000)
  assert.equal(await house.state(id), 'completed')
  await house.pass(3_000)
  await assert.rejects(house.get(id), { code: 'task_not_found' })
})

test('prune deletes at once what is past its retention, and nothing else', async () => {
  await using house = await QueueHouse.open()
  const count = 600
  for (let index = 0; index < count; index += 100) {
    await Promise.all(Array.from({ length: 100 }, () => house.submit({ retention_ms: 500 })))
    const grants = await house.claim({ max_tasks: 100 })
    await Promise.all(grants.map((grant) => house.settle(grant)))
  }
  const kept = await house.submit()
  await house.settle(await house.take())
  assert.deepEqual(await house.call('p2p_taskqueue_prune', {}, ADMIN), { pruned: 0 })
  await house.clock.advance(501)
  assert.deepEqual(await house.call('p2p_taskqueue_prune', {}, ADMIN), { pruned: count })
  assert.equal(await house.state(kept), 'completed')
  await assert.rejects(house.call('p2p_taskqueue_prune', {}, ALICE), { code: 'forbidden' })
})

test('a wall clock that is set back while a task runs leaves what is told of it in order', async () => {
  await using house = await QueueHouse.open()
  const [first, second] = [await house.submit(), await house.submit()]
  const grant = await house.take()
  house.clock.shift(-5 * 60 * MINUTE)
  await house.settle(grant)
  const { duration_ms: took, finished_at: finishedAt } = await house.get(first)
  assert.equal(took, 0)
  assert.equal(finishedAt, house.clock.now())
  const { tasks } = await house.call('p2p_taskqueue_list_tasks', {}, ADMIN)
  assert.equal(tasks.length, 2)
  await house.call('p2p_taskqueue_wait_task', { task_id: first, timeout_s: 0 }, ADMIN)
  assert.equal((await attempts(house, first))[0]?.outcome, 'completed')
  // What was ready by the former clock is not made to wait by the new one.
  assert.equal((await house.take()).task_id, second)
})
