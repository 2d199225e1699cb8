/** Who has asked lately and as what, for the predecessor's status. Soft state, bounded. */
import { SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'

const LIVE_MS = 300 * SECOND
const MOST = 1000

export interface Sighting {
  /** By which name it wants to be known. */
  readonly peer: string
  readonly worker: string
  readonly types: readonly string[]
  readonly transport: string
  readonly hint: string
}

export class KnownWorkers {
  readonly #clock: Pick<Clock, 'now' | 'mono'>
  readonly #seen = new Map<string, Sighting & { readonly mono: number; readonly at: number }>()

  constructor(clock: Pick<Clock, 'now' | 'mono'>) {
    this.#clock = clock
  }

  /** A heartbeat says less than a claim did, and takes nothing back. */
  saw(sighting: Sighting): void {
    const before = this.#seen.get(sighting.peer)
    const kept = sighting.worker === '' && before !== undefined ? { worker: before.worker, types: before.types } : {}
    this.#seen.delete(sighting.peer)
    this.#seen.set(sighting.peer, { ...sighting, ...kept, mono: this.#clock.mono(), at: this.#clock.now() })
    if (this.#seen.size <= MOST) return
    const [oldest] = this.#seen.keys()
    if (oldest !== undefined) this.#seen.delete(oldest)
  }

  /** The one heard of longest ago first. */
  list(): readonly (Sighting & { readonly at: number })[] {
    const since = this.#clock.mono() - LIVE_MS
    return [...this.#seen.values()].filter(({ mono }) => mono >= since)
  }
}
