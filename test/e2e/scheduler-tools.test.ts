import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { z } from 'zod'
import type { Agent } from '../../scripts/demo/agent.ts'
import { openLocalLink } from '../../src/app/local-socket.ts'
import { createLogger } from '../../src/app/logger.ts'
import type { OperationsLink } from '../../src/core/ports/link.ts'
import { peerGround } from '../support/demo-peers.ts'

const clock = z.looseObject({ node_id: z.string(), vector: z.record(z.string(), z.int()), merkle_root: z.string() })

/** A peer with a queue, an agent at its tools, and beside it the socket of the command line. */
async function house(t: TestContext): Promise<{ scheduler: Agent; worker: Agent; socket: OperationsLink }> {
  const ground = await peerGround(t)
  const { ready, ...peer } = await ground.up('a')
  const at = (set: string) => ground.agent({ ...peer, ready: { ...ready, mcp_url: `${ready.mcp_url ?? ''}/x/${set}` } })
  const socket = await openLocalLink(join(ready.state_dir, 'peer.sock'), createLogger('silent'))
  t.after(() => socket.close())
  return { scheduler: await at('scheduler'), worker: await at('worker'), socket }
}

test('each scheduler tool and the heartbeat do over MCP what the command line’s socket then sees', async (t) => {
  const { scheduler, worker, socket } = await house(t)

  const tags = await scheduler.call('p2p_check_workflow_tags', { tags: ['p2p-only', 'bogus'] })
  assert.deepEqual([tags['should_bypass_github'], tags['is_p2p_only'], tags['unknown_tags']], [true, true, ['bogus']])

  const first = clock.parse(await scheduler.call('p2p_get_merkle_clock', {}))
  assert.deepEqual(first.vector, { [first.node_id]: 0 })

  const submission = { task_id: 'mine', workflow_id: 'nightly', name: 'mine', tags: ['p2p-only'], priority: 8 }
  const submitted = await scheduler.call('p2p_submit_task', submission)
  const id = String(submitted['queue_task_id'])
  const seen = async () => (await socket.call('p2p_taskqueue_get_task', { task_id: id })).task
  const queued = await seen()
  assert.deepEqual(
    [queued.status, queued.priority, queued.workflow_id, queued.tags],
    ['queued', 8, 'nightly', ['p2p-only']],
  )

  const { task } = await scheduler.call('p2p_get_next_task', {})
  assert.deepEqual(z.looseObject({ task_id: z.string(), queue_task_id: z.string() }).parse(task).queue_task_id, id)
  assert.equal((await seen()).status, 'running')

  const fence = z.looseObject({ fence: z.int() }).parse(task).fence
  const vector = { w1: 7 }
  const beat = await worker.call('p2p_taskqueue_heartbeat', {
    peer_id: 'w1',
    clock: { node_id: 'w1', vector, merkle_root: null },
    leases: [{ task_id: id, fence }],
  })
  assert.deepEqual(beat['verdicts'], [{ task_id: id, verdict: 'renewed' }])
  const told = await socket.call('p2p_get_merkle_clock', {})
  assert.equal(told.vector['w1'], 7)
  assert.deepEqual(clock.parse(z.looseObject({ clock }).parse(beat['scheduler']).clock), told)

  await scheduler.call('p2p_update_peer_state', { peer_id: 'w2', clock_data: { node_id: 'w2', vector: { w2: 2 } } })
  const after = await socket.call('p2p_scheduler_status', {})
  assert.equal(after.merkle_clock.vector['w2'], 2)
  assert.ok(after.known_peers >= 2)
  assert.deepEqual([after.pending_tasks, after.assigned_tasks, after.completed_tasks], [0, 1, 0])

  await scheduler.call('p2p_mark_task_complete', { task_id: 'mine' })
  assert.equal((await seen()).status, 'completed')
  assert.equal((await scheduler.call('p2p_get_next_task', {}))['task'], null)

  await socket.call('p2p_taskqueue_submit', { task_type: 'test.noop', payload: {} })
  const status = await scheduler.call('p2p_scheduler_status', {})
  assert.deepEqual([status['pending_tasks'], status['queue_size'], status['completed_tasks']], [1, 1, 1])
})
