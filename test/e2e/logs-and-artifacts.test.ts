/** Logs and artifacts from a container on one peer to a command line at another, whatever dies between. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { PeerProcess } from '../../scripts/demo/peer-process.ts'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'

const run = promisify(execFile)
const CLI = new URL('../../src/cli/main.ts', import.meta.url).pathname
const MIB = 1_048_576

function cli(home: PeerProcess, ...args: readonly string[]) {
  return run(process.execPath, [CLI, '--state-dir', home.ready.state_dir, ...args], { maxBuffer: 256 * MIB })
}

async function submit(home: PeerProcess, args: readonly string[], script: string): Promise<string> {
  const { stdout } = await cli(home, 'submit', IMAGE, ...args, '--', 'sh', '-c', script)
  return stdout.trim()
}

/** A command line that goes on; its output so far, and its end. */
function following(home: PeerProcess, ...args: readonly string[]) {
  const child = spawn(process.execPath, [CLI, '--state-dir', home.ready.state_dir, ...args])
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return { text, ended, stop: () => child.kill('SIGINT') }
}

const ended = z.looseObject({
  task: z.looseObject({
    status: z.string(),
    error: z.string().optional(),
    result: z.looseObject({ artifacts: z.array(z.looseObject({ path: z.string(), sha256: z.string() })).optional() }),
  }),
})

async function waitForEnd(home: PeerProcess, taskId: string) {
  // A task that failed ends the command with its own code.
  const { stdout } = await cli(home, '--json', 'wait', taskId).catch(
    (failure: unknown) => failure as { stdout: string },
  )
  return ended.parse(JSON.parse(stdout)).task
}

test('logs -f shows a container’s output while it runs, streams apart, and ends with it', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a')
  await ground.worker('b', a)
  const id = await submit(
    a,
    [],
    'echo first; echo problem >&2; while [ ! -e /tmp/go ]; do i=$((i+1)); [ $i -gt 12 ] && touch /tmp/go; sleep 0.5; done; echo ünïcode last',
  )
  const follower = following(a, 'logs', '-f', id)
  await until(
    () => follower.text.stdout,
    (text) => text.includes('first'),
  )
  assert.doesNotMatch(follower.text.stdout, /last/, 'the container still runs')
  assert.equal(await follower.ended, 0)
  assert.equal(follower.text.stdout, 'first\nünïcode last\n')
  assert.equal(follower.text.stderr, 'problem\n')

  assert.equal((await cli(a, 'logs', id, '--stream', 'stderr')).stderr, 'problem\n')
  assert.equal((await cli(a, 'logs', id, '--grep', 'last')).stdout, 'ünïcode last\n')
  assert.equal((await cli(a, 'logs', id, '--tail', '1')).stdout, 'ünïcode last\n')
  assert.equal((await cli(a, 'logs', id, '--since', '2099-01-01T00:00:00Z')).stdout, '')
  const page = z
    .looseObject({ next_seq: z.number(), complete: z.boolean() })
    .parse(JSON.parse((await cli(a, '--json', 'logs', id)).stdout))
  assert.equal(page.complete, true)
})

test('a log is whole and in order although worker and home are killed and started again', async (t) => {
  const ground = await peerGround(t)
  const listen = ['--listen', '/ip4/127.0.0.1/tcp/0']
  const a = await ground.up('a', ['--lease-seconds', '20', ...listen])
  const b = await ground.worker('b', a, ['--lease-seconds', '20'])
  const count = 60
  const id = await submit(
    a,
    [],
    `i=0; while [ $i -lt ${String(count)} ]; do echo line $i; i=$((i+1)); sleep 0.25; done`,
  )
  const seen = async (home: PeerProcess) => (await cli(home, 'logs', id)).stdout
  await until(
    () => seen(a),
    (text) => text.includes('line 5\n'),
  )
  await b.kill()
  await ground.worker('b', a, ['--lease-seconds', '20'])
  await until(
    () => seen(a),
    (text) => text.includes('line 25\n'),
  )
  const [address = ''] = a.ready.addresses
  const port = /\/tcp\/([0-9]+)/.exec(address)?.[1] ?? ''
  await a.kill()
  const again = await ground.up('a', ['--lease-seconds', '20', '--listen', `/ip4/127.0.0.1/tcp/${port}`])
  const task = await waitForEnd(again, id)
  assert.equal(task.status, 'completed', task.error)
  const expected = Array.from({ length: count }, (_, index) => `line ${String(index)}\n`).join('')
  assert.equal(await seen(again), expected)
})

