/** The owner of a machine has the last word: what runs, who gets which secret, and that nobody else ever sees one. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { z } from 'zod'
import { connectAgent } from '../../scripts/demo/agent.ts'
import { CLI, type PeerProcess } from '../../scripts/demo/peer-process.ts'
import { IMAGE, peerGround, until, type PeerGround } from '../support/demo-peers.ts'

const run = promisify(execFile)
const SECRET = 'hunter2/+Tr0ub4dor&3"quoted"'
const KEY = 'first-line-of-a-key\nsecond-line-of-a-key\n'
const NEEDLES = [
  SECRET,
  ...KEY.trim().split('\n'),
  Buffer.from(SECRET).toString('base64').slice(0, 20),
  Buffer.from(SECRET).toString('hex'),
  encodeURIComponent(SECRET),
]

const ended = z.looseObject({
  task: z.looseObject({
    status: z.string(),
    reason: z.string().optional(),
    error: z.string().optional(),
    worker_id: z.string().optional(),
  }),
  log_tail: z.string().optional(),
})
const explained = z.looseObject({
  summary: z.string(),
  peers: z.array(z.looseObject({ fits: z.boolean(), rule: z.string().optional(), message: z.string().optional() })),
})

async function commandLine(peer: PeerProcess, words: readonly string[]) {
  const argv = [...CLI.slice(1), '--state-dir', peer.ready.state_dir, '--json', ...words]
  try {
    return { code: 0, ...(await run(CLI[0], argv, { timeout: 60_000 })) }
  } catch (error) {
    return error as { readonly code: number; readonly stdout: string; readonly stderr: string }
  }
}

async function writePolicy(folder: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, 'policy.new'), text, { mode: 0o600 })
  await rename(join(folder, 'policy.new'), join(folder, 'policy.yml'))
}

async function pair(t: TestContext, policy: string, secrets = '') {
  const ground = await peerGround(t)
  const ofWorker = join(ground.folder, 'b')
  await writePolicy(ofWorker, policy)
  if (secrets !== '') await writeFile(join(ofWorker, 'secrets.yml'), secrets, { mode: 0o600 })
  const a = await ground.up('a')
  const b = await ground.worker('b', a)
  return { ground, a, b, agent: await ground.agent(a), ofWorker }
}

type Agent = Awaited<ReturnType<PeerGround['agent']>>

async function submit(agent: Agent, payload: object, options: object = {}): Promise<string> {
  const answer = await agent.call('p2p_taskqueue_submit', { task_type: 'docker.hub', payload, ...options })
  return z.string().parse(answer['task_id'], { error: () => JSON.stringify(answer) })
}

const waitFor = async (agent: Agent, id: string) =>
  ended.parse(await agent.call('p2p_taskqueue_wait_task', { task_id: id, timeout_s: 50, log_tail_lines: 200 }))

async function explainOf(peer: PeerProcess, id: string) {
  return explained.parse(JSON.parse((await commandLine(peer, ['explain', id])).stdout))
}

/** Every file below a folder, whatever its kind, but not the one where secrets belong. */
async function everythingIn(folder: string): Promise<[string, Buffer][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'secrets.yml')
  return Promise.all(
    files.map(async ({ parentPath, name }): Promise<[string, Buffer]> => {
      const path = join(parentPath, name)
      return [path, await readFile(path).catch(() => Buffer.alloc(0))]
    }),
  )
}

const PRINT = [
  'S=$(cat /run/secrets/TOKEN)',
  'echo "size $(wc -c < /run/secrets/TOKEN)"',
  'echo "plain $S end"; echo "error $S end" >&2',
  'printf %s "$S" | base64',
  'printf %s "user:$S" | base64',
  'printf %s "$S" | od -An -tx1',
  'printf %s "$S" | sed "s/./&\\n/g"',
  'cat /run/secrets/KEY',
  'ls -ld /run/secrets/TOKEN',
  'echo x > /run/secrets/TOKEN || echo cannot write',
  'grep -c " /run/secrets .*ro" /proc/mounts',
  'env',
  'exec "$S"',
].join('\n')

