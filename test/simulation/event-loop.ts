/**
 * The one event loop of a simulated world: it jumps from timer to timer and knows no other time.
 *
 * Between two timers everything runs that is ready to run, in an order that does not depend on the machine. Two things are
 * ready: promises, which `process.nextTick` outruns only once none is left, and what production code put off with
 * `setImmediate` (the group commit of the store), which is queued here instead of in the machine's loop and called one by
 * one. Nothing else is asynchronous in a world: SQLite is called synchronously, and the sync of a log is a timer.
 */
import assert from 'node:assert/strict'
import { TimerHeap } from '../support/timer-heap.ts'

/** Callbacks one instant may need; more than that is a loop that never comes to rest. */
const MOST_TURNS = 20_000

export class EventLoop {
  #now = 0
  readonly #timers = new TimerHeap()
  readonly #immediates: (() => void)[] = []
  #events = 0

  /** Milliseconds since the world began. */
  get now(): number {
    return this.#now
  }

  get events(): number {
    return this.#events
  }

  /** @returns a function that takes it back */
  after(ms: number, callback: () => void): () => void {
    assert(ms >= 0 && Number.isFinite(ms), `a timer of ${String(ms)} ms`)
    return this.#timers.add(this.#now + ms, callback)
  }

  /** Runs until `until` or until `isOver` says so, which is asked whenever the world is at rest. */
  async run(until: number, isOver: () => boolean): Promise<void> {
    const machines = globalThis.setImmediate
    const queued = (callback: () => void) => void this.#immediates.push(callback)
    globalThis.setImmediate = queued as unknown as typeof globalThis.setImmediate
    try {
      await this.#rest()
      while (!isOver()) {
        const timer = this.#timers.pop(until)
        if (timer === undefined) {
          this.#now = until
          return
        }
        this.#now = timer.at
        this.#events += 1
        timer.callback()
        await this.#rest()
      }
    } finally {
      globalThis.setImmediate = machines
    }
  }

  async #rest(): Promise<void> {
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      await new Promise<void>((resolve) => {
        process.nextTick(resolve)
      })
      const next = this.#immediates.shift()
      if (next === undefined) return
      next()
    }
    throw new Error(`at ${String(this.#now)} ms the world does not come to rest`)
  }
}
