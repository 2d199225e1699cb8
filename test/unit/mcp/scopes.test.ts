import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RunnerMeshError } from '../../../src/core/errors.ts'
import { LAST_WORD_MS } from '../../../src/mcp/sessions.ts'
import { TOOL_NAMES } from '../../../src/mcp/tools/tool-sets.ts'
import { AGENT_ACCESS, callerWith } from '../../fakes/fake-operations.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createMcpHouse, type McpHouse } from '../../fakes/mcp-house.ts'

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** One stateless exchange of 2026-07-28. */
function ask(
  house: McpHouse,
  method: string,
  params: Record<string, unknown>,
  {
    token = 'reader-token',
    path = '/mcp/x/all',
    headers = {},
  }: {
    token?: string
    path?: string
    headers?: Record<string, string>
  } = {},
): Promise<Response> {
  const name = params['name'] ?? params['uri'] ?? params['taskId']
  return house.request({
    path,
    token,
    method: 'POST',
    headers: {
      ...HEADERS,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 7, method, params: { ...params, _meta: META } }),
  })
}

async function toolNames(response: Response): Promise<readonly string[]> {
  const text = await response.text()
  const json = text.startsWith('{') ? text : (/^data: (?<json>.*)$/m.exec(text)?.groups?.['json'] ?? '')
  return (JSON.parse(json) as { result: { tools: { name: string }[] } }).result.tools.map(({ name }) => name)
}

test('a call that lacks a right is answered 403 with the scope to ask for, and nothing is run', async () => {
  await using house = createMcpHouse()
  for (const [method, params, scope] of [
    ['tools/call', { name: 'p2p_taskqueue_submit_docker_hub', arguments: { image: 'a' } }, 'tasks:submit'],
    ['tools/call', { name: 'p2p_taskqueue_complete_task', arguments: {} }, 'tasks:work'],
    ['tools/call', { name: 'p2p_taskqueue_cache_set', arguments: {} }, 'cache:write'],
    ['tools/call', { name: 'p2p_taskqueue_status', arguments: { remote_peer_id: 'x' } }, 'peers:call'],
    ['tasks/cancel', { taskId: 'x' }, 'tasks:cancel'],
  ] as const) {
    const response = await ask(house, method, params)
    assert.equal(response.status, 403, JSON.stringify(params))
    const challenge = response.headers.get('www-authenticate') ?? ''
    assert.match(challenge, /^Bearer realm="runner-mesh", error="insufficient_scope"/)
    assert.match(challenge, new RegExp(`scope="${scope}"`))
    const body = (await response.json()) as { id: number; error: { message: string } }
    assert.equal(body.id, 7)
    assert.match(body.error.message, new RegExp(scope))
  }
  const agent = await ask(house, 'tools/call', { name: 'p2p_taskqueue_complete_task' }, { path: '/mcp' })
  assert.match(agent.headers.get('www-authenticate') ?? '', /scope="tasks:cancel"/)
  for (const uri of ['task://a', 'queue://status', 'peers://']) {
    assert.equal((await ask(house, 'resources/read', { uri }, { token: 'idle-token' })).status, 403, uri)
  }
  assert.deepEqual(house.fake.calls, [])
})

test('a session of 2025 is answered the same, and a batch is judged by each of its parts', async () => {
  await using house = createMcpHouse()
  const post = (session: Record<string, string>, body: unknown) =>
    house.request({
      token: 'reader-token',
      method: 'POST',
      headers: { ...HEADERS, ...session },
      body: JSON.stringify(body),
    })
  const opened = await post(
    {},
    {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 't', version: '1' } },
    },
  )
  await opened.text()
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
  const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'p2p_taskqueue_submit', arguments: {} } }
  for (const body of [call, [{ jsonrpc: '2.0', id: 3, method: 'tools/list' }, call]]) {
    const response = await post(session, body)
    assert.equal(response.status, 403)
    assert.match(response.headers.get('www-authenticate') ?? '', /scope="tasks:submit"/)
  }
})

