/** A budget of requests per principal that refills steadily: one runaway agent must not slow the others down. */
import type { Clock } from '../../core/ports/clock.ts'

export interface RateLimitSettings {
  readonly perSecond: number
  /** How many may come at once after a quiet while. */
  readonly burst: number
}

export const RATE_LIMIT_SETTINGS: RateLimitSettings = { perSecond: 100, burst: 500 }

/** Budgets kept before those that are full again are dropped. */
const MANY = 10_000

interface Budget {
  left: number
  /** On the monotonic clock. */
  countedAt: number
}

export class RateLimit {
  readonly #clock: Clock
  readonly #settings: RateLimitSettings
  /** Principals are known before they get here; those that have been quiet are forgotten once there are many. */
  readonly #budgets = new Map<string, Budget>()

  constructor(clock: Clock, settings: RateLimitSettings) {
    this.#clock = clock
    this.#settings = settings
  }

  /** @returns milliseconds until the next request has a chance; 0 when this one may pass */
  take(principal: string): number {
    const { perSecond, burst } = this.#settings
    const now = this.#clock.mono()
    if (this.#budgets.size >= MANY) this.#forgetQuiet(now)
    const budget = this.#budgets.get(principal) ?? { left: burst, countedAt: now }
    this.#budgets.set(principal, budget)
    budget.left = Math.min(burst, budget.left + ((now - budget.countedAt) / 1000) * perSecond)
    budget.countedAt = now
    if (budget.left < 1) return Math.ceil(((1 - budget.left) / perSecond) * 1000)
    budget.left -= 1
    return 0
  }

  #forgetQuiet(now: number): void {
    const { perSecond, burst } = this.#settings
    const fullAgainMs = (burst / perSecond) * 1000
    for (const [principal, { countedAt }] of this.#budgets) {
      if (now - countedAt >= fullAgainMs) this.#budgets.delete(principal)
    }
  }
}
