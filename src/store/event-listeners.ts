/** Whoever listens to a store. One that throws takes nothing from the others, nor from the store. */
import { errorText } from '../core/errors.ts'
import type { Logger } from '../core/ports/clock.ts'
import type { StoreEvent } from '../core/ports/task-store.ts'

export class EventListeners {
  readonly #log: Logger
  readonly #listeners = new Set<(event: StoreEvent) => void>()

  constructor(log: Logger) {
    this.#log = log
  }

  /** @returns a function that ends it */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(event: StoreEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (thrown) {
        this.#log.error('store.listener_failed', { error: errorText(thrown) })
      }
    }
  }
}
