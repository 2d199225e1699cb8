/**
 * The preferred peer of a task: the one whose hash is nearest to the hash of (clock root, task) by Hamming distance. Whoever
 * has the same root, task and peers in view picks the same one, without a word said. The rule is the predecessor's, but for
 * ties: it takes the first in its own order of meeting peers, so that two of its nodes disagree; here the lower id wins.
 */
import type { Digest } from '../ports/digest.ts'
import { compareCodePoints } from './python-json.ts'

/** What is no hash is as far as can be, as the predecessor has it. */
export const FARTHEST = 1_000_000_000

/** Bits that differ between two hexadecimal texts, from the left as far as the shorter one reaches. */
export function hammingDistance(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  if (shorter === 0) return FARTHEST
  let bits = 0
  for (let index = 0; index < shorter; index += 1) {
    const [nibbleA, nibbleB] = [NIBBLES[a.charCodeAt(index)], NIBBLES[b.charCodeAt(index)]]
    if (nibbleA === undefined || nibbleB === undefined) return FARTHEST
    bits += ONES[nibbleA ^ nibbleB] ?? 0
  }
  return bits
}

/** How the queue of the predecessor names a task in hashes. */
export function queueTaskHash(
  { taskId, taskType, modelName }: { taskId: string; taskType: string; modelName: string },
  digest: Digest,
): string {
  return digest(`${taskId}:${taskType}:${modelName}`)
}

/** How the workflow scheduler of the predecessor does, and what `p2p_submit_task` answers as task_hash. */
export function workflowTaskHash(
  { taskId, workflowId }: { taskId: string; workflowId: string },
  digest: Digest,
): string {
  return digest(`${taskId}:${workflowId}`)
}

export interface TaskInView {
  /** Root of the Merkle clock of who picks. */
  readonly root: string
  readonly taskHash: string
}

/** @param hashOf the digest, or one that remembers: peers are met again and again. @returns undefined without peers */
export function findPreferredPeer(
  { root, taskHash }: TaskInView,
  peers: Iterable<string>,
  digest: Digest,
  hashOf: Digest = digest,
): string | undefined {
  const target = digest(`${root}:${taskHash}`)
  let best: string | undefined
  let nearest = Infinity
  for (const peer of peers) {
    const distance = hammingDistance(target, hashOf(peer))
    if (distance > nearest) continue
    if (distance === nearest && best !== undefined && compareCodePoints(peer, best) >= 0) continue
    best = peer
    nearest = distance
  }
  return best
}

/** By the code of a character. */
const NIBBLES: readonly (number | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const digit = String.fromCharCode(code)
  return /[0-9a-fA-F]/.test(digit) ? Number.parseInt(digit, 16) : undefined
})

/** Bits set in a nibble. */
const ONES: readonly number[] = [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4]
