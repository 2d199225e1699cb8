/** Waiting for what other processes do, without guessing how long it takes. */
import { setTimeout as wait } from 'node:timers/promises'

/** Looks again and again until it is so; fails with what it saw last. */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  isSo: (seen: T) => boolean,
  withinMs = 10_000,
): Promise<T> {
  const until = performance.now() + withinMs
  for (;;) {
    const seen = await look()
    if (isSo(seen)) return seen
    if (performance.now() > until)
      throw new Error(`Not within ${String(withinMs)} ms: ${what}. Seen last: ${JSON.stringify(seen)}`)
    await wait(20)
  }
}
