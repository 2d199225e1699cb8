/** Answers kept with the tag under which GitHub knows them: asking again with the tag is free while nothing has changed. */

interface Kept<T> {
  readonly tag: string
  readonly value: T
}

/** 2,500 comments are 25 pages, and a registry may continue another. */
const MOST = 64

export class VersionedCache<T> {
  readonly #kept = new Map<string, Kept<T>>()

  find(key: string): Kept<T> | undefined {
    return this.#kept.get(key)
  }

  keep(key: string, tag: string, value: T): void {
    this.#kept.delete(key)
    this.#kept.set(key, { tag, value })
    for (const oldest of [...this.#kept.keys()].slice(0, -MOST)) this.#kept.delete(oldest)
  }

  clear(): void {
    this.#kept.clear()
  }
}
