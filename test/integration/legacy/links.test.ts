/** Our worker's side of the bridge, against stand-ins of the predecessor's service in processes of their own. */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { RawInput } from '../../../src/core/operations/catalog.ts'
import type { LegacyLink } from '../../../src/peers/legacy/legacy-link.ts'
import { until } from '../../support/demo-peers.ts'
import { meetLegacyNodes, type LegacyMeeting } from '../../support/legacy-links.ts'
import { startPredecessor, type PredecessorNode } from '../../support/predecessor/start-node.ts'

const TOKEN = 'shared'
const OFFER: NonNullable<RawInput<'p2p_taskqueue_claim_next'>['offer']> = {
  task_types: ['docker.hub', 'docker.github'],
  ...{ labels: [], os: 'linux', arch: 'amd64', cpus: 2, memory_bytes: 4e9, disk_bytes: 4e9, gpus: 0, trust: 'trusted' },
  policy: { digest: 'test', profile: 'standard', networks: ['none'] },
}

interface Met {
  readonly node: PredecessorNode
  readonly link: LegacyLink
  readonly meeting: LegacyMeeting
}

async function meet(t: TestContext, protocols: readonly ('mcp' | 'lines')[]): Promise<Met> {
  const node = await startPredecessor(t, { protocols, token: TOKEN })
  const meeting = await meetLegacyNodes(t, { token: TOKEN })
  meeting.mesh.addTarget(node.address, 'test')
  return { node, meeting, link: await meeting.next() }
}

const submitContainer = (node: PredecessorNode, payload: Record<string, unknown> = {}) =>
  node.ask({
    op: 'submit',
    task_type: 'docker.run',
    model_name: 'docker',
    payload: { image: 'alpine:3.20', command: 'echo hello', memory_limit: '64m', timeout: 20, ...payload },
  })

