/**
 * Tells connected peers how full this home's queue is, at most once a second and only when something has changed. The first
 * notice after a silence waits a moment, in which workers that are parked here take what they can.
 */
import { errorText } from '../core/errors.ts'
import { SECOND } from '../core/lease.ts'
import type { Clock, Logger, Startable } from '../core/ports/clock.ts'
import type { ReadyNotice } from '../core/ports/link.ts'
import type { Home } from './home.ts'

export interface ReadyNoticesDeps {
  readonly home: Pick<Home, 'onReady' | 'readyNotice'>
  readonly clock: Pick<Clock, 'mono' | 'after'>
  readonly log: Logger
  readonly tell: (notice: ReadyNotice) => void
}

const MOMENT_MS = 50
const EVERY_MS = SECOND

export class ReadyNotices implements Startable {
  readonly #deps: ReadyNoticesDeps
  #unsubscribe: () => void = () => undefined
  #cancelTimer: (() => void) | undefined
  #looking: Promise<void> = Promise.resolve()
  #last: ReadyNotice | undefined
  #lastAt = -Infinity
  #running = false

  constructor(deps: ReadyNoticesDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    if (this.#running) return Promise.resolve()
    this.#running = true
    this.#unsubscribe = this.#deps.home.onReady(() => {
      this.#schedule()
    })
    this.#schedule()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#unsubscribe()
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    await this.#looking
  }

  #schedule(): void {
    if (!this.#running || this.#cancelTimer !== undefined) return
    const { clock } = this.#deps
    const ms = Math.max(MOMENT_MS, this.#lastAt + EVERY_MS - clock.mono())
    this.#cancelTimer = clock.after(ms, () => {
      this.#looking = this.#look()
    })
  }

  async #look(): Promise<void> {
    const { home, clock, log, tell } = this.#deps
    try {
      const notice = await home.readyNotice()
      this.#cancelTimer = undefined
      if (!this.#running) return
      if (!isSame(notice, this.#last)) {
        this.#last = notice
        this.#lastAt = clock.mono()
        tell(notice)
      }
    } catch (error) {
      this.#cancelTimer = undefined
      log.error('home.notice_failed', { error: errorText(error) })
    }
    // While tasks are ready, others may take them, which nothing tells: so look again.
    if ((this.#last?.ready ?? 0) > 0) {
      this.#lastAt = clock.mono()
      this.#schedule()
    }
  }
}

function isSame(a: ReadyNotice, b: ReadyNotice | undefined): boolean {
  return a.ready === b?.ready && a.oldest_ready_at === b.oldest_ready_at && a.top_priority === b.top_priority
}
