/**
 * Keeps V8's young generation at 32 MiB, where it would grow to 64 under load and never shrink: memory that nobody needs,
 * and that whoever can make a peer busy makes it take (40 MB of what a minute of garbage from strangers cost).
 *
 * The option `--max-semi-space-size=16` does the same, but only at the start of a process, which is not always ours to say.
 */
// eslint-disable-next-line no-restricted-imports -- it tells of collections, and nobody is told the time
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

const MOST_BYTES = 33_554_432

/** Of this process, from now on; more than once is as good as once. */
export function keepYoungGenerationSmall(): void {
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    if (young === undefined || young.space_size < MOST_BYTES) return
    observer.disconnect()
    setFlagsFromString('--semi-space-growth-factor=1')
  })
  observer.observe({ entryTypes: ['gc'] })
}
