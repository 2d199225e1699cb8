import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { IMAGE, peerGround } from '../support/demo-peers.ts'

test('an agent that starts its own server reaches the peer of this machine over stdio', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a', ['--work', 'true'])
  const client = new Client({ name: 'stdio-test', version: '1.0.0' })
  const cli = new URL('../../src/cli/main.ts', import.meta.url).pathname
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [cli, 'mcp', '--state-dir', a.ready.state_dir] }),
  )
  t.after(() => client.close())
  const { tools } = await client.listTools()
  assert.ok(tools.some(({ name }) => name === 'p2p_taskqueue_submit_docker_hub'))
  const submitted = await client.callTool({
    name: 'p2p_taskqueue_submit_docker_hub',
    arguments: { image: IMAGE, command: ['echo', 'over a pipe'] },
  })
  const { task_id: taskId } = submitted.structuredContent as { task_id: string }
  const waited = await client.callTool({
    name: 'p2p_taskqueue_wait_task',
    arguments: { task_id: taskId, timeout_s: 50 },
  })
  const answer = waited.structuredContent as { ok: boolean; log_tail: string }
  assert.deepEqual([answer.ok, answer.log_tail], [true, 'over a pipe'])
})