test('a secret reaches the task as a file and nothing else: no store, log, answer or inspect holds it', async (t) => {
  const policy = `secrets:\n  TOKEN_OF_HOST: {images: ['**']}\n  KEY_OF_HOST: {}\n`
  const secrets = JSON.stringify({ TOKEN_OF_HOST: SECRET, KEY_OF_HOST: KEY })
  const { ground, a, b, agent } = await pair(t, policy, secrets)
  const asks = { secrets: { TOKEN: 'TOKEN_OF_HOST', KEY: 'KEY_OF_HOST' } }

  const id = await submit(agent, { image: IMAGE, command: ['sh', '-c', PRINT], ...asks })
  const { task, log_tail: log = '' } = await waitFor(agent, id)
  assert.deepEqual([task.status, task.reason], ['failed', 'exit'], JSON.stringify(task))
  assert.match(log, new RegExp(`^size ${String(Buffer.byteLength(SECRET))}$`, 'm'))
  assert.match(log, /plain \*\*\* end/)
  assert.match(log, /error \*\*\* end/)
  assert.match(log, /cannot write/)

  // What the engine is told of a container that runs.
  const sleeper = await submit(agent, { image: IMAGE, command: 'sleep 600', ...asks })
  const [container] = await until(ground.containers, ([first]) => first?.State === 'running')
  const inspected = JSON.stringify(await ground.docker.getContainer(container?.Id ?? '').inspect())
  assert.match(inspected, /"Destination":"\/run\/secrets"/)
  const [, source = ''] = /"Source":"([^"]*runner-mesh-[^"]*)"/.exec(inspected) ?? []
  assert.equal(await readFile(join(source, 'TOKEN'), 'utf8'), SECRET, 'the control: here it is, in memory')
  await agent.call('p2p_taskqueue_complete_task', { task_id: sleeper, status: 'cancelled' })
  await waitFor(agent, sleeper)
  await assert.rejects(readFile(join(source, 'TOKEN')), { code: 'ENOENT' })

  const answers = [
    await agent.call('p2p_taskqueue_get_task', { task_id: id, log_tail_lines: 1000 }),
    await agent.call('p2p_taskqueue_list_tasks', {}),
    await commandLine(a, ['get', id, '--tail', '1000']),
    await commandLine(b, ['policy', 'show']),
  ]
  const places: [string, Buffer][] = [
    ['answers', Buffer.from(JSON.stringify(answers).replaceAll('\\\\', '\\').replaceAll('\\"', '"'))],
    ['inspect', Buffer.from(inspected)],
    ['log of a', Buffer.from(a.log())],
    ['log of b', Buffer.from(b.log())],
    ...(await everythingIn(ground.folder)),
  ]
  assert.ok(
    places.some(([path]) => path.endsWith('.db')),
    'the stores are among what is searched',
  )
  for (const [place, bytes] of places)
    for (const needle of NEEDLES) assert.ok(!bytes.includes(needle), `${place} holds ${needle}`)
  assert.ok(
    (await readFile(join(ground.folder, 'b', 'secrets.yml'))).includes('hunter2'),
    'the control: the search finds',
  )
})

test('a secret is set as a variable only where the policy lets it, and is kept out of the log there too', async (t) => {
  const policy = 'secrets:\n  OPEN: {env: true}\n  CLOSED: {}\n'
  const { agent, a } = await pair(t, policy, JSON.stringify({ OPEN: SECRET, CLOSED: 'another-secret' }))
  const open = { secrets: { MY_TOKEN: { ref: 'OPEN', env: true } } }
  const script = 'test "$MY_TOKEN" = "$(cat /run/secrets/MY_TOKEN)" && echo same; env | grep MY_'
  const id = await submit(agent, { image: IMAGE, command: ['sh', '-c', script], ...open })
  const { task, log_tail: log } = await waitFor(agent, id)
  assert.equal(task.status, 'completed', JSON.stringify(task))
  assert.equal(log, 'same\nMY_TOKEN=***')
  const refused = await submit(agent, { image: IMAGE, secrets: { X: { ref: 'CLOSED', env: true } } })
  const why = await until(
    () => explainOf(a, refused),
    ({ peers }) => peers.length > 0,
  )
  assert.match(why.peers[0]?.message ?? '', /CLOSED may be a file only/)
})

