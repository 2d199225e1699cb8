import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { IMAGE, peerGround, until, type PeerGround } from '../support/demo-peers.ts'

const CLI = new URL('../../src/cli/main.ts', import.meta.url).pathname
const NOBODY = '/p2p/12D3KooWLebhQhhCuxJnfyzzRVptNxk7qCbRpjppkhDkqLYpShN9'

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
  })
  const [out, err] = [child.stdout, child.stderr].map((stream) => {
    const chunks: string[] = []
    stream.setEncoding('utf8').on('data', (text: string) => chunks.push(text))
    return chunks
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout: out?.join('') ?? '', stderr: err?.join('') ?? '' }
}

/** One line for people that says what, which and what to do. */
function oneError(ended: Ended, code: number, says: RegExp): void {
  assert.equal(ended.code, code, ended.stderr)
  const lines = ended.stderr.split('\n').filter((line) => line.startsWith('error'))
  assert.equal(lines.length, 1, ended.stderr)
  assert.match(lines[0] ?? '', says)
}

async function submitAndWait(ground: PeerGround, stateDir: string, words: readonly string[]): Promise<Ended> {
  assert.ok(ground.folder)
  return run(['submit', ...words.slice(0, 1), '--follow', '--json', '--state-dir', stateDir, '--', ...words.slice(1)])
}

test('what is wrong on the command line is named, with exit code 64, 67 or 78', async (t) => {
  const { folder } = await peerGround(t)
  oneError(
    await run(['get', 'x', '--state-dir', join(folder, 'none')]),
    67,
    /peer_unreachable: No peer answers at .*none.*runner-mesh up/,
  )
  oneError(await run(['worker', '--state-dir', join(folder, 'w')]), 78, /config_invalid: .*--bootstrap <address>/)
  oneError(
    await run(['worker', '--state-dir', join(folder, 'w'), '--bootstrap', `/ip4/127.0.0.1/tcp/1${NOBODY}`]),
    78,
    /No mesh key.*--key-file/,
  )
  oneError(
    await run(['up', '--slots', 'many', '--http', 'nowhere', '--state-dir', join(folder, 'u')]),
    78,
    /RUNNER_MESH_HTTP must be host:port or off; RUNNER_MESH_SLOTS is not a number/,
  )
  const keyFile = join(folder, 'bad.key')
  await writeFile(keyFile, 'abc')
  oneError(
    await run([
      'worker',
      '--state-dir',
      join(folder, 'w'),
      '--key-file',
      keyFile,
      '--bootstrap',
      `/ip4/127.0.0.1/tcp/1${NOBODY}`,
    ]),
    78,
    /mesh key is not 32 bytes/,
  )
  const typo = await run(['submt'])
  assert.equal(typo.code, 64)
  assert.match(typo.stderr, /Did you mean submit/)
})

test('a port that is taken and a state directory that is in use are named, with exit code 78', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a')
  const port = /tcp\/([0-9]+)/.exec(a.ready.addresses[0] ?? '')?.[1] ?? ''
  const other = ['--state-dir', join(ground.folder, 'other')]
  oneError(
    await run(['up', ...other, '--listen', `/ip4/127.0.0.1/tcp/${port}`, '--http', 'off']),
    78,
    new RegExp(`address_in_use: .*tcp/${port}.*(choose|name) another`, 'i'),
  )
  const http = new URL(a.ready.mcp_url ?? '').host
  oneError(
    await run(['up', ...other, '--listen', '/ip4/127.0.0.1/tcp/0', '--http', http]),
    78,
    new RegExp(`address_in_use: .*${http}.*--http`),
  )
  oneError(
    await run(['up', '--state-dir', a.ready.state_dir, '--listen', '/ip4/127.0.0.1/tcp/0', '--http', 'off']),
    78,
    new RegExp(`home_locked: .*process ${String(a.child.pid)}`),
  )
})

test('an address nobody answers at is told in one line, and the peer goes on trying', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a', ['--bootstrap', `/ip4/127.0.0.1/tcp/1${NOBODY}`])
  const told = await until(
    () => a.log(),
    (log) => log.includes('Still trying'),
  )
  assert.match(told, /peer_unreachable: Cannot reach \/ip4\/127\.0\.0\.1\/tcp\/1\/.*connection refused/)
  assert.equal(a.child.exitCode, null)
})

test('an unknown image, an empty command and a command that is not there each end with their own reason', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a', ['--work', 'true'])
  const state = a.ready.state_dir
  const task = (ended: Ended): Record<string, unknown> =>
    (JSON.parse(ended.stdout) as { task: Record<string, unknown> }).task

  oneError(await submitAndWait(ground, state, [IMAGE, '']), 64, /bad_request: command: is empty: name a command/)
  oneError(
    await submitAndWait(ground, state, ['Not An Image', 'x']),
    64,
    /bad_request: image: is not an image reference/,
  )

  const missing = await submitAndWait(ground, state, [IMAGE, '/no/such/program'])
  assert.equal(missing.code, 127)
  assert.equal(task(missing)['status'], 'failed')

  // Port 1 of loopback answers nobody: the registry cannot be reached, and the message says which.
  const unknown = await submitAndWait(ground, state, ['127.0.0.1:1/no/such:image', 'x'])
  assert.equal(unknown.code, 67)
  assert.deepEqual([task(unknown)['status'], task(unknown)['reason']], ['failed', 'pull'])
  assert.match(String(task(unknown)['error']), /127\.0\.0\.1:1\/no\/such:image/)

  const three = await submitAndWait(ground, state, [IMAGE, 'sh', '-c', 'exit 3'])
  assert.equal(three.code, 3)
})

test('a peer without Docker still serves its queue and MCP, and says what is missing', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a', ['--work', 'true', '--docker-host', 'unix:///nonexistent/docker.sock'])
  const agent = await ground.agent(a)
  const submitted = await agent.call('p2p_taskqueue_submit_docker_hub', { image: IMAGE, command: ['echo', 'later'] })
  const status = await agent.call('p2p_taskqueue_status', { detail: true })
  assert.equal(status['queued'], 1)
  assert.match(JSON.stringify(status['executor']), /nonexistent\/docker\.sock.*(Install|start)/i)
  // Nothing is lost: a worker with an engine takes it.
  await ground.worker('b', a)
  const waited = await agent.call('p2p_taskqueue_wait_task', { task_id: submitted['task_id'], timeout_s: 50 })
  assert.equal((waited['task'] as { status: string }).status, 'completed')
})
