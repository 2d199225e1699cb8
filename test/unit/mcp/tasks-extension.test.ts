import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TASKS_EXTENSION } from '../../../src/mcp/tools/tasks-extension.ts'
import { createMcpHouse, type McpHouse } from '../../fakes/mcp-house.ts'

const REVISION = '2026-07-28'

interface Answer {
  readonly status: number
  readonly result: {
    readonly resultType: string
    readonly taskId: string
    readonly status: string
    readonly pollIntervalMs: number
    readonly createdAt: string
    readonly structuredContent: { readonly task_id: string; readonly task: { readonly status: string } }
    readonly result: Answer['result'] & { readonly isError: boolean }
  }
  readonly error: { readonly code: number; readonly message: string }
}

/** The extension has no client in the SDK: these are the frames that one sends. */
async function send(
  house: McpHouse,
  method: string,
  params: Record<string, unknown>,
  { token = 'agent-token', declared = true } = {},
): Promise<Answer> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': REVISION,
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': declared ? { extensions: { [TASKS_EXTENSION]: {} } } : {},
  }
  const name = params['name'] ?? params['taskId']
  const response = await house.request({
    method: 'POST',
    token,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': REVISION,
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }),
  })
  return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) }
}

const submit = { name: 'p2p_taskqueue_submit_docker_hub', arguments: { image: 'alpine' } }

test('a submit is answered with a handle to a client that declares the extension', async () => {
  await using house = createMcpHouse()
  const { result } = await send(house, 'tools/call', submit)
  assert.equal(result.resultType, 'task')
  assert.equal(result.status, 'working')
  assert.equal(result.taskId, result.structuredContent.task_id)
  assert.ok(house.fake.tasks.has(result.taskId))
  assert.ok(!Number.isNaN(Date.parse(result.createdAt)))
})

test('to any other client a submit is answered plainly', async () => {
  await using house = createMcpHouse()
  const { result } = await send(house, 'tools/call', submit, { declared: false })
  assert.notEqual(result.resultType, 'task')
  assert.equal(typeof result.structuredContent.task_id, 'string')
})

test('the extension is announced to clients of its revision, and to no others', async () => {
  await using house = createMcpHouse()
  const modern = await house.client({ era: 'modern' })
  assert.deepEqual(modern.getServerCapabilities()?.extensions, { [TASKS_EXTENSION]: {} })
  const legacy = await house.client({ era: 'legacy' })
  assert.equal(legacy.getServerCapabilities()?.extensions, undefined)
})

test('a handle is followed to the end: working, then completed with the result of the task', async () => {
  await using house = createMcpHouse()
  const { taskId } = (await send(house, 'tools/call', submit)).result
  house.fake.change(taskId, { status: 'running' })
  const working = (await send(house, 'tasks/get', { taskId })).result
  assert.equal(working.status, 'working')
  assert.equal(working.result, undefined)
  assert.ok(working.pollIntervalMs > 0)
  house.fake.change(taskId, { status: 'completed', exit_code: 0 })
  const ended = (await send(house, 'tasks/get', { taskId })).result
  assert.equal(ended.status, 'completed')
  assert.equal(ended.result.isError, false)
  assert.equal(ended.result.structuredContent.task.status, 'completed')
})

test('a container that fails is a completed MCP task with an error result', async () => {
  await using house = createMcpHouse()
  const { taskId } = (await send(house, 'tools/call', submit)).result
  house.fake.change(taskId, { status: 'failed', reason: 'exit', exit_code: 3, log: 'boom' })
  const { result } = await send(house, 'tasks/get', { taskId })
  assert.equal(result.status, 'completed')
  assert.equal(result.result.isError, true)
})

test('cancelling a handle cancels the task, twice as well as once', async () => {
  await using house = createMcpHouse()
  const { taskId } = (await send(house, 'tools/call', submit)).result
  assert.equal((await send(house, 'tasks/cancel', { taskId })).error, undefined)
  assert.equal((await send(house, 'tasks/cancel', { taskId })).error, undefined)
  assert.equal((await send(house, 'tasks/get', { taskId })).result.status, 'cancelled')
  assert.equal(house.fake.tasks.get(taskId)?.status, 'cancelled')
})

test('handles are names, not capabilities: another principal’s is as unknown as an invented one', async () => {
  await using house = createMcpHouse()
  const { taskId } = (await send(house, 'tools/call', submit)).result
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    for (const id of [taskId, 'invented']) {
      const { error } = await send(house, method, { taskId: id }, { token: 'other-token' })
      assert.equal(error.code, -32602, `${method} ${id}`)
    }
  }
  assert.equal(house.fake.tasks.get(taskId)?.status, 'queued')
})

test('who may look but not cancel is refused, and the task lives on', async () => {
  await using house = createMcpHouse()
  const task = house.fake.submit('token:reader')
  const { error } = await send(house, 'tasks/cancel', { taskId: task.task_id }, { token: 'reader-token' })
  assert.match(error.message, /^forbidden/)
  assert.equal(task.status, 'queued')
})

test('a client that did not declare the extension is told which capability it lacks', async () => {
  await using house = createMcpHouse()
  const { taskId } = (await send(house, 'tools/call', submit)).result
  const { status, error } = await send(house, 'tasks/get', { taskId }, { declared: false })
  assert.equal(error.code, -32021)
  assert.equal(status, 400)
})
