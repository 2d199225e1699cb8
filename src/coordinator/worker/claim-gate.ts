/**
 * Holds back a worker's claims while others need its machine. Each holder pauses under a name of its own and claims go on
 * when none is left, so that two runners on one machine do not resume each other's pause. Running tasks are not touched.
 */
import type { Clock } from '../../core/ports/clock.ts'
import { WakeUps } from './wake-ups.ts'

export interface Pause {
  readonly holder: string
  /** Epoch milliseconds; unset: until it is resumed. */
  readonly until?: number
}

export class ClaimGate {
  readonly #clock: Pick<Clock, 'now' | 'after'>
  readonly #pauses = new Map<string, { readonly pause: Pause; readonly stopTimer: () => void }>()
  readonly #wakeUps = new WakeUps()
  /** Tasks that may still be begun. */
  #left = Infinity

  constructor(clock: Pick<Clock, 'now' | 'after'>) {
    this.#clock = clock
  }

  get isClosed(): boolean {
    return this.#pauses.size > 0 || this.#left <= 0
  }

  /** No more than so many tasks are begun from now on. */
  limit(tasks: number): void {
    this.#left = tasks
    this.#wakeIfOpen()
  }

  /** A task is to be begun. @returns false when the gate is closed; who is let in and begins nothing has to `leave` */
  enter(): boolean {
    if (this.isClosed) return false
    this.#left -= 1
    return true
  }

  leave(): void {
    this.#left += 1
    this.#wakeIfOpen()
  }

  /** A repeat by the same holder replaces its former pause. @param forMs after which it ends by itself */
  pause(holder: string, forMs: number | undefined): void {
    this.#pauses.get(holder)?.stopTimer()
    if (forMs === undefined) {
      this.#pauses.set(holder, { pause: { holder }, stopTimer: () => undefined })
      return
    }
    const stopTimer = this.#clock.after(forMs, () => {
      this.resume(holder)
    })
    this.#pauses.set(holder, { pause: { holder, until: Math.round(this.#clock.now() + forMs) }, stopTimer })
  }

  /** @param holder whose pause ends; undefined ends all. @returns whether there was one */
  resume(holder: string | undefined): boolean {
    const ended = holder === undefined ? [...this.#pauses.keys()] : this.#pauses.has(holder) ? [holder] : []
    for (const each of ended) {
      this.#pauses.get(each)?.stopTimer()
      this.#pauses.delete(each)
    }
    this.#wakeIfOpen()
    return ended.length > 0
  }

  pauses(): readonly Pause[] {
    return [...this.#pauses.values()].map(({ pause }) => pause)
  }

  /** Resolves at once while nobody pauses. @throws the signal's reason */
  async whenOpen(signal: AbortSignal): Promise<void> {
    while (this.isClosed) await this.#wakeUps.next(signal)
    signal.throwIfAborted()
  }

  #wakeIfOpen(): void {
    if (!this.isClosed) this.#wakeUps.wake()
  }
}
