/** Timers of a time that is not the machine's: what falls due first comes first, and among equals what was set first. */
import type { Clock } from '../../src/core/ports/clock.ts'

export interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
  cancelled: boolean
}

export class TimerHeap {
  #orders = 0
  /** Binary, earliest first. */
  readonly #heap: Timer[] = []

  /** @returns a function that takes it back */
  add(at: number, callback: () => void): () => void {
    const timer = { at, order: (this.#orders += 1), callback, cancelled: false }
    this.#push(timer)
    return () => (timer.cancelled = true)
  }

  /** Takes the next that falls due by `until`. */
  pop(until: number): Timer | undefined {
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

/** `Clock.sleep` by `Clock.after`. */
export function sleepBy(after: Clock['after'], ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => {
      cancel()
      reject(signal?.reason as Error)
    }
    const cancel = after(ms, () => {
      signal?.removeEventListener('abort', fail)
      resolve()
    })
    if (signal?.aborted === true) fail()
    else signal?.addEventListener('abort', fail)
  })
}
