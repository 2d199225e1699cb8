/** How long one piece of work may take, as a signal that is aborted when the time is up. */
import type { Clock } from './ports/clock.ts'

/** `using limit = new TimeLimit(…)`: at the end of its scope the limit is taken away. */
export class TimeLimit implements Disposable {
  readonly #clock: Pick<Clock, 'after'>
  readonly #ms: number
  readonly #controller = new AbortController()
  readonly #late: () => Error
  #clear: () => void = () => undefined

  /**
   * @param ms from now
   * @param why what the work ends with: the message of a plain error, or what makes another
   */
  constructor(clock: Pick<Clock, 'after'>, ms: number, why: string | (() => Error)) {
    this.#clock = clock
    this.#ms = ms
    this.#late = typeof why === 'string' ? () => new Error(why) : why
    this.rearm()
  }

  /** Aborted when the time is up, with the error of the limit. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** @returns a signal that is aborted by the limit or by another, whichever comes first, with its reason */
  or(other: AbortSignal | undefined): AbortSignal {
    return other === undefined ? this.signal : AbortSignal.any([other, this.signal])
  }

  /** The whole time anew: of work that may take long, but not pause for long. */
  rearm(): void {
    this.#clear()
    this.#clear = this.#clock.after(this.#ms, () => this.#controller.abort(this.#late()))
  }

  [Symbol.dispose](): void {
    this.#clear()
  }
}
