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

/** What is picked from: peers, or what each of them has offered. */
export interface Picking<T> {
  readonly peerOf: (item: T) => string
  readonly digest: Digest
  /** How far items are from a hash; a faster way to the same figures than `hammingDistance` of their peers' digests. */
  readonly distancesTo?: (target: string) => (item: T) => number
  /** Which of two of one peer counts; unset, the first. */
  readonly isBefore?: (item: T, other: T) => boolean
}

/** @returns what is of the preferred peer; undefined without any */
export function findPreferredPeer<T>(
  { root, taskHash }: TaskInView,
  items: Iterable<T>,
  { peerOf, digest, distancesTo = plainDistances({ peerOf, digest }), isBefore = () => false }: Picking<T>,
): T | undefined {
  const target = digest(`${root}:${taskHash}`)
  const distanceOf = distancesTo(target)
  const isNext = (item: T, best: T): boolean => {
    const [peer, other] = [peerOf(item), peerOf(best)]
    return peer === other ? isBefore(item, best) : lot(target, peer, digest) < lot(target, other, digest)
  }
  let best: T | undefined
  let nearest = Infinity
  for (const item of items) {
    const distance = distanceOf(item)
    if (distance > nearest || (distance === nearest && best !== undefined && !isNext(item, best))) continue
    best = item
    nearest = distance
  }
  return best
}

function plainDistances<T>({ peerOf, digest }: Pick<Picking<T>, 'peerOf' | 'digest'>) {
  return (target: string) => (item: T) => hammingDistance(target, digest(peerOf(item)))
}

/** Words of 32 bits in a SHA-256. */
export const HASH_WORDS = 8

/** A hash of 64 hexadecimal digits as words of 32 bits, for those that are compared again and again. */
export function hashWords(hash: string): Uint32Array {
  return Uint32Array.from({ length: HASH_WORDS }, (_, word) => Number.parseInt(hash.slice(8 * word, 8 * word + 8), 16))
}

/** The Hamming distance of a hash and of one among many that lie side by side, the first word of which is at `from`. */
export function wordsApart(hash: Uint32Array, many: Uint32Array, from = 0): number {
  let bits = 0
  for (let word = 0; word < HASH_WORDS; word += 1) bits += onesIn((hash[word] ?? 0) ^ (many[from + word] ?? 0))
  return bits
}

/** Counts pairs, nibbles, bytes. @see Henry S. Warren, Hacker's Delight, 5-1 */
function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
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
