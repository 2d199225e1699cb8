import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { sha256 } from '../../../src/coordinator/scheduler/sha256.ts'
import { HOUR, MINUTE, SECOND } from '../../../src/core/lease.ts'
import { merklePreimage } from '../../../src/core/scheduler/merkle-clock.ts'
import { ADMIN, ALICE, BOB, QueueHouse, WORKER } from '../../support/queue-house.ts'
import { readVectors } from '../../support/vectors.ts'

const submission = (taskId: string, changes: { workflow_id?: string; priority?: number } = {}) => ({
  task_id: taskId,
  workflow_id: 'wf',
  name: `name of ${taskId}`,
  tags: ['p2p-only', 'nightly'],
  ...changes,
})

test('an external task is taken by its submitter alone, and completed by it under its own id', async () => {
  await using house = await QueueHouse.open()
  const submitted = await house.call('p2p_submit_task', submission('build', { priority: 7 }))
  assert.deepEqual(
    { ...submitted, queue_task_id: '' },
    {
      success: true,
      task_id: 'build',
      task_hash: sha256('build:wf'),
      priority: 7,
      queue_task_id: '',
      created: true,
      status: 'queued',
    },
  )
  assert.deepEqual(await house.claim(), [], 'no runner is given it')
  assert.equal((await house.call('p2p_get_next_task', {}, BOB)).task, null)
  await assert.rejects(house.call('p2p_mark_task_complete', { task_id: 'build' }), { code: 'invalid_transition' })
  const { task } = await house.call('p2p_get_next_task', {})
  assert.ok(task !== null)
  const { fence, ...rest } = task
  assert.ok(fence > 0)
  assert.deepEqual(rest, {
    task_id: 'build',
    workflow_id: 'wf',
    name: 'name of build',
    tags: ['p2p-only', 'nightly'],
    priority: 7,
    task_hash: submitted.task_hash,
    assigned_peer: 'token:alice',
    queue_task_id: submitted.queue_task_id,
    lease_ms: HOUR,
  })
  assert.equal((await house.call('p2p_get_next_task', {})).task, null)
  await assert.rejects(house.call('p2p_mark_task_complete', { task_id: 'build' }, BOB), { code: 'task_not_found' })
  const done = { success: true, task_id: 'build', queue_task_id: submitted.queue_task_id }
  assert.deepEqual(await house.call('p2p_mark_task_complete', { task_id: 'build' }), done)
  assert.equal(await house.state(submitted.queue_task_id), 'completed')
  assert.deepEqual(await house.call('p2p_mark_task_complete', { task_id: 'build', workflow_id: 'wf' }), done)
  const again = await house.call('p2p_submit_task', submission('build'))
  assert.deepEqual([again.created, again.status], [false, 'completed'])
})

test('the same id in two workflows is two tasks, and an id of another content is refused', async () => {
  await using house = await QueueHouse.open()
  for (const workflow of ['one', 'two']) {
    await house.call('p2p_submit_task', submission('t', { workflow_id: workflow }))
    assert.equal((await house.call('p2p_get_next_task', {})).task?.workflow_id, workflow)
  }
  await assert.rejects(house.call('p2p_mark_task_complete', { task_id: 't' }), {
    code: 'bad_request',
    message: /^workflow_id: needed.*two, one\.$/,
  })
  await house.call('p2p_mark_task_complete', { task_id: 't', workflow_id: 'one' })
  await house.call('p2p_mark_task_complete', { task_id: 't' })
  assert.equal((await house.call('p2p_scheduler_status', {})).completed_tasks, 2)
  await assert.rejects(house.call('p2p_submit_task', { ...submission('t', { workflow_id: 'one' }), name: 'other' }), {
    code: 'idempotency_conflict',
  })
  await house.call('p2p_submit_task', submission('t', { workflow_id: 'one' }), BOB)
  assert.equal((await house.call('p2p_get_next_task', {}, BOB)).task?.task_id, 't')
})

