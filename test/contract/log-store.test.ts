import assert from 'node:assert/strict'
import { appendFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFileLogStore } from '../../src/store/logs/file-log-store.ts'
import { MemoryLogStore } from '../fakes/memory-log-store.ts'
import { scratchDirectory } from '../support/scratch-directory.ts'
import { describeLogStore, KEY, recordsOf, textsOf } from './log-store.ts'

describeLogStore('the fake in memory', (limits) =>
  Promise.resolve(Object.assign(new MemoryLogStore(limits), { [Symbol.asyncDispose]: () => Promise.resolve() })),
)

describeLogStore('files', async (limits) => {
  const directory = await scratchDirectory('memory')
  const store = createFileLogStore({ directory: directory.path, limits })
  await store.start()
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => {
      await store.stop()
      await directory[Symbol.asyncDispose]()
    },
  })
})

test('a log outlives its process, and a last record that was torn by a crash is written again', async () => {
  await using directory = await scratchDirectory('memory')
  const limits = { headBytes: 200, tailBytes: 800 }
  const texts = Array.from({ length: 40 }, (_, index) => `line ${String(index)} ${'x'.repeat(20)}\n`)
  const records = recordsOf(texts, { end: true })
  const before = createFileLogStore({ directory: directory.path, limits })
  for (const record of records.slice(0, 30)) await before.append(KEY, [record])
  const kept = textsOf(await before.read(KEY, { seq: 0 }, 1_000_000))
  await before.stop()

  const folder = join(directory.path, KEY.taskId, '1')
  const segments = (await readdir(folder)).sort()
  assert.ok(segments.length > 3)
  assert.equal((await stat(join(folder, segments[0] ?? ''))).mode & 0o777, 0o600)
  await appendFile(join(folder, segments.at(-1) ?? ''), Buffer.from([0, 0, 0, 80, 1, 2, 3]))

  const after = createFileLogStore({ directory: directory.path, limits })
  assert.equal((await after.state(KEY))?.next.seq, 30)
  assert.deepEqual(textsOf(await after.read(KEY, { seq: 0 }, 1_000_000)), kept)
  await after.append(KEY, records)
  assert.deepEqual([(await after.state(KEY))?.next.seq, (await after.state(KEY))?.ended], [41, true])
  const all = await after.read(KEY, { seq: 0 }, 1_000_000)
  assert.equal(all[0]?.seq, 0)
  assert.deepEqual(textsOf(all.slice(-4)), [...texts.slice(-3), ''])
  await after.stop()
})
