/**
 * The cache of the mesh: soft state for agents and tasks. What the tools ask is answered by the peer where a key lives;
 * `cache_fetch` and `cache_store` are what peers ask each other, always answered from the asked peer's own part, so that a
 * call is passed on at most once.
 */
import { z } from 'zod'
import { CHANGES, defineOperation, ENDS, READS } from './operation.ts'
import { duration, instant } from './views.ts'

const key = z.string().min(1).max(512).describe('Key, shared by the whole mesh')

/** Any JSON. Spelt out, because some clients refuse a field without a type. */
const value = z
  .union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.json()), z.record(z.string(), z.json())])
  .describe('Any JSON, null too')

const YEAR_S = 31_536_000

export const cacheGet = defineOperation({
  name: 'p2p_taskqueue_cache_get',
  title: 'Read from the cache',
  description:
    'Reads a value that any peer of the mesh has cached. hit is false when it is unknown, expired or evicted.',
  access: 'cache:read',
  hints: { ...READS, openWorld: true },
  input: z.strictObject({ key }),
  output: z.object({ key: z.string(), hit: z.boolean(), value: value.optional(), peer_id: z.string().optional() }),
})

export const cacheSet = defineOperation({
  name: 'p2p_taskqueue_cache_set',
  title: 'Write to the cache',
  description: 'Caches a value for every peer of the mesh; the last write wins. It may be evicted at any time.',
  access: 'cache:write',
  hints: CHANGES,
  input: z.strictObject({
    key,
    value,
    ttl_s: z.number().min(0).max(YEAR_S).default(0).describe('Seconds to keep it; 0 while there is room'),
  }),
  output: z.object({
    key: z.string(),
    stored: z.boolean().describe('False when a later write is there or no peer keeps a cache'),
    peer_id: z.string().optional(),
  }),
})

export const cacheHas = defineOperation({
  name: 'p2p_taskqueue_cache_has',
  title: 'Look for a key in the cache',
  description: 'Says whether a key is cached, without its value and without counting as a use.',
  access: 'cache:read',
  hints: READS,
  input: z.strictObject({ key }),
  output: z.object({ key: z.string(), hit: z.boolean(), peer_id: z.string().optional() }),
})

export const cacheDelete = defineOperation({
  name: 'p2p_taskqueue_cache_delete',
  title: 'Remove a key from the cache',
  description: 'Removes a key from the cache of the mesh. deleted is false when it was not there.',
  access: 'cache:write',
  hints: ENDS,
  input: z.strictObject({ key }),
  output: z.object({ key: z.string(), deleted: z.boolean(), peer_id: z.string().optional() }),
})

export const cacheFetch = defineOperation({
  name: 'p2p_taskqueue_cache_fetch',
  title: 'Read a peer’s own part of the cache',
  description: 'Answers from the part of the cache that the asked peer holds itself. Peers ask it of each other.',
  access: 'cache:read',
  hints: { ...READS, openWorld: true },
  input: z.strictObject({ key, look_only: z.boolean().default(false).describe('Neither value nor use') }),
  output: z.object({ hit: z.boolean(), value: value.optional() }),
})

export const cacheStore = defineOperation({
  name: 'p2p_taskqueue_cache_store',
  title: 'Change a peer’s own part of the cache',
  description:
    'Writes or removes a key in the part of the cache that the asked peer holds. Peers ask it of each other.',
  access: 'cache:write',
  hints: CHANGES,
  input: z.strictObject({
    key,
    value: value.optional().describe('Left out to remove the key'),
    ttl_ms: duration().min(1).optional(),
    written_at: instant().describe('When the write was asked for, by the clock of the peer asked'),
    writer: z.string().min(1).max(128).describe('The peer it was asked of'),
  }),
  output: z.object({ changed: z.boolean() }),
})
