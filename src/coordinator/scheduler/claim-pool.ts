/**
 * Claims that may be given the tasks of one class, and which of them is next. A fleet at rest has thousands parked, and each
 * task looks at all of them: their peers' hashes lie side by side, so that a look costs nanoseconds and not a walk through
 * memory.
 */
import { RunnerMeshError } from '../../core/errors.ts'
import { fitClassKey } from '../../core/fit.ts'
import { imageMark } from '../../core/image-mark.ts'
import {
  findPreferredPeer,
  HASH_WORDS,
  hashWords,
  queueTaskHash,
  wordsApart,
  type TaskInView,
} from '../../core/scheduler/preferred-peer.ts'
import type { Requirements } from '../../core/task.ts'
import type { ClaimPool, ParkedClaim, TaskAtStake } from '../parked-claims.ts'
import { sha256 } from './sha256.ts'

export interface PreferredPoolDeps {
  /** Of the home's clock. */
  readonly root: () => string
  /** Hash of a peer id, in words. */
  readonly hashOf: (peer: string) => Uint32Array
}

export class PreferredPool implements ClaimPool {
  readonly #root: () => string
  readonly #taskType: string
  readonly #classKey: string
  readonly #mark: string | undefined
  /** Those that need not pull come before the others. */
  readonly #having: SideBySide
  readonly #others: SideBySide

  constructor(needs: Requirements, { root, hashOf }: PreferredPoolDeps) {
    this.#root = root
    this.#taskType = needs.taskType
    this.#classKey = fitClassKey(needs)
    this.#mark = needs.asks?.image === undefined ? undefined : imageMark(needs.asks.image.name)
    this.#having = new SideBySide(hashOf)
    this.#others = new SideBySide(hashOf)
  }

  get size(): number {
    return this.#having.claims.length + this.#others.claims.length
  }

  add(claim: ParkedClaim): void {
    const hasImage = this.#mark !== undefined && claim.offer.images?.includes(this.#mark) === true
    const where = hasImage ? this.#having : this.#others
    where.add(claim)
  }

  delete(claim: ParkedClaim): void {
    if (!this.#having.delete(claim)) this.#others.delete(claim)
  }

  all(): readonly ParkedClaim[] {
    return [...this.#having.claims, ...this.#others.claims]
  }

  /**
   * The preferred peer of a task among those parked that have its image, or among all when none has, by its earliest
   * claim: several claims of one peer count once. Where the store does not know the task, its class and place stand for it.
   */
  choose({ place, id }: TaskAtStake): ParkedClaim {
    const taskId = id ?? `${this.#classKey}#${String(place)}`
    const taskHash = queueTaskHash({ taskId, taskType: this.#taskType, modelName: '' }, sha256)
    const among = this.#having.claims.length > 0 ? this.#having : this.#others
    const claim = among.preferred({ root: this.#root(), taskHash })
    if (claim === undefined) throw new RunnerMeshError('internal', 'Nobody to choose from.')
    return claim
  }
}

const ROOM_AT_FIRST = 16

/** In no order: who goes leaves his place to the last. */
class SideBySide {
  readonly claims: ParkedClaim[] = []
  readonly #places = new Map<ParkedClaim, number>()
  readonly #hashOf: (peer: string) => Uint32Array
  #hashes = new Uint32Array(ROOM_AT_FIRST * HASH_WORDS)

  constructor(hashOf: (peer: string) => Uint32Array) {
    this.#hashOf = hashOf
  }

  add(claim: ParkedClaim): void {
    if (this.#places.has(claim)) return
    const place = this.claims.length
    this.claims.push(claim)
    this.#places.set(claim, place)
    if (this.claims.length * HASH_WORDS > this.#hashes.length) {
      const larger = new Uint32Array(this.#hashes.length * 2)
      larger.set(this.#hashes)
      this.#hashes = larger
    }
    this.#hashes.set(this.#hashOf(claim.offer.peer), place * HASH_WORDS)
  }

  /** @returns whether it was here */
  delete(claim: ParkedClaim): boolean {
    const place = this.#places.get(claim)
    if (place === undefined) return false
    this.#places.delete(claim)
    const last = this.claims.pop()
    if (last === undefined || last === claim) return true
    this.claims[place] = last
    this.#places.set(last, place)
    const from = this.claims.length * HASH_WORDS
    this.#hashes.copyWithin(place * HASH_WORDS, from, from + HASH_WORDS)
    return true
  }

  preferred(view: TaskInView): ParkedClaim | undefined {
    const { claims } = this
    const hashes = this.#hashes
    const place = findPreferredPeer(view, claims.keys(), {
      peerOf: (index) => claims[index]?.offer.peer ?? '',
      digest: sha256,
      distancesTo: (target) => {
        const words = hashWords(target)
        return (index) => wordsApart(words, hashes, index * HASH_WORDS)
      },
      isBefore: (index, other) => (claims[index]?.arrival ?? 0) < (claims[other]?.arrival ?? 0),
    })
    return place === undefined ? undefined : claims[place]
  }
}
