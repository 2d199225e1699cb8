import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test, { type TestContext } from 'node:test'

const ROOT = resolve(import.meta.dirname, '../../..')
const LOCK_MODULE = join(ROOT, 'scripts/setup/one-at-a-time.mjs')

/** Takes the lock, notes in a file that it began and ended, with a pause between in which others could step in. */
const WORKER = `
  import { appendFileSync } from 'node:fs'
  import { oneAtATime } from '${LOCK_MODULE}'
  const [lock, notes, holdMs] = process.argv.slice(1)
  await oneAtATime(lock, async () => {
    appendFileSync(notes, 'begin\\n')
    process.stdout.write('held')
    await new Promise((resolve) => setTimeout(resolve, Number(holdMs)))
    appendFileSync(notes, 'end\\n')
  })`

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'runner-mesh-set-up-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function startWorker(folder: string, holdMs: number): ChildProcess {
  const args = ['--input-type=module', '-e', WORKER, join(folder, 'lock'), join(folder, 'notes'), String(holdMs)]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
}

const notesIn = (folder: string): string[] => readFileSync(join(folder, 'notes'), 'utf8').trim().split('\n')

test('set-ups that start together work one after the other, and leave no lock', async (t) => {
  const folder = folderFor(t)
  const workers = Array.from({ length: 4 }, () => startWorker(folder, 30))
  const codes = await Promise.all(workers.map(async (worker) => (await once(worker, 'exit'))[0] as unknown))
  assert.deepEqual(codes, [0, 0, 0, 0])
  assert.deepEqual(notesIn(folder), ['begin', 'end', 'begin', 'end', 'begin', 'end', 'begin', 'end'])
  assert.deepEqual(readdirSync(folder), ['notes'])
})

test('a killed set-up does not block those that wait for it', async (t) => {
  const folder = folderFor(t)
  const killed = startWorker(folder, 60_000)
  assert.ok(killed.stdout)
  await once(killed.stdout, 'data')
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  assert.ok(existsSync(join(folder, 'lock')))

  const workers = Array.from({ length: 3 }, () => startWorker(folder, 30))
  await Promise.all(workers.map((worker) => once(worker, 'exit')))
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