test('what the policy refuses is never pulled, says why, and runs once the owner allows it', async (t) => {
  const asked: string[] = []
  const registry = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  t.after(() => registry.close())
  const image = `127.0.0.1:${String((registry.address() as AddressInfo).port)}/not-allowed:1`
  const { agent, a, b, ofWorker } = await pair(t, 'images:\n  allow: [runner-mesh-test/*]\n')

  const id = await submit(agent, { image, digest: `sha256:${'a'.repeat(64)}`, command: 'true' })
  const why = await until(
    () => explainOf(a, id),
    ({ peers }) => peers.length > 0,
  )
  assert.deepEqual(
    why.peers.map(({ fits, rule }) => [fits, rule]),
    [[false, 'images']],
  )
  assert.match(
    why.peers[0]?.message ?? '',
    /^host policy: 127\.0\.0\.1:\d+\/not-allowed matches nothing in images\.allow$/,
  )
  // The worker is idle and well: what it may run, it runs.
  const allowed = await waitFor(agent, await submit(agent, { image: IMAGE, command: 'true' }))
  assert.equal(allowed.task.status, 'completed')
  assert.deepEqual(asked, [])

  await writePolicy(ofWorker, 'images:\n  alow: []\n')
  await until(
    () => b.log(),
    (log) => log.includes('alow is not a rule'),
  )
  assert.match(b.log(), /The former policy stays in force/)
  await writePolicy(ofWorker, "images:\n  allow: ['**']\n")
  const { task } = await waitFor(agent, id)
  assert.deepEqual([task.status, task.reason], ['failed', 'pull'], 'the control: now it is pulled for')
  assert.ok(asked.length > 0)
})

test('a host takes work only of the peers it lists, and none while its owner pauses it', async (t) => {
  const { agent, a, b, ofWorker } = await pair(t, 'submitters: []\n')
  const id = await submit(agent, { image: IMAGE, command: 'true' })
  const why = await until(
    () => explainOf(a, id),
    ({ peers }) => peers.length > 0,
  )
  assert.equal(why.peers[0]?.rule, 'submitters')
  await writePolicy(ofWorker, `submitters: [${a.ready.peer_id}]\n`)
  assert.equal((await waitFor(agent, id)).task.status, 'completed')

  await writePolicy(ofWorker, 'pause: true\n')
  await until(
    () => b.log(),
    (log) => log.includes('policy.closed'),
  )
  const later = await submit(agent, { image: IMAGE, command: 'true' })
  const still = await agent.call('p2p_taskqueue_wait_task', { task_id: later, timeout_s: 2 })
  assert.equal(ended.parse(still).task.status, 'queued')
  await writePolicy(ofWorker, 'pause: false\n')
  assert.equal((await waitFor(agent, later)).task.status, 'completed')
})

