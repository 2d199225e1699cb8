/**
 * What GitHub lets an account do: a budget per hour, and secondary limits on bursts and on writing.
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
import type { Clock } from '../../../src/core/ports/clock.ts'
import type { Account } from './accounts.ts'

const MINUTE = 60_000
const HOUR = 3_600_000

export interface SecondaryAnswer {
  readonly status: 403 | 429
  /** Seconds; GitHub does not always say. */
  readonly retryAfter: number | undefined
}

export interface LimitSettings {
  readonly writesPerMinute: number
  readonly writesPerHour: number
  readonly pointsPerMinute: number
  readonly secondary: SecondaryAnswer
}

export const GITHUB_LIMITS: LimitSettings = {
  writesPerMinute: 80,
  writesPerHour: 500,
  pointsPerMinute: 900,
  secondary: { status: 403, retryAfter: 60 },
}

interface Ledger {
  windowStart: number
  used: number
  readonly writes: number[]
  readonly points: { at: number; points: number }[]
}

export interface Primary {
  readonly limit: number
  readonly remaining: number
  readonly used: number
  /** Epoch seconds. */
  readonly reset: number
}

export class Limits {
  settings: LimitSettings
  readonly #clock: Clock
  readonly #ledgers = new Map<number, Ledger>()

  constructor(clock: Clock, settings: LimitSettings) {
    this.#clock = clock
    this.settings = settings
  }

  primary(account: Account): Primary {
    const ledger = this.#ledger(account)
    return {
      limit: account.requestsPerHour,
      remaining: Math.max(0, account.requestsPerHour - ledger.used),
      used: Math.min(ledger.used, account.requestsPerHour),
      reset: Math.ceil((ledger.windowStart + HOUR) / 1_000),
    }
  }

  /** Takes one request off the budget. @returns false when there is none left */
  spend(account: Account): boolean {
    const ledger = this.#ledger(account)
    if (ledger.used >= account.requestsPerHour) return false
    ledger.used += 1
    return true
  }

  /** A 304 costs nothing. */
  refund(account: Account): void {
    this.#ledger(account).used -= 1
  }

  /** Leaves so much of this hour's budget, as other workflows of the repository would. */
  leave(account: Account, remaining: number): void {
    this.#ledger(account).used = account.requestsPerHour - remaining
  }

  /** Counts one request against the secondary limits. @returns how to refuse it, when it is one too many */
  burst(account: Account, method: string): SecondaryAnswer | undefined {
    const { writes, points } = this.#ledger(account)
    const now = this.#clock.now()
    const isWrite = method !== 'GET'
    while ((writes[0] ?? now) <= now - HOUR) writes.shift()
    while ((points[0]?.at ?? now) <= now - MINUTE) points.shift()
    const lastMinute = points.reduce((sum, { points: each }) => sum + each, 0)
    const writesLastMinute = writes.length - writes.findLastIndex((at) => at <= now - MINUTE) - 1
    const { writesPerMinute, writesPerHour, pointsPerMinute, secondary } = this.settings
    if (isWrite && (writesLastMinute >= writesPerMinute || writes.length >= writesPerHour)) return secondary
    if (lastMinute + (isWrite ? 5 : 1) > pointsPerMinute) return secondary
    points.push({ at: now, points: isWrite ? 5 : 1 })
    if (isWrite) writes.push(now)
    return undefined
  }

  #ledger(account: Account): Ledger {
    const now = this.#clock.now()
    const found = this.#ledgers.get(account.id)
    if (found !== undefined) {
      if (now >= found.windowStart + HOUR) {
        found.windowStart = now
        found.used = 0
      }
      return found
    }
    const ledger: Ledger = { windowStart: now, used: 0, writes: [], points: [] }
    this.#ledgers.set(account.id, ledger)
    return ledger
  }
}
