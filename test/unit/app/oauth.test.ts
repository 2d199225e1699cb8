import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKeyPair, SignJWT, type JWTPayload } from 'jose'
import { createHttpAccess } from '../../../src/app/http/http-access.ts'
import { loadConfig } from '../../../src/app/config.ts'
import { OAuthTokens } from '../../../src/app/http/oauth.ts'
import { systemClock } from '../../../src/app/system.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { sign, startIssuer, type Issuer } from '../../support/token-issuer.ts'

const AUDIENCE = 'https://runners.example/mcp'

const soon = (): number => Math.floor(systemClock.now() / 1000) + 600

function claimsOf({ url }: Issuer, more: JWTPayload = {}): JWTPayload {
  return { iss: url, aud: AUDIENCE, sub: 'alice', exp: soon(), scope: 'tasks:read openid', ...more }
}

function tokensOf({ url }: Issuer, more: { jwksUrl?: string; clock?: ManualClock } = {}) {
  const log = new RecordingLog()
  const { clock = systemClock, ...settings } = more
  return { tokens: new OAuthTokens({ issuer: url, audience: AUDIENCE, ...settings }, { clock, log }), log }
}

test('a token of the issuer, for this peer, stands for its subject with the rights that its scopes name', async (t) => {
  const it = await startIssuer(t)
  const { tokens } = tokensOf(it)
  const credential = await tokens.authenticate(await sign(it.key, claimsOf(it)))
  assert.deepEqual(
    [credential?.caller.principal, [...(credential?.caller.access ?? [])], credential?.caller.door],
    ['oauth:alice', ['tasks:read'], 'mcp'],
  )
  assert.equal(credential?.retired, undefined, 'a new token may go on with the session')
  const others = await tokens.authenticate(
    await sign(it.key, claimsOf(it, { scope: undefined, scp: ['tasks:submit', 'root'], aud: ['x', AUDIENCE] })),
  )
  assert.deepEqual([...(others?.caller.access ?? [])], ['tasks:submit'])
  assert.deepEqual(it.asked.toSorted(), ['/.well-known/oauth-authorization-server', '/keys'], 'keys are kept')
})