for (const protocols of [['mcp', 'lines'], ['mcp'], ['lines']] as const) {
  describe(`a node that speaks ${protocols.join(' and ')}`, () => {
    test('a container task is claimed, kept, and completed there', async (t) => {
      const { node, link } = await meet(t, protocols)
      const { task_id: id } = await submitContainer(node)
      const { grants } = await link.call('p2p_taskqueue_claim_next', { offer: OFFER })
      const [grant] = grants
      assert(grant !== undefined)
      assert.equal(grant.task_type, 'docker.hub')
      assert.equal(grant.payload['memory_mb'], 64)
      assert.deepEqual([grant.clocks.run_ms, grant.lease_ms, grant.attempt], [20_000, 300_000, 1])
      assert.equal(typeof grant.envelope, 'string')
      assert.equal((await node.rows())[0]?.status, 'running')

      const { verdicts } = await link.call('p2p_taskqueue_renew', {
        leases: [{ task_id: grant.task_id, fence: grant.fence }],
      })
      assert.deepEqual(verdicts, [{ task_id: grant.task_id, verdict: 'renewed' }])
      const end = { task_id: grant.task_id, fence: grant.fence, exit_code: 0 }
      const log = { bytes: 6, lines: 1, truncated: false, tail: 'hello\n' }
      assert.equal((await link.call('p2p_taskqueue_complete_task', { ...end, result: { log } })).outcome, 'settled')
      const [row] = await node.rows()
      assert.deepEqual(
        [row?.task_id, row?.status, row?.result?.['stdout'], row?.result?.['success'], row?.result?.['exit_code']],
        [id, 'completed', 'hello\n', true, 0],
      )
    })

    test('everything else its queue can do is an operation of the link', async (t) => {
      const { node, link } = await meet(t, protocols)
      const submitted = await link.call('p2p_taskqueue_submit', {
        task_type: 'demo',
        payload: { x: 'é✓' },
        priority: 7,
        idempotency_key: 'one',
      })
      const { task } = await link.call('p2p_taskqueue_get_task', { task_id: submitted.task_id })
      assert.deepEqual([task.status, task.priority, task.payload?.['x']], ['queued', 7, 'é✓'])
      await assert.rejects(
        link.call('p2p_taskqueue_submit', { task_type: 'demo', payload: { x: 2 }, idempotency_key: 'one' }),
        { code: 'idempotency_conflict' },
      )
      assert.equal((await link.call('p2p_taskqueue_list_tasks', { status: 'queued' })).tasks.length, 1)
      assert.equal((await link.call('p2p_taskqueue_status', {})).queued, 1)
      const waited = link.call('p2p_taskqueue_wait_task', { task_id: submitted.task_id, timeout_s: 20 })
      await node.ask({ op: 'complete', task_id: submitted.task_id, status: 'failed', error: 'no' })
      const { task: ended, timed_out: timedOut } = await waited
      assert.deepEqual([ended.status, ended.error, timedOut], ['failed', 'no', false])
      const { task_id: second } = await link.call('p2p_taskqueue_submit', { task_type: 'demo', payload: {} })
      assert.equal((await link.call('p2p_taskqueue_cancel', { task_id: second })).outcome, 'cancelled')
      assert.equal((await link.call('p2p_taskqueue_cancel', { task_id: second })).outcome, 'terminal')

      assert.deepEqual(await link.call('p2p_taskqueue_cache_get', { key: 'k' }), { key: 'k', hit: false })
      await link.call('p2p_taskqueue_cache_set', { key: 'k', value: { a: [1, null] }, ttl_s: 60 })
      assert.deepEqual(await link.call('p2p_taskqueue_cache_get', { key: 'k' }), {
        ...{ key: 'k', hit: true, value: { a: [1, null] } },
      })
      assert.equal((await link.call('p2p_taskqueue_cache_has', { key: 'k' })).hit, true)
      assert.equal((await link.call('p2p_taskqueue_cache_delete', { key: 'k' })).deleted, true)
      const beat = await link.call('p2p_taskqueue_heartbeat', {
        peer_id: 'me',
        clock: { node_id: 'me', vector: { me: 3 } },
      })
      assert.deepEqual([beat.peer, beat.scheduler.clock.vector['me']], ['me', 3])
      assert.deepEqual(await link.callTool('get_server_status', { a: 1 }), { args: { a: 1 } })
      await assert.rejects(link.callTool('nope', {}), /refused the tool nope: tool not found/)
      await assert.rejects(link.call('p2p_taskqueue_get_task', { task_id: 'nope' }), { code: 'task_not_found' })
      await assert.rejects(link.call('p2p_taskqueue_prune', {}), { code: 'unknown_operation' })
    })
  })
}

test('more calls than one stream may carry go on over the next', async (t) => {
  const { link } = await meet(t, ['mcp'])
  for (let call = 0; call < 300; call += 1) await link.call('p2p_taskqueue_cache_has', { key: 'k' })
})

test('calls at once do not wait for each other, a wait least of all', async (t) => {
  const { node, link } = await meet(t, ['mcp'])
  const { task_id: id } = await link.call('p2p_taskqueue_submit', { task_type: 'demo', payload: {} })
  const waits = Array.from({ length: 10 }, () => link.call('p2p_taskqueue_wait_task', { task_id: id, timeout_s: 60 }))
  assert.equal((await link.call('p2p_taskqueue_status', {})).queued, 1)
  await node.ask({ op: 'complete', task_id: id })
  for (const { task } of await Promise.all(waits)) assert.equal(task.status, 'completed')
})

test('a task whose lease went to somebody else is lost, and its late end is kept back', async (t) => {
  const { node, link } = await meet(t, ['mcp'])
  await submitContainer(node)
  const { grants } = await link.call('p2p_taskqueue_claim_next', { offer: OFFER })
  const [grant] = grants
  assert(grant !== undefined)
  await node.later(301)
  const again = await node.ask({
    op: 'claim',
    worker_id: 'other',
    peer_id: 'other',
    supported_task_types: ['docker.run'],
  })
  assert.notEqual(again['task'], null)
  const lease = { task_id: grant.task_id, fence: grant.fence }
  const { verdicts } = await link.call('p2p_taskqueue_renew', { leases: [lease] })
  assert.equal(verdicts[0]?.verdict, 'lost')
  assert.equal((await link.call('p2p_taskqueue_complete_task', { ...lease, exit_code: 0 })).outcome, 'fenced')
  assert.deepEqual(
    (await node.rows()).map(({ status, assigned_worker: worker }) => [status, worker]),
    [['running', 'other']],
  )
})

