import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLocalLink } from '../../src/app/local-socket.ts'
import { createLogger } from '../../src/app/logger.ts'
import { peerGround, until } from '../support/demo-peers.ts'

test('an agent reaches the tools of another peer: the allowed ones by name, its own with the peer as an argument', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a', ['--mcp-call-tools', 'p2p_taskqueue_submit,list_peers'])
  const key = join(a.ready.state_dir, 'mesh.key')
  const b = await ground.up('b', ['--key-file', key, '--bootstrap', a.ready.addresses[0] ?? ''])
  const at = (set: string) =>
    ground.agent({ ...a, ready: { ...a.ready, mcp_url: `${a.ready.mcp_url ?? ''}/x/${set}` } })
  const agent = await at('all')
  await until(
    () => agent.call('list_peers', {}),
    ({ peers }) => (peers as { peer_id: string; self?: boolean }[]).some(({ peer_id }) => peer_id === b.ready.peer_id),
  )
  const there = await openLocalLink(join(b.ready.state_dir, 'peer.sock'), createLogger('silent'))
  t.after(() => there.close())

  const called = await agent.call('p2p_taskqueue_call_tool', {
    tool_name: 'p2p_taskqueue_submit',
    args: { task_type: 'test.noop', payload: { by: 'call_tool' } },
    peer_id: b.ready.peer_id,
  })
  assert.deepEqual([called['peer_id'], called['is_error']], [b.ready.peer_id, false])
  const { task_id: taskId } = called['result'] as { task_id: string }
  const { task } = await there.call('p2p_taskqueue_get_task', { task_id: taskId })
  assert.deepEqual([task.payload, task.submitter], [{ by: 'call_tool' }, `peer:${a.ready.peer_id}/token:default`])

  const remote = { remote_multiaddr: b.ready.addresses[0] ?? '' }
  const submitted = await agent.call('p2p_taskqueue_submit', { task_type: 'test.noop', payload: {}, ...remote })
  assert.equal(submitted['peer_id'], b.ready.peer_id)
  const looked = await agent.call('p2p_taskqueue_list_tasks', { ...remote })
  assert.equal((looked['tasks'] as unknown[]).length, 2)
  assert.equal(((await agent.call('p2p_taskqueue_list_tasks', {}))['tasks'] as unknown[]).length, 0, 'nothing is here')
  await agent.call('p2p_taskqueue_complete_task', {
    task_id: taskId,
    status: 'cancelled',
    remote_peer_id: b.ready.peer_id,
  })
  assert.equal((await there.call('p2p_taskqueue_get_task', { task_id: taskId })).task.status, 'cancelled')

  const dryRun = { task_type: 'test.noop', payload: {}, dry_run: true }
  for (const peer_id of [a.ready.peer_id, b.ready.peer_id]) {
    const seen = await agent.call('p2p_taskqueue_submit', { ...dryRun, peer_id })
    assert.deepEqual([seen['dry_run'], seen['fitting']], [true, 0], 'an argument of the tool alone goes along')
  }
  assert.equal(((await agent.call('p2p_taskqueue_list_tasks', { ...remote }))['tasks'] as unknown[]).length, 2)

  for (const [tool, args, code] of [
    ['p2p_taskqueue_call_tool', { tool_name: 'p2p_taskqueue_status', peer_id: b.ready.peer_id }, 'policy_refused'],
    ['p2p_taskqueue_call_tool', { tool_name: 'p2p_taskqueue_call_tool', peer_id: b.ready.peer_id }, 'policy_refused'],
    ['p2p_taskqueue_call_tool', { tool_name: 'list_peers' }, 'peer_not_allowed'],
    ['p2p_taskqueue_call_tool', { tool_name: 'list_peers', peer_id: a.ready.peer_id }, 'peer_not_allowed'],
    ['p2p_taskqueue_status', { remote_multiaddr: '/ip4/169.254.169.254/tcp/80' }, 'peer_not_allowed'],
  ] as const) {
    await assert.rejects(agent.call(tool, args), new RegExp(code), `${tool} ${JSON.stringify(args)}`)
  }
})
