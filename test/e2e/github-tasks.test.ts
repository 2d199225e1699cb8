import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { z } from 'zod'
import { systemClock } from '../../src/app/system.ts'
import { CLI, type PeerProcess } from '../../scripts/demo/peer-process.ts'
import { IMAGE, peerGround } from '../support/demo-peers.ts'
import { GitHubServer } from '../support/github-server/server.ts'
import { makeRepository } from '../support/local-git.ts'

const run = promisify(execFile)
const ended = z.looseObject({
  task: z.looseObject({
    status: z.string(),
    reason: z.string().optional(),
    error: z.string().optional(),
    worker_id: z.string().optional(),
    exit_code: z.number().optional(),
  }),
  log_tail: z.string().optional(),
})

const DOCKERFILE = `FROM ${IMAGE}
ARG WHO=nobody
ENV WHO=$WHO
COPY greet.sh /greet.sh
CMD ["sh", "/greet.sh"]
`

async function town(t: TestContext) {
  const ground = await peerGround(t)
  const server = await new GitHubServer({ clock: systemClock }).listen()
  const local = await makeRepository({ 'app/Dockerfile': DOCKERFILE, 'app/greet.sh': 'echo "hello $WHO"; ls /' })
  t.after(async () => {
    await server[Symbol.asyncDispose]()
    await local[Symbol.asyncDispose]()
  })
  server.addRepository('octo/app', { isPrivate: true }).sources = local.folder
  const token = server.accounts.token(server.accounts.addUser({ login: 'ann' }))
  const env = { GITHUB_API_URL: server.url, GITHUB_TOKEN: token }
  const a = await ground.up('a', [], env)
  const b = await ground.worker('b', a, [], env)
  return { ground, server, local, token, a, b }
}

/** @returns what the command line of a peer's machine printed, and its exit code */
async function commandLine(peer: PeerProcess, words: readonly string[]) {
  const argv = [...CLI.slice(1), '--state-dir', peer.ready.state_dir, ...words]
  try {
    return { code: 0, ...(await run(CLI[0], argv, { timeout: 60_000 })) }
  } catch (error) {
    return error as { readonly code: number; readonly stdout: string; readonly stderr: string }
  }
}

test('an agent’s repository is built at the commit of its submit on another peer, without the token anywhere', async (t) => {
  const { ground, server, local, token, a, b } = await town(t)
  const agent = await ground.agent(a)
  const submitted = await agent.call('p2p_taskqueue_submit_docker_github', {
    repo_url: 'octo/app',
    context_path: 'app',
    build_args: { WHO: 'mesh' },
  })
  const id = z.string().parse(submitted['task_id'])
  const { task, log_tail: log } = ended.parse(
    await agent.call('p2p_taskqueue_wait_task', { task_id: id, timeout_s: 55 }),
  )
  assert.deepEqual([task.status, task.worker_id], ['completed', b.ready.peer_id], JSON.stringify(task))
  assert.match(log ?? '', /^hello mesh\n/)

  const built = await ground.docker.listImages({ filters: { label: [`runner-mesh.build=octo/app@${local.commit}`] } })
  t.after(() => Promise.all(built.map(({ Id }) => ground.docker.getImage(Id).remove({ force: true }))))
  assert.equal(built.length, 1)
  const history: unknown = await ground.docker.getImage(built[0]?.Id ?? '').history()
  const everything = JSON.stringify([task, log, history, a.log(), b.log()])
  assert.ok(!everything.includes(token))
  assert.ok(!everything.includes('codeload'))

  // The same commit again: nothing is fetched, nothing is built. And the command line does the same.
  const fetches = () => server.seen.filter(({ operation }) => operation === 'repos/download-tarball-archive').length
  const before = fetches()
  const words = ['octo/app', '--context', 'app', '--build-arg', 'WHO=mesh', '--follow', '--', 'sh', '-c', 'exit 7']
  const again = await commandLine(a, ['build', ...words])
  assert.equal(again.code, 7, again.stderr)
  assert.equal(fetches(), before)
  assert.deepEqual(server.faultsOfContract, [])
})

test('what cannot be built is refused when it is submitted, or fails with what is wrong', async (t) => {
  const { a } = await town(t)
  const gone = await commandLine(a, ['build', 'octo/app', '--ref', 'no-such-branch'])
  assert.equal(gone.code, 64, gone.stderr)
  assert.match(gone.stderr, /no-such-branch in octo\/app.*Check the ref/)
  const elsewhere = await commandLine(a, ['build', 'https://elsewhere.example/o/r'])
  assert.equal(elsewhere.code, 64, elsewhere.stderr)
  const outside = await commandLine(a, ['build', 'octo/app', '--dockerfile', '../Dockerfile'])
  assert.match(outside.stderr, /dockerfile_path.*leaves the repository/)
  const missing = await commandLine(a, ['build', 'octo/app', '--follow'])
  assert.notEqual(missing.code, 0)
  assert.match(missing.stderr + missing.stdout, /no "Dockerfile" in "\." of the repository/)
})
