import assert from 'node:assert/strict'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createSqliteCacheStore } from '../../src/store/sqlite/cache-store.ts'
import { MemoryCacheStore } from '../fakes/memory-cache-store.ts'
import { RecordingLog } from '../support/recording-log.ts'
import { scratchDirectory } from '../support/scratch-directory.ts'
import { describeCacheStore } from './cache-store.ts'

describeCacheStore('the fake in memory', (limits) =>
  Promise.resolve(Object.assign(new MemoryCacheStore(limits), { [Symbol.asyncDispose]: () => Promise.resolve() })),
)

describeCacheStore('node:sqlite', async (limits) => {
  const directory = await scratchDirectory('memory')
  const store = createSqliteCacheStore({ directory: directory.path, log: new RecordingLog(), limits })
  await store.start()
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => {
      await store.stop()
      await directory[Symbol.asyncDispose]()
    },
  })
})

const NOW = 1_800_000_000_000
const version = { writtenAt: NOW, writer: 'peer' }

test('values and their order of use outlive a restart, and nobody else can read the file', async () => {
  await using directory = await scratchDirectory('memory')
  const limits = { valueBytes: 2_000, totalBytes: 3_500 }
  const open = () => createSqliteCacheStore({ directory: directory.path, log: new RecordingLog(), limits })
  const value = 'x'.repeat(1_000)
  const before = open()
  await before.start()
  for (const key of ['first', 'second', 'third']) await before.set(key, { value, version }, NOW)
  await before.get('first', NOW)
  const { bytes } = await before.size()
  await before.stop()
  assert.equal((await stat(join(directory.path, 'cache.db'))).mode & 0o777, 0o600)

  const after = open()
  await after.start()
  assert.equal((await after.size()).bytes, bytes)
  await after.set('fourth', { value, version }, NOW)
  assert.deepEqual(await Promise.all(['first', 'second', 'third', 'fourth'].map((key) => after.has(key, NOW))), [
    true,
    false,
    true,
    true,
  ])
  await after.stop()
})

test('a file that cannot be read is thrown away with a warning, and the cache starts empty', async () => {
  await using directory = await scratchDirectory('memory')
  await writeFile(join(directory.path, 'cache.db'), 'this is no database, and never was one'.repeat(200))
  const log = new RecordingLog()
  const store = createSqliteCacheStore({ directory: directory.path, log })
  await store.start()
  assert.deepEqual(
    log.lines.map(({ level, event }) => [level, event]),
    [['warn', 'cache.thrown_away']],
  )
  assert.equal(await store.set('key', { value: 1, version }, NOW), true)
  assert.equal((await store.size()).entries, 1)
  await store.stop()
})

test('a closed cache says so', async () => {
  await using directory = await scratchDirectory('memory')
  const store = createSqliteCacheStore({ directory: directory.path, log: new RecordingLog() })
  await assert.rejects(store.get('key', NOW), { code: 'stopping' })
  await store.start()
  await store.start()
  await store.stop()
  await store.stop()
  await assert.rejects(store.has('key', NOW), { code: 'stopping' })
})
