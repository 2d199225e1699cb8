/**
 * The preferred peer of a task: the one whose hash is nearest to the hash of (clock root, task) by Hamming distance. Whoever
 * has the same root, task and peers in view picks the same one, without a word said. The rule is the predecessor's, but for
 * ties, of which 50 peers have one in five tasks: it takes the first in its own order of meeting peers, so that two of its
 * nodes disagree. Here another hash decides, the same for all.
 */
import type { Digest } from '../ports/digest.ts'

/** What is no hash is as far as can be, as the predecessor has it. */
export const FARTHEST = 1_000_000_000

/** Bits that differ between two hexadecimal texts, from the left as far as the shorter one reaches. */
export function hammingDistance(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  if (shorter === 0) return FARTHEST
  let bits = 0
  for (let index = 0; index < shorter; index += 1) {
    const nibbleA = NIBBLES[a.charCodeAt(index)] ?? NO_DIGIT
    const nibbleB = NIBBLES[b.charCodeAt(index)] ?? NO_DIGIT
    if (nibbleA === NO_DIGIT || nibbleB === NO_DIGIT) return FARTHEST
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
    if (distance > nearest || peer === best) continue
    if (distance < nearest || best === undefined || lot(target, peer, digest) < lot(target, best, digest)) best = peer
    nearest = distance
  }
  return best
}

/** What decides between equals: even chances for all, and no other tie is decided anew when a peer goes. */
function lot(target: string, peer: string, digest: Digest): string {
  return digest(`${target}:${peer}`)
}

const NO_DIGIT = 255

/** By the code of a character. */
const NIBBLES = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = String.fromCharCode(code)
  return /[0-9a-fA-F]/.test(digit) ? Number.parseInt(digit, 16) : NO_DIGIT
})

/** Bits set in a nibble. */
const ONES = Uint8Array.of(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4)
