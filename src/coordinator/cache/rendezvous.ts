/**
 * Rendezvous hashing: every peer scores a key with every candidate, and the highest score has it. Equal views give equal
 * answers without a word said, and when a candidate goes only its own keys move.
 * @see D. Thaler, C. V. Ravishankar: Using Name-Based Mappings to Increase Hit Rates. IEEE/ACM Transactions on
 *   Networking 6(1), 1998. https://doi.org/10.1109/90.663936
 */
import { createHash } from 'node:crypto'

/** The candidates, best first. Repeats count once. */
export function rankByRendezvous<C extends string>(key: string, candidates: Iterable<C>): readonly C[] {
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, score: score(key, candidate) }))
    .sort((a, b) => Buffer.compare(b.score, a.score) || (a.candidate < b.candidate ? -1 : 1))
    .map(({ candidate }) => candidate)
}

/** The length before the name keeps (`ab`, `c`) and (`a`, `bc`) apart. */
function score(key: string, candidate: string): Buffer {
  return createHash('sha256')
    .update(`${String(candidate.length)}:${candidate}${key}`)
    .digest()
    .subarray(0, 8)
}