test('with a type it is an ordinary task, and a payload without one is refused', async () => {
  await using house = await QueueHouse.open()
  const payload = { x: 1 }
  await assert.rejects(house.call('p2p_submit_task', { ...submission('t'), payload }), {
    code: 'bad_request',
    message: /^task_type: needed/,
  })
  const typed = { ...submission('t'), task_type: 'test.noop', payload }
  const { queue_task_id: id } = await house.call('p2p_submit_task', typed)
  assert.equal((await house.call('p2p_submit_task', typed)).queue_task_id, id)
  assert.equal((await house.call('p2p_get_next_task', {})).task, null)
  const grant = await house.take()
  assert.deepEqual(
    [grant.task_id, grant.task_type, grant.model_name, grant.payload],
    [id, 'test.noop', 'name of t', payload],
  )
  await house.settle(grant)
  const task = await house.get(id)
  assert.deepEqual([task.workflow_id, task.tags], ['wf', ['p2p-only', 'nightly']])
})

test('a lease of an external task ends after an hour and the task is offered again; its last holder may still complete it', async () => {
  await using house = await QueueHouse.open()
  const { queue_task_id: id } = await house.call('p2p_submit_task', submission('t'))
  const first = await house.call('p2p_get_next_task', {})
  await house.clock.advance(HOUR - 2 * SECOND)
  await house.pass(SECOND)
  assert.equal(await house.state(id), 'running/preparing')
  await house.pass(3 * SECOND)
  assert.equal(await house.state(id), 'queued/ready')
  assert.equal((await house.get(id)).lost, 1)
  const second = await house.call('p2p_get_next_task', {})
  assert.equal(second.task?.queue_task_id, id)
  assert.ok(second.task.fence > (first.task?.fence ?? 0))
  await house.clock.advance(HOUR)
  await house.pass(2 * SECOND)
  assert.equal(await house.state(id), 'queued/ready')
  await house.call('p2p_mark_task_complete', { task_id: 't' })
  assert.equal(await house.state(id), 'completed')
})

test('asking for the next task and heartbeats renew what is held', async () => {
  await using house = await QueueHouse.open()
  const { queue_task_id: id } = await house.call('p2p_submit_task', submission('t'))
  await house.call('p2p_get_next_task', {})
  for (const renew of [
    () => house.call('p2p_get_next_task', {}),
    () => house.call('p2p_taskqueue_heartbeat', { peer_id: 'any name' }),
    () => house.call('p2p_get_next_task', {}),
  ]) {
    await house.clock.advance(40 * MINUTE)
    await house.pass(SECOND)
    await renew()
  }
  assert.equal(await house.state(id), 'running/preparing')
  assert.equal((await house.get(id)).lost, 0)
})

test('a heartbeat renews the leases it names, of whatever name of the caller, and nobody else’s', async () => {
  await using house = await QueueHouse.open()
  const ids = [await house.submit(), await house.submit()]
  const [named] = await house.claim({ worker_id: 'w1' }, ALICE)
  const others = await house.take()
  assert.ok(named !== undefined)
  const leases = [named, others].map(({ task_id, fence }) => ({ task_id, fence }))
  for (let beat = 0; beat < 4; beat += 1) {
    await house.pass(20 * SECOND)
    const { verdicts } = await house.call('p2p_taskqueue_heartbeat', { leases })
    assert.deepEqual(
      verdicts?.map(({ verdict }) => verdict),
      ['renewed', 'lost'],
    )
  }
  assert.equal(await house.state(ids[0] ?? ''), 'running/preparing')
  assert.equal(await house.state(ids[1] ?? ''), 'running/suspect')
  const wrong = { task_id: named.task_id, fence: named.fence + 1 }
  const { verdicts } = await house.call('p2p_taskqueue_heartbeat', { leases: [wrong] })
  assert.deepEqual(verdicts, [{ task_id: named.task_id, verdict: 'lost' }])
})

