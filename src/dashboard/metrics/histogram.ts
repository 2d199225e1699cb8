/** How often something took up to how long. */

export interface HistogramState {
  /** Cumulative: how many took up to so many seconds. */
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[]
  readonly count: number
  /** Seconds. */
  readonly sum: number
}

export class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #count = 0
  #sum = 0

  /** @param bounds seconds, ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = bounds.map(() => 0)
  }

  observe(ms: number): void {
    const seconds = Math.max(0, ms) / 1000
    this.#count += 1
    this.#sum += seconds
    const at = this.#bounds.findIndex((bound) => seconds <= bound)
    if (at >= 0) this.#counts[at] = (this.#counts[at] ?? 0) + 1
  }

  state(): HistogramState {
    let below = 0
    const buckets = this.#bounds.map((upTo, index) => {
      below += this.#counts[index] ?? 0
      return { upTo, count: below }
    })
    return { buckets, count: this.#count, sum: this.#sum }
  }
}
