/** `runner-mesh cache`: the cache of the mesh, through the peer of this machine. A miss has exit code 1. */
import type { Command } from 'commander'
import type { RawInput } from '../../core/operations/catalog.ts'
import { cleanText } from '../../core/clean-text.ts'
import { parseNumber, type RunCommand } from '../run-command.ts'

const MISS = 1

export function addCacheCommands(program: Command, run: RunCommand): void {
  const cache = program.command('cache').description('Read and write the cache of the mesh.')

  const get = cache.command('get').description('Print a value; exit code 1 when there is none.').argument('<key>')
  run(get, async ({ link, output, signal }, key = '') => {
    const answer = await link.call('p2p_taskqueue_cache_get', { key }, { signal })
    if (answer.hit || output.json) output.result(answer, () => toText(answer.value))
    return answer.hit ? 0 : MISS
  })

  const set = cache
    .command('set')
    .description('Store a value: JSON where it reads as JSON, text otherwise.')
    .argument('<key>')
    .argument('<value>')
    .option('--ttl-seconds <number>', 'how long to keep it; without it, while there is room', parseNumber)
  run(set, async ({ link, output, signal }, key = '', text = '') => {
    const { ttlSeconds } = set.opts<{ ttlSeconds?: number }>()
    const ttl = ttlSeconds === undefined ? {} : { ttl_s: ttlSeconds }
    const answer = await link.call('p2p_taskqueue_cache_set', { key, value: toValue(text), ...ttl }, { signal })
    output.result(answer, () =>
      answer.stored
        ? `stored at ${answer.peer_id ?? '-'}`
        : 'not stored: a later write is there, or no peer keeps a cache',
    )
    return answer.stored ? 0 : MISS
  })

  const has = cache.command('has').description('Say whether a key is there; exit code 1 when not.').argument('<key>')
  run(has, async ({ link, output, signal }, key = '') => {
    const answer = await link.call('p2p_taskqueue_cache_has', { key }, { signal })
    output.result(answer, () => (answer.hit ? 'yes' : 'no'))
    return answer.hit ? 0 : MISS
  })

  const remove = cache.command('delete').description('Remove a key.').argument('<key>')
  run(remove, async ({ link, output, signal }, key = '') => {
    const answer = await link.call('p2p_taskqueue_cache_delete', { key }, { signal })
    output.result(answer, () => (answer.deleted ? 'deleted' : 'was not there'))
    return 0
  })
}

type Value = RawInput<'p2p_taskqueue_cache_set'>['value']

function toValue(text: string): Value {
  try {
    return JSON.parse(text) as Value
  } catch {
    return text
  }
}

function toText(value: Value | undefined): string {
  return cleanText(typeof value === 'string' ? value : JSON.stringify(value ?? null, undefined, 2))
}
