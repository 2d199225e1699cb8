/**
 * What a peer needs from its part of the mesh-wide cache: soft state with limits, whose loss costs time and nothing else.
 * `now` and `expiresAt` are wall time in epoch milliseconds. A value is JSON, null among it; a miss is undefined.
 *
 * Two implementations, node:sqlite and the fake; one contract suite holds both.
 */
import type { Json } from '../task.ts'
import type { Startable } from './clock.ts'

/**
 * Which of two writes of one key is the later: by wall time where the write was asked for, then by that peer's id. Of two
 * with the same version the one that comes later: one peer's writes arrive in their order.
 */
export interface CacheVersion {
  readonly writtenAt: number
  readonly writer: string
}

export interface CacheEntry {
  readonly value: Json
  readonly version: CacheVersion
  /** Undefined when only room ends it. */
  readonly expiresAt?: number
}

export interface CacheLimits {
  /** Longest JSON text of one value, bytes of UTF-8. */
  readonly valueBytes: number
  /** Keys and values together, bytes; what was used longest ago goes first. */
  readonly totalBytes: number
}

export const CACHE_LIMITS: CacheLimits = { valueBytes: 262_144, totalBytes: 256 * 1_048_576 }

/** How long a removal is remembered, so that a write that is older than it brings nothing back. Milliseconds. */
export const REMOVAL_KEPT_MS = 300_000

export function isLater(a: CacheVersion, b: CacheVersion): boolean {
  return a.writtenAt === b.writtenAt ? a.writer > b.writer : a.writtenAt > b.writtenAt
}

export interface CacheStore extends Startable {
  /** Counts as a use. */
  get(key: string, now: number): Promise<CacheEntry | undefined>
  /** Looks without using. */
  has(key: string, now: number): Promise<boolean>
  /** @returns false when a later write or removal is known. @throws RunnerMeshError too_large */
  set(key: string, entry: CacheEntry, now: number): Promise<boolean>
  /** @returns whether a value was there that is not later than `version` */
  delete(key: string, version: CacheVersion, now: number): Promise<boolean>
  /** Keys and values held now, expired ones that nobody asked for among them. */
  size(): Promise<{ readonly entries: number; readonly bytes: number }>
}
