import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RegistryMemory } from '../../../src/github/registry-memory.ts'
import type { Issue } from '../../support/github-server/repository.ts'
import { newFleetPeer, TITLE } from '../../support/registry-fleet.ts'
import { HOUR, MINUTE, registryWorld } from '../../support/registry-world.ts'
import { VirtualTime } from '../../support/virtual-time.ts'

test('the first peer opens the issue with label, the second finds both issue and peer', async () => {
  const { clock, server, repository, peer, comments, joined } = registryWorld()
  const a = await peer()
  const b = await peer()
  await joined(a)
  await joined(b)
  assert.deepEqual(
    repository.issues.map(({ title, labels }) => [title, ...labels.map(({ name }) => name)]),
    [[TITLE, 'runner-mesh']],
  )
  assert.equal(comments().length, 2)
  assert.deepEqual(b.addressesFound(), [a.address])
  await clock.pass(5 * MINUTE)
  assert.deepEqual(a.addressesFound(), [b.address])
  await Promise.all([a.registry.stop(), b.registry.stop()])
  assert.equal(comments().length, 0, 'who leaves takes its comment away')
  assert.deepEqual(server.faultsOfContract, [])
})

test('who only looks finds others, and opens, writes and deletes nothing', async () => {
  const { clock, server, repository, peer, comments, joined } = registryWorld()
  const looker = await peer({ announces: false })
  await joined(looker)
  assert.deepEqual([repository.issues.length, looker.registry.problem()], [0, undefined])
  const a = await peer()
  await joined(a)
  await clock.pass(5 * MINUTE)
  assert.deepEqual(looker.addressesFound(), [a.address])
  assert.equal(comments().length, 1)
  await looker.registry.stop()
  assert.equal(comments().length, 1, 'the comment of the other is still there')
  await a.registry.stop()
  assert.deepEqual(server.faultsOfContract, [])
})

test('a token without the permission is told as such, and nothing is opened', async () => {
  const { server, repository, peer, joined } = registryWorld()
  const reader = server.accounts.addApp('reader', { permission: 'read' })
  const refused = await peer({ token: server.accounts.token(reader) })
  await joined(refused)
  assert.deepEqual([refused.registry.problemCode(), repository.issues.length], ['forbidden', 0])
  assert.match(refused.registry.problem() ?? '', /issues: write/)
  await refused.registry.stop()
})

test('issues opened at the same moment are one in the end: the lowest number wins, the others are closed', async () => {
  const { clock, repository, peer } = registryWorld({ listLagMs: 3_000 })
  const peers = await Promise.all([peer(), peer(), peer()])
  await Promise.all(peers.map((each) => each.join()))
  await clock.pass(10 * MINUTE)
  assert.deepEqual(
    repository.issues.map(({ number, state }) => `${number} ${state}`),
    ['1 open', '2 closed', '3 closed'],
  )
  for (const each of peers) assert.equal(each.found.length, 2, 'each finds both others')
  await Promise.all(peers.map((each) => each.registry.stop()))
})

test('a connected peer reads no more and refreshes its one comment; when it is alone it reads again', async () => {
  const { clock, server, peer, comments, joined } = registryWorld()
  const [a, b] = [await peer(), await peer()]
  await joined(a, b)
  a.connect(b.self)
  b.connect(a.self)
  server.seen.length = 0
  await clock.pass(4 * HOUR)
  const reads = server.seen.filter(({ operation }) => operation === 'issues/list-comments').length
  assert.ok(reads <= 10, `only for sweeps: ${reads}`)
  const writes = server.seen.filter(({ operation }) => operation === 'issues/update-comment').length
  assert.ok(writes >= 28 && writes <= 32, `2 peers · 4 h · every 15 to 16.5 minutes: ${writes}`)
  assert.equal(comments().length, 2)
  server.seen.length = 0
  a.disconnect(b.self)
  await clock.pass(MINUTE)
  assert.ok(server.seen.some(({ operation }) => operation === 'issues/list-comments'))
  await Promise.all([a.registry.stop(), b.registry.stop()])
})

test('polls of an unchanged registry cost nothing', async () => {
  const { clock, server, actions, peer, joined } = registryWorld()
  const a = await peer()
  await joined(a)
  const before = server.limits.primary(actions).used
  await clock.pass(10 * MINUTE)
  const polls = server.seen.filter(({ status }) => status === 304)
  assert.ok(polls.length >= 3)
  assert.ok(polls.every(({ counted }) => !counted))
  assert.ok(server.limits.primary(actions).used - before <= 3, 'the finding of the issue is asked again now and then')
  await a.registry.stop()
})

