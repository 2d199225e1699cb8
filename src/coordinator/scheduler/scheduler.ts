/**
 * What a home schedules by: its Merkle clock, the peers it has heard of lately, and who of those parked is preferred.
 *
 * Soft state in memory. After a restart the clock begins at 0 and takes back what peers tell of it; the choice of a peer
 * needs no memory, because any root serves as long as it is the same for all who look.
 */
import { RunnerMeshError } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { MerkleClock, orderOf, parseClock, type Vector, type VectorOrder } from '../../core/scheduler/merkle-clock.ts'
import { hashWords } from '../../core/scheduler/preferred-peer.ts'
import type { Requirements } from '../../core/task.ts'
import type { ClaimPool } from '../parked-claims.ts'
import { PreferredPool } from './claim-pool.ts'
import { sha256 } from './sha256.ts'

/** A peer that was not heard of for so long counts as gone, as with the predecessor. */
export const PEER_STALE_MS = 300 * SECOND

/** Peers and ids of a clock kept; the oldest goes first. */
const MOST_KEPT = 4096
/** Above what one home can have connected: were it less, each choice would make them all anew. */
const MOST_HASHES = 65_536
/** Counts that stay exact as JSON numbers, whatever ticks on top of them. */
const HIGHEST_COUNT = 2n ** 52n
const LONGEST_ID = 256

export interface ClockView {
  readonly node_id: string
  readonly vector: Readonly<Record<string, number>>
  readonly merkle_root: string
}

export interface KnownPeer {
  readonly peer: string
  /** Wall time, epoch milliseconds. */
  readonly seenAt: number
}

export class Scheduler {
  readonly #clock: Pick<Clock, 'now' | 'mono'>
  readonly #merkle: MerkleClock
  /** In the order they were last heard of. */
  readonly #seen = new Map<string, { readonly mono: number; readonly seenAt: number }>()
  readonly #hashes = new Map<string, Uint32Array>()

  /** @param nodeId under which it counts: the home's id */
  constructor(nodeId: string, clock: Pick<Clock, 'now' | 'mono'>) {
    this.#clock = clock
    this.#merkle = new MerkleClock(nodeId, sha256)
  }

  clock(): ClockView {
    const { nodeId, vector, root } = this.#merkle
    const counts = [...vector].map(([id, count]) => [id, Number(count)])
    return { node_id: nodeId, vector: Object.fromEntries(counts) as ClockView['vector'], merkle_root: root }
  }

  /** Something happened in the queue that peers of the predecessor count. */
  tick(): void {
    this.#merkle.tick()
  }

  saw(peer: string): void {
    this.#seen.delete(peer)
    this.#seen.set(peer, { mono: this.#clock.mono(), seenAt: this.#clock.now() })
    if (this.#seen.size <= MOST_KEPT) return
    const [oldest] = this.#seen.keys()
    if (oldest !== undefined) this.#seen.delete(oldest)
  }

  /** Peers heard of within `PEER_STALE_MS`, the one heard of longest ago first. */
  knownPeers(): readonly KnownPeer[] {
    const since = this.#clock.mono() - PEER_STALE_MS
    return [...this.#seen].filter(([, { mono }]) => mono >= since).map(([peer, { seenAt }]) => ({ peer, seenAt }))
  }

  /**
   * Takes in a peer's clock, and ticks when there was anything new in it. This home's own count is taken too: that is how
   * it comes back after a restart.
   * @returns how the peer's clock stood to this one before
   * @throws RunnerMeshError bad_request
   */
  merge(clock: unknown): VectorOrder {
    const { vector } = readClock(clock)
    const order = orderOf(vector, this.#merkle.vector)
    if (new Set([...vector.keys(), ...this.#merkle.vector.keys()]).size > MOST_KEPT) {
      throw new RunnerMeshError(
        'too_large',
        `clock: this home keeps the counts of ${String(MOST_KEPT)} ids at most. Send only those of live peers.`,
      )
    }
    if (this.#merkle.merge(vector)) this.#merkle.tick()
    return order
  }

  /** For the claims that fit a class of tasks. */
  poolFor(needs: Requirements): ClaimPool {
    return new PreferredPool(needs, { root: () => this.#merkle.root, hashOf: (peer) => this.#hashOf(peer) })
  }

  #hashOf(peer: string): Uint32Array {
    const known = this.#hashes.get(peer)
    if (known !== undefined) return known
    if (this.#hashes.size >= MOST_HASHES) this.#hashes.clear()
    const made = hashWords(sha256(peer))
    this.#hashes.set(peer, made)
    return made
  }
}

function readClock(data: unknown): { readonly vector: Vector } {
  const clock = parseClock(data)
  if (clock === undefined) {
    throw new RunnerMeshError('bad_request', 'clock: not a clock. Send {node_id, vector: {id: count}}.')
  }
  for (const [id, count] of clock.vector) {
    if (id.length > LONGEST_ID || count < 0n || count > HIGHEST_COUNT) {
      const what = JSON.stringify(id.slice(0, 80))
      throw new RunnerMeshError(
        'bad_request',
        `clock: the entry ${what} is out of bounds. Ids have at most ${String(LONGEST_ID)} characters, counts are 0 to 2^52.`,
      )
    }
  }
  return clock
}