test('a task submits a task with the token of its attempt; a chain ends where the host says', async (t) => {
  const policy = 'loop_depth: 1\nsecrets:\n  RUNNER_MESH_TASK_TOKEN: {images: [runner-mesh-test/*]}\n'
  const { ground, a, agent } = await pair(t, policy)
  const sleeper = {
    image: IMAGE,
    command: 'sleep 600',
    ...{ cpus: 0.1, memory_mb: 32, secrets: { TOKEN: 'RUNNER_MESH_TASK_TOKEN' } },
  }
  /** As the task itself would read it. */
  const tokenOf = async (id: string): Promise<string> => {
    const [container] = await until(
      async () => (await ground.containers()).filter(({ Labels }) => Labels['runner-mesh.task'] === id),
      ([first]) => first?.State === 'running',
    )
    const { Mounts } = await ground.docker.getContainer(container?.Id ?? '').inspect()
    return join(Mounts.find(({ Destination }) => Destination === '/run/secrets')?.Source ?? '', 'TOKEN')
  }
  const agentOf = async (tokenFile: string) => {
    const own = await connectAgent({ ...a.ready, token_file: tokenFile })
    t.after(() => own.close().catch(() => undefined))
    return own
  }

  const first = await submit(agent, sleeper)
  const asFirst = await agentOf(await tokenOf(first))
  const second = await submit(asFirst, sleeper)
  const asSecond = await agentOf(await tokenOf(second))
  const third = await submit(asSecond, sleeper)
  const why = await until(
    () => explainOf(a, third),
    ({ peers }) => peers.some(({ rule }) => rule !== undefined),
  )
  assert.equal(why.peers[0]?.message, 'host policy: submitted by a task, depth 2, loop_depth allows 1')

  // It sees what it submitted and nothing of others, and with the task its token has ended.
  await assert.rejects(asFirst.call('p2p_taskqueue_get_task', { task_id: first }), /task_not_found/)
  const { task } = ended.parse(await asFirst.call('p2p_taskqueue_get_task', { task_id: second }))
  assert.equal(task.status, 'running')
  await agent.call('p2p_taskqueue_complete_task', { task_id: first, status: 'cancelled' })
  await waitFor(agent, first)
  await assert.rejects(asFirst.call('p2p_taskqueue_get_task', { task_id: second }), /401|token/i)
  await asSecond.call('p2p_taskqueue_complete_task', { task_id: third, status: 'cancelled' })
  await commandLine(a, ['cancel', second])
  assert.equal((await until(ground.containers, (left) => left.length === 0)).length, 0)
})

test('a worker that is killed comes back and still keeps the secret of its container out of the log', async (t) => {
  const { ground, a, b } = await pair(t, 'secrets:\n  TOKEN: {}\n', JSON.stringify({ TOKEN: SECRET }))
  const script =
    'echo "first $(cat /run/secrets/TOKEN)"; while [ ! -e /tmp/go ]; do sleep 0.1; done; cat /run/secrets/TOKEN'
  const words = ['submit', IMAGE, '--secret', 'TOKEN', '--', 'sh', '-c', script]
  const { task_id: id } = z.object({ task_id: z.string() }).parse(JSON.parse((await commandLine(a, words)).stdout))
  const [container] = await until(ground.containers, ([first]) => first?.State === 'running')
  const engineContainer = ground.docker.getContainer(container?.Id ?? '')
  await b.kill()
  // The value in the file has changed meanwhile: what was delivered is what must not show.
  await writeFile(join(ground.folder, 'b', 'secrets.yml'), 'TOKEN: quite-another-value\n', { mode: 0o600 })
  const again = await ground.worker('b', a)
  await until(
    () => again.log(),
    (log) => log.includes('attempt.adopted'),
  )
  const exec = await engineContainer.exec({ Cmd: ['touch', '/tmp/go'] })
  const started = await exec.start({ Detach: true })
  started.resume()
  const waited = await commandLine(a, ['wait', id])
  assert.equal(waited.code, 0, waited.stderr)
  const { log_tail: log } = ended.parse(JSON.parse((await commandLine(a, ['get', id, '--tail', '50'])).stdout))
  assert.equal(log, 'first ***\n***')
  for (const [place, bytes] of await everythingIn(ground.folder)) assert.ok(!bytes.includes(SECRET), place)
  const shown = await engineContainer.inspect().catch((error: unknown) => error)
  assert.equal((shown as { statusCode?: number }).statusCode, 404)
})
