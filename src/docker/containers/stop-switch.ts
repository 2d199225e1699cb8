/** Everything that may end a run before its time: the caller's signal and the time limits. The first cause wins and stays. */
import type { Clock } from '../../core/ports/clock.ts'
import type { StopCause } from '../../core/ports/executor.ts'
import type { EndCause } from './run-verdict.ts'

const STOP_CAUSES: readonly unknown[] = ['cancelled', 'lease_lost', 'timeout_total', 'stopping'] satisfies StopCause[]

export class StopSwitch implements Disposable {
  readonly #clock: Clock
  readonly #outside: AbortSignal
  readonly #controller = new AbortController()
  readonly #timers = new Set<() => void>()
  readonly #onOutside = () => {
    this.trip(stopCauseOf(this.#outside.reason))
  }

  constructor(clock: Clock, outside: AbortSignal) {
    this.#clock = clock
    this.#outside = outside
    if (outside.aborted) this.#onOutside()
    else outside.addEventListener('abort', this.#onOutside, { once: true })
  }

  /** Aborted once there is a cause. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  findCause(): EndCause | undefined {
    return this.signal.aborted ? (this.signal.reason as EndCause) : undefined
  }

  trip(cause: EndCause): void {
    if (!this.signal.aborted) this.#controller.abort(cause)
  }

  /** @returns a function that takes the limit away */
  limit(ms: number, cause: EndCause): () => void {
    const clear = this.#clock.after(Math.max(0, ms), () => {
      this.#timers.delete(clear)
      this.trip(cause)
    })
    this.#timers.add(clear)
    return () => {
      this.#timers.delete(clear)
      clear()
    }
  }

  /** Resolves once there is a cause. */
  async tripped(): Promise<void> {
    if (this.signal.aborted) return
    await new Promise<void>((resolve) => {
      this.signal.addEventListener(
        'abort',
        () => {
          resolve()
        },
        { once: true },
      )
    })
  }

  [Symbol.dispose](): void {
    this.#outside.removeEventListener('abort', this.#onOutside)
    for (const clear of this.#timers) clear()
    this.#timers.clear()
  }
}

/** A signal aborted without a cause of ours (a plain `abort()`) reads as cancelled. */
function stopCauseOf(reason: unknown): StopCause {
  return STOP_CAUSES.includes(reason) ? (reason as StopCause) : 'cancelled'
}
