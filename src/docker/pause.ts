import type { Clock } from '../core/ports/clock.ts'

/** A wait that somebody else may win: it ends with its block. */
export class Pause implements Disposable {
  readonly over: Promise<void>
  #clear: () => void = () => undefined

  constructor(clock: Clock, ms: number) {
    this.over = new Promise((resolve) => {
      this.#clear = clock.after(ms, resolve)
    })
  }

  [Symbol.dispose](): void {
    this.#clear()
  }
}
