import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'

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

const MODERN = { versionNegotiation: { mode: { pin: '2026-07-28' } } } as const

test('over stdio an agent hears of its task, its log and its end without asking, in both revisions', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a', ['--work', 'true'])
  const cli = new URL('../../src/cli/main.ts', import.meta.url).pathname
  const hears = async (isModern: boolean): Promise<void> => {
    const client = new Client({ name: 'stdio-test', version: '1.0.0' }, isModern ? MODERN : {})
    const pipe = { command: process.execPath, args: [cli, 'mcp', '--state-dir', a.ready.state_dir] }
    await client.connect(new StdioClientTransport(pipe))
    try {
      const heard = new Set<string>()
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.add(params.uri))
      const submitted = await client.callTool({
        name: 'p2p_taskqueue_submit_docker_hub',
        arguments: { image: IMAGE, command: ['sh', '-c', 'sleep 1; echo told; sleep 1'] },
      })
      const { task_id } = submitted.structuredContent as { task_id: string }
      const uris = ['', '/logs', '/artifacts'].map((what) => `task://${task_id}${what}`)
      if (isModern) await client.listen({ resourceSubscriptions: uris })
      else for (const uri of uris) await client.subscribeResource({ uri })
      await until(
        () => heard,
        () => uris.every((uri) => heard.has(uri)),
      )
      assert.deepEqual([...heard].toSorted(), uris.toSorted(), 'and of nothing else')
    } finally {
      await client.close()
    }
  }
  await Promise.all([hears(true), hears(false)])
})
