/**
 * Where an idle worker waits for work: at its own home, and at the best of the others, at most PLACES in all.
 *
 * A home is *promising* while it says that tasks are ready, or has said nothing yet, and *barren* once the worker has
 * waited there for BARREN_AFTER_MS without being given one: what is ready there does not fit this worker. In order:
 *
 *   1. its own home
 *   2. promising homes where it waits already: they are given their time
 *   3. other promising homes: the one tried longest ago first, then where the oldest or most urgent task waits
 *   4. homes with nothing, where it waits already; then the rest, in an order that differs between workers
 *
 * So every promising home is tried in its turn, and a task that fits nobody else is found however full the others are. A
 * claim that has lost its place is not torn down, because its grant may be on its way: it ends when its time is up.
 */
import { createHash } from 'node:crypto'
import type { PeerId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import { orderKey } from '../../core/order-key.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { OperationsLink, ReadyNotice } from '../../core/ports/link.ts'
import { PRIORITY } from '../../core/task.ts'
import { WakeUps } from './wake-ups.ts'

export const PLACES = 3
export const BARREN_AFTER_MS = SECOND
/** After this long a barren home is promising again, though it says nothing new. */
export const BARREN_FOR_MS = 30 * SECOND

export interface ParkingDeps {
  readonly self: PeerId
  readonly clock: Pick<Clock, 'mono' | 'after'>
}

interface Place {
  readonly own: boolean
  /** Decides between equals; differs between workers, so that they spread. */
  readonly lot: string
  notice: ReadyNotice | undefined
  /** Claims that wait there now. */
  claims: number
  stopTimer: (() => void) | undefined
  /** When it was last found barren, monotonic milliseconds; never is −∞. */
  barrenAt: number
  barren: boolean
  /** Those who wait for it to be among the best. */
  readonly wakeUps: WakeUps
}

export class Parking {
  readonly #deps: ParkingDeps
  readonly #places = new Map<OperationsLink, Place>()
  /** Of homes that are not joined yet, too. */
  readonly #notices = new WeakMap<OperationsLink, ReadyNotice>()
  #best: ReadonlySet<Place> = new Set()

  constructor(deps: ParkingDeps) {
    this.#deps = deps
  }

  /** @returns a function that takes the home out again */
  join(link: OperationsLink): () => void {
    const { self } = this.#deps
    const lot = createHash('sha256')
      .update(`${self}\n${link.peer ?? ''}`)
      .digest('hex')
    const own = link.peer === self
    const place: Place = {
      own,
      lot,
      notice: this.#notices.get(link),
      claims: 0,
      stopTimer: undefined,
      barrenAt: -Infinity,
      barren: false,
      wakeUps: new WakeUps(),
    }
    this.#places.set(link, place)
    this.#choose()
    return () => {
      place.stopTimer?.()
      this.#places.delete(link)
      this.#choose()
    }
  }

  /** What a home said of its queue. More or other tasks than before may fit. */
  heard(link: OperationsLink, notice: ReadyNotice): void {
    this.#notices.set(link, notice)
    const place = this.#places.get(link)
    if (place === undefined) return
    place.notice = notice
    place.barren = false
    if (place.claims > 0) this.#watch(place)
    this.#choose()
  }

  isBest(link: OperationsLink): boolean {
    const place = this.#places.get(link)
    return place !== undefined && this.#best.has(place)
  }

  /** Resolves once the home is among the best. @throws the signal's reason */
  async whenBest(link: OperationsLink, signal: AbortSignal): Promise<void> {
    this.#choose()
    const place = this.#places.get(link)
    if (place === undefined || this.#best.has(place)) return
    await place.wakeUps.next(signal)
  }

  /** A claim waits at the home from now on. @returns a function to call when it is answered */
  waits(link: OperationsLink): () => void {
    const place = this.#places.get(link)
    if (place === undefined) return () => undefined
    place.claims += 1
    this.#watch(place)
    return () => {
      place.claims -= 1
      if (place.claims > 0) return
      place.stopTimer?.()
      place.stopTimer = undefined
    }
  }

  /** The home gave nothing, or no answer at all. */
  foundBarren(link: OperationsLink): void {
    const place = this.#places.get(link)
    if (place !== undefined) this.#markBarren(place)
  }

  #watch(place: Place): void {
    place.stopTimer ??= this.#deps.clock.after(BARREN_AFTER_MS, () => {
      place.stopTimer = undefined
      this.#markBarren(place)
    })
  }

  #markBarren(place: Place): void {
    place.barren = true
    place.barrenAt = this.#deps.clock.mono()
    this.#choose()
  }

  #choose(): void {
    const now = this.#deps.clock.mono()
    const rank = (place: Place): readonly [number, number, number, string] => {
      const promising = isPromising(place, now)
      const parked = place.claims > 0
      const group = place.own ? 0 : promising ? (parked ? 1 : 2) : parked ? 3 : 4
      return [group, promising ? place.barrenAt : 0, promising ? urgency(place.notice) : 0, place.lot]
    }
    const ranked = [...this.#places.values()]
      .map((place) => ({ place, key: rank(place) }))
      .sort((a, b) => compare(a.key, b.key))
    this.#best = new Set(ranked.slice(0, PLACES).map(({ place }) => place))
    for (const { wakeUps } of this.#best) wakeUps.wake()
  }
}

function isPromising({ notice, barren, barrenAt }: Place, now: number): boolean {
  if (barren && now - barrenAt < BARREN_FOR_MS) return false
  return notice === undefined || notice.ready > 0
}

/** Smaller is more urgent, in the order in which the homes themselves give tasks out. */
function urgency(notice: ReadyNotice | undefined): number {
  if (notice?.oldest_ready_at === undefined) return Number.MAX_SAFE_INTEGER
  return orderKey(notice.oldest_ready_at, notice.top_priority ?? PRIORITY.default)
}

function compare<T extends readonly (number | string)[]>(a: T, b: T): number {
  for (const [index, left] of a.entries()) {
    const right = b[index]
    if (right !== undefined && left !== right) return left < right ? -1 : 1
  }
  return 0
}
