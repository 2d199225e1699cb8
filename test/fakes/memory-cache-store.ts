/** A cache store in memory: a map in order of use. */
import { RunnerMeshError } from '../../src/core/errors.ts'
import {
  CACHE_LIMITS,
  isLater,
  REMOVAL_KEPT_MS,
  type CacheEntry,
  type CacheLimits,
  type CacheStore,
  type CacheVersion,
} from '../../src/core/ports/cache-store.ts'
import type { Json } from '../../src/core/task.ts'

interface Kept {
  /** Undefined when the key was removed. */
  readonly text: string | undefined
  readonly version: CacheVersion
  readonly expiresAt: number | undefined
}

export class MemoryCacheStore implements CacheStore {
  readonly #limits: CacheLimits
  readonly #kept = new Map<string, Kept>()

  constructor(limits: CacheLimits = CACHE_LIMITS) {
    this.#limits = limits
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }

  get(key: string, now: number): Promise<CacheEntry | undefined> {
    const kept = this.#known(key, now)
    if (kept?.text === undefined) return Promise.resolve(undefined)
    this.#save(key, kept)
    const { text, version, expiresAt } = kept
    const entry = { value: JSON.parse(text) as Json, version }
    return Promise.resolve(expiresAt === undefined ? entry : { ...entry, expiresAt })
  }

  has(key: string, now: number): Promise<boolean> {
    return Promise.resolve(this.#known(key, now)?.text !== undefined)
  }

  set(key: string, { value, version, expiresAt }: CacheEntry, now: number): Promise<boolean> {
    const text = JSON.stringify(value)
    if (Buffer.byteLength(text) > this.#limits.valueBytes)
      return Promise.reject(new RunnerMeshError('too_large', `The value of ${key} is too long.`))
    const before = this.#known(key, now)
    if (before !== undefined && isLater(before.version, version)) return Promise.resolve(false)
    this.#save(key, { text, version, expiresAt })
    this.#makeRoom(now)
    return Promise.resolve(true)
  }

  delete(key: string, version: CacheVersion, now: number): Promise<boolean> {
    const before = this.#known(key, now)
    if (before !== undefined && isLater(before.version, version)) return Promise.resolve(false)
    this.#save(key, { text: undefined, version, expiresAt: now + REMOVAL_KEPT_MS })
    return Promise.resolve(before?.text !== undefined)
  }

  size(): Promise<{ readonly entries: number; readonly bytes: number }> {
    const entries = [...this.#kept.values()].filter(({ text }) => text !== undefined).length
    return Promise.resolve({ entries, bytes: this.#bytes() })
  }

  #known(key: string, now: number): Kept | undefined {
    const kept = this.#kept.get(key)
    return kept?.expiresAt === undefined || kept.expiresAt > now ? kept : undefined
  }

  #save(key: string, kept: Kept): void {
    this.#kept.delete(key)
    this.#kept.set(key, kept)
  }

  #bytes(): number {
    return [...this.#kept].reduce(
      (all, [key, { text = '' }]) => all + Buffer.byteLength(key) + Buffer.byteLength(text),
      0,
    )
  }

  #makeRoom(now: number): void {
    const expired = [...this.#kept].filter(([, { expiresAt }]) => expiresAt !== undefined && expiresAt <= now)
    for (const [key] of [...expired, ...this.#kept]) {
      if (this.#bytes() <= this.#limits.totalBytes) return
      this.#kept.delete(key)
    }
  }
}
