/** Requests about the cache. A null reads as a miss there, and so it does here; values are passed on as they are. */
import type { Operations } from '../../core/operations/invoke.ts'
import type { Caller } from '../../core/operations/operation.ts'
import type { JsonObject } from '../../core/task.ts'
import { numberOf } from './python-json.ts'
import { done, failed, type Reply } from './replies.ts'
import type { Asked, Handle } from './requests.ts'
import { progressless } from './task-requests.ts'

export interface CacheRequestsDeps {
  readonly operations: Operations
  readonly caller: Caller
}

const LONGEST_TTL_S = 31_536_000

export function createCacheRequests({ operations, caller }: CacheRequestsDeps): Readonly<Record<string, Handle>> {
  const keyed =
    (work: (key: string, request: JsonObject, asked: Asked) => Promise<JsonObject>): Handle =>
    async (request, asked): Promise<Reply> => {
      const { key } = request
      if (typeof key !== 'string' || key.trim() === '') return failed('missing_key')
      return done({ key, ...(await work(key, request, asked)) })
    }

  const get = keyed(async (key, _request, asked) => {
    const { hit, value } = await operations.call('p2p_taskqueue_cache_get', { key }, progressless(asked, caller))
    return { hit: hit && value !== null && value !== undefined, value: value ?? null }
  })
  const has = keyed(async (key, _request, asked) => {
    const { hit } = await operations.call('p2p_taskqueue_cache_has', { key }, progressless(asked, caller))
    return { hit }
  })
  const set = keyed(async (key, request, asked) => {
    const ttl = Math.min(LONGEST_TTL_S, Math.max(0, numberOf(request['ttl_s']) ?? 0))
    const input = { key, value: request['value'] ?? null, ttl_s: ttl }
    const { stored } = await operations.call('p2p_taskqueue_cache_set', input, progressless(asked, caller))
    return { stored }
  })
  const remove = keyed(async (key, _request, asked) => {
    await operations.call('p2p_taskqueue_cache_delete', { key }, progressless(asked, caller))
    // As there: gone is gone, whether it was ever there or not.
    return { deleted: true }
  })
  return {
    ...{ 'cache.get': get, cache_get: get, cache: get },
    ...{ 'cache.has': has, cache_has: has },
    ...{ 'cache.set': set, cache_set: set },
    ...{ 'cache.delete': remove, cache_delete: remove, 'cache.del': remove, cache_del: remove },
  }
}