test('an end that is late counts while nobody else has the task', async (t) => {
  const { node, link } = await meet(t, ['mcp'])
  await submitContainer(node)
  const { grants } = await link.call('p2p_taskqueue_claim_next', { offer: OFFER })
  const [grant] = grants
  assert(grant !== undefined)
  await node.later(301)
  const lease = { task_id: grant.task_id, fence: grant.fence }
  assert.equal((await link.call('p2p_taskqueue_complete_task', { ...lease, exit_code: 0 })).outcome, 'settled')
  assert.equal((await link.call('p2p_taskqueue_complete_task', { ...lease, exit_code: 0 })).outcome, 'unknown')
})

test('a task that may not run here goes back with the reason, and the queue is left alone for a while', async (t) => {
  const { node, link, meeting } = await meet(t, ['mcp'])
  await submitContainer(node, { network_mode: 'host' })
  assert.deepEqual((await link.call('p2p_taskqueue_claim_next', { offer: OFFER })).grants, [])
  const [row] = await node.rows()
  assert.equal(row?.status, 'queued')
  assert.match(JSON.stringify(row.result), /network_mode/)
  await submitContainer(node)
  assert.deepEqual((await link.call('p2p_taskqueue_claim_next', { offer: OFFER })).grants, [])
  assert.equal(meeting.log.lines.filter(({ event }) => event === 'legacy.not_for_us').length, 1)
})

test('nothing is claimed while no container of usual size has room', async (t) => {
  const { node, link } = await meet(t, ['mcp'])
  await submitContainer(node)
  const { grants } = await link.call('p2p_taskqueue_claim_next', { offer: { ...OFFER, cpus: 0.5 } })
  assert.deepEqual(grants, [])
  assert.equal((await node.rows())[0]?.attempt, 0)
})

test('a task too large for what is free goes back', async (t) => {
  const { node, link } = await meet(t, ['lines'])
  await submitContainer(node, { memory_limit: '64g' })
  assert.deepEqual((await link.call('p2p_taskqueue_claim_next', { offer: OFFER })).grants, [])
  assert.equal((await node.rows())[0]?.status, 'queued')
})

test('a worker hears how many container tasks wait there', async (t) => {
  const node = await startPredecessor(t, { token: TOKEN })
  await submitContainer(node)
  await node.ask({ op: 'submit', task_type: 'demo', payload: {} })
  const meeting = await meetLegacyNodes(t, { token: TOKEN })
  meeting.mesh.addTarget(node.address, 'test')
  const link = await meeting.next()
  await until(
    () => meeting.heard,
    (heard) => heard.length > 0,
  )
  assert.deepEqual(meeting.heard[0], { home: link.homes[0], notice: { ready: 1 } })
})

test('a wrong token is refused by name', async (t) => {
  const node = await startPredecessor(t, { token: 'another' })
  const meeting = await meetLegacyNodes(t, { token: TOKEN })
  meeting.mesh.addTarget(node.address, 'test')
  const link = await meeting.next()
  await assert.rejects(link.call('p2p_taskqueue_claim_next', { offer: OFFER }), { code: 'unauthorized' })
})

test('a node that is gone is let go, and met again under a new identity at the same address', async (t) => {
  const { node, link, meeting } = await meet(t, ['mcp'])
  const [home] = link.homes
  await node.stop()
  while (!link.closed.aborted) {
    await link.call('p2p_taskqueue_status', {}).catch((error: unknown) => assert.ok(error instanceof Error))
  }
  const listen = node.address.replace(/\/p2p\/.*$/, '')
  const again = await startPredecessor(t, { token: TOKEN, listen })
  meeting.mesh.addTarget(again.address, 'test')
  const next = await meeting.next()
  assert.deepEqual(next.homes, [home])
  assert.notEqual(again.self, node.self)
  assert.equal((await next.call('p2p_taskqueue_status', {})).queued, 0)
})
