/** What keeps a task in the queue, seen through the operations. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RawInput } from '../../../src/core/operations/catalog.ts'
import { ADMIN, ALICE, BOB, QueueHouse, WORKER, workerNamed } from '../../support/queue-house.ts'

const MINUTE = 60_000

test('a repeat with the same key answers the first task; the same key for other work is a conflict', async () => {
  await using house = await QueueHouse.open()
  const input = { task_type: 'test.noop', payload: { a: 1, b: [2] }, idempotency_key: 'k' }
  const first = await house.call('p2p_taskqueue_submit', input)
  assert.equal(first.created, true)
  const again = await house.call('p2p_taskqueue_submit', { ...input, payload: { b: [2], a: 1 } })
  assert.deepEqual([again.task_id, again.created, again.status], [first.task_id, false, 'queued'])
  await house.settle(await house.take())
  const ended = await house.call('p2p_taskqueue_submit', input)
  assert.deepEqual([ended.task_id, ended.created, ended.status], [first.task_id, false, 'completed'])
  for (const changes of [{ payload: { a: 2 } }, { task_type: 'test.other' }, { model_name: 'm' }]) {
    const conflict = house.call('p2p_taskqueue_submit', { ...input, ...changes })
    await assert.rejects(conflict, { code: 'idempotency_conflict' })
  }
  const others = await house.call('p2p_taskqueue_submit', { ...input, payload: { a: 2 } }, BOB)
  assert.equal(others.created, true)
})

test('a delayed task is not claimable before its time, and a parked claim gets it then', async () => {
  await using house = await QueueHouse.open()
  const id = await house.submit({ delay_ms: 30_000 })
  assert.equal(await house.state(id), 'queued/delayed')
  assert.deepEqual(await house.claim(), [])
  let granted: readonly { task_id: string }[] = []
  const claiming = house.claim({ wait_s: 60 }).then((grants) => (granted = grants))
  await house.pass(29_000)
  assert.deepEqual(granted, [])
  await house.pass(2_000)
  await claiming
  assert.deepEqual(
    granted.map(({ task_id }) => task_id),
    [id],
  )
})

test('a delay does not eat the time limit from submit to end; a limit that it would fill is refused', async () => {
  await using house = await QueueHouse.open()
  const day = 86_400_000
  const id = await house.submit({ delay_ms: 5 * day })
  await house.stop()
  await house.clock.advance(5 * day)
  await house.start()
  await house.pass(2_000)
  assert.equal(await house.state(id), 'queued/ready')
  const tooShort = house.submit({ delay_ms: MINUTE, clocks: { total_ms: MINUTE } })
  await assert.rejects(tooShort, { code: 'bad_request', message: /delay_ms 60000 leaves nothing of total_ms 60000/ })
})

test('a task waits for what it needs, and is claimable when the last of it completes', async () => {
  await using house = await QueueHouse.open()
  const parents = [await house.submit(), await house.submit()]
  const child = await house.submit({ needs: parents })
  assert.equal(await house.state(child), 'queued/blocked')
  const { summary } = await house.call('p2p_taskqueue_explain', { task_id: child })
  assert.match(summary, /waits for 2 tasks/)
  await house.settle(await house.take())
  assert.equal(await house.state(child), 'queued/blocked')
  await house.settle(await house.take())
  assert.equal(await house.state(child), 'queued/ready')
  assert.equal((await house.take()).task_id, child)
})

test('the failure of a need goes through all that depends on it, with its reason', async () => {
  await using house = await QueueHouse.open()
  const parent = await house.submit()
  const child = await house.submit({ needs: [parent] })
  const grandchild = await house.submit({ needs: [child] })
  const other = await house.submit()
  await house.fail(await house.take())
  for (const id of [child, grandchild]) assert.equal(await house.state(id), 'failed/dependency')
  assert.match((await house.get(child)).error ?? '', new RegExp(parent.replaceAll('.', '\\.')))
  assert.equal(await house.state(other), 'queued/ready')
  const late = await house.submit({ needs: [parent] })
  assert.equal(await house.state(late), 'failed/dependency')
  const waited = await house.call('p2p_taskqueue_wait_task', { task_id: grandchild, timeout_s: 1 })
  assert.equal(waited.timed_out, false)
})

for (const [how, end] of [
  ['fails', async (house: QueueHouse) => house.fail(await house.take())],
  ['is cancelled', (house: QueueHouse, id: string) => house.call('p2p_taskqueue_cancel', { task_id: id })],
  ['waits too long', (house: QueueHouse) => house.pass(61_000)],
  [
    'is cancelled while it runs',
    async (house: QueueHouse, id: string) => {
      const grant = await house.take()
      await house.call('p2p_taskqueue_cancel', { task_id: id })
      await house.settle(grant, { status: 'cancelled' })
    },
  ],
  [
    'is cancelled and given back by its worker',
    async (house: QueueHouse, id: string) => {
      const { task_id, fence } = await house.take()
      await house.call('p2p_taskqueue_cancel', { task_id: id })
      await house.call('p2p_taskqueue_release', { task_id, fence }, WORKER)
    },
  ],
] as const) {
  test(`whoever waits for a task hears of its end, once, when what it needs ${how}`, async () => {
    await using house = await QueueHouse.open()
    const parent = await house.submit({ clocks: { queue_ms: MINUTE } })
    const child = await house.submit({ needs: [parent] })
    const grandchild = await house.submit({ needs: [child] })
    let answered: string | undefined
    const waiting = house.call('p2p_taskqueue_wait_task', { task_id: grandchild, timeout_s: 300 }).then(({ task }) => {
      answered = task.reason
    })
    await house.quiet()
    await end(house, parent)
    await house.quiet()
    assert.equal(answered, 'dependency')
    await waiting
    const ends = house.heard.flatMap((event) => (event.name === 'task.settled' ? [event.taskId] : []))
    assert.deepEqual(ends.toSorted(), [parent, child, grandchild].toSorted())
  })
}

test('a task cannot need itself, one that is not accepted yet, or one of another home', async () => {
  await using house = await QueueHouse.open()
  const id = await house.submit()
  const next = id.replace(/[0-9]+$/, (seq) => String(Number(seq) + 1))
  await assert.rejects(house.submit({ needs: [next] }), { code: 'dependency_cycle' })
  const foreign = id.replace(/^[a-z2-7]+/, 'aaaaaaaaaaaaaaaa')
  await assert.rejects(house.submit({ needs: [foreign] }), { code: 'task_not_found' })
  await assert.rejects(house.submit({ needs: ['nonsense'] }), { code: 'bad_request' })
})

test('of one concurrency group no more run than it allows, and a parked claim gets the next as one ends', async () => {
  await using house = await QueueHouse.open()
  const group = { concurrency_group: { key: 'deploy', max: 2 } }
  const ids = [await house.submit(group), await house.submit(group), await house.submit(group)]
  const running = await house.claim({ max_tasks: 3 })
  assert.equal(running.length, 2)
  assert.equal(await house.state(ids[2] ?? ''), 'queued/held')
  let granted: readonly { task_id: string }[] = []
  const claiming = house.claim({ wait_s: 60 }, workerNamed('second')).then((grants) => (granted = grants))
  await house.quiet()
  assert.deepEqual(granted, [])
  const [first] = running
  assert.ok(first !== undefined)
  await house.settle(first)
  await house.quiet()
  assert.deepEqual(
    granted.map(({ task_id }) => task_id),
    [ids[2]],
  )
  await claiming
})

test('no more tasks of one submitter run than the setting allows; others’ go on', async () => {
  await using house = await QueueHouse.open({ maxRunningPerSubmitter: 2 })
  for (let index = 0; index < 4; index += 1) await house.submit({}, ALICE)
  const bobs = await house.submit({}, BOB)
  const grants = await house.claim({ max_tasks: 5 })
  const submitters = await Promise.all(grants.map(async ({ task_id }) => (await house.get(task_id)).submitter))
  assert.deepEqual(submitters, ['token:alice', 'token:alice', 'token:bob'])
  assert.equal(grants[2]?.task_id, bobs)
  assert.deepEqual(await house.claim({ max_tasks: 5 }), [])
})

for (const [how, end] of [
  ['completes', (house: QueueHouse, grant: Grant) => house.settle(grant)],
  ['fails', (house: QueueHouse, grant: Grant) => house.fail(grant)],
  ['fails and is put off', (house: QueueHouse, grant: Grant) => house.fail(grant, { reason: 'pull' })],
  [
    'is given back to the queue and taken by nobody',
    async (house: QueueHouse, { task_id, fence }: Grant) => {
      await house.call('p2p_taskqueue_release', { task_id, fence }, WORKER)
    },
  ],
  ['is lost with its worker', (house: QueueHouse) => house.pass(31_000)],
] as const) {
  test(`a claim that waits below the cap of a submitter is answered when a task of theirs ${how}`, async () => {
    await using house = await QueueHouse.open({ maxRunningPerSubmitter: 1 })
    const options = { idempotent: true, max_failures: 3, retry_on: ['pull_failed' as const] }
    await house.submit(options)
    await house.submit(options)
    const grant = await house.take()
    let granted = 0
    const claiming = house.claim({ wait_s: 60 }, workerNamed('second')).then((grants) => (granted = grants.length))
    await house.quiet()
    assert.equal(granted, 0)
    await end(house, grant)
    await house.quiet()
    assert.equal(granted, 1)
    await claiming
  })
}

type Grant = Awaited<ReturnType<QueueHouse['take']>>

test('status counts by state, phase and type', async () => {
  await using house = await QueueHouse.open()
  const first = await house.submit({ task_type: 'a' })
  await house.submit({ task_type: 'a', delay_ms: MINUTE })
  await house.submit({ task_type: 'b', needs: [first] })
  await house.submit({ task_type: 'b' })
  await house.claim({ supported_task_types: ['a'] })
  const status = await house.call('p2p_taskqueue_status', { detail: true }, ADMIN)
  assert.deepEqual(
    [
      status.queued,
      status.running,
      status.suspect,
      status.queued_by_phase,
      status.queued_by_type,
      status.running_by_type,
    ],
    [3, 1, 0, { blocked: 1, delayed: 1, held: 0, ready: 1 }, { a: 1, b: 2 }, { a: 1 }],
  )
})

test('a preview judges a submit as that submit would, adds nothing, and says of each worker whether it fits', async () => {
  await using house = await QueueHouse.open()
  type Preview = RawInput<'p2p_taskqueue_preview'>
  const preview = (submit: Preview['submit'], args: object) =>
    house.call('p2p_taskqueue_preview', { submit, arguments: args as Preview['arguments'] })
  const noop = { task_type: 'test.noop', payload: {} }
  const nobody = await preview('p2p_taskqueue_submit', noop)
  assert.match(nobody.summary, /No worker has asked this home/)
  assert.deepEqual([nobody.task_type, nobody.fitting, nobody.peers], ['test.noop', 0, []])
  assert.deepEqual(await house.claim(), [])

  const fitting = await preview('p2p_taskqueue_submit', noop)
  assert.deepEqual([fitting.fitting, fitting.peers.map(({ fits }) => fits)], [1, [true]])
  assert.equal(fitting.summary, '1 of 1 workers fit. Nothing was submitted.')
  const labelled = await preview('p2p_taskqueue_submit', { ...noop, requires: { labels: ['gpu'] } })
  assert.deepEqual(
    labelled.peers.map(({ fits, rule, message }) => [fits, rule, message]),
    [[false, 'labels', 'lacks the label gpu']],
  )
  for (const [submit, args, code] of [
    ['p2p_taskqueue_submit', { ...noop, no_such_field: 1 }, 'unknown_field'],
    ['p2p_taskqueue_submit_docker_hub', { image: '-v' }, 'bad_request'],
    ['p2p_taskqueue_submit_docker_github', { repo_url: 'owner/name', context_path: '../x' }, 'bad_request'],
    ['p2p_taskqueue_submit', { ...noop, delay_ms: 5000, clocks: { total_ms: 1000 } }, 'bad_request'],
  ] as const) {
    const refused = await preview(submit, args).catch((error: unknown) => (error as { code?: string }).code)
    assert.equal(refused, code, JSON.stringify(args))
    const submitted = house.call(submit, args as never).catch((error: unknown) => (error as { code?: string }).code)
    assert.equal(await submitted, code, 'the submit itself says the same')
  }
  assert.deepEqual((await house.call('p2p_taskqueue_list_tasks', {})).tasks, [])
})
