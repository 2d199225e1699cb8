import assert from 'node:assert/strict'
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test, { type TestContext } from 'node:test'

const ROOT = resolve(import.meta.dirname, '../../..')
const LOCK_MODULE = join(ROOT, 'scripts/setup/one-at-a-time.mjs')

/** Takes the lock, notes in a file that it began, and that it ended once its standard input has. */
const WORKER = `
  import { appendFileSync } from 'node:fs'
  import { text } from 'node:stream/consumers'
  import { oneAtATime } from '${LOCK_MODULE}'
  const [lock, notes] = process.argv.slice(1)
  await oneAtATime(lock, async () => {
    appendFileSync(notes, 'begin\\n')
    process.stdout.write('held')
    await text(process.stdin)
    appendFileSync(notes, 'end\\n')
  })`

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'runner-mesh-set-up-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function startWorker(folder: string): ChildProcessWithoutNullStreams {
  const args = ['--input-type=module', '-e', WORKER, join(folder, 'lock'), join(folder, 'notes')]
  return spawn(process.execPath, args)
}

async function startHolder(folder: string): Promise<ChildProcessWithoutNullStreams> {
  const holder = startWorker(folder)
  await once(holder.stdout, 'data')
  return holder
}

/** They have nothing to wait for but the lock. */
function startOthers(folder: string): readonly ChildProcessWithoutNullStreams[] {
  const others = [1, 2, 3].map(() => startWorker(folder))
  for (const { stdin } of others) stdin.end()
  return others
}

const endOf = async (worker: ChildProcess): Promise<unknown> => (await once(worker, 'exit'))[0]
const notesIn = (folder: string): string[] => readFileSync(join(folder, 'notes'), 'utf8').trim().split('\n')

test('set-ups that start together work one after the other, and leave no lock', async (t) => {
  const folder = folderFor(t)
  const holder = await startHolder(folder)
  const others = startOthers(folder)
  const ends = Promise.all([holder, ...others].map(endOf))
  for (const { stderr } of others) {
    const [said] = (await once(stderr, 'data')) as [Buffer]
    assert.match(said.toString(), new RegExp(`waiting for another set-up \\(process ${String(holder.pid)}\\)`))
  }
  assert.deepEqual(notesIn(folder), ['begin'], 'nobody steps in')
  holder.stdin.end()
  assert.deepEqual(await ends, [0, 0, 0, 0])
  assert.deepEqual(notesIn(folder), ['begin', 'end', 'begin', 'end', 'begin', 'end', 'begin', 'end'])
  assert.deepEqual(readdirSync(folder), ['notes'])
})

test('a killed set-up does not block those that wait for it', async (t) => {
  const folder = folderFor(t)
  const killed = await startHolder(folder)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  assert.ok(existsSync(join(folder, 'lock')))
  await Promise.all(startOthers(folder).map(endOf))
  assert.deepEqual(notesIn(folder), ['begin', 'begin', 'end', 'begin', 'end', 'begin', 'end'])
  assert.deepEqual(readdirSync(folder), ['notes'])
})

test('an engine that the user chose and that does not answer is said at once, with exit code 78', async (t) => {
  const address = `unix://${folderFor(t)}/no.sock`
  const demo = spawn(process.execPath, ['scripts/demo.mjs'], {
    cwd: ROOT,
    env: { ...process.env, DOCKER_HOST: address },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  demo.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()))
  const [code] = (await once(demo, 'close')) as [number]
  assert.equal(code, 78)
  assert.match(
    said,
    new RegExp(`No Docker engine answers at DOCKER_HOST=${address}\\. Start it, or unset DOCKER_HOST\\.`),
  )
})