test('where there is an authorization server, refusals and the well-known document lead to it', async () => {
  const protectedResource = {
    resource: 'https://runners.example/mcp',
    authorizationServers: ['https://login.example'],
    scopes: ['tasks:read', 'tasks:submit'],
  } as const
  await using house = createMcpHouse({ settings: { protectedResource } })
  const where = 'resource_metadata="https://runners.example/.well-known/oauth-protected-resource/mcp"'
  const none = await house.request({ method: 'POST', headers: HEADERS, body: '{}' })
  assert.equal(none.status, 401)
  const challenge = none.headers.get('www-authenticate') ?? ''
  assert.ok(challenge.includes(where) && challenge.includes('scope="tasks:read tasks:submit"'), challenge)
  assert.ok(!challenge.includes('error='), 'a request without a token has made no mistake yet')
  const scoped = await ask(house, 'tools/call', { name: 'p2p_taskqueue_submit' })
  assert.ok(scoped.headers.get('www-authenticate')?.includes(where))

  for (const path of ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp']) {
    const document = await house.request({ path, method: 'GET' })
    assert.equal(document.status, 200)
    const told = (await document.json()) as Record<string, unknown>
    assert.deepEqual(
      [told['resource'], told['authorization_servers'], told['bearer_methods_supported']],
      ['https://runners.example/mcp', ['https://login.example'], ['header']],
    )
    assert.ok((told['scopes_supported'] as string[]).includes('tasks:work'))
  }
  const foreign = await house.request({
    path: '/.well-known/oauth-protected-resource',
    method: 'GET',
    headers: { host: 'evil.example' },
  })
  assert.equal(foreign.status, 403)
  await using alone = createMcpHouse()
  assert.equal((await alone.request({ path: '/.well-known/oauth-protected-resource', method: 'GET' })).status, 404)
})

test('settings are the upper bound of what is shown; paths and headers only narrow it', async () => {
  await using house = createMcpHouse({
    credentials: { full: { caller: callerWith('token:full', 'admin', 'tasks:work', 'cache:read', ...AGENT_ACCESS) } },
    settings: { bound: { sets: ['agent', 'worker'], readOnly: false } },
  })
  const list = async (path: string, headers = {}) =>
    toolNames(await ask(house, 'tools/list', {}, { token: 'full', path, headers }))
  assert.ok((await list('/mcp')).includes('p2p_taskqueue_submit'))
  assert.ok((await list('/mcp/x/worker')).includes('p2p_taskqueue_claim_next'))
  const all = await list('/mcp/x/all')
  assert.ok(all.includes('p2p_taskqueue_claim_next') && !all.includes('p2p_scheduler_status'))
  assert.equal((await ask(house, 'tools/list', {}, { token: 'full', path: '/mcp/x/scheduler' })).status, 404)
  const both = await list('/mcp/x/all', { 'x-mcp-toolsets': 'agent' })
  assert.ok(both.includes('p2p_taskqueue_submit') && !both.includes('p2p_taskqueue_claim_next'))
  assert.deepEqual(await list('/mcp/x/worker', { 'x-mcp-toolsets': 'scheduler' }), [])
  const looks = await list('/mcp', { 'x-mcp-readonly': 'true' })
  assert.ok(looks.includes('p2p_taskqueue_get_task') && !looks.includes('p2p_taskqueue_submit'))
  const wrong = await ask(house, 'tools/list', {}, { token: 'full', headers: { 'x-mcp-toolsets': 'everything' } })
  assert.equal(wrong.status, 400)
  assert.match(await wrong.text(), /agent, worker, scheduler, all/)

  await using still = createMcpHouse({ settings: { bound: { sets: ['all'], readOnly: true } } })
  const readOnly = await toolNames(await ask(still, 'tools/list', {}, { token: 'agent-token', path: '/mcp/x/all' }))
  assert.ok(readOnly.length > 0 && TOOL_NAMES.includes(readOnly[0] as never))
  assert.ok(!readOnly.some((name) => name.includes('submit')))
})

