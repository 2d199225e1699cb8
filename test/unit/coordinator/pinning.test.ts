import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pinPayload } from '../../../src/coordinator/pinning.ts'
import { RunnerMeshError } from '../../../src/core/errors.ts'
import type { TaskPins } from '../../../src/core/ports/task-pins.ts'
import type { JsonObject } from '../../../src/core/task.ts'

const COMMIT = 'a'.repeat(40)
const DIGEST = `sha256:${'b'.repeat(64)}`
const NEVER = new AbortController().signal

function pinsOf(known: Partial<TaskPins> = {}): TaskPins & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    digestOf: (image, signal) => {
      asked.push(image)
      return known.digestOf?.(image, signal) ?? Promise.resolve(DIGEST)
    },
    commitOf: (repository, ref, signal) => {
      asked.push(`${repository} ${ref}`)
      return known.commitOf?.(repository, ref, signal) ?? Promise.resolve(COMMIT)
    },
  }
}

const pinned = (type: string, payload: JsonObject, pins: TaskPins) => pinPayload(type, payload, pins, NEVER)

test('a tag gets its digest, a branch its commit', async () => {
  const pins = pinsOf()
  assert.deepEqual(await pinned('docker.hub', { image: 'alpine:3' }, pins), { image: 'alpine:3', digest: DIGEST })
  const repository = { repo_url: 'o/r', ref: 'main' }
  assert.deepEqual(await pinned('docker.github', repository, pins), { ...repository, commit: COMMIT })
  assert.deepEqual(pins.asked, ['alpine:3', 'o/r main'])
})

test('what names its bytes already is asked nobody', async () => {
  const pins = pinsOf()
  for (const [type, payload] of [
    ['docker.hub', { image: `alpine@${DIGEST}` }],
    ['docker.hub', { image: 'alpine', digest: DIGEST }],
    ['docker.github', { repo_url: 'o/r', ref: 'x', commit: COMMIT }],
    ['tool.call', { image: 'alpine' }],
  ] as const) {
    assert.deepEqual(await pinned(type, payload, pins), payload)
  }
  assert.deepEqual(pins.asked, [])
})

test('a registry that does not say leaves the tag; a ref that is no commit is refused', async () => {
  const pins = pinsOf({
    digestOf: () => Promise.resolve(undefined),
    commitOf: () => Promise.reject(new RunnerMeshError('bad_request', 'There is no such branch.')),
  })
  assert.deepEqual(await pinned('docker.hub', { image: 'alpine' }, pins), { image: 'alpine' })
  await assert.rejects(pinned('docker.github', { repo_url: 'o/r', ref: 'gone' }, pins), { code: 'bad_request' })
})
