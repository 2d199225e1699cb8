import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMcpHouse } from '../../fakes/mcp-house.ts'

const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const ping = { method: 'POST', headers: json, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }) }

test('a foreign Host is turned away before its token is looked at', async () => {
  await using house = createMcpHouse()
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io']) {
    const response = await house.request({ ...ping, token: 'agent-token', headers: { ...json, host } })
    assert.equal(response.status, 403, host)
  }
})

test('a page from elsewhere is turned away, one from this machine is not', async () => {
  await using house = createMcpHouse()
  for (const [origin, status] of [
    ['https://evil.example', 403],
    ['null', 403],
    ['http://localhost:8080', 400],
  ] as const) {
    const response = await house.request({ ...ping, token: 'agent-token', headers: { ...json, origin } })
    assert.equal(response.status, status, origin)
  }
})

test('without a valid token nothing is served, and the answer says what to send', async () => {
  await using house = createMcpHouse()
  const none = await house.request(ping)
  assert.equal(none.status, 401)
  assert.equal(none.headers.get('www-authenticate'), 'Bearer realm="runner-mesh"')
  for (const authorization of ['Bearer wrong', 'Bearer ', 'Basic agent-token', 'agent-token', 'Bearer __proto__']) {
    const response = await house.request({ ...ping, headers: { ...json, authorization } })
    assert.equal(response.status, 401, authorization)
    assert.match(response.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
    assert.match(await response.text(), /token/)
  }
})

test('a body over a mebibyte is refused, whether its length is declared or not', async () => {
  await using house = createMcpHouse()
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { x: 'x'.repeat(1_100_000) } })
  assert.equal((await house.request({ ...ping, body, token: 'agent-token' })).status, 413)
  const declared = { ...json, 'content-length': '99999999' }
  assert.equal((await house.request({ ...ping, headers: declared, token: 'agent-token' })).status, 413)
})

test('a body that is not JSON, or not said to be, is refused as such', async () => {
  await using house = createMcpHouse()
  assert.equal((await house.request({ ...ping, body: '{"a', token: 'agent-token' })).status, 400)
  const headers = { ...json, 'content-type': 'text/plain' }
  assert.equal((await house.request({ ...ping, headers, token: 'agent-token' })).status, 415)
})

test('a path that is no endpoint is not found', async () => {
  await using house = createMcpHouse()
  assert.equal((await house.request({ ...ping, path: '/mcp/x/nothing', token: 'agent-token' })).status, 404)
})

test('a method of HTTP that MCP does not know is refused', async () => {
  await using house = createMcpHouse()
  const response = await house.request({ method: 'PUT', headers: json, token: 'agent-token' })
  assert.ok(response.status === 405 || response.status === 400, String(response.status))
})

test('an authenticator that fails is our fault, told without details', async () => {
  await using house = createMcpHouse()
  const response = await house.request({ ...ping, token: 'broken-token' })
  assert.equal(response.status, 500)
  assert.doesNotMatch(await response.text(), /secret/)
  assert.equal(house.log.lines.at(-1)?.event, 'mcp.request_failed')
})
