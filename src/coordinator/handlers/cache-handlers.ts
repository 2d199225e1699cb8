/** Handlers of the cache's operations. */
import { SECOND } from '../../core/lease.ts'
import type { Handlers } from '../../core/operations/catalog.ts'
import type { HandlerDeps } from './context.ts'

type CacheOperation =
  | 'p2p_taskqueue_cache_get'
  | 'p2p_taskqueue_cache_set'
  | 'p2p_taskqueue_cache_has'
  | 'p2p_taskqueue_cache_delete'
  | 'p2p_taskqueue_cache_fetch'
  | 'p2p_taskqueue_cache_store'

export function createCacheHandlers({ cache }: Pick<HandlerDeps, 'cache'>): Pick<Handlers, CacheOperation> {
  return {
    p2p_taskqueue_cache_get: ({ key }, { signal }) => cache.get(key, signal),
    p2p_taskqueue_cache_set: ({ key, value, ttl_s: ttlS }, { signal }) =>
      cache.set({ key, value, ttlMs: Math.ceil(ttlS * SECOND) }, signal),
    p2p_taskqueue_cache_has: ({ key }, { signal }) => cache.has(key, signal),
    p2p_taskqueue_cache_delete: ({ key }, { signal }) => cache.delete(key, signal),
    p2p_taskqueue_cache_fetch: (input) => cache.fetchHere(input),
    p2p_taskqueue_cache_store: (input) => cache.storeHere(input),
  }
}
