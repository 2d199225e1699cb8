import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { sha256 } from '../../../../src/coordinator/scheduler/sha256.ts'
import { MerkleClock } from '../../../../src/core/scheduler/merkle-clock.ts'
import {
  FARTHEST,
  findPreferredPeer,
  hammingDistance,
  hashWords,
  queueTaskHash,
  workflowTaskHash,
  wordsApart,
} from '../../../../src/core/scheduler/preferred-peer.ts'
import { randomRuns } from '../../../support/random-runs.ts'
import { readVectors } from '../../../support/vectors.ts'

const distances = readVectors(
  'hamming',
  z.object({ vectors: z.array(z.object({ a: z.string(), b: z.string(), deterministic_scheduler: z.int() })) }),
).vectors
const owners = readVectors(
  'owner_selection',
  z.object({
    queue: z.array(
      z.object({
        desc: z.string(),
        peer_ids: z.array(z.string()),
        clock_hash: z.string(),
        task_id: z.string(),
        task_type: z.string(),
        model_name: z.string(),
        task_hash: z.string(),
        combined: z.string(),
        distances: z.record(z.string(), z.int()),
        tied: z.array(z.string()),
        owner: z.string(),
      }),
    ),
    workflow: z.array(
      z.object({
        peer_id: z.string(),
        known_peers: z.array(z.string()),
        clock_vector: z.record(z.string(), z.int()),
        clock_hash: z.string(),
        task_id: z.string(),
        workflow_id: z.string(),
        task_hash: z.string(),
        owner: z.string(),
      }),
    ),
  }),
)

/** Where we answer otherwise on purpose. */
const DEVIATIONS = {
  /** Python's `int(text, 16)` takes a prefix, a sign and blanks; here only digits are a hash. */
  distance: { '0xff ff': FARTHEST, '-1 01': FARTHEST, ' ff ff': FARTHEST } as Readonly<Record<string, number>>,
  /** A peer id is an exact name: nothing is trimmed, so that no two peers are taken for one. */
  untrimmed: 'ids trimmed and de-duplicated',
  /** Ties are decided by another hash, not by a node's own order of meeting peers: nodes must agree. */
  ties: (tied: readonly string[], target: string) =>
    tied.toSorted((a, b) => (sha256(`${target}:${a}`) < sha256(`${target}:${b}`) ? -1 : 1))[0],
}

const pick = (view: { root: string; taskHash: string }, peers: readonly string[]): string | undefined =>
  findPreferredPeer(view, peers, { peerOf: (peer) => peer, digest: sha256 })

test('distances are the recorded ones', () => {
  const met = new Set<string>()
  for (const { a, b, deterministic_scheduler: recorded } of distances) {
    const ours = DEVIATIONS.distance[`${a} ${b}`]
    if (ours !== undefined) met.add(`${a} ${b}`)
    assert.equal(hammingDistance(a, b), ours ?? recorded, `${a} ${b}`)
  }
  assert.deepEqual([...met], Object.keys(DEVIATIONS.distance))
})

test('the queue picks the recorded peers, but for ties', () => {
  let ties = 0
  for (const recorded of owners.queue) {
    const { clock_hash: root, task_id: taskId, task_type: taskType, model_name: modelName, tied } = recorded
    const taskHash = queueTaskHash({ taskId, taskType, modelName }, sha256)
    assert.equal(taskHash, recorded.task_hash)
    const target = sha256(`${root}:${taskHash}`)
    assert.equal(target, recorded.combined)
    for (const [peer, distance] of Object.entries(recorded.distances))
      assert.equal(hammingDistance(target, sha256(peer)), distance)
    if (recorded.desc === DEVIATIONS.untrimmed) continue
    const expected = tied.length > 1 ? DEVIATIONS.ties(tied, target) : recorded.owner
    if (expected !== recorded.owner) ties += 1
    assert.equal(pick({ root, taskHash }, recorded.peer_ids) ?? '', expected)
  }
  assert.ok(ties > 0)
})

test('the workflow scheduler picks the recorded peers', () => {
  for (const recorded of owners.workflow) {
    const { peer_id: self, task_id: taskId, workflow_id: workflowId } = recorded
    const counts = Object.entries(recorded.clock_vector).map(([id, count]) => [id, BigInt(count)] as const)
    const { root } = new MerkleClock(self, sha256, new Map(counts))
    assert.equal(root, recorded.clock_hash)
    const taskHash = workflowTaskHash({ taskId, workflowId }, sha256)
    assert.equal(taskHash, recorded.task_hash)
    const target = sha256(`${root}:${taskHash}`)
    const view = [self, ...recorded.known_peers]
    const distance = (peer: string): number => hammingDistance(target, sha256(peer))
    const tied = view.filter((peer) => distance(peer) === distance(recorded.owner))
    assert.equal(tied[0], recorded.owner)
    assert.equal(pick({ root, taskHash }, view), DEVIATIONS.ties(tied, target))
  }
})

const peers = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 12 })

test('everybody with the same view picks the same peer, in whatever order the peers are known', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), peers, (root, taskHash, view) => {
      const picked = pick({ root, taskHash }, view)
      assert.equal(pick({ root, taskHash }, view.toReversed()), picked)
      assert.equal(pick({ root, taskHash }, [...view, ...view]), picked)
    }),
    randomRuns(300),
  )
})

test('when a peer goes, only what was its own finds another', () => {
  fc.assert(
    fc.property(fc.string(), peers, fc.nat(), (taskHash, view, index) => {
      const gone = view[index % view.length]
      const picked = pick({ root: '', taskHash }, view)
      const left = view.filter((peer) => peer !== gone)
      if (picked !== gone) assert.equal(pick({ root: '', taskHash }, left), picked)
    }),
    randomRuns(300),
  )
})

test('hashes are as far apart by words as by digits', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      const [one, other] = [sha256(a), sha256(b)]
      assert.equal(wordsApart(hashWords(one), hashWords(other)), hammingDistance(one, other))
    }),
    randomRuns(500),
  )
  const [zeros, ones] = [hashWords('0'.repeat(64)), hashWords('f'.repeat(64))]
  assert.deepEqual([wordsApart(zeros, ones), wordsApart(ones, ones)], [256, 0])
})
