import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderAnnouncement } from '../../../src/github/own-record.ts'
import { newMeshKey, parseMeshKey } from '../../../src/mesh/mesh-key.ts'
import { newIdentity, sealOf, type FleetPeer } from '../../support/registry-fleet.ts'
import { HOUR, MINUTE, registryWorld } from '../../support/registry-world.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

test('hostile comments are never dialled, each is told once, and the genuine one among them is found', async () => {
  const { clock, server, repository, actions, peer, comments, joined } = registryWorld()
  const a = await peer()
  const reader = await peer()
  await joined(a)
  const genuine = comments()[0]?.body ?? ''
  const stranger = server.accounts.addUser({ login: 'stranger', association: 'NONE', permission: 'read' })
  const member = server.accounts.addUser({ login: 'member', association: 'MEMBER' })
  const thief = await newIdentity()
  const theirs = (change: Partial<Parameters<FleetPeer['announcement']>[0]> = {}, key = undefined as never) => {
    const now = clock.now()
    const announcement = a.announcement({
      ...{ peer: thief.peer, issuedAt: now, expiresAt: now + HOUR },
      addresses: [`/ip4/203.0.113.66/tcp/666/p2p/${thief.peer}`],
      ...change,
    })
    return renderAnnouncement(announcement, undefined, sealOf(thief, clock, undefined, key))
  }
  const foreignKey = parseMeshKey(newMeshKey(new SeededRandom(99))) as never
  const hostile: readonly [string, Parameters<typeof repository.createComment>[0], string][] = [
    ['author', stranger, genuine],
    ['author', stranger, await theirs()],
    ['size', member, `${genuine}${' '.repeat(40_000)}`],
    ['schema', member, 'Nice registry! What is it for?'],
    ['schema', member, '<!-- p2p-peer-registry:x -->\n```json\n{"multiaddr":"/ip4/203.0.113.66/tcp/666"}\n```\n'],
    ['schema', member, genuine.slice(0, genuine.length / 2)],
    ['schema', member, '<!-- p2p-peer-registry:x -->\n```json\n[[[[\n```\n'],
    ['schema', member, await theirs({ addresses: [`/ip4/203.0.113.66/tcp/666/p2p/${a.self}`] })],
    ['schema', member, await theirs({ addresses: [`/ip4/203.0.113.66/tcp/666; rm -rf /p2p/${thief.peer}`] })],
    ['signature', member, await theirs({}, foreignKey)],
    [
      'signature',
      member,
      genuine.replace(/("envelope": ")(.)/, (_, before: string, c: string) => before + (c === 'C' ? 'D' : 'C')),
    ],
    [
      'signature',
      member,
      genuine.replace(/("mac": ")(.)/, (_, before: string, c: string) => before + (c === 'A' ? 'B' : 'A')),
    ],
    ['signature', member, await theirs({ peer: a.self })],
    ['signature', member, await theirs({ expiresAt: clock.now() + 48 * HOUR })],
    ['expiry', member, await theirs({ issuedAt: clock.now() - 2 * HOUR, expiresAt: clock.now() - HOUR })],
  ]
  const ids = hostile.map(([, author, body]) => repository.createComment(author, 1, body).id)
  // What stands outside of the signed part may say anything.
  repository.updateComment(actions, comments()[0]?.id ?? 0, genuine.replaceAll('192.0.2.1', '203.0.113.66'))
  await joined(reader)
  await clock.pass(10 * MINUTE)
  assert.deepEqual(reader.addressesFound(), [a.address])
  const told = reader.log.lines.filter(({ event }) => event === 'registry.refused').map(({ fields }) => fields)
  assert.deepEqual(
    told.map(({ comment, rule }) => [comment, rule]),
    ids.map((id, index) => [id, hostile[index]?.[0]]),
  )
  await Promise.all([a.registry.stop(), reader.registry.stop()])
})

test('no right to write, no right to label, a wrong token, no such repository: one sentence each, with what to do', async () => {
  const { server, repository, peer, joined } = registryWorld()
  const reader = server.accounts.addApp('reader', { permission: 'read' })
  const guest = server.accounts.addUser({ login: 'guest', permission: 'read' })
  const problem = async (token: string): Promise<string> => {
    const each = await peer({ token })
    await joined(each)
    await each.registry.stop()
    return each.registry.problem() ?? ''
  }
  assert.match(await problem(server.accounts.token(reader)), /Resource not accessible.*issues: write/)
  assert.match(await problem(server.accounts.token(guest)), /may not label.*by hand/)
  assert.match(await problem('ghp_wrong'), /Bad credentials.*RUNNER_MESH_GITHUB_TOKEN/)
  assert.ok(repository.issues.every(({ state }) => state === 'closed'))
  repository.hasIssues = false
  assert.match(await problem(server.accounts.token(reader)), /issues are disabled/)
})

test('5xx, a reset, half an answer and silence are overcome, and no token is ever told', async () => {
  const { clock, server, token, peer, comments } = registryWorld()
  const a = await peer({ token })
  for (const fault of [
    { kind: 'status', status: 503 },
    { kind: 'reset' },
    { kind: 'truncate' },
    { kind: 'slow', ms: 30_000 },
  ] as const) {
    server.addFault({ operation: 'issues/list-for-repo', fault })
  }
  await a.join()
  await clock.pass(5 * MINUTE)
  assert.equal(comments().length, 1)
  assert.equal(a.registry.problem(), undefined)
  const told = a.log.lines
    .filter(({ event }) => event === 'registry.failed')
    .map(({ fields }) => String(fields['error']))
  assert.equal(told.length, 4)
  assert.match(told.join('\n'), /503[^]*ECONNRESET[^]*incomplete[^]*no answer within 10 s/)
  assert.ok(!JSON.stringify(a.log.lines).includes(token))
  await a.registry.stop()
})
