/** A clock that stands still until a test moves it. Timers fire in due order, and what they cause runs in between. */
import type { Clock } from '../../src/core/ports/clock.ts'
import { sleepBy } from './timer-heap.ts'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

export class ManualClock implements Clock {
  #elapsed = 0
  #start: number
  readonly #timers = new Set<Timer>()

  constructor(start = 1_800_000_000_000) {
    this.#start = start
  }

  now(): number {
    return this.#start + this.#elapsed
  }

  mono(): number {
    return this.#elapsed
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#elapsed + ms, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepBy((due, callback) => this.after(due, callback), ms, signal)
  }

  /** The wall clock is moved, forward or back; the monotonic one goes on as it was. */
  shift(ms: number): void {
    this.#start += ms
  }

  /** Timers that would still fire. */
  get pending(): number {
    return this.#timers.size
  }

  async advance(ms: number): Promise<void> {
    const until = this.#elapsed + ms
    for (;;) {
      await settle()
      const due = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#timers.delete(due)
      this.#elapsed = Math.max(this.#elapsed, due.at)
      due.callback()
    }
    this.#elapsed = until
  }
}

/** Lets everything run that is ready to run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve))
}
