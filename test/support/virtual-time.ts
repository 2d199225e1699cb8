/**
 * A clock for whole days of many peers in one process: it jumps from timer to timer, and stands still while anything that
 * was told to it as work is under way.
 */
import type { Clock } from '../../src/core/ports/clock.ts'
import { sleepBy, TimerHeap } from './timer-heap.ts'

export class VirtualTime implements Clock {
  readonly #start: number
  #elapsed = 0
  #busy = 0
  readonly #timers = new TimerHeap()

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
    return this.#timers.add(this.#elapsed + Math.max(0, ms), callback)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepBy((due, callback) => this.after(due, callback), ms, signal)
  }

  /** Work that time waits for. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1
    try {
      return await work()
    } finally {
      this.#busy -= 1
    }
  }

  /** Waits until nothing is under way that this clock knows of. */
  async calm(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet = this.#busy > 0 ? 0 : quiet + 1) {
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }

  async pass(ms: number): Promise<void> {
    const until = this.#elapsed + ms
    await this.calm()
    for (let next = this.#timers.pop(until); next !== undefined; next = this.#timers.pop(until)) {
      this.#elapsed = next.at
      next.callback()
      await this.calm()
    }
    this.#elapsed = until
  }
}