test('wrong audience, issuer, key, time, algorithm or subject is no token here', async (t) => {
  const it = await startIssuer(t)
  const { tokens, log } = tokensOf(it)
  const stranger = await generateKeyPair('ES256')
  const past = Math.floor(systemClock.now() / 1000) - 60
  const unsigned = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(claimsOf(it)))}.`.replaceAll('=', '')
  for (const [what, token] of [
    ['audience', await sign(it.key, claimsOf(it, { aud: 'https://other.example/mcp' }))],
    ['no audience', await sign(it.key, claimsOf(it, { aud: undefined as never }))],
    ['issuer', await sign(it.key, claimsOf(it, { iss: 'https://evil.example' }))],
    ['key', await sign(stranger.privateKey, claimsOf(it))],
    ['unknown key id', await sign(it.key, claimsOf(it), { kid: 'two' })],
    ['expired', await sign(it.key, claimsOf(it, { exp: past }))],
    ['not yet good', await sign(it.key, claimsOf(it, { nbf: soon() }))],
    ['no end', await sign(it.key, claimsOf(it, { exp: undefined as never }))],
    ['no subject', await sign(it.key, claimsOf(it, { sub: undefined as never }))],
    ['a subject that is no name', await sign(it.key, claimsOf(it, { sub: 'a\nb' }))],
    ['unsigned', unsigned],
    ['garbage', 'a.b.c'],
  ] as const) {
    assert.equal(await tokens.authenticate(token), undefined, what)
  }
  const symmetric = await new SignJWT(claimsOf(it))
    .setProtectedHeader({ alg: 'HS256', kid: 'one' })
    .sign(Buffer.from('a secret that is thirty-two bytes'))
  assert.equal(await tokens.authenticate(symmetric), undefined, 'symmetric')
  assert.ok(!JSON.stringify(log.lines).includes(unsigned))
})

test('keys are found by OpenID Connect’s metadata too, or where the settings say', async (t) => {
  const openId = await startIssuer(t, '/.well-known/openid-configuration')
  assert.ok(await tokensOf(openId).tokens.authenticate(await sign(openId.key, claimsOf(openId))))
  const silent = await startIssuer(t, '/nowhere')
  const named = tokensOf(silent, { jwksUrl: `${silent.url}/keys` })
  assert.ok(await named.tokens.authenticate(await sign(silent.key, claimsOf(silent))))
})

test('while the issuer cannot be asked a token is neither good nor bad, and afterwards it is judged', async (t) => {
  const it = await startIssuer(t)
  const { tokens } = tokensOf(it)
  const token = await sign(it.key, claimsOf(it))
  it.answer = (_path, res) => res.writeHead(503).end()
  await assert.rejects(tokens.authenticate(token), { code: 'peer_unreachable' })
  it.answer = (_path, res) =>
    res.writeHead(200).end(JSON.stringify({ issuer: 'https://evil.example', jwks_uri: it.url }))
  await assert.rejects(tokens.authenticate(token), { code: 'peer_unreachable' }, 'metadata of another issuer')
  it.answer = undefined
  assert.equal((await tokens.authenticate(token))?.caller.principal, 'oauth:alice')
})

test('what is open under a token hears of its end', async (t) => {
  const it = await startIssuer(t)
  const clock = new ManualClock()
  const { tokens } = tokensOf(it, { clock })
  const token = await sign(it.key, claimsOf(it, { exp: Math.floor(clock.now() / 1000) + 10 }))
  const [first, second] = [await tokens.authenticate(token), await tokens.authenticate(token)]
  assert.equal(first?.ended, second?.ended, 'one timer for one token')
  assert.equal(clock.pending, 1)
  await clock.advance(41_000)
  assert.equal(first?.ended?.aborted, true)
  assert.equal(await tokens.authenticate(token), undefined)
})

test('without a public URL the resource is where the server listens, known once it does', () => {
  let port = 0
  const of = (http: string, more: Readonly<Record<string, string>> = {}) =>
    createHttpAccess(
      loadConfig({ RUNNER_MESH_HTTP: http, RUNNER_MESH_OAUTH_ISSUER: 'https://login.example', ...more }),
      () => `http://127.0.0.1:${String(port)}`,
    )
  const { admission, oauth } = of('127.0.0.1:0')
  const named = of('127.0.0.1:0', { RUNNER_MESH_OAUTH_AUDIENCE: 'mine' })
  port = 40_123
  assert.deepEqual(
    [admission.protectedResource?.resource, oauth?.audience],
    ['http://127.0.0.1:40123/mcp', 'http://127.0.0.1:40123/mcp'],
  )
  assert.equal(named.oauth?.audience, 'mine')
  assert.equal(of('0.0.0.0:9721').oauth?.audience, 'http://0.0.0.0:9721/mcp')
})

test('the settings make the resource, its audience and its names out of the public URL', () => {
  const { admission, oauth } = createHttpAccess(
    loadConfig({
      RUNNER_MESH_HTTP_PUBLIC_URL: 'https://runners.example',
      RUNNER_MESH_OAUTH_ISSUER: 'https://login.example',
      RUNNER_MESH_MCP_TOOLSETS: 'agent, worker',
      RUNNER_MESH_MCP_READ_ONLY: 'true',
    }),
    () => 'http://127.0.0.1:9',
  )
  assert.ok(admission.allowedHosts.includes('runners.example') && admission.allowedHosts.includes('127.0.0.1'))
  assert.deepEqual(admission.bound, { sets: ['agent', 'worker'], readOnly: true })
  assert.deepEqual(
    [admission.protectedResource?.resource, admission.protectedResource?.authorizationServers, oauth?.audience],
    [AUDIENCE, ['https://login.example'], AUDIENCE],
  )
  const plain = createHttpAccess(loadConfig({}), () => 'http://127.0.0.1:9')
  assert.deepEqual([plain.oauth, plain.admission.protectedResource], [undefined, undefined])
  for (const [name, value] of [
    ['RUNNER_MESH_OAUTH_ISSUER', 'http://login.example'],
    ['RUNNER_MESH_MCP_TOOLSETS', 'agents'],
  ] as const) {
    assert.throws(() => loadConfig({ [name]: value }), { code: 'config_invalid', message: new RegExp(name) })
  }
})
