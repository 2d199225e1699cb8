import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFileArtifactStore } from '../../src/store/artifacts/file-artifact-store.ts'
import { MemoryArtifactStore } from '../fakes/memory-artifact-store.ts'
import { scratchDirectory } from '../support/scratch-directory.ts'
import { artifactOf, attemptOf, describeArtifactStore, inPieces } from './artifact-store.ts'

describeArtifactStore('the fake in memory', (limits, totalBytes) =>
  Promise.resolve(
    Object.assign(new MemoryArtifactStore(limits, totalBytes), { [Symbol.asyncDispose]: () => Promise.resolve() }),
  ),
)

describeArtifactStore('files', async (limits, totalBytes) => {
  const directory = await scratchDirectory('memory')
  const store = createFileArtifactStore({ directory: directory.path, limits, totalBytes })
  await store.start()
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => {
      await store.stop()
      await directory[Symbol.asyncDispose]()
    },
  })
})

test('artifacts and half transfers outlive a restart; what was being collected does not', async () => {
  await using directory = await scratchDirectory('memory')
  const open = () => createFileArtifactStore({ directory: directory.path, totalBytes: 10_000 })
  const { content, ...artifact } = artifactOf('/out/a', 'half is here, half is not')
  const kept = artifactOf('/out/kept', 'kept')
  const before = open()
  await before.start()
  await before.collect(attemptOf(1), '/out/kept', kept.bytes, inPieces(kept.content))
  const intake = await before.receive(attemptOf(1), artifact)
  await intake.write(content.subarray(0, 10))
  await before.stop()

  const after = open()
  await after.start()
  assert.deepEqual(
    (await after.list(attemptOf(1))).map(({ path }) => path),
    ['/out/kept'],
  )
  const again = await after.receive(attemptOf(1), artifact)
  assert.equal(again.offset, 10)
  await again.write(content.subarray(10))
  await again.finish()
  assert.deepEqual(await readdir(join(directory.path, 'arriving')), [])
  const file = join(directory.path, 'content', artifact.sha256.slice(0, 2), artifact.sha256)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  await after.remove(attemptOf(1))
  await assert.rejects(stat(file), { code: 'ENOENT' })
  await after.stop()
  await assert.rejects(after.receive(attemptOf(1), artifact), { code: 'stopping' })
})
