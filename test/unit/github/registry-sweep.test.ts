import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommentReader } from '../../../src/github/comment-reader.ts'
import { RegistryDesk } from '../../../src/github/registry-desk.ts'
import { REPOSITORY, TITLE, type FleetPeer } from '../../support/registry-fleet.ts'
import { HOUR, registryWorld } from '../../support/registry-world.ts'

const never = new AbortController().signal

function deskOf({ client, seal, log }: FleetPeer): RegistryDesk {
  return new RegistryDesk({ client, repository: REPOSITORY, title: TITLE, trustedApps: ['github-actions'], seal, log })
}

test('expired comments of one author go, those of others and live ones stay', async () => {
  const { clock, server, repository, actions, peer, comments, joined } = registryWorld()
  const [gone, live] = [await peer(), await peer()]
  await joined(gone)
  gone.kill()
  const person = server.accounts.addUser({ login: 'person' })
  const expired = comments()[0]?.body ?? ''
  const theirs = repository.createComment(person, 1, expired).id
  const talk = repository.createComment(actions, 1, 'A workflow says something here.').id
  await joined(live)
  await clock.pass(4 * HOUR)
  const own = comments().findLast(({ author }) => author === actions)?.id
  const swept = await deskOf(live).sweep({ author: 'github-actions[bot]', atMost: 10 }, never)
  assert.equal(swept.live, 1)
  assert.deepEqual(
    comments().map(({ id }) => id),
    [theirs, talk, own],
  )
  await live.registry.stop()
})

test('of two comments of one peer the older words go', async () => {
  const { clock, repository, actions, peer, comments, joined } = registryWorld()
  const a = await peer()
  await joined(a)
  const copy = repository.createComment(actions, 1, comments()[0]?.body ?? '').id
  a.connect(a.self)
  await clock.pass(HOUR / 2)
  await deskOf(a).sweep({ author: 'github-actions[bot]', atMost: 10 }, never)
  assert.ok(comments().every(({ id }) => id !== copy))
  assert.equal(comments().length, 1)
  await a.registry.stop()
})

test('a sweep takes no more than it may, the oldest first, and says what is left', async () => {
  const { clock, repository, actions, peer, comments, joined } = registryWorld()
  const a = await peer()
  await joined(a)
  const body = comments()[0]?.body ?? ''
  a.kill()
  for (let copies = 0; copies < 4; copies += 1) repository.createComment(actions, 1, body)
  await clock.pass(4 * HOUR)
  const looker = await peer()
  const sweeping = deskOf(looker).sweep({ author: 'github-actions[bot]', atMost: 2 }, never)
  await clock.pass(10_000)
  const swept = await sweeping
  assert.deepEqual([swept.deleted.length, swept.left, comments().length], [2, 3, 3])
})

test('peers sweep by themselves: what a killed one left is gone within a day', async () => {
  const { clock, peer, comments, joined } = registryWorld()
  const [gone, live] = [await peer(), await peer()]
  await joined(gone, live)
  gone.kill()
  live.connect(gone.self)
  await clock.pass(24 * HOUR)
  assert.equal(comments().length, 1)
  await live.registry.stop()
})

test('a list without a registry is empty and opens none', async () => {
  const { repository, peer } = registryWorld()
  const a = await peer()
  assert.deepEqual(await deskOf(a).list(never), { issue: undefined, comments: [] })
  assert.equal(repository.issues.length, 0)
})

test('a comment is judged again when it changes, and told again then only', async () => {
  const { peer } = registryWorld()
  const { seal, log, client } = await peer()
  const reader = new CommentReader({ seal, log, trustedApps: [], now: () => client.now() })
  const comment = { id: 1, body: 'x', updated_at: '2027-01-15T08:00:00Z', user: { login: 'a', type: 'User' } }
  const told = () => log.lines.filter(({ event }) => event === 'registry.refused').length
  for (let times = 0; times < 3; times += 1) await reader.judge({ ...comment, author_association: 'NONE' })
  assert.equal(told(), 1)
  await reader.judge({ ...comment, body: 'y', author_association: 'NONE' })
  assert.equal(told(), 2)
})
