import assert from 'node:assert/strict'
import { chmod, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { PeerId } from '../../../src/core/ids.ts'
import type { Requirements } from '../../../src/core/task.ts'
import { ANY_NEEDS, sampleTask } from '../../support/sample-task.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'
import { openHome } from './open-home.ts'

const NOW = 1_800_000_000_000
const CLAIM = {
  worker: `12D3KooW${'W'.repeat(44)}` as PeerId,
  leaseMs: 30_000,
  fits: () => true,
  policyDigest: 'policy',
}

function schemaOf(queue: string): unknown {
  using db = new DatabaseSync(queue)
  return db.prepare('PRAGMA user_version').get()?.['user_version']
}

async function makeQueue(directory: string, tasks = 0): Promise<string> {
  await using home = await openHome(directory)
  const payload = { text: 'x'.repeat(300) }
  await home.store.submit(
    Array.from({ length: tasks }, () => sampleTask({ payload })),
    NOW,
  )
  return join(directory, 'queue.db')
}

/** The file is refused with the given code and words, and not one byte of it has changed. */
async function assertRefused(directory: string, code: string, words: RegExp): Promise<void> {
  const before = await readFile(join(directory, 'queue.db'))
  await assert.rejects(openHome(directory), (thrown: Error & { code?: string }) => {
    assert.equal(thrown.code, code)
    assert.match(thrown.message, words)
    return true
  })
  assert(before.equals(await readFile(join(directory, 'queue.db'))), 'the file was written to')
}

test('a queue of a newer version is refused with what to do', async () => {
  await using scratch = await scratchDirectory()
  const queue = await makeQueue(scratch.path)
  const db = new DatabaseSync(queue)
  db.exec('PRAGMA journal_mode = DELETE; PRAGMA user_version = 99')
  db.close()
  await assertRefused(scratch.path, 'store_newer', /schema 99, this version knows \d+\. Upgrade runner-mesh/)
})

test('a file that is no database is refused and kept', async () => {
  await using scratch = await scratchDirectory()
  await writeFile(join(scratch.path, 'queue.db'), 'these are the notes of somebody\n'.repeat(100))
  await assertRefused(scratch.path, 'store_corrupt', /cannot be trusted.*Put a backup/)
})

test('a database of somebody else is refused and kept', async () => {
  await using scratch = await scratchDirectory()
  const db = new DatabaseSync(join(scratch.path, 'queue.db'))
  db.exec('CREATE TABLE task(id INTEGER PRIMARY KEY)')
  db.close()
  await assertRefused(scratch.path, 'store_corrupt', /was not made by runner-mesh/)
})

test('a damaged page is found at start, and the file is kept', async () => {
  await using scratch = await scratchDirectory()
  const queue = await makeQueue(scratch.path, 2_000)
  const { size } = await stat(queue)
  {
    await using file = await open(queue, 'r+')
    await file.write(Buffer.alloc(4096, 0xa5), 0, 4096, Math.floor(size / 4096 / 2) * 4096)
  }
  await assertRefused(scratch.path, 'store_corrupt', /cannot be trusted/)
})

test('a refused queue does not keep its directory locked', async () => {
  await using scratch = await scratchDirectory()
  await writeFile(join(scratch.path, 'queue.db'), 'nonsense'.repeat(1000))
  await assert.rejects(openHome(scratch.path), { code: 'store_corrupt' })
  await rm(join(scratch.path, 'queue.db'))
  await using home = await openHome(scratch.path)
  assert.equal((await home.store.counts()).byStatus.queued, 0)
})

test('a damaged lock file is named, and no queue is touched', async () => {
  await using scratch = await scratchDirectory()
  await makeQueue(scratch.path)
  await writeFile(join(scratch.path, 'home.lock'), 'nonsense'.repeat(1000))
  await assertRefused(scratch.path, 'store_corrupt', /home\.lock is damaged\. It holds no tasks: remove it/)
})

test('a directory that cannot be used is named', async () => {
  await using scratch = await scratchDirectory()
  const path = join(scratch.path, 'file')
  await writeFile(path, '')
  await assert.rejects(openHome(path), { code: 'storage_failed' })
})

test('nobody but its owner can read a queue', async () => {
  await using scratch = await scratchDirectory()
  const directory = join(scratch.path, 'made', 'here')
  await makeQueue(directory, 1)
  assert.equal((await stat(directory)).mode & 0o777, 0o700)
  assert.equal((await stat(join(directory, 'queue.db'))).mode & 0o777, 0o600)
  await mkdir(join(scratch.path, 'shared'))
  await chmod(join(scratch.path, 'shared'), 0o755)
  await using home = await openHome(join(scratch.path, 'shared'))
  await home.store.submit([sampleTask()], NOW)
  assert.equal((await stat(join(scratch.path, 'shared', 'queue.db-wal'))).mode & 0o777, 0o600)
})

test('tasks that wait in a queue of the version before are brought over and granted', async () => {
  await using scratch = await scratchDirectory()
  const queue = await makeQueue(scratch.path, 3)
  const db = new DatabaseSync(queue)
  db.exec('ALTER TABLE task DROP COLUMN room; PRAGMA user_version = 1')
  db.close()
  await using home = await openHome(scratch.path)
  const grants = await home.store.claim({ ...CLAIM, requestId: 'r', max: 5 }, NOW)
  assert.equal(grants.length, 3)
  assert.equal(schemaOf(queue), 2)
})

test('a claim in a long queue rewrites three pages, not the neighbours of its task', async () => {
  await using scratch = await scratchDirectory()
  await using home = await openHome(scratch.path)
  const task = (index: number) =>
    sampleTask({ requirements: { ...ANY_NEEDS, labels: [`class-${String(index % 16)}`] }, priority: 1 + (index % 10) })
  for (let from = 0; from < 4_000; from += 1_000)
    await home.store.submit(
      Array.from({ length: 1_000 }, (_, index) => task(from + index)),
      NOW,
    )
  using db = new DatabaseSync(join(scratch.path, 'queue.db'))
  const written = () => (db.prepare('PRAGMA wal_checkpoint(RESTART)').get() as { log: number }).log
  const pages: number[] = []
  for (let index = 0; index < 24; index += 1) {
    written()
    const fitting = (needs: Requirements) => needs.labels.includes('class-3')
    const grants = await home.store.claim(
      { ...CLAIM, fits: fitting, requestId: `${'r'.repeat(34)}${String(index)}`, max: 1 },
      NOW,
    )
    assert.equal(grants.length, 1)
    pages.push(written())
  }
  assert.deepEqual(pages.toSorted((a, b) => a - b).slice(0, 20), Array(20).fill(3), String(pages))
})
