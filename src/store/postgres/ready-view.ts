/** What may be claimed now, as of the last look. The database has the last word; this tells whom to wake. */
import type { ReadyClass } from '../../core/ports/task-store.ts'

export class ReadyView {
  readonly #read: () => Promise<readonly ReadyClass[]>
  #classes: readonly ReadyClass[] = []
  #looking: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(read: () => Promise<readonly ReadyClass[]>) {
    this.#read = read
  }

  get classes(): readonly ReadyClass[] {
    return this.#classes
  }

  /** One look at a time: all who ask while one is under way are answered by the one that follows it. */
  refresh(): Promise<void> {
    if (this.#looking === undefined) return this.#look()
    this.#next ??= this.#looking
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return this.#look()
      })
    return this.#next
  }

  /** Resolves when no look is under way. */
  async settled(): Promise<void> {
    while (this.#looking !== undefined) await this.#looking.catch(() => undefined)
  }

  #look(): Promise<void> {
    const look = this.#read()
      .then((classes) => {
        this.#classes = classes
      })
      .finally(() => {
        if (this.#looking === look) this.#looking = undefined
      })
    this.#looking = look
    return look
  }
}