for (const fault of ['commit-then-502', 'commit-then-reset'] as const) {
  test(`a comment whose creation GitHub did not confirm (${fault}) is found again, not made twice`, async () => {
    const { clock, server, peer, comments } = registryWorld()
    const a = await peer()
    server.addFault({ operation: 'issues/create-comment', fault: { kind: fault } })
    await a.join()
    await clock.pass(MINUTE)
    assert.equal(comments().length, 1)
    assert.equal(a.memory?.comment, comments()[0]?.id)
    assert.equal(a.memory?.creatingSince, undefined)
    await a.registry.stop()
  })
}

test('a creation that was cut off by kill -9 is found again after the restart', async () => {
  const { clock, server, peer, comments } = registryWorld()
  const a = await peer()
  server.addFault({ operation: 'issues/create-comment', fault: { kind: 'commit-then-reset' } })
  await a.join()
  await clock.pass(1_500)
  assert.equal(comments().length, 1)
  assert.equal(a.memory?.comment, undefined)
  const again = await peer({ identity: a.identity, memory: structuredClone(a.memory) as RegistryMemory })
  await again.join()
  await clock.pass(MINUTE)
  assert.equal(comments().length, 1)
  assert.equal(again.memory?.comment, comments()[0]?.id)
  await Promise.all([a.registry.stop(), again.registry.stop()])
})

test('a peer that lost its memory and not its key takes up its old comment, and removes a second one', async () => {
  const { clock, repository, actions, peer, comments, joined } = registryWorld()
  const a = await peer()
  await joined(a)
  const [first] = comments()
  repository.createComment(actions, 1, first?.body ?? '')
  const again = await peer({ identity: a.identity })
  await again.join()
  await clock.pass(MINUTE)
  assert.deepEqual(
    comments().map(({ id }) => id),
    [first?.id],
  )
  await Promise.all([a.registry.stop(), again.registry.stop()])
})

test('a new peer of a large fleet does not look through all comments for one of its own', async () => {
  const { clock, server, repository, actions, peer, joined } = registryWorld()
  await joined(await peer())
  while (repository.getIssue(1).comments.length < 150) repository.createComment(actions, 1, 'talk')
  const late = await peer()
  server.seen.length = 0
  await late.join()
  await clock.pass(500)
  const operations = server.seen.map(({ operation }) => operation)
  assert.deepEqual(operations.slice(0, 3), ['issues/list-for-repo', 'issues/create-comment', 'issues/list-comments'])
  await late.registry.stop()
})

test('a restart writes to the remembered comment at once, and finds peers without asking which issue it is', async () => {
  const { clock, server, peer, joined } = registryWorld()
  const [a, b] = [await peer(), await peer()]
  await joined(a, b)
  const again = await peer({ identity: b.identity, memory: structuredClone(b.memory) as RegistryMemory })
  server.seen.length = 0
  await again.join()
  await clock.pass(500)
  assert.deepEqual(
    server.seen.map(({ operation }) => operation),
    ['issues/update-comment', 'issues/list-comments'],
  )
  assert.deepEqual(again.addressesFound(), [a.address])
  await Promise.all([a.registry.stop(), b.registry.stop(), again.registry.stop()])
})

test('a changed address is written at once; the same words again are not', async () => {
  const { clock, server, peer, joined, comments } = registryWorld()
  const a = await peer()
  await joined(a)
  const count = () => server.seen.filter(({ operation }) => operation === 'issues/update-comment').length
  await a.registry.announce(a.announcement())
  await clock.pass(5_000)
  assert.equal(count(), 0)
  const moved = `/ip4/198.51.100.7/tcp/4001/p2p/${a.self}`
  await a.registry.announce(a.announcement({ addresses: [moved] }))
  await clock.pass(5_000)
  assert.equal(count(), 1)
  assert.match(comments()[0]?.body ?? '', /198\.51\.100\.7/)
  await a.registry.stop()
})

test('a public address is told where it is known, after the others', async () => {
  const { peer, joined, comments } = registryWorld()
  const a = await peer({ publicIp: '203.0.113.9' })
  const b = await peer()
  await joined(a)
  await joined(b)
  assert.match(comments()[0]?.body ?? '', /"public_ip": "203\.0\.113\.9"/)
  assert.deepEqual(b.addressesFound(), [a.address, `/ip4/203.0.113.9/tcp/4001/p2p/${a.self}`])
  await Promise.all([a.registry.stop(), b.registry.stop()])
})

