/** How many requests in a second: a bucket that holds what a second may bring, and fills as evenly. */
import { SECOND } from '../core/lease.ts'
import type { Clock } from '../core/ports/clock.ts'

export class CallRate {
  readonly #perSecond: number
  readonly #clock: Pick<Clock, 'mono'> | undefined
  /** Requests that may come at once, as of that instant. */
  #tokens: number
  #countedAt: number

  /** @param clock absent: any number */
  constructor(perSecond: number, clock: Pick<Clock, 'mono'> | undefined) {
    this.#perSecond = perSecond
    this.#clock = clock
    this.#tokens = perSecond
    this.#countedAt = clock?.mono() ?? 0
  }

  /** @returns whether one more may come now */
  take(): boolean {
    if (this.#clock === undefined) return true
    const now = this.#clock.mono()
    const since = now - this.#countedAt
    this.#tokens = Math.min(this.#perSecond, this.#tokens + (since * this.#perSecond) / SECOND)
    this.#countedAt = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
