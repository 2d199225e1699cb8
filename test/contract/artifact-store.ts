/** What every ArtifactStore does, whatever it is made of. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import type { Artifact, ArtifactLimits } from '../../src/core/artifact.ts'
import type { TaskId } from '../../src/core/ids.ts'
import type { ArtifactStore } from '../../src/core/ports/artifact-store.ts'
import type { AttemptKey } from '../../src/core/ports/log-store.ts'

/** Started; stopped with the test. */
export type MakeArtifactStore = (limits: ArtifactLimits, totalBytes: number) => Promise<ArtifactStore & AsyncDisposable>

const LIMITS: ArtifactLimits = { files: 3, bytes: 1_000 }
const TOTAL = 2_000

export function attemptOf(seq: number, attempt = 1): AttemptKey {
  return { taskId: `aaaaaaaaaaaaaaaa.1.${String(seq)}` as TaskId, attempt }
}

export function artifactOf(path: string, text: string): Artifact & { readonly content: Uint8Array } {
  const content = Buffer.from(text)
  return { path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex'), content }
}

export async function* inPieces(content: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  await Promise.resolve()
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
}

async function textOf(store: ArtifactStore, sha256: string, offset = 0, most?: number): Promise<string | undefined> {
  const content = await store.read(sha256, offset, most)
  if (content === undefined) return undefined
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

export function describeArtifactStore(name: string, make: MakeArtifactStore): void {
  describe(`artifact store: ${name}`, () => {
    test('a collected file is known by its content and read from any offset', async () => {
      await using store = await make(LIMITS, TOTAL)
      const file = artifactOf('/out/a', 'some content of a file')
      const { content, ...expected } = file
      assert.deepEqual(await store.collect(attemptOf(1), '/out/a', file.bytes, inPieces(content)), expected)
      assert.deepEqual(await store.list(attemptOf(1)), [expected])
      assert.deepEqual(await store.owners(file.sha256), [attemptOf(1).taskId])
      assert.equal(await textOf(store, file.sha256), 'some content of a file')
      assert.equal(await textOf(store, file.sha256, 5, 7), 'content')
      assert.equal(await textOf(store, '0'.repeat(64)), undefined)
    })

    test('a transfer that was cut off goes on where it stopped', async () => {
      await using store = await make(LIMITS, TOTAL)
      const { content, ...artifact } = artifactOf('/out/a', 'one half and the other')
      const first = await store.receive(attemptOf(1), artifact)
      assert.equal(first.offset, 0)
      await first.write(content.subarray(0, 9))
      await first.close()
      assert.equal(await textOf(store, artifact.sha256), undefined)
      assert.deepEqual(await store.list(attemptOf(1)), [])
      const second = await store.receive(attemptOf(1), artifact)
      assert.equal(second.offset, 9)
      await second.write(content.subarray(9))
      await second.finish()
      assert.deepEqual(await store.list(attemptOf(1)), [artifact])
      assert.equal(await textOf(store, artifact.sha256), 'one half and the other')
      const third = await store.receive(attemptOf(2), { ...artifact, path: '/elsewhere' })
      assert.equal(third.offset, artifact.bytes)
      await third.finish()
      assert.deepEqual((await store.owners(artifact.sha256)).toSorted(), [attemptOf(1).taskId, attemptOf(2).taskId])
    })

    test('what is not what was announced is refused and not kept', async () => {
      await using store = await make(LIMITS, TOTAL)
      const { content, ...artifact } = artifactOf('/out/a', 'the real thing')
      const forged = await store.receive(attemptOf(1), artifact)
      await forged.write(Buffer.from('the fake thing'))
      await assert.rejects(forged.finish(), { code: 'signature_invalid' })
      const short = await store.receive(attemptOf(1), artifact)
      assert.equal(short.offset, 0, 'nothing of the forgery is left')
      await short.write(content.subarray(0, 5))
      await assert.rejects(short.finish(), { code: 'signature_invalid' })
      const long = await store.receive(attemptOf(1), artifact)
      await assert.rejects(long.write(Buffer.alloc(artifact.bytes + 1)), { code: 'too_large' })
      await long.close()
      assert.equal(await textOf(store, artifact.sha256), undefined)
    })

    test('one attempt may leave so many files and bytes, all together so many', async () => {
      await using store = await make(LIMITS, TOTAL)
      const collect = (seq: number, path: string, text: string) =>
        store.collect(attemptOf(seq), path, text.length, inPieces(Buffer.from(text), 500))
      await collect(1, '/a', 'a'.repeat(600))
      await assert.rejects(collect(1, '/b', 'b'.repeat(600)), { code: 'too_large' })
      await collect(1, '/a', 'c'.repeat(900))
      await collect(1, '/b', 'b')
      await collect(1, '/c', 'c')
      await assert.rejects(collect(1, '/d', 'd'), { code: 'too_large' })
      await collect(2, '/a', 'd'.repeat(1_000))
      await assert.rejects(collect(3, '/a', 'e'.repeat(500)), { code: 'storage_low' })
      await assert.rejects(store.receive(attemptOf(3), artifactOf('/a', 'f'.repeat(500))), { code: 'storage_low' })
      // What is there already takes no room.
      const same = await store.receive(attemptOf(3), artifactOf('/a', 'd'.repeat(1_000)))
      await same.finish()
      await store.remove(attemptOf(1))
      await collect(4, '/a', 'e'.repeat(500))
    })

    test('a content goes with the last attempt that left it', async () => {
      await using store = await make(LIMITS, TOTAL)
      const { content, sha256, bytes } = artifactOf('/a', 'shared')
      for (const seq of [1, 2]) await store.collect(attemptOf(seq), '/a', bytes, inPieces(content))
      await store.remove(attemptOf(1))
      assert.equal(await textOf(store, sha256), 'shared')
      assert.deepEqual(await store.keys(), [attemptOf(2)])
      await store.remove(attemptOf(2))
      assert.equal(await textOf(store, sha256), undefined)
      assert.deepEqual(await store.keys(), [])
    })
  })
}
