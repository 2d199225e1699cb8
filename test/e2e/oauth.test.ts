/** A peer as an OAuth 2.1 resource server: what it answers to tokens of an authorization server, and to all others. */
import assert from 'node:assert/strict'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { systemClock } from '../../src/app/system.ts'
import { peerGround } from '../support/demo-peers.ts'
import { sign, startIssuer } from '../support/token-issuer.ts'

const PUBLIC = 'https://runners.example'
const RESOURCE = `${PUBLIC}/mcp`
const METADATA = `${PUBLIC}/.well-known/oauth-protected-resource/mcp`

interface Answer {
  readonly status: number | undefined
  readonly challenge: string
  readonly body: string
}

const CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'p2p_taskqueue_submit', arguments: { task_type: 'test.noop', payload: {} } },
})

/** Not by fetch, which sets Host itself. */
async function send(url: URL, headers: Readonly<Record<string, string>>, method = 'POST'): Promise<Answer> {
  const asked = request(url, {
    method,
    agent: false,
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
  })
  asked.end(method === 'POST' ? CALL : undefined)
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve).once('error', reject)
  })
  const challenge = answer.headers['www-authenticate'] ?? ''
  return { status: answer.statusCode, challenge, body: await text(answer) }
}

test('a peer takes tokens of its authorization server, and tells whoever has none, a wrong one or too small a one what to ask for', async (t) => {
  const issuer = await startIssuer(t)
  const ground = await peerGround(t)
  const { ready } = await ground.up('a', ['--oauth-issuer', issuer.url, '--http-public-url', PUBLIC])
  const url = new URL(ready.mcp_url ?? '')
  const expiry = Math.floor(systemClock.now() / 1000) + 600
  const tokenWith = (claims: object) =>
    sign(issuer.key, { iss: issuer.url, aud: RESOURCE, sub: 'alice', exp: expiry, scope: 'tasks:read', ...claims })
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

  const client = new Client({ name: 'oauth', version: '1' })
  const headers = bearer(await tokenWith({ scope: 'tasks:read tasks:submit' }))
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }))
  t.after(() => client.close())
  const submitted = await client.callTool({
    name: 'p2p_taskqueue_submit',
    arguments: { task_type: 'test.noop', payload: {} },
  })
  const { task_id } = submitted.structuredContent as { task_id: string }
  const { structuredContent } = await client.callTool({ name: 'p2p_taskqueue_get_task', arguments: { task_id } })
  assert.equal((structuredContent as { task: { submitter: string } }).task.submitter, 'oauth:alice')

  const none = await send(url, {})
  assert.equal(none.status, 401)
  assert.ok(none.challenge.includes(`resource_metadata="${METADATA}"`), none.challenge)
  for (const [what, claims] of [
    ['audience', { aud: 'https://elsewhere.example/mcp' }],
    ['issuer', { iss: 'https://elsewhere.example' }],
    ['time', { exp: expiry - 3600 }],
  ] as const) {
    const { status, challenge } = await send(url, bearer(await tokenWith(claims)))
    assert.equal(status, 401, `a wrong ${what}`)
    assert.match(challenge, /error="invalid_token"/, what)
    assert.ok(challenge.includes(`resource_metadata="${METADATA}"`), what)
  }
  const small = await send(url, bearer(await tokenWith({})))
  assert.equal(small.status, 403)
  assert.match(small.challenge, /error="insufficient_scope".*scope="tasks:submit"/)

  const metadata = await send(new URL('/.well-known/oauth-protected-resource/mcp', url), {}, 'GET')
  const told = JSON.parse(metadata.body) as Readonly<Record<string, unknown>>
  assert.deepEqual([told['resource'], told['authorization_servers']], [RESOURCE, [issuer.url]])

  // Without a public URL it is where the server has come to listen.
  const { ready: other } = await ground.up('b', ['--oauth-issuer', issuer.url])
  const there = new URL(other.mcp_url ?? '')
  const own = await send(new URL('/.well-known/oauth-protected-resource/mcp', there), {}, 'GET')
  assert.equal((JSON.parse(own.body) as Readonly<Record<string, unknown>>)['resource'], there.href)
  assert.ok((await send(there, {})).challenge.includes(`resource_metadata="${there.origin}/.well-known/`))
  const forThere = { aud: there.href, scope: 'tasks:read tasks:submit' }
  assert.notEqual((await send(there, bearer(await tokenWith(forThere)))).status, 401)
  assert.equal((await send(there, bearer(await tokenWith({})))).status, 401, 'a token for another resource')

  const good = bearer(await tokenWith({ scope: 'tasks:read tasks:submit' }))
  assert.equal((await send(url, { ...good, host: 'evil.example' })).status, 403)
  assert.equal((await send(url, { ...good, origin: 'https://evil.example' })).status, 403)
  assert.notEqual((await send(url, { ...good, host: 'runners.example', origin: PUBLIC })).status, 403)
})
