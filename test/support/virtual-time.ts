/**
 * A clock for whole days of many peers in one process: it jumps from timer to timer, and stands still while anything that
 * was told to it as work is under way.
 */
import type { Clock } from '../../src/core/ports/clock.ts'

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
  cancelled: boolean
}

export class VirtualTime implements Clock {
  readonly #start: number
  #elapsed = 0
  #orders = 0
  #busy = 0
  /** A binary heap, earliest first. */
  readonly #heap: Timer[] = []

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
    const timer = { at: this.#elapsed + Math.max(0, ms), order: (this.#orders += 1), callback, cancelled: false }
    this.#push(timer)
    return () => (timer.cancelled = true)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = () => {
        cancel()
        reject(signal?.reason as Error)
      }
      const cancel = this.after(ms, () => {
        signal?.removeEventListener('abort', fail)
        resolve()
      })
      if (signal?.aborted === true) fail()
      else signal?.addEventListener('abort', fail)
    })
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
    for (let next = this.#pop(until); next !== undefined; next = this.#pop(until)) {
      this.#elapsed = next.at
      next.callback()
      await this.calm()
    }
    this.#elapsed = until
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
    return first.at - second.at < 0 || (first.at === second.at && first.order < second.order)
  }

  #swap(a: number, b: number): void {
    const kept = this.#heap[a] as Timer
    this.#heap[a] = this.#heap[b] as Timer
    this.#heap[b] = kept
  }
}
