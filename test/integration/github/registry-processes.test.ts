/** Peers in processes of their own that know nothing of each other but a mesh key and the registry's repository. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { z } from 'zod'
import { CLI, startPeerProcess, type PeerProcess } from '../../../scripts/demo/peer-process.ts'
import { systemClock } from '../../../src/app/system.ts'
import { eventually } from '../../support/eventually.ts'
import { GitHubServer } from '../../support/github-server/server.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'

const peersAnswer = z.looseObject({
  peers: z.array(z.looseObject({ peer_id: z.string(), alive: z.boolean(), source: z.string().optional() })),
})

async function setUp(t: TestContext) {
  const scratch = await scratchDirectory()
  const server = await new GitHubServer({ clock: systemClock }).listen()
  const repository = server.addRepository('octo/runners', { isPrivate: false })
  const actions = server.accounts.addApp('github-actions')
  const processes: PeerProcess[] = []
  t.after(async () => {
    await Promise.all(processes.map((peer) => peer.kill()))
    await server[Symbol.asyncDispose]()
    await scratch[Symbol.asyncDispose]()
  })
  const tokens = new Map<string, string>()
  const settingsOf = (name: string) => [
    ...['--state-dir', join(scratch.path, name), '--registry', 'octo/runners', '--github-api-url', server.url],
  ]
  const tokenOf = (name: string) => {
    const token = tokens.get(name) ?? server.accounts.token(actions)
    tokens.set(name, token)
    return { RUNNER_MESH_GITHUB_TOKEN: token }
  }
  const start = async (name: string, args: readonly string[]): Promise<PeerProcess> => {
    const peer = await startPeerProcess({
      args: [
        ...args,
        ...settingsOf(name),
        '--runner-name',
        name,
        '--listen',
        '/ip4/127.0.0.1/tcp/0',
        '--log-level',
        'debug',
      ],
      env: tokenOf(name),
    })
    processes.push(peer)
    return peer
  }
  const ask = (name: string, words: readonly string[], args: readonly string[] = []): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const [node, ...rest] = CLI
      const env = { ...process.env, ...tokenOf(name) }
      execFile(node, [...rest, ...words, ...args, '--json'], { env }, (error, stdout) => {
        if (error === null) resolve(JSON.parse(stdout))
        else reject(new Error(stdout, { cause: error }))
      })
    })
  const path = (name: string) => join(scratch.path, name)
  return {
    ...{ server, repository, start, settingsOf, path, tokens },
    up: (name: string) => start(name, ['up', '--work', 'false', '--http', 'off']),
    worker: async (name: string, home: string) => {
      await copyFile(join(path(home), 'mesh.key'), join(scratch.path, `${name}.key`))
      return start(name, ['worker', '--key-file', join(scratch.path, `${name}.key`)])
    },
    peersOf: async (name: string) => peersAnswer.parse(await ask(name, ['peers'], ['--state-dir', path(name)])).peers,
    registry: (name: string, command: 'list' | 'sweep') => ask(name, ['registry', command], settingsOf(name)),
  }
}

test('two peers find each other by the registry alone, leave it when they stop, and tell no token', async (t) => {
  const { server, repository, up, worker, peersOf, registry, path, tokens } = await setUp(t)
  const a = await up('a')
  await eventually(
    'a is in the registry',
    () => repository.issues[0]?.comments.length,
    (count) => count === 1,
  )
  // Whatever a stranger writes there is never dialled.
  const stranger = server.accounts.addUser({ login: 'stranger', association: 'NONE', permission: 'read' })
  const genuine = repository.issues[0]?.comments[0]?.body ?? ''
  const planted = genuine.replace(/"multiaddr": "[^"]*"/, '"multiaddr": "/ip4/127.0.0.1/tcp/9"')
  repository.createComment(stranger, 1, planted)

  const from = performance.now()
  const b = await worker('b', 'a')
  await eventually(
    'b is connected to a, whom the registry named',
    () => peersOf('b'),
    (peers) => peers.some(({ peer_id: peer, alive }) => peer === a.ready.peer_id && alive),
  )
  t.diagnostic(`start of a process to connected by the registry: ${(performance.now() - from).toFixed(0)} ms`)
  assert.ok((await peersOf('a')).some(({ peer_id: peer, alive }) => peer === b.ready.peer_id && alive))
  // Whichever of the two was faster dialled the other.
  assert.match(`${a.log()}${b.log()}`, /"source":"registry","address":"[^"]*","event":"discovery\.found"/)
  await eventually(
    'b is in the registry',
    () => repository.issues[0]?.comments.length,
    (count) => count === 3,
  )

  const { comments } = z
    .object({
      comments: z.array(
        z.looseObject({ peer_id: z.string().optional(), refused: z.object({ rule: z.string() }).optional() }),
      ),
    })
    .parse(await registry('a', 'list'))
  assert.deepEqual(
    comments.map((comment) => comment.peer_id ?? comment.refused?.rule),
    [a.ready.peer_id, 'author', b.ready.peer_id],
  )
  assert.deepEqual(await registry('a', 'sweep'), { deleted: [], live: 2, left: 0 })

  await Promise.all([a.stop(), b.stop()])
  assert.deepEqual(
    repository.issues[0]?.comments.map(({ author }) => author.login),
    ['stranger'],
  )
  assert.deepEqual(server.faultsOfContract, [])
  assert.ok(server.seen.every(({ headers }) => headers['x-github-api-version'] === '2022-11-28'))
  const told = [a.log(), b.log(), await readFile(join(path('a'), 'registry.json'), 'utf8')].join('\n')
  for (const token of tokens.values()) assert.ok(!told.includes(token))
  assert.match(b.log(), /registry\.refused/)
})

test('a killed peer comes back as the same comment', async (t) => {
  const { repository, up } = await setUp(t)
  const bodies = () => repository.issues[0]?.comments.map(({ id, body }) => ({ id, body })) ?? []
  const a = await up('a')
  const [first] = await eventually('a is in the registry', bodies, (all) => all.length === 1)
  await a.kill()
  await up('a')
  const all = await eventually('a is there again', bodies, ([now]) => now?.body !== first?.body)
  assert.deepEqual(
    all.map(({ id }) => id),
    [first?.id],
  )
})

test('without a token, and with a registry that is none, one line says what to do', async (t) => {
  const { path } = await setUp(t)
  const start = (args: readonly string[]) =>
    startPeerProcess({ args: ['up', '--state-dir', path('x'), '--http', 'off', ...args], env: { GITHUB_TOKEN: '' } })
  await assert.rejects(
    start(['--registry', 'octo/runners']),
    /config_invalid: The registry needs a token.*RUNNER_MESH_GITHUB_TOKEN/,
  )
  await assert.rejects(
    start(['--registry', 'https://github.com/octo/runners']),
    /RUNNER_MESH_REGISTRY must be owner\/repository or off/,
  )
})

test('a peer without GitHub still serves, and says what is wrong', async (t) => {
  const { start, server } = await setUp(t)
  await server[Symbol.asyncDispose]()
  const a = await start('a', ['up', '--work', 'false', '--http', 'off'])
  await eventually(
    'the problem is told',
    () => a.log(),
    (log) => log.includes('registry.failed') && log.includes('GitHub did not answer'),
  )
  await a.stop()
})
