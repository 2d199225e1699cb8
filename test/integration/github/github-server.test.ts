/** The simulated GitHub is held to what GitHub is known to do; everything else here is tested against it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GitHubServer, type GitHubServerOptions } from '../../support/github-server/server.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const ISSUES = '/repos/octo/runners/issues'

async function start(options: Partial<GitHubServerOptions> = {}) {
  const clock = new ManualClock()
  const server = await new GitHubServer({ clock, ...options }).listen()
  const repository = server.addRepository('octo/runners')
  const actions = server.accounts.addApp('github-actions')
  const ann = server.accounts.addUser({ login: 'ann' })
  const token = server.accounts.token(actions)
  const call = async (
    method: string,
    path: string,
    { body, as = token, headers = {} }: { body?: unknown; as?: string; headers?: Record<string, string> } = {},
  ) => {
    const response = await fetch(path.startsWith('http') ? path : `${server.url}${path}`, {
      method,
      headers: { authorization: `token ${as}`, ...headers },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const json = text === '' ? undefined : (JSON.parse(text) as Record<string, unknown> & unknown[])
    return { status: response.status, headers: response.headers, json, text }
  }
  return {
    clock,
    server,
    repository,
    actions,
    ann,
    token,
    call,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

test('issues are created with labels, listed newest first by state and label, and closed', async () => {
  await using hub = await start()
  for (const title of ['one', 'two']) await hub.call('POST', ISSUES, { body: { title, labels: ['registry'] } })
  await hub.call('POST', ISSUES, { body: { title: 'other' } })
  const numbers = async (query: string) =>
    ((await hub.call('GET', `${ISSUES}?${query}`)).json ?? []).map((issue) => (issue as { number: number }).number)
  assert.deepEqual(await numbers('labels=registry'), [2, 1])
  assert.deepEqual(await numbers('labels=registry&direction=asc'), [1, 2])
  assert.equal((await hub.call('PATCH', `${ISSUES}/1`, { body: { state: 'closed' } })).status, 200)
  assert.deepEqual(await numbers('labels=registry'), [2])
  assert.deepEqual(await numbers('labels=registry&state=all'), [2, 1])
  assert.deepEqual(hub.server.faultsOfContract, [])
})

test('labels that a person without push access gives are dropped without a word', async () => {
  await using hub = await start()
  const guest = hub.server.accounts.token(
    hub.server.accounts.addUser({ login: 'guest', permission: 'read', association: 'NONE' }),
  )
  const { json } = await hub.call('POST', ISSUES, { as: guest, body: { title: 'mine', labels: ['registry'] } })
  assert.deepEqual(json?.['labels'], [])
})

test('comments come in pages of at most 100 with numeric links, and those links lead on', async () => {
  await using hub = await start()
  await hub.call('POST', ISSUES, { body: { title: 'registry' } })
  for (let i = 0; i < 205; i += 1) hub.repository.createComment(hub.ann, 1, `comment ${i}`)
  const first = await hub.call('GET', `${ISSUES}/1/comments?per_page=500`)
  assert.equal(first.json?.length, 100)
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
  assert.match(next, /\/repositories\/1000\/issues\/1\/comments\?per_page=500&page=2$/)
  const second = await hub.call('GET', next)
  assert.equal(second.json?.length, 100)
  assert.match(second.headers.get('link') ?? '', /rel="prev".*rel="next".*rel="last".*rel="first"/)
  const last = await hub.call('GET', `${ISSUES}/1/comments?per_page=100&page=3`)
  assert.equal(last.json?.length, 5)
  assert.doesNotMatch(last.headers.get('link') ?? '', /rel="next"/)
})

test('since shows what was updated at or after an instant', async () => {
  await using hub = await start()
  await hub.call('POST', ISSUES, { body: { title: 'registry' } })
  const old = hub.repository.createComment(hub.ann, 1, 'old')
  await hub.clock.advance(60_000)
  const since = new Date(hub.clock.now()).toISOString()
  hub.repository.createComment(hub.ann, 1, 'new')
  const list = async () => (await hub.call('GET', `${ISSUES}/1/comments?since=${since}`)).json?.length
  assert.equal(await list(), 1)
  await hub.call('PATCH', `/repos/octo/runners/issues/comments/${old.id}`, { body: { body: 'touched' } })
  assert.equal(await list(), 2)
})

test('an entity tag answers 304 without costing a request, only to the account that was given it', async () => {
  await using hub = await start()
  await hub.call('POST', ISSUES, { body: { title: 'registry' } })
  const first = await hub.call('GET', `${ISSUES}/1`)
  const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
  const again = await hub.call('GET', `${ISSUES}/1`, { headers })
  assert.equal(again.status, 304)
  assert.equal(again.headers.get('x-ratelimit-remaining'), first.headers.get('x-ratelimit-remaining'))
  assert.equal((await hub.call('GET', `${ISSUES}/1`, { headers, as: hub.server.accounts.token(hub.ann) })).status, 200)
  await hub.call('PATCH', `${ISSUES}/1`, { body: { body: 'changed' } })
  assert.equal((await hub.call('GET', `${ISSUES}/1`, { headers })).status, 200)
})

test('tokens of one installation share a budget of requests that returns after an hour', async () => {
  await using hub = await start()
  hub.server.limits.leave(hub.actions, 1)
  const other = hub.server.accounts.token(hub.actions)
  assert.equal((await hub.call('GET', ISSUES)).headers.get('x-ratelimit-remaining'), '0')
  const refused = await hub.call('GET', ISSUES, { as: other })
  assert.equal(refused.status, 403)
  assert.match(String(refused.json?.['message']), /API rate limit exceeded/)
  assert.equal((await hub.call('GET', '/rate_limit')).status, 200)
  await hub.clock.advance(3_600_000)
  assert.equal((await hub.call('GET', ISSUES)).headers.get('x-ratelimit-used'), '1')
})

test('the 81st write within a minute meets a secondary limit, with a pause named or not', async () => {
  await using hub = await start()
  await hub.call('POST', ISSUES, { body: { title: 'registry' } })
  const write = () => hub.call('POST', `${ISSUES}/1/comments`, { body: { body: 'x' } })
  for (let i = 0; i < 79; i += 1) assert.equal((await write()).status, 201)
  const refused = await write()
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [403, '60'])
  hub.server.limits.settings = {
    ...hub.server.limits.settings,
    secondary: { status: 429, retryAfter: undefined },
  }
  const unnamed = await write()
  assert.deepEqual([unnamed.status, unnamed.headers.get('retry-after')], [429, null])
  await hub.clock.advance(60_000)
  assert.equal((await write()).status, 201)
})

test('GitHub’s own refusals: too long, too many, locked, gone, disabled, foreign, no right, no token', async () => {
  await using hub = await start()
  await hub.call('POST', ISSUES, { body: { title: 'registry' } })
  const comments = `${ISSUES}/1/comments`
  const issue = hub.repository.getIssue(1)
  const long = await hub.call('POST', comments, { body: { body: 'x'.repeat(65_537) } })
  assert.deepEqual([long.status, long.json?.['message']], [422, 'Validation Failed'])
  const reader = hub.server.accounts.token(hub.server.accounts.addApp('reader', { permission: 'read' }))
  assert.equal((await hub.call('POST', comments, { as: reader, body: { body: 'x' } })).status, 403)
  const guest = hub.server.accounts.token(hub.server.accounts.addUser({ login: 'guest', permission: 'read' }))
  const { id } = hub.repository.createComment(hub.ann, 1, 'of ann')
  const path = `/repos/octo/runners/issues/comments/${id}`
  assert.equal((await hub.call('PATCH', path, { as: guest, body: { body: 'x' } })).status, 403)
  issue.locked = true
  assert.equal((await hub.call('POST', comments, { as: guest, body: { body: 'x' } })).status, 403)
  assert.equal((await hub.call('POST', comments, { body: { body: 'x' } })).status, 201)
  while (issue.comments.length < 2_500) hub.repository.createComment(hub.ann, 1, 'x')
  const full = await hub.call('POST', comments, { body: { body: 'x' } })
  assert.match(String(full.json?.['message']), /disabled on issues with more than 2500 comments/)
  issue.transferredTo = 'octo/elsewhere'
  assert.equal((await hub.call('GET', `${ISSUES}/1`)).status, 301)
  issue.deleted = true
  assert.equal((await hub.call('GET', `${ISSUES}/1`)).status, 410)
  hub.repository.hasIssues = false
  assert.equal((await hub.call('POST', ISSUES, { body: { title: 'x' } })).status, 410)
  assert.equal((await hub.call('GET', '/repos/octo/nowhere')).status, 404)
  assert.equal((await hub.call('GET', ISSUES, { as: 'ghp_wrong' })).status, 401)
  assert.deepEqual(hub.server.faultsOfContract, [])
})

test('the repository, its labels, a permission and the limits are shown as GitHub describes them', async () => {
  await using hub = await start()
  assert.equal((await hub.call('GET', '/repos/octo/runners')).json?.['private'], true)
  assert.equal((await hub.call('POST', '/repos/octo/runners/labels', { body: { name: 'registry' } })).status, 201)
  assert.equal((await hub.call('POST', '/repos/octo/runners/labels', { body: { name: 'registry' } })).status, 422)
  assert.equal((await hub.call('GET', '/repos/octo/runners/labels')).json?.length, 1)
  assert.equal((await hub.call('GET', '/repos/octo/runners/labels/registry')).status, 200)
  assert.equal((await hub.call('GET', '/repos/octo/runners/labels/none')).status, 404)
  const permission = await hub.call('GET', '/repos/octo/runners/collaborators/ann/permission')
  assert.equal(permission.json?.['permission'], 'write')
  assert.deepEqual(hub.server.faultsOfContract, [])
})

test('by script: a 502 after the change was made, a reset before and after, half an answer, a late one', async () => {
  await using hub = await start()
  await hub.call('POST', ISSUES, { body: { title: 'registry' } })
  const count = () => hub.repository.getIssue(1).comments.length
  const write = () => hub.call('POST', `${ISSUES}/1/comments`, { body: { body: 'x' } })
  hub.server.addFault({ operation: 'issues/create-comment', fault: { kind: 'commit-then-502' } })
  assert.deepEqual([(await write()).status, count()], [502, 1])
  hub.server.addFault({ fault: { kind: 'status', status: 503 } })
  assert.deepEqual([(await write()).status, count()], [503, 1])
  hub.server.addFault({ fault: { kind: 'reset' } })
  await assert.rejects(write())
  assert.equal(count(), 1)
  hub.server.addFault({ fault: { kind: 'commit-then-reset' } })
  await assert.rejects(write())
  assert.equal(count(), 2)
  hub.server.addFault({ fault: { kind: 'truncate' } })
  await assert.rejects(hub.call('GET', `${ISSUES}/1`), SyntaxError)
  hub.server.addFault({ fault: { kind: 'slow', ms: 5_000 } })
  let answered = false
  const late = hub.call('GET', `${ISSUES}/1`).then(() => (answered = true))
  while (hub.clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(answered, false)
  await hub.clock.advance(5_000)
  await late
})

test('what GitHub does not describe is refused and kept, so that a client cannot send it unnoticed', async () => {
  await using hub = await start()
  assert.equal((await hub.call('GET', `${ISSUES}?sort=wrong`)).status, 599)
  assert.equal((await hub.call('POST', ISSUES, { body: { name: 'no title' } })).status, 599)
  assert.equal((await hub.call('GET', '/repos/octo/runners/nothing')).status, 599)
  assert.equal(hub.server.faultsOfContract.length, 3)
})

test('lists of issues lag behind writes when told to, as GitHub’s index does', async () => {
  await using hub = await start({ listLagMs: 5_000 })
  await hub.call('POST', ISSUES, { body: { title: 'registry' } })
  assert.equal((await hub.call('GET', ISSUES)).json?.length, 0)
  await hub.clock.advance(5_000)
  assert.equal((await hub.call('GET', ISSUES)).json?.length, 1)
})
