/** Keeps a number of reservations: asks one relay for each free slot, and one that refuses again ever more seldom. */
import { errorText } from '../../core/errors.ts'
import type { PeerId } from '../../core/ids.ts'
import { MINUTE, SECOND } from '../../core/lease.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import type { Reservations } from './relay-transport.ts'

export const RESERVE_PAUSE = { firstMs: 1 * SECOND, longestMs: 5 * MINUTE } as const

export interface RelaySlotsDeps {
  readonly slots: number
  readonly reservations: Reservations
  /** A slot was filled, or is still free: to be answered with `fill`. */
  readonly onChange: () => void
  readonly clock: Clock
  readonly log: Logger
}

interface Refused {
  readonly times: number
  /** Monotonic: not asked before. */
  readonly until: number
}

export class RelaySlots {
  readonly #deps: RelaySlotsDeps
  readonly #asking = new Set<PeerId>()
  readonly #refused = new Map<PeerId, Refused>()
  #cancel: (() => void) | undefined

  constructor(deps: RelaySlotsDeps) {
    this.#deps = deps
  }

  stop(): void {
    this.#cancel?.()
  }

  hasFree(): boolean {
    return this.#deps.reservations.list().length < this.#deps.slots
  }

  /** @param relays that would do, best first */
  fill(relays: readonly PeerId[]): void {
    const { slots, reservations, clock } = this.#deps
    const now = clock.mono()
    const reserved = reservations.list()
    const free = slots - reserved.length - this.#asking.size
    const open = relays.filter((relay) => !reserved.includes(relay) && !this.#asking.has(relay))
    const due = open.filter((relay) => (this.#refused.get(relay)?.until ?? now) <= now)
    for (const relay of due.slice(0, Math.max(0, free))) void this.#ask(relay)
  }

  /** The relay is gone, or is here anew: whatever it said before is nothing now. */
  forget(relay: PeerId): void {
    this.#refused.delete(relay)
    this.#deps.reservations.drop(relay)
  }

  async #ask(relay: PeerId): Promise<void> {
    const { reservations, clock, log, onChange } = this.#deps
    this.#asking.add(relay)
    try {
      await reservations.reserve(relay)
      this.#refused.delete(relay)
      log.info('relay.reserved', { relay })
    } catch (error) {
      const times = (this.#refused.get(relay)?.times ?? 0) + 1
      const pauseMs = Math.min(RESERVE_PAUSE.longestMs, RESERVE_PAUSE.firstMs * 2 ** Math.min(times - 1, 10))
      this.#refused.set(relay, { times, until: clock.mono() + pauseMs })
      log.info('relay.refused', { relay, error: errorText(error) })
      this.#cancel?.()
      this.#cancel = clock.after(pauseMs, onChange)
    } finally {
      this.#asking.delete(relay)
    }
    onChange()
  }
}
