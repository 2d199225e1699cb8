import assert from 'node:assert/strict'
import { chmod, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { sampleTask } from '../../support/sample-task.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'
import { openHome } from './open-home.ts'

const NOW = 1_800_000_000_000

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
