/**
 * Claims whose answer was lost with a connection or a peer. Their home may have granted tasks, which nobody would know of
 * until the leases end, and what may not run twice would then be lost. Whoever serves the home answers the same request of
 * the same worker with the same grants, so it is asked again: at once where another peer serves the home, else when it is
 * back; and for as long as the peer that was lost may itself still take the claim for waiting.
 */
import type { HomeId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { OperationsLink } from '../../core/ports/link.ts'
import type { Links } from '../links.ts'

export interface CutOffClaimsDeps {
  readonly clock: Pick<Clock, 'mono' | 'sleep'>
  readonly links: Pick<Links, 'findByHome'>
  readonly signal: AbortSignal
  /** Grants that nobody asked for end after this long by themselves, milliseconds. */
  readonly leaseMs: number
  /** How long a home may be away before its claims are forgotten, milliseconds. */
  readonly patienceMs: number
}

/** Makes the request once more, without waiting. @returns how many grants came that were not known yet */
export type AskAgain = (link: OperationsLink, time: number) => Promise<number>

const PAUSE_MS = { first: SECOND / 4, longest: 5 * SECOND } as const

export class CutOffClaims {
  readonly #deps: CutOffClaimsDeps
  readonly #open = new Set<Promise<void>>()

  constructor(deps: CutOffClaimsDeps) {
    this.#deps = deps
  }

  /** From now on the home is asked what became of it. */
  add(home: HomeId, ask: AskAgain): void {
    const open = this.#recover(home, ask).finally(() => this.#open.delete(open))
    this.#open.add(open)
  }

  /** Resolves when none is open any more: some time after the signal at the latest. */
  async settled(): Promise<void> {
    await Promise.all(this.#open)
  }

  async #recover(home: HomeId, ask: AskAgain): Promise<void> {
    const { clock, links, signal, leaseMs, patienceMs } = this.#deps
    const begun = clock.mono()
    const isOver = (): boolean => signal.aborted
    let times = 0
    for (let pauseMs: number = PAUSE_MS.first; !isOver(); pauseMs = Math.min(pauseMs * 2, PAUSE_MS.longest)) {
      const link = links.findByHome(home)
      if (link !== undefined) {
        const found = await ask(link, times).catch(() => undefined)
        if (found !== undefined) {
          times += 1
          if (found > 0 || clock.mono() - begun > leaseMs) return
        }
      }
      if (clock.mono() - begun > patienceMs) return
      await clock.sleep(pauseMs, signal).catch(() => undefined)
    }
  }
}
