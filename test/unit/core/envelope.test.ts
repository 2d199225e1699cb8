import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sealTask } from '../../../src/coordinator/submission.ts'
import { parseTaskEnvelope } from '../../../src/core/envelope.ts'
import type { PeerId } from '../../../src/core/ids.ts'
import type { Signer } from '../../../src/core/ports/mesh.ts'
import { systemRandom } from '../../../src/app/system.ts'

const [OLD, NEW, OTHER] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb', 'cccccccccccccccc'] as const
const NOW = 1_000_000

/** What is signed is what these tests look at. */
const signer: Signer = {
  peer: 'signer' as PeerId,
  seal: (_kind, payload) => Promise.resolve(Buffer.from(payload).toString('base64url')),
  open: () => Promise.reject(new Error('unused')),
}

async function signedBy(meshIds: readonly [string, ...string[]]): Promise<Uint8Array> {
  const clocks = { queueMs: 1000, prepareMs: 1000, runMs: 1000, totalMs: 60_000, graceMs: 100 }
  const task = { type: 'docker.execute', payload: {}, clocks, submitter: 'local', depth: 0 }
  return Buffer.from(await sealTask(task, NOW, { signer, meshIds, random: systemRandom }), 'base64url')
}

const accepts = (signed: Uint8Array, meshes: readonly string[]): boolean => {
  try {
    parseTaskEnvelope(signed, { meshes, now: NOW })
    return true
  } catch {
    return false
  }
}

test('at every step of a change of keys, whoever shares a key with the signer accepts its tasks', async () => {
  const steps: readonly (readonly [string, ...string[]])[] = [[OLD], [NEW, OLD], [NEW]]
  for (const signing of steps) {
    const signed = await signedBy(signing)
    for (const reading of steps) {
      const share = signing.some((mesh) => reading.includes(mesh))
      assert.equal(accepts(signed, reading), share, `signed with ${signing.join('+')}, read with ${reading.join('+')}`)
    }
    assert.equal(accepts(signed, [OTHER]), false)
  }
})

test('a task signed amid the change is still accepted when the old key is gone everywhere', async () => {
  assert.equal(accepts(await signedBy([NEW, OLD]), [NEW]), true)
})

test('a version that knows no second audience accepts a task signed amid the change with the old key', async () => {
  const { audience } = JSON.parse(Buffer.from(await signedBy([NEW, OLD])).toString()) as { audience: string }
  assert.equal(audience, OLD)
})

test('a task for another mesh is refused with both meshes named', async () => {
  const signed = await signedBy([NEW, OLD])
  assert.throws(() => parseTaskEnvelope(signed, { meshes: [OTHER], now: NOW }), {
    code: 'signature_invalid',
    message: new RegExp(`${OLD}, ${NEW}.*${OTHER}`),
  })
})

test('clocks that are hours apart keep no task from its worker, those that are days apart do', async () => {
  const signed = await signedBy([OLD])
  const read = (now: number) => () => parseTaskEnvelope(signed, { meshes: [OLD], now })
  const hour = 3_600_000
  for (const apart of [-11 * hour, 11 * hour]) assert.equal(read(NOW + apart)().issued_at, NOW)
  assert.throws(read(NOW - 24 * hour), { code: 'signature_invalid', message: /Set this machine’s clock/ })
  assert.throws(read(NOW + 24 * hour), { code: 'signature_invalid', message: /has expired/ })
})
