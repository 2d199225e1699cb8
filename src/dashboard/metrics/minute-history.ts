/** What happened in each minute of the last hour, for charts: soft state that a restart begins anew. */
import { MINUTE } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'

export interface MinuteView {
  /** When it began, epoch milliseconds. */
  readonly at: number
  readonly submitted: number
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
  /** Milliseconds from being queued to being claimed, over the tasks claimed in it; 0 when there were none. */
  readonly mean_wait_ms: number
}

type Counted = 'submitted' | 'completed' | 'failed' | 'cancelled'

interface Minute {
  readonly at: number
  readonly counts: Record<Counted, number>
  waits: number
  waitedMs: number
}

export const HISTORY_MINUTES = 60

export class MinuteHistory {
  readonly #clock: Clock
  #minutes: Minute[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  count(what: Counted): void {
    this.#current().counts[what] += 1
  }

  waited(ms: number): void {
    const minute = this.#current()
    minute.waits += 1
    minute.waitedMs += ms
  }

  /** The last hour, the oldest minute first, those without anything too. */
  list(): readonly MinuteView[] {
    const last = this.#current().at
    return Array.from({ length: HISTORY_MINUTES }, (_, index) => {
      const at = last - (HISTORY_MINUTES - 1 - index) * MINUTE
      const minute = this.#minutes.find((one) => one.at === at)
      const { submitted, completed, failed, cancelled } = minute?.counts ?? empty()
      const mean = minute === undefined || minute.waits === 0 ? 0 : Math.round(minute.waitedMs / minute.waits)
      return { at, submitted, completed, failed, cancelled, mean_wait_ms: mean }
    })
  }

  #current(): Minute {
    const now = this.#clock.now()
    const at = now - (now % MINUTE)
    const last = this.#minutes.at(-1)
    if (last?.at === at) return last
    const minute: Minute = { at, counts: empty(), waits: 0, waitedMs: 0 }
    this.#minutes = [...this.#minutes.filter((one) => one.at < at && one.at > at - HISTORY_MINUTES * MINUTE), minute]
    return minute
  }
}

const empty = (): Record<Counted, number> => ({ submitted: 0, completed: 0, failed: 0, cancelled: 0 })
