import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { z } from 'zod'
import { peerGround } from '../support/demo-peers.ts'

const run = promisify(execFile)
const CLI = new URL('../../src/cli/main.ts', import.meta.url).pathname

const made = z.object({ name: z.string(), token: z.string(), scopes: z.array(z.string()), expires_at: z.int() })

test('a token that was given out works within its rights, owns its tasks, and is cut off when it is revoked', async (t) => {
  const ground = await peerGround(t)
  const { ready } = await ground.up('a')
  const url = new URL(ready.mcp_url ?? '')
  const token = async (...words: readonly string[]) => {
    const { stdout } = await run(process.execPath, [CLI, 'token', ...words, '--state-dir', ready.state_dir, '--json'])
    return JSON.parse(stdout) as unknown
  }
  const alice = made.parse(await token('create', 'alice', '--expires-in-days', '1'))
  const bob = made.parse(await token('create', 'bob', '--scopes', 'tasks:read,peers:read'))
  assert.deepEqual(bob.scopes, ['tasks:read', 'peers:read'])
  const listed = z.object({ tokens: z.array(z.looseObject({ name: z.string() })) }).parse(await token('list'))
  assert.deepEqual(
    listed.tokens.map(({ name }) => name),
    ['alice', 'bob'],
  )
  assert.ok(!JSON.stringify(listed).includes(alice.token))
  assert.ok(!(await readFile(join(ready.state_dir, 'tokens', 'alice.json'), 'utf8')).includes(alice.token))
  await assert.rejects(token('create', 'alice'), ({ code }: { code: number }) => code === 64)
  await assert.rejects(token('create', 'x', '--scopes', 'root'), ({ stderr }: { stderr: string }) =>
    /tasks:read.*admin/.test(stderr),
  )

  const connect = async ({ token: bearer }: { token: string }) => {
    const client = new Client({ name: 'tokens', version: '1' })
    const headers = { authorization: `Bearer ${bearer}` }
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }))
    t.after(() => client.close())
    return client
  }
  const [his, hers] = [await connect(bob), await connect(alice)]
  const names = (await his.listTools()).tools.map(({ name }) => name)
  assert.ok(names.includes('p2p_taskqueue_get_task') && !names.includes('p2p_taskqueue_submit'))
  const submit = { name: 'p2p_taskqueue_submit', arguments: { task_type: 'test.noop', payload: {} } }
  await assert.rejects(his.callTool(submit), /tasks:submit/)

  const submitted = await hers.callTool(submit)
  const { task_id } = submitted.structuredContent as { task_id: string }
  type Told = { ok: boolean; error?: { code: string; message: string }; task?: { submitter: string } }
  const look = async (client: Client, id: string) =>
    (await client.callTool({ name: 'p2p_taskqueue_get_task', arguments: { task_id: id } })).structuredContent as Told
  assert.equal((await look(hers, task_id)).task?.submitter, 'token:alice')
  const unknown = task_id.replace(/[0-9]+$/, '999999')
  const [foreign, absent] = [await look(his, task_id), await look(his, unknown)]
  assert.deepEqual(
    [foreign.error?.code, foreign.error?.message.replace(task_id, 'ID')],
    [absent.error?.code, absent.error?.message.replace(unknown, 'ID')],
    'a foreign task looks like one that never was',
  )

  // A session of the generation before, with its stream open, and a wait under way.
  const session = new V1Client({ name: 'v1', version: '1' })
  const transport = new V1Transport(url, { requestInit: { headers: { authorization: `Bearer ${alice.token}` } } })
  await session.connect(transport)
  t.after(() => session.close())
  const waiting = hers.callTool(
    { name: 'p2p_taskqueue_wait_task', arguments: { task_id, timeout_s: 300 } },
    { timeout: 20_000 },
  )
  const cut = waiting.then(
    ({ structuredContent }) => (structuredContent as Told).error?.code,
    () => 'refused',
  )
  const before = performance.now()
  await token('revoke', 'alice')
  assert.match((await cut) ?? '', /^(unauthorized|refused)$/)
  assert.ok(performance.now() - before < 15_000, 'it did not wait for its own time limit')
  await assert.rejects(session.listTools(), /401|[Uu]nauthorized|not valid here/)
  await assert.rejects(hers.listTools(), /401|[Uu]nauthorized|not valid here/)
  assert.ok((await his.listTools()).tools.length > 0, 'others go on')
})
