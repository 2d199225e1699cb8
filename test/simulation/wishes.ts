/** What the clients of a world want done: tasks of every kind, from the seed alone. */
import type { Random } from '../../src/core/ports/clock.ts'
import type { HomeNode } from './home-node.ts'
import type { Wish } from './submitter.ts'

export interface WishSettings {
  readonly count: number
  readonly overMs: number
}

export function makeWishes(
  name: string,
  homes: readonly HomeNode[],
  { count, overMs }: WishSettings,
  random: Random,
): readonly Wish[] {
  const wishes: Wish[] = []
  const oneOf = <T>(all: readonly T[]): T => all[Math.floor(random.unit() * all.length)] as T
  const is = (likely: number): boolean => random.unit() < likely
  for (let index = 0; index < count; index += 1) {
    const home = oneOf(homes)
    const before = wishes.filter((wish) => wish.home === home).map(({ key }) => key)
    const idempotent = is(0.5)
    wishes.push({
      key: `${name}-${String(index)}`,
      home,
      afterMs: random.unit() * overMs,
      options: {
        idempotent,
        priority: 1 + Math.floor(random.unit() * 10),
        max_failures: oneOf([1, 1, 2, 4]),
        max_lost: oneOf([0, 2, 5]),
        retry_on: oneOf([[], ['exit'], ['any'], ['exit', 'worker_lost']]),
        ...(is(0.15) ? { delay_ms: Math.floor(random.unit() * 10_000) } : {}),
        ...(is(0.3) ? { concurrency_group: { key: oneOf(['a', 'b']), max: 1 } } : {}),
        ...(is(0.1) ? { clocks: { total_ms: 20_000 + Math.floor(random.unit() * 60_000) } } : {}),
      },
      workMs: oneOf([200, 2_000, 8_000, 30_000]),
      fails: oneOf([0, 0, 0.3, 0.8]),
      needs: before.length > 0 && is(0.25) ? [oneOf(before)] : [],
      cancelAfterMs: is(0.15) ? random.unit() * 20_000 : undefined,
    })
  }
  return wishes
}