test('a home merges the clocks of peers, ticks when there was news, and forgets peers after five minutes', async () => {
  await using house = await QueueHouse.open()
  const home = house.home.store.homeId
  const vectorOf = async () => (await house.call('p2p_get_merkle_clock', {})).vector
  assert.deepEqual(await house.call('p2p_get_merkle_clock', {}), {
    node_id: home,
    vector: { [home]: 0 },
    merkle_root: sha256(merklePreimage(new Map([[home, 0n]]))),
  })
  const clock = { node_id: 'w2', vector: { w2: 3 }, merkle_root: null }
  for (let repeat = 0; repeat < 3; repeat += 1) {
    const { peer, scheduler } = await house.call('p2p_taskqueue_heartbeat', { peer_id: 'w2', clock })
    assert.equal(peer, 'w2')
    assert.deepEqual(scheduler.clock.vector, { [home]: 1, w2: 3 })
    assert.equal(
      scheduler.clock.merkle_root,
      sha256(
        merklePreimage(
          new Map([
            [home, 1n],
            ['w2', 3n],
          ]),
        ),
      ),
    )
    assert.deepEqual(scheduler.known_peers, [{ peer_id: 'w2', seen_at: house.clock.now() }])
  }
  await house.pass(200 * SECOND)
  const state = { peer_id: 'w3', clock_data: { node_id: 'w3', vector: { w2: 2, w3: '1' } } }
  assert.equal((await house.call('p2p_update_peer_state', state)).order, 'concurrent')
  assert.equal((await house.call('p2p_update_peer_state', state)).order, 'before')
  assert.deepEqual(await vectorOf(), { [home]: 2, w2: 3, w3: 1 })
  assert.equal((await house.call('p2p_scheduler_status', {})).known_peers, 2)
  await house.pass(101 * SECOND)
  assert.equal((await house.call('p2p_scheduler_status', {})).known_peers, 1)
  await house.claim()
  assert.equal((await house.call('p2p_scheduler_status', {})).known_peers, 2, 'whoever claims is heard of')
  await house.call('p2p_submit_task', submission('t'))
  await house.call('p2p_submit_task', submission('t'))
  await house.call('p2p_get_next_task', {})
  await house.call('p2p_mark_task_complete', { task_id: 't' })
  assert.equal((await vectorOf())[home], 4, 'one tick for the submit, one for the end')
  await house.restart()
  assert.deepEqual(await vectorOf(), { [home]: 0 })
  await house.call('p2p_update_peer_state', { peer_id: 'w3', clock_data: { vector: { [home]: 4, w3: 1 } } })
  assert.deepEqual(await vectorOf(), { [home]: 5, w3: 1 })
})

test('clocks that are none, too large or out of bounds are refused, and change nothing', async () => {
  await using house = await QueueHouse.open()
  const before = await house.call('p2p_get_merkle_clock', {})
  const many = Object.fromEntries(Array.from({ length: 4_097 }, (_, index) => [`p${String(index)}`, 1]))
  for (const [vector, code] of [
    [{ a: 'x' }, 'bad_request'],
    [{ a: null }, 'bad_request'],
    [{ a: -1 }, 'bad_request'],
    [{ a: 1e300 }, 'bad_request'],
    [{ a: '9223372036854775807' }, 'bad_request'],
    [{ ['a'.repeat(257)]: 1 }, 'bad_request'],
    [many, 'too_large'],
  ] as const) {
    await assert.rejects(house.call('p2p_update_peer_state', { peer_id: 'p', clock_data: { vector } }), { code })
    await assert.rejects(house.call('p2p_taskqueue_heartbeat', { clock: { vector } }), { code })
  }
  await assert.rejects(house.call('p2p_taskqueue_heartbeat', { peer_id: 'other' }, WORKER), {
    code: 'peer_not_allowed',
  })
  const clockData = { vector: { other: 1 } }
  await assert.rejects(house.call('p2p_update_peer_state', { peer_id: 'other', clock_data: clockData }, WORKER), {
    code: 'peer_not_allowed',
  })
  assert.deepEqual(await house.call('p2p_get_merkle_clock', {}), before)
  assert.equal((await house.call('p2p_taskqueue_heartbeat', {}, WORKER)).peer, WORKER.peer)
})