test('a flood of a log ends with its last lines, and says how much was left out of its middle', async (t) => {
  const ground = await peerGround(t)
  const keep = ['--log-max-mb', '1']
  const a = await ground.up('a', keep)
  await ground.worker('b', a, keep)
  const flood = 6 * MIB
  const script = `echo first; yes $(printf %0500d 7) | head -c ${String(flood)}; echo; echo; for i in 1 2 3; do echo last $i; done; exit 4`
  const id = await submit(a, [], script)
  assert.equal((await waitForEnd(a, id)).status, 'failed')
  const last = 'last 1\nlast 2\nlast 3\n'
  const tail = await cli(a, 'logs', id, '--tail', '3')
  assert.deepEqual([tail.stdout, tail.stderr], [last, ''])

  const { stdout, stderr } = await cli(a, 'logs', id)
  assert.ok(stdout.startsWith('first\n0000'), stdout.slice(0, 100))
  assert.ok(stdout.endsWith(`07\n\n${last}`) || stdout.endsWith(`0\n\n${last}`), stdout.slice(-100))
  assert.ok(stdout.length < 1.5 * MIB, String(stdout.length))
  // A worker that is ahead of its home cuts a part, and so may the home.
  const cuts = [...stderr.matchAll(/^\[([0-9]+) bytes of the log left out: it was longer than is kept\]$/gm)]
  const left = cuts.reduce((sum, [, bytes]) => sum + Number(bytes), 0)
  assert.ok(left > 4 * MIB, stderr)
  assert.equal(left + stdout.length, 'first\n'.length + flood + '\n\n'.length + last.length, stderr)
})

test('artifacts come home with the result, feed another task, and are fetched by their paths', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a')
  await ground.worker('b', a)
  const left = await submit(
    a,
    ['--artifact', '/out'],
    'mkdir -p /out/sub; echo hello > /out/sub/greeting; dd if=/dev/urandom of=/out/big bs=1M count=20 2>/dev/null; sha256sum /out/big',
  )
  const task = await waitForEnd(a, left)
  assert.equal(task.status, 'completed', task.error)
  assert.deepEqual(
    task.result.artifacts?.map(({ path }) => path),
    ['/out/big', '/out/sub/greeting'],
  )
  const [said = ''] = (await cli(a, 'logs', left)).stdout.split(' ')
  assert.equal(task.result.artifacts.find(({ path }) => path === '/out/big')?.sha256, said)

  await cli(a, 'artifacts', 'get', left, '-o', join(ground.folder, 'fetched'))
  assert.equal(await readFile(join(ground.folder, 'fetched/out/sub/greeting'), 'utf8'), 'hello\n')
  const big = await readFile(join(ground.folder, 'fetched/out/big'))
  assert.equal(createHash('sha256').update(big).digest('hex'), said)
  assert.match((await cli(a, 'artifacts', 'list', left)).stdout, /\/out\/sub\/greeting +6 /)

  const fed = await submit(
    a,
    ['--input', `data/big=${left}:/out/big`, '--input', `g=${left}:/out/sub/greeting`],
    'cat /inputs/g; sha256sum /inputs/data/big; touch /inputs/x',
  )
  const second = await waitForEnd(a, fed)
  assert.equal(second.status, 'failed', 'inputs are read-only')
  assert.equal((await cli(a, 'logs', fed, '--stream', 'stdout')).stdout, `hello\n${said}  /inputs/data/big\n`)

  const foreign = await waitForEnd(a, await submit(a, ['--input', `x=${left}:/out/nothing`], 'true'))
  assert.match(foreign.error ?? '', /no \/out\/nothing of task/)
  assert.deepEqual(await ground.containers(), [])
})
