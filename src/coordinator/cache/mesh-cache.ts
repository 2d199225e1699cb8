/**
 * The cache of the mesh as one of its peers sees it.
 *
 * A key lives at the first peer of its rendezvous ranking over those that keep a queue, this one among them if it does, and
 * is read and written there through any peer. A peer that is asked by another answers from its own part, so a call is
 * passed on at most once, whatever views of the mesh the two have. When the first peer of the ranking does not answer, the
 * next is asked, which is where the key lives once the first is known to be gone; when nobody answers, it is a miss.
 *
 * Soft state: a change of membership moves keys without moving values, so a value may be missed, and one that was written
 * before a peer joined may be read again after it has left. Writes are ordered by (wall time, peer) where they were asked
 * for; a stamp ahead of the holder's clock counts as now, so that no clock can pin a value.
 */
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import type { PeerId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import type { Input, Output } from '../../core/operations/catalog.ts'
import type { CacheStore, CacheVersion } from '../../core/ports/cache-store.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import type { OperationsLink } from '../../core/ports/link.ts'
import type { Json } from '../../core/task.ts'
import { TimeLimit } from '../../core/time-limit.ts'
import { rankByRendezvous } from './rendezvous.ts'

export interface MeshCacheDeps {
  readonly self: PeerId
  /** This peer's own part; undefined when it keeps no queue. */
  readonly store: CacheStore | undefined
  readonly links: () => readonly OperationsLink[]
  readonly clock: Clock
  readonly log: Logger
}

/** A peer that has not answered by then is passed over. */
const ANSWER_MS = 2 * SECOND
/** Peers asked for one key at most. */
const MOST_ASKED = 3

/** What one peer of the ranking made of a call. */
interface Answered<T> {
  readonly peer: PeerId
  readonly answer: T
}

type FetchInput = Input<'p2p_taskqueue_cache_fetch'>
type StoreInput = Input<'p2p_taskqueue_cache_store'>

export class MeshCache {
  readonly #deps: MeshCacheDeps

  constructor(deps: MeshCacheDeps) {
    this.#deps = deps
  }

  async get(key: string, signal: AbortSignal): Promise<Output<'p2p_taskqueue_cache_get'>> {
    const found = await this.#fetch({ key, look_only: false }, signal)
    if (found === undefined) return { key, hit: false }
    const { hit, value } = found.answer
    return { key, hit, ...(hit && value !== undefined ? { value } : {}), peer_id: found.peer }
  }

  async has(key: string, signal: AbortSignal): Promise<Output<'p2p_taskqueue_cache_has'>> {
    const found = await this.#fetch({ key, look_only: true }, signal)
    return found === undefined ? { key, hit: false } : { key, hit: found.answer.hit, peer_id: found.peer }
  }

  /** @param ttlMs 0 keeps it while there is room. @throws RunnerMeshError too_large */
  async set(
    { key, value, ttlMs }: { key: string; value: Json; ttlMs: number },
    signal: AbortSignal,
  ): Promise<Output<'p2p_taskqueue_cache_set'>> {
    const changed = await this.#change({ key, value: value as StoreInput['value'], ttlMs }, signal)
    return changed === undefined
      ? { key, stored: false }
      : { key, stored: changed.answer.changed, peer_id: changed.peer }
  }

  async delete(key: string, signal: AbortSignal): Promise<Output<'p2p_taskqueue_cache_delete'>> {
    const changed = await this.#change({ key, ttlMs: 0 }, signal)
    return changed === undefined
      ? { key, deleted: false }
      : { key, deleted: changed.answer.changed, peer_id: changed.peer }
  }

  /** From this peer's own part, and from nowhere else. */
  async fetchHere({ key, look_only: lookOnly }: FetchInput): Promise<Output<'p2p_taskqueue_cache_fetch'>> {
    const { store, clock } = this.#deps
    if (store === undefined) return { hit: false }
    if (lookOnly) return { hit: await store.has(key, clock.now()) }
    const entry = await store.get(key, clock.now())
    return entry === undefined ? { hit: false } : { hit: true, value: entry.value as StoreInput['value'] }
  }

  /** In this peer's own part, and nowhere else. @throws RunnerMeshError too_large */
  async storeHere(input: StoreInput): Promise<Output<'p2p_taskqueue_cache_store'>> {
    const { store, clock } = this.#deps
    if (store === undefined) return { changed: false }
    const now = clock.now()
    const version: CacheVersion = { writtenAt: Math.min(input.written_at, now), writer: input.writer }
    if (input.value === undefined) return { changed: await store.delete(input.key, version, now) }
    const expires = input.ttl_ms === undefined ? {} : { expiresAt: now + input.ttl_ms }
    return { changed: await store.set(input.key, { value: input.value, version, ...expires }, now) }
  }

  #fetch(input: FetchInput, signal: AbortSignal) {
    return this.#ask(input.key, signal, {
      here: () => this.fetchHere(input),
      there: (link, patience) => link.call('p2p_taskqueue_cache_fetch', input, { signal: patience }),
    })
  }

  #change({ key, value, ttlMs }: { key: string; value?: StoreInput['value']; ttlMs: number }, signal: AbortSignal) {
    const input: StoreInput = {
      key,
      ...(value === undefined ? {} : { value }),
      ...(ttlMs > 0 ? { ttl_ms: ttlMs } : {}),
      written_at: this.#deps.clock.now(),
      writer: this.#deps.self,
    }
    return this.#ask(key, signal, {
      here: () => this.storeHere(input),
      there: (link, patience) => link.call('p2p_taskqueue_cache_store', input, { signal: patience }),
    })
  }

  /** @returns undefined when no peer that keeps a cache answers */
  async #ask<T>(
    key: string,
    signal: AbortSignal,
    how: { here: () => Promise<T>; there: (link: OperationsLink, patience: AbortSignal) => Promise<T> },
  ): Promise<Answered<T> | undefined> {
    const { self, log } = this.#deps
    const holders = this.#holders()
    for (const peer of rankByRendezvous(key, holders.keys()).slice(0, MOST_ASKED)) {
      const link = holders.get(peer)
      if (link === undefined) return { peer: self, answer: await how.here() }
      try {
        return { peer, answer: await this.#within(signal, (patience) => how.there(link, patience)) }
      } catch (error) {
        signal.throwIfAborted()
        // What is wrong with the call itself is wrong everywhere.
        if (error instanceof RunnerMeshError && error.code === 'too_large') throw error
        log.debug('cache.passed_over', { peer, error: errorText(error) })
      }
    }
    return undefined
  }

  /** Peers that keep a part of the cache, with the link to each; none to this one. */
  #holders(): ReadonlyMap<PeerId, OperationsLink | undefined> {
    const { self, store, links } = this.#deps
    const holders = new Map<PeerId, OperationsLink | undefined>()
    if (store !== undefined) holders.set(self, undefined)
    for (const link of links()) {
      if (link.peer !== undefined && link.peer !== self && link.homes.length > 0) holders.set(link.peer, link)
    }
    return holders
  }

  async #within<T>(signal: AbortSignal, call: (patience: AbortSignal) => Promise<T>): Promise<T> {
    const late = () => new RunnerMeshError('timeout', 'The peer did not answer in time.')
    using limit = new TimeLimit(this.#deps.clock, ANSWER_MS, late)
    return await call(limit.or(signal))
  }
}
