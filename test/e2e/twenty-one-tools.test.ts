import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { readFile } from 'node:fs/promises'
import { openLocalLink } from '../../src/app/local-socket.ts'
import { createLogger } from '../../src/app/logger.ts'
import { TOOL_NAMES } from '../../src/mcp/tools/tool-sets.ts'
import { systemClock } from '../../src/app/system.ts'
import { GitHubServer } from '../support/github-server/server.ts'
import { makeRepository } from '../support/local-git.ts'
import { peerGround, until } from '../support/demo-peers.ts'

interface Answer {
  readonly [field: string]: unknown
  readonly task?: { readonly task_id: string; readonly status: string }
}

test('each of the twenty-one tools is called over HTTP, and another door sees what it did', async (t) => {
  const ground = await peerGround(t)
  const github = await new GitHubServer({ clock: systemClock }).listen()
  const local = await makeRepository({ Dockerfile: 'FROM busybox' })
  t.after(async () => {
    await github[Symbol.asyncDispose]()
    await local[Symbol.asyncDispose]()
  })
  github.addRepository('octo/app').sources = local.folder
  const a = await ground.up('a', ['--mcp-call-tools', 'p2p_taskqueue_submit'], {
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: github.accounts.token(github.accounts.addUser({ login: 'ann' })),
  })
  const key = join(a.ready.state_dir, 'mesh.key')
  const b = await ground.up('b', ['--key-file', key, '--bootstrap', a.ready.addresses[0] ?? ''])
  const [socket, socketOfB] = await Promise.all(
    [a, b].map((peer) => openLocalLink(join(peer.ready.state_dir, 'peer.sock'), createLogger('silent'))),
  )
  assert.ok(socket !== undefined && socketOfB !== undefined)
  t.after(() => Promise.all([socket.close(), socketOfB.close()]))

  const client = new Client({ name: 'all', version: '1' })
  const token = (await readFile(a.ready.token_file ?? '', 'utf8')).trim()
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${a.ready.mcp_url ?? ''}/x/all`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  )
  t.after(() => client.close())
  const { tools } = await client.listTools()
  assert.deepEqual(tools.map(({ name }) => name).toSorted(), TOOL_NAMES.toSorted())

  const called = new Set<string>()
  const call = async (name: (typeof TOOL_NAMES)[number], args: Record<string, unknown> = {}): Promise<Answer> => {
    called.add(name)
    const { structuredContent, isError } = await client.callTool({ name, arguments: args }, { timeout: 30_000 })
    assert.equal(isError, undefined, `${name}: ${JSON.stringify(structuredContent)}`)
    assert.equal((structuredContent as { ok: boolean }).ok, true)
    return structuredContent as Answer
  }
  const seen = async (id: unknown) => (await socket.call('p2p_taskqueue_get_task', { task_id: String(id) })).task

  await until(
    () => call('list_peers'),
    ({ peers }) => (peers as { peer_id: string }[]).some(({ peer_id }) => peer_id === b.ready.peer_id),
  )
  assert.ok((await socketOfB.call('list_peers', {})).peers.some(({ peer_id }) => peer_id === a.ready.peer_id))

  const hub = await call('p2p_taskqueue_submit_docker_hub', { image: 'busybox', command: ['true'], priority: 7 })
  const [queued, payload] = [await seen(hub['task_id']), { image: 'busybox' }]
  assert.deepEqual([queued.task_type, queued.priority, queued.payload?.['image']], ['docker.hub', 7, payload.image])
  const plain = await call('p2p_taskqueue_submit', { task_type: 'test.work', payload: { n: 1 } })
  assert.deepEqual((await seen(plain['task_id'])).payload, { n: 1 })

  const status = await call('p2p_taskqueue_status', { detail: true })
  assert.equal(status['queued'], (await socket.call('p2p_taskqueue_status', {})).queued)
  const listed = (await call('p2p_taskqueue_list_tasks'))['tasks'] as { task_id: string }[]
  assert.deepEqual(
    listed.map(({ task_id }) => task_id),
    (await socket.call('p2p_taskqueue_list_tasks', {})).tasks.map(({ task_id }) => task_id),
  )
  assert.equal((await call('p2p_taskqueue_get_task', { task_id: plain['task_id'] })).task?.status, 'queued')
  assert.equal((await call('p2p_taskqueue_wait_task', { task_id: plain['task_id'], timeout_s: 0 }))['timed_out'], true)

  const claimed = await call('p2p_taskqueue_claim_next', { worker_id: 'w', supported_task_types: ['test.work'] })
  const [grant] = claimed['grants'] as { task_id: string; fence: number }[]
  assert.equal(grant?.task_id, plain['task_id'])
  assert.equal((await seen(grant?.task_id)).status, 'running')
  await call('p2p_taskqueue_complete_task', {
    task_id: grant?.task_id,
    fence: grant?.fence,
    status: 'completed',
    result: { done: 1 },
  })
  const ended = await seen(grant?.task_id)
  assert.deepEqual([ended.status, ended.result], ['completed', { done: 1 }])

  await call('p2p_taskqueue_cache_set', { key: 'k', value: { v: [1] } })
  assert.deepEqual((await socketOfB.call('p2p_taskqueue_cache_get', { key: 'k' })).value, { v: [1] })
  await socketOfB.call('p2p_taskqueue_cache_set', { key: 'k2', value: 'from b' })
  assert.equal((await call('p2p_taskqueue_cache_get', { key: 'k2' }))['value'], 'from b')

  const tags = await call('p2p_check_workflow_tags', { tags: ['p2p-only'] })
  assert.deepEqual(
    tags['is_p2p_only'],
    (await socket.call('p2p_check_workflow_tags', { tags: ['p2p-only'] })).is_p2p_only,
  )
  const external = await call('p2p_submit_task', { task_id: 'mine', workflow_id: 'w', name: 'n', tags: ['p2p-only'] })
  assert.equal((await seen(external['queue_task_id'])).status, 'queued')
  assert.equal((await call('p2p_get_next_task')).task?.task_id, 'mine')
  assert.equal((await seen(external['queue_task_id'])).status, 'running')
  await call('p2p_mark_task_complete', { task_id: 'mine' })
  assert.equal((await seen(external['queue_task_id'])).status, 'completed')
  await call('p2p_taskqueue_heartbeat', { peer_id: 'w1', clock: { node_id: 'w1', vector: { w1: 5 } } })
  assert.equal((await socket.call('p2p_get_merkle_clock', {})).vector['w1'], 5)
  await call('p2p_update_peer_state', { peer_id: 'w2', clock_data: { node_id: 'w2', vector: { w2: 3 } } })
  const told = await socket.call('p2p_get_merkle_clock', {})
  assert.equal(told.vector['w2'], 3)
  assert.equal((await call('p2p_get_merkle_clock'))['merkle_root'], told.merkle_root)
  assert.equal(
    (await call('p2p_scheduler_status'))['completed_tasks'],
    (await socket.call('p2p_scheduler_status', {})).completed_tasks,
  )

  const remote = await call('p2p_taskqueue_call_tool', {
    tool_name: 'p2p_taskqueue_submit',
    args: { task_type: 'test.there', payload: {} },
    peer_id: b.ready.peer_id,
  })
  const there = (remote['result'] as { task_id: string }).task_id
  assert.equal((await socketOfB.call('p2p_taskqueue_get_task', { task_id: there })).task.task_type, 'test.there')

  const built = await call('p2p_taskqueue_submit_docker_github', { repo_url: 'octo/app' })
  const { task_type: type, payload: pinned } = await seen(built['task_id'])
  assert.equal(type, 'docker.github')
  assert.ok(JSON.stringify(pinned).includes(local.commit), JSON.stringify(pinned))
  assert.deepEqual([...called].toSorted(), TOOL_NAMES.toSorted())
})