test('an issue with title and label that a stranger opened is not the registry', async () => {
  const { server, repository, peer, joined } = registryWorld()
  const stranger = server.accounts.addUser({ login: 'stranger', association: 'NONE', permission: 'read' })
  const planted = repository.createIssue(stranger, { title: TITLE, body: '', labels: [] })
  planted.labels.push(repository.createLabel('runner-mesh'))
  const a = await peer()
  await joined(a)
  assert.deepEqual(
    repository.issues.map(({ comments }) => comments.length),
    [0, 1],
  )
  await a.registry.stop()
})

test('a locked issue is said to be one, and written to once it is unlocked', async () => {
  const { clock, server, repository, peer, comments, joined } = registryWorld()
  const opener = await peer()
  await joined(opener)
  const guest = server.accounts.addUser({ login: 'member', permission: 'read' })
  const a = await peer({ token: server.accounts.token(guest) })
  repository.getIssue(1).locked = true
  await joined(a)
  assert.match(a.registry.problem() ?? '', /locked.*Unlock the issue, or give the token write access/)
  repository.getIssue(1).locked = false
  await clock.pass(30 * MINUTE)
  assert.equal(a.registry.problem(), undefined)
  assert.equal(comments().length, 2)
  await Promise.all([a.registry.stop(), opener.registry.stop()])
})

for (const [how, harm] of Object.entries<(issue: Issue) => void>({
  closed: (issue) => (issue.state = 'closed'),
  deleted: (issue) => (issue.deleted = true),
  transferred: (issue) => (issue.transferredTo = 'octo/elsewhere'),
})) {
  test(`an issue that was ${how} is replaced by one new one for all, with a refresh at the latest`, async () => {
    const { clock, repository, peer, comments, joined } = registryWorld()
    const peers = [await peer(), await peer(), await peer()]
    await joined(...peers)
    const [a, b] = peers
    a?.connect(b?.self ?? a.self)
    harm(repository.getIssue(1))
    await clock.pass(3 * HOUR)
    assert.deepEqual(
      repository.issues
        .filter(({ state, deleted, transferredTo }) => state === 'open' && !deleted && transferredTo === undefined)
        .map(({ number }) => number),
      [2],
    )
    assert.equal(comments(2).length, 3)
    await Promise.all(peers.map(({ registry }) => registry.stop()))
  })
}

test('a full issue is continued by another before the cap; peers of both are found', async () => {
  const { server, repository, peer, joined } = registryWorld()
  const [old, member] = [await peer(), server.accounts.addUser({ login: 'member' })]
  await joined(old)
  const issue = repository.getIssue(1)
  while (issue.comments.length < 2_000) repository.createComment(member, 1, 'talk')
  const fresh = await peer()
  await joined(fresh)
  assert.deepEqual(
    repository.issues.map(({ state }) => state),
    ['closed', 'open'],
  )
  assert.match(repository.getIssue(2).body, /continues #1/)
  const later = await peer()
  await joined(later)
  assert.deepEqual(later.addressesFound().toSorted(), [fresh.address, old.address].toSorted())
  await Promise.all([old, fresh, later].map(({ registry }) => registry.stop()))
})

test('an issue at its cap is continued when GitHub says so', async () => {
  const { server, repository, peer, joined } = registryWorld()
  const [old, member] = [await peer(), server.accounts.addUser({ login: 'member' })]
  await joined(old)
  const fresh = await peer({ memory: { issue: 1, fleetSize: 1 } })
  while (repository.getIssue(1).comments.length < 2_500) repository.createComment(member, 1, 'talk')
  await joined(fresh)
  assert.deepEqual(
    repository.issues.map(({ state, comments }) => [state, comments.length]),
    [
      ['closed', 2_500],
      ['open', 1],
    ],
  )
  await Promise.all([old, fresh].map(({ registry }) => registry.stop()))
})

test('a clock that is hours wrong neither hides a peer nor expires one', async () => {
  const { server, clock, peer, joined } = registryWorld()
  const a = await peer()
  await joined(a)
  const ahead = new VirtualTime(clock.now() + 5 * HOUR)
  const b = await newFleetPeer({
    server,
    token: server.accounts.token(server.accounts.addApp('other')),
    clock: ahead,
    seed: 9,
  })
  const trusted = await newFleetPeer({
    ...{ server, clock: ahead, seed: 10 },
    token: server.accounts.token(server.accounts.addUser({ login: 'person' })),
  })
  await trusted.join()
  await ahead.pass(20_000)
  assert.deepEqual(trusted.addressesFound(), [a.address])
  await Promise.all([a.registry.stop(), b.registry.stop(), trusted.registry.stop()])
})
