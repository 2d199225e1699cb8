/**
 * The one event loop of a simulated world: it jumps from timer to timer and knows no other time.
 *
 * Between two timers everything runs that is ready to run, in an order that does not depend on the machine. Two things are
 * ready: promises, which `process.nextTick` outruns only once none is left, and what production code put off with
 * `setImmediate` (the group commit of the store), which is queued here instead of in the machine's loop and called one by
 * one. Nothing else is asynchronous in a world: SQLite is called synchronously, and the sync of a log is a timer.
 */
import assert from 'node:assert/strict'

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
  cancelled: boolean
}

/** Callbacks one instant may need; more than that is a loop that never comes to rest. */
const MOST_TURNS = 20_000

export class EventLoop {
  #now = 0
  #orders = 0
  /** A binary heap, earliest first. */
  readonly #heap: Timer[] = []
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
    const timer = { at: this.#now + ms, order: (this.#orders += 1), callback, cancelled: false }
    this.#push(timer)
    return () => (timer.cancelled = true)
  }

  /** Runs until `until` or until `isOver` says so, which is asked whenever the world is at rest. */
  async run(until: number, isOver: () => boolean): Promise<void> {
    const machines = globalThis.setImmediate
    const queued = (callback: () => void) => void this.#immediates.push(callback)
    globalThis.setImmediate = queued as unknown as typeof globalThis.setImmediate
    try {
      await this.#rest()
      while (!isOver()) {
        const timer = this.#pop(until)
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

  #push(timer: Timer): void {
    const heap = this.#heap
    heap.push(timer)
    for (let at = heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1
      if (!this.#isBefore(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  #pop(until: number): Timer | undefined {
    const heap = this.#heap
    for (;;) {
      const first = heap[0]
      if (first === undefined || (!first.cancelled && first.at > until)) return undefined
      const last = heap.pop()
      if (last !== undefined && last !== first) {
        heap[0] = last
        this.#sink()
      }
      if (!first.cancelled) return first
    }
  }

  #sink(): void {
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      let least = at
      if (left < this.#heap.length && this.#isBefore(left, least)) least = left
      if (right < this.#heap.length && this.#isBefore(right, least)) least = right
      if (least === at) return
      this.#swap(at, least)
      at = least
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [first, second] = [this.#heap[a] as Timer, this.#heap[b] as Timer]
    return first.at < second.at || (first.at === second.at && first.order < second.order)
  }

  #swap(a: number, b: number): void {
    const kept = this.#heap[a] as Timer
    this.#heap[a] = this.#heap[b] as Timer
    this.#heap[b] = kept
  }
}
