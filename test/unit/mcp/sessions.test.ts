import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MCP_DOOR_SETTINGS } from '../../../src/mcp/door.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createMcpHouse, type McpHouse } from '../../fakes/mcp-house.ts'

const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
})
const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })

interface Who {
  readonly token?: string
  readonly path?: string
}

async function open(house: McpHouse, { token = 'agent-token', path = '/mcp' }: Who = {}) {
  const response = await house.request({ method: 'POST', headers, body: initialize, token, path })
  await response.text()
  return { status: response.status, id: response.headers.get('mcp-session-id') ?? '' }
}

async function use(house: McpHouse, id: string, { token = 'agent-token', path = '/mcp' }: Who = {}): Promise<number> {
  const body = { method: 'POST', headers: { ...headers, 'mcp-session-id': id }, body: list, token, path }
  const response = await house.request(body)
  await response.text()
  return response.status
}

function withSessions(settings: Partial<typeof MCP_DOOR_SETTINGS.sessions>) {
  return { sessions: { ...MCP_DOOR_SETTINGS.sessions, ...settings } }
}

test('a session is used by whoever opened it, and by nobody else', async () => {
  await using house = createMcpHouse()
  const { id } = await open(house)
  assert.equal(await use(house, id), 200)
  assert.equal(await use(house, id, { token: 'other-token' }), 404)
  assert.equal(await use(house, id, { path: '/mcp/x/all' }), 404)
  assert.equal(await use(house, id, { path: '/mcp/readonly' }), 404)
  assert.equal(await use(house, 'unknown'), 404)
})

test('a request without a session is told to open one', async () => {
  await using house = createMcpHouse()
  const response = await house.request({ method: 'POST', headers, body: list, token: 'agent-token' })
  assert.equal(response.status, 400)
  assert.match(await response.text(), /initialize/)
  assert.equal((await house.request({ method: 'GET', headers, token: 'agent-token' })).status, 400)
})

test('a session that its client deletes is gone', async () => {
  await using house = createMcpHouse()
  const { id } = await open(house)
  const gone = await house.request({
    method: 'DELETE',
    headers: { ...headers, 'mcp-session-id': id },
    token: 'agent-token',
  })
  assert.equal(gone.status, 200)
  assert.equal(await use(house, id), 404)
})

test('a session nobody uses is forgotten; one that is used, or holds a stream open, stays', async () => {
  const clock = new ManualClock()
  await using house = createMcpHouse({ clock, settings: withSessions({ idleMs: 60_000, keepAliveMs: 0 }) })
  const idle = await open(house)
  const used = await open(house)
  const streaming = await open(house)
  const stream = await house.request({
    method: 'GET',
    headers: { accept: 'text/event-stream', 'mcp-session-id': streaming.id },
    token: 'agent-token',
  })
  assert.equal(stream.status, 200)
  for (let minutes = 0; minutes < 3; minutes += 1) {
    await clock.advance(40_000)
    assert.equal(await use(house, used.id), 200)
  }
  assert.equal(await use(house, idle.id), 404)
  assert.equal(await use(house, streaming.id), 200)
  await stream.body?.cancel()
  await clock.advance(90_000)
  assert.equal(await use(house, streaming.id), 404)
})

test('who opens too many sessions loses its own longest idle one, never another principal’s', async () => {
  const clock = new ManualClock()
  await using house = createMcpHouse({ clock, settings: withSessions({ maxSessionsPerPrincipal: 2 }) })
  const other = await open(house, { token: 'other-token' })
  const first = await open(house)
  await clock.advance(10)
  const second = await open(house)
  await clock.advance(10)
  assert.equal(await use(house, first.id), 200)
  const third = await open(house)
  assert.equal(third.status, 200)
  assert.equal(await use(house, second.id), 404)
  assert.equal(await use(house, first.id), 200)
  assert.equal(await use(house, other.id, { token: 'other-token' }), 200)
})

test('when every session is busy the next is refused, and the busy ones go on', async () => {
  await using house = createMcpHouse({ settings: withSessions({ maxSessionsPerPrincipal: 1, keepAliveMs: 0 }) })
  const { id } = await open(house)
  const stream = await house.request({
    method: 'GET',
    headers: { accept: 'text/event-stream', 'mcp-session-id': id },
    token: 'agent-token',
  })
  assert.equal((await open(house)).status, 429)
  assert.equal(await use(house, id), 200)
  await stream.body?.cancel()
  assert.equal((await open(house)).status, 200)
})

test('a stopped door keeps no timer and opens no session', async () => {
  const clock = new ManualClock()
  const house = createMcpHouse({ clock })
  await open(house)
  assert.equal(clock.pending, 1)
  await house.door.stop()
  await house.door.stop()
  assert.equal(clock.pending, 0)
  assert.equal((await open(house)).status, 503)
})
