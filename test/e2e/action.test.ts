import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { IMAGE, peerGround } from '../support/demo-peers.ts'

const DIST = new URL('../../dist/', import.meta.url).pathname

interface Step {
  readonly code: number | null
  readonly output: string
}

/** Starts a bundle as the runner does: from the Action's folder, with inputs and command files in the environment alone. */
async function runStep(bundle: string, folder: string, env: Readonly<Record<string, string>>): Promise<Step> {
  const child = spawn(process.execPath, [bundle], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: folder, GITHUB_REPOSITORY: 'owner/name', ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

test('the packaged Action makes its runner a worker for a while, masks the key, and leaves nothing behind', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a')
  // Nothing of the checkout beside it: what the bundle needs it must bring.
  const folder = join(ground.folder, 'action')
  await mkdir(folder)
  for (const file of await readdir(DIST)) await copyFile(join(DIST, file), join(folder, file))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  for (const file of ['output', 'state']) await writeFile(join(folder, file), '')
  const key = (await readFile(join(a.ready.state_dir, 'mesh.key'), 'utf8')).trim()
  const env = {
    INPUT_KEY: key,
    INPUT_BOOTSTRAP: a.ready.addresses[0] ?? '',
    'INPUT_RUN-FOR-SECONDS': '12',
    RUNNER_NAME: 'runner-one',
    RUNNER_TOOL_CACHE: join(folder, 'tools'),
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STATE: join(folder, 'state'),
  }
  const main = runStep(join(folder, 'main.js'), folder, env)
  const agent = await ground.agent(a)
  const submitted = await agent.call('p2p_taskqueue_submit_docker_hub', {
    image: IMAGE,
    command: ['echo', 'from the step'],
  })
  const waited = await agent.call('p2p_taskqueue_wait_task', { task_id: submitted['task_id'], timeout_s: 50 })
  const task = waited['task'] as { status: string; worker_id: string; worker_name: string }
  assert.deepEqual([task.status, task.worker_name], ['completed', 'runner-one'])

  const { code, output } = await main
  assert.equal(code, 0, output)
  assert.match(output.split('\n')[0] ?? '', /^::add-mask::/)
  assert.equal(output.split(key).length - 1, 1, 'the key stands in its mask alone')
  assert.match(await readFile(env.GITHUB_OUTPUT, 'utf8'), new RegExp(`peer-id[^]*${task.worker_id}`))
  assert.match(await readFile(env.GITHUB_STATE, 'utf8'), /stopped[^]*true/)
  const post = await runStep(join(folder, 'post.js'), folder, {
    ...env,
    'STATE_peer-id': task.worker_id,
    STATE_stopped: 'true',
  })
  assert.equal(post.code, 0, post.output)
})

test('the packaged Action says in one annotation what is missing', async (t) => {
  const { folder } = await peerGround(t)
  const main = await runStep(join(DIST, 'main.js'), folder, {
    INPUT_KEY: 'abc',
    RUNNER_TOOL_CACHE: folder,
    INPUT_BOOTSTRAP: '/ip4/127.0.0.1/tcp/1',
  })
  assert.equal(main.code, 78, main.output)
  const annotations = main.output.split('\n').filter((line) => line.startsWith('::error::'))
  assert.equal(annotations.length, 1, main.output)
  assert.match(annotations[0] ?? '', /config_invalid: The mesh key is not 32 bytes/)
})
