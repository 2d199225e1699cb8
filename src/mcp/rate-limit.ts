/** A budget of requests per principal that refills steadily: one runaway agent must not slow the others down. */
import type { Clock } from '../core/ports/clock.ts'

export interface RateLimitSettings {
  readonly perSecond: number
  /** How many may come at once after a quiet while. */
  readonly burst: number
}

export const RATE_LIMIT_SETTINGS: RateLimitSettings = { perSecond: 100, burst: 500 }

interface Budget {
  left: number
  /** On the monotonic clock. */
  countedAt: number
}

export class RateLimit {
  readonly #clock: Clock
  readonly #settings: RateLimitSettings
  /** As many as there are tokens: principals are known before they get here. */
  readonly #budgets = new Map<string, Budget>()

  constructor(clock: Clock, settings: RateLimitSettings) {
    this.#clock = clock
    this.#settings = settings
  }

  /** @returns milliseconds until the next request has a chance; 0 when this one may pass */
  take(principal: string): number {
    const { perSecond, burst } = this.#settings
    const now = this.#clock.mono()
    const budget = this.#budgets.get(principal) ?? { left: burst, countedAt: now }
    this.#budgets.set(principal, budget)
    budget.left = Math.min(burst, budget.left + ((now - budget.countedAt) / 1000) * perSecond)
    budget.countedAt = now
    if (budget.left < 1) return Math.ceil(((1 - budget.left) / perSecond) * 1000)
    budget.left -= 1
    return 0
  }
}