for (const era of ['modern', 'legacy'] as const) {
  test(`${era}: when a token ends, a call under way is given up, streams end, and nothing more is answered`, async () => {
    const end = new AbortController()
    const clock = new ManualClock()
    const started = Promise.withResolvers<undefined>()
    const gaveUp = Promise.withResolvers<undefined>()
    await using house = createMcpHouse({
      clock,
      credentials: {
        short: { caller: callerWith('token:short', ...AGENT_ACCESS), ended: end.signal, retired: end.signal },
      },
      handlers: {
        p2p_taskqueue_wait_task: (_input, call) =>
          new Promise((_resolve, reject) => {
            call.signal.addEventListener('abort', () => {
              gaveUp.resolve(undefined)
              reject(call.signal.reason as Error)
            })
            started.resolve(undefined)
          }),
      },
    })
    const client = await house.client({ era, token: 'short' })
    const waiting = client.callTool(
      { name: 'p2p_taskqueue_wait_task', arguments: { task_id: 'x' } },
      { timeout: 5_000 },
    )
    const told = waiting.then(
      ({ structuredContent }) => (structuredContent as { error: { code: string } }).error.code,
      () => 'refused',
    )
    await started.promise
    end.abort(new RunnerMeshError('unauthorized', 'revoked'))
    await gaveUp.promise
    assert.equal(await told, era === 'modern' ? 'refused' : 'unauthorized')
    await clock.advance(LAST_WORD_MS)
    const late = await ask(house, 'tools/list', {}, { token: 'short' })
    assert.equal(late.status, 401)
    assert.match(late.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
  })
}

test('every call leaves one line with who, what and how it was judged, and nothing of what was in it', async () => {
  await using house = createMcpHouse()
  const task = house.fake.submit('token:agent', { status: 'completed' })
  for (const era of ['modern', 'legacy'] as const) {
    const client = await house.client({ era })
    const secret = { task_type: 'x', payload: { password: 'swordfish' } }
    await client.callTool({ name: 'p2p_taskqueue_submit', arguments: secret })
    await client.callTool({ name: 'p2p_taskqueue_submit', arguments: secret })
    await client.callTool({ name: 'p2p_taskqueue_get_task', arguments: { task_id: 'nope' } })
    await client.callTool({ name: 'p2p_taskqueue_get_task', arguments: { no: 1 } })
    await client.readResource({ uri: `task://${task.task_id}` })
  }
  const lines = house.log.lines.filter(({ event }) => event === 'mcp.call').map(({ fields }) => fields)
  assert.deepEqual(
    lines.map((line) => [line['name'], line['verdict'], line['client']]),
    Array.from({ length: 2 }, () => [
      ['p2p_taskqueue_submit', 'ok', 'test'],
      ['p2p_taskqueue_submit', 'ok', 'test'],
      ['p2p_taskqueue_get_task', 'task_not_found', 'test'],
      ['p2p_taskqueue_get_task', 'unknown_field', 'test'],
      ['p2p_taskqueue_get_task', 'ok', undefined],
    ]).flat(),
  )
  assert.ok(lines.every((line) => line['principal'] === 'token:agent' && Number.isInteger(line['ms'])))
  assert.equal(lines[0]?.['arguments'], lines[1]?.['arguments'])
  assert.notEqual(lines[0]?.['arguments'], lines[2]?.['arguments'])
  assert.match(String(lines[0]?.['task']), /^abcdefghijklmnop\./)
  assert.ok(!JSON.stringify(lines).includes('swordfish'))
})

test('every refusal at the door leaves a line with who, what and how, and never the token', async () => {
  await using house = createMcpHouse()
  await ask(house, 'tools/call', { name: 'p2p_taskqueue_submit' })
  await house.request({ method: 'POST', headers: { ...HEADERS, authorization: 'Bearer guessed-secret' }, body: '{}' })
  const lines = house.log.lines.filter(({ event }) => event === 'mcp.refused')
  assert.deepEqual(
    lines.map(({ fields }) => [fields['status'], fields['principal'], fields['scope']]),
    [
      [403, 'token:reader', 'tasks:submit'],
      [401, undefined, undefined],
    ],
  )
  assert.ok(!JSON.stringify(house.log.lines).includes('guessed-secret'))
})
