/** Notices that this peer's addresses are others than before: its machine has moved, or a way to it came or went. */
import { SECOND } from '../core/lease.ts'
import type { Clock } from '../core/ports/clock.ts'

export interface AddressWatchDeps {
  /** Where it listens, wildcards resolved to the addresses of this machine. */
  readonly listening: () => readonly string[]
  /** All that it tells others. */
  readonly addresses: () => readonly string[]
  /** The machine itself has other addresses: called before any listener. */
  readonly onMoved: () => void
  readonly clock: Clock
}

/** How often this machine's own addresses are looked at: the system has no event for it that Node would tell. */
export const ADDRESS_LOOK_MS = 3 * SECOND

export class AddressWatch {
  readonly #deps: AddressWatchDeps
  readonly #listeners: (() => void)[] = []
  #listening = ''
  #addresses = ''
  #cancel: (() => void) | undefined

  constructor(deps: AddressWatchDeps) {
    this.#deps = deps
  }

  onChange(changed: () => void): void {
    this.#listeners.push(changed)
  }

  /** To be called once it listens. */
  start(): void {
    this.#listening = this.#deps.listening().join(' ')
    this.#addresses = this.#deps.addresses().join(' ')
    this.#again()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** Looks now: something may have changed that is known already. */
  look(): void {
    if (this.#cancel === undefined) return
    const listening = this.#deps.listening().join(' ')
    if (listening !== this.#listening) {
      this.#listening = listening
      this.#deps.onMoved()
    }
    const now = this.#deps.addresses().join(' ')
    if (now === this.#addresses) return
    this.#addresses = now
    for (const changed of this.#listeners) changed()
  }

  #again(): void {
    this.#cancel = this.#deps.clock.after(ADDRESS_LOOK_MS, () => {
      this.look()
      this.#again()
    })
  }
}
