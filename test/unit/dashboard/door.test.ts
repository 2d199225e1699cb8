import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { dashboardHouse } from '../../fakes/dashboard-house.ts'

interface Told {
  readonly session?: { readonly csrf: string }
  readonly error?: { readonly code: string }
}

async function logIn(url: string, token: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${url}/dashboard/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  })
  const told = (await response.json()) as Told
  const setCookie = response.headers.get('set-cookie') ?? ''
  return { told, setCookie, cookie: setCookie.split(';')[0] ?? '', csrf: told.session?.csrf ?? '' }
}

const statusUnderHost = (url: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (res) => {
      res.resume()
      resolve(res.statusCode)
    })
      .on('error', reject)
      .end()
  })

test('what changes something needs the session, the page’s own value and its own origin', async (t) => {
  const { url, fake } = await dashboardHouse(t)
  const task = fake.submit('token:owner')
  const { cookie, csrf, setCookie } = await logIn(url, 'owner-token')
  assert.match(setCookie, /; HttpOnly; SameSite=Strict;/)
  const cancel = async (headers: Readonly<Record<string, string>>): Promise<string | undefined> => {
    const response = await fetch(`${url}/dashboard/call/p2p_taskqueue_cancel`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ task_id: task.task_id }),
    })
    return ((await response.json()) as Told).error?.code
  }
  const own = { cookie, 'x-runner-mesh-csrf': csrf }
  assert.equal(await cancel({}), 'unauthorized')
  assert.equal(await cancel({ cookie }), 'forbidden')
  assert.equal(await cancel({ cookie, 'x-runner-mesh-csrf': 'guess' }), 'forbidden')
  assert.equal(await cancel({ ...own, origin: 'https://evil.example' }), 'forbidden')
  assert.equal(await cancel({ ...own, 'sec-fetch-site': 'cross-site' }), 'forbidden')
  assert.equal(await cancel({ ...own, 'content-type': 'text/plain' }), 'bad_request')
  assert.equal(fake.calls.length, 0, 'nothing of that reached an operation')
  assert.equal(await cancel({ ...own, origin: url }), undefined)
  assert.equal(fake.calls.at(-1)?.call.caller.door, 'dashboard')
})

test('a name that is not this peer’s is turned away, and the page runs under a strict policy', async (t) => {
  const { url } = await dashboardHouse(t)
  assert.equal(await statusUnderHost(url, 'rebound.example'), 403)
  const page = await fetch(url)
  const policy = page.headers.get('content-security-policy') ?? ''
  assert.ok(policy.includes("default-src 'none'") && !policy.includes('unsafe'), policy)
  assert.doesNotMatch(await page.text(), /<script(?![^>]*src="\/dashboard\/)|style=|https?:/)
})

test('wrong tokens are counted by address, refused for a while, and stand in the audit log', async (t) => {
  const { url, audit } = await dashboardHouse(t)
  const codes: (string | undefined)[] = []
  for (let tries = 0; tries < 11; tries += 1) codes.push((await logIn(url, 'guess')).told.error?.code)
  assert.deepEqual(new Set(codes.slice(0, 10)), new Set(['unauthorized']))
  assert.equal(codes[10], 'rate_limited')
  assert.equal(audit.filter(({ verdict }) => verdict === 'unauthorized').length, 10)
})

test('a read-only dashboard refuses what changes something, whoever asks', async (t) => {
  const { url, fake } = await dashboardHouse(t, {}, { readOnly: true })
  const { cookie, csrf } = await logIn(url, 'owner-token')
  const response = await fetch(`${url}/dashboard/call/p2p_taskqueue_cancel`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie, 'x-runner-mesh-csrf': csrf },
    body: '{"task_id":"x"}',
  })
  assert.equal(((await response.json()) as Told).error?.code, 'forbidden')
  assert.deepEqual(fake.calls, [])
})