test('tags are routed, and those unknown are named', async () => {
  await using house = await QueueHouse.open()
  assert.deepEqual(await house.call('p2p_check_workflow_tags', { tags: ['github-api', 'P2P_ELIGIBLE', 'huge'] }), {
    should_bypass_github: true,
    is_p2p_only: false,
    tags: ['github-api', 'p2p-eligible'],
    unknown_tags: ['huge'],
  })
})

const recorded = readVectors(
  'priority_ordering',
  z.object({
    scheduler: z.array(
      z.object({
        submitted: z.array(z.object({ task_id: z.string(), priority: z.int() })),
        known_peers: z.array(z.string()),
        returned_in_order: z.array(z.string()),
        dropped: z.array(z.string()),
      }),
    ),
  }),
).scheduler

/** Where the queue answers otherwise than the predecessor's workflow scheduler, on purpose. */
const SCHEDULER_DEVIATIONS = {
  order: 'Inside one priority the predecessor has no order; here what was submitted first comes first.',
  dropped: 'What prefers another peer leaves the predecessor’s queue for ever; here nothing is dropped.',
  range: 'Priorities outside 1 to 10 are refused, with the field named.',
} as const

test(`the recorded submissions come out by priority: ${Object.keys(SCHEDULER_DEVIATIONS).join(', ')} deviate`, async () => {
  const met = new Set<keyof typeof SCHEDULER_DEVIATIONS>()
  for (const { submitted, returned_in_order: returned, dropped } of recorded) {
    await using house = await QueueHouse.open()
    const accepted: typeof submitted = []
    for (const { task_id: taskId, priority } of submitted) {
      const made = house.call('p2p_submit_task', submission(taskId, { priority }))
      if (priority >= 1 && priority <= 10) {
        await made
        accepted.push({ task_id: taskId, priority })
      } else {
        await assert.rejects(made, { code: 'bad_request', message: /^priority: / })
        met.add('range')
      }
    }
    const taken: string[] = []
    for (;;) {
      const { task } = await house.call('p2p_get_next_task', {})
      if (task === null) break
      taken.push(task.task_id)
    }
    const ours = accepted.toSorted((a, b) => b.priority - a.priority).map(({ task_id: taskId }) => taskId)
    assert.deepEqual(taken, ours)
    if (dropped.length > 0) met.add('dropped')
    const priorities = (ids: readonly string[]) =>
      ids
        .map((id) => accepted.find(({ task_id: taskId }) => taskId === id)?.priority)
        .filter((found) => found !== undefined)
    if (dropped.length === 0) assert.deepEqual(priorities(taken), priorities(returned))
    if (dropped.length === 0 && accepted.length === submitted.length && taken.join() !== returned.join())
      met.add('order')
  }
  assert.deepEqual([...met].toSorted(), Object.keys(SCHEDULER_DEVIATIONS).toSorted())
})

test('the tools need their rights: looking, submitting, working', async () => {
  await using house = await QueueHouse.open()
  const reader = { ...ALICE, access: new Set(['tasks:read'] as const) }
  await house.call('p2p_get_merkle_clock', {}, reader)
  await assert.rejects(house.call('p2p_submit_task', submission('t'), reader), { code: 'forbidden' })
  await assert.rejects(house.call('p2p_get_next_task', {}, reader), { code: 'forbidden' })
  await assert.rejects(house.call('p2p_taskqueue_heartbeat', {}, reader), { code: 'forbidden' })
  await house.call('p2p_submit_task', submission('t'))
  assert.equal((await house.call('p2p_get_next_task', {}, ADMIN)).task, null, 'an administrator’s own, and no other’s')
})
