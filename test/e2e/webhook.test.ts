import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { systemClock } from '../../src/app/system.ts'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'
import { GitHubServer } from '../support/github-server/server.ts'
import { makeRepository } from '../support/local-git.ts'
import { deliver, deliveryId, SECRET } from '../support/webhook-sender.ts'

const RULES = `
version: 1
rules:
  unit:
    on: { push: { branches: [main] } }
    task: { image: '${IMAGE}', command: [sh, -c, 'echo "built $WHAT"; exit "$CODE"'], environment: { WHAT: '\${{ github.sha }}', CODE: '\${{ matrix.code }}' } }
    matrix: { code: [0, 3] }
    report: { dispatch: mesh-done }
`

async function town(t: TestContext) {
  const ground = await peerGround(t)
  const server = await new GitHubServer({ clock: systemClock }).listen()
  const local = await makeRepository({ '.github/runner-mesh.yml': RULES })
  t.after(async () => {
    await server[Symbol.asyncDispose]()
    await local[Symbol.asyncDispose]()
  })
  const repository = server.addRepository('octo/app', { isPrivate: true })
  repository.sources = local.folder
  const token = server.accounts.token(server.accounts.addApp('mesh-bot'))
  const secretFile = join(ground.folder, 'webhook.secret')
  await writeFile(secretFile, `${SECRET}\n`, { mode: 0o600 })
  const env = { GITHUB_API_URL: server.url, GITHUB_TOKEN: token }
  const args = ['--webhook-secret-file', secretFile, '--webhook-repositories', 'octo/app', '--work', 'true']
  const peer = await ground.up('a', args, env)
  const { mcp_url: mcpUrl = '' } = peer.ready
  return { ground, server, repository, local, peer, url: mcpUrl.replace(/\/mcp$/, '/webhook') }
}

const pushOf = (sha: string) =>
  JSON.stringify({
    ref: 'refs/heads/main',
    after: sha,
    deleted: false,
    commits: [],
    repository: { full_name: 'octo/app', default_branch: 'main' },
    sender: { login: 'octo', type: 'User' },
  })

test('a push becomes tasks by the rules at its commit, and each ends as a completed check with its conclusion', async (t) => {
  const { server, repository, local, url } = await town(t)
  const id = deliveryId()
  const body = pushOf(local.commit)
  assert.equal((await deliver({ url, id, body })).status, 202)
  assert.equal((await deliver({ url, id, body })).status, 200)
  await until(
    () => repository.checks.filter(({ fields }) => fields['status'] === 'completed').length,
    (completed) => completed === 2,
  )
  const ends = repository.checks.map(({ fields }) => [fields['name'], fields['head_sha'], fields['conclusion']])
  assert.deepEqual(
    ends.toSorted(([a], [b]) => String(a).localeCompare(String(b))),
    [
      ['unit (0)', local.commit, 'success'],
      ['unit (3)', local.commit, 'failure'],
    ],
  )
  for (const { fields } of repository.checks) {
    const { text } = fields['output'] as { text: string }
    assert.match(text, new RegExp(`built ${local.commit}`))
  }
  await until(
    () => repository.dispatches.length,
    (told) => told === 2,
  )
  assert.deepEqual(server.faultsOfContract, [])
})

test('rules are checked and a listener is tried from the command line, without GitHub', async (t) => {
  const ground = await peerGround(t)
  const [secretFile, rulesFile, payloadFile] = ['secret', 'rules.yml', 'push.json'].map((name) =>
    join(ground.folder, name),
  ) as [string, string, string]
  await writeFile(secretFile, SECRET, { mode: 0o600 })
  await writeFile(rulesFile, RULES)
  await writeFile(payloadFile, pushOf('a'.repeat(40)))
  const settings = ['--webhook-secret-file', secretFile, '--webhook-repositories', 'octo/app']
  const peer = await ground.up('a', [...settings, '--webhook-rules-file', rulesFile, '--pin-images', 'false'])
  const to = (peer.ready.mcp_url ?? '').replace(/\/mcp$/, '/webhook')

  const checked = await cli('rules', 'check', rulesFile, '--event', payloadFile, '--json')
  const { tasks } = JSON.parse(checked.stdout) as { tasks: { key: string; submit: { payload: object } }[] }
  assert.deepEqual([checked.code, tasks.map(({ key }) => key)], [0, ['unit#1', 'unit#2']])

  const sent = await cli(
    'webhook',
    'send',
    'push',
    ...settings,
    '--to',
    to,
    '--payload',
    payloadFile,
    '--delivery',
    'x-1',
  )
  assert.deepEqual([sent.code, sent.stdout.split(' ')[0]], [0, '202'], sent.stderr)
  const again = await cli(
    'webhook',
    'send',
    'push',
    ...settings,
    '--to',
    to,
    '--sha',
    'b'.repeat(40),
    '--delivery',
    'x-1',
  )
  assert.deepEqual([again.code, again.stdout.split(' ')[0]], [0, '200'])
  await writeFile(secretFile, 'another')
  const forged = await cli('webhook', 'send', 'push', ...settings, '--to', to)
  assert.deepEqual([forged.code, forged.stdout.split(' ')[0]], [64, '401'])
  const nowhere = await cli('webhook', 'send', 'push', ...settings, '--to', 'http://127.0.0.1:9/webhook')
  assert.equal(nowhere.code, 67)
  assert.match(nowhere.stderr, /Nobody answers at http:\/\/127\.0\.0\.1:9\/webhook/)

  const agent = await ground.agent(peer)
  await until(
    async () => ((await agent.call('p2p_taskqueue_list_tasks', {}))['tasks'] as unknown[]).length,
    (made) => made === tasks.length,
  )
})

function cli(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/cli/main.ts', ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr })
    })
  })
}
