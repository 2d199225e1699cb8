/**
 * V8's young generation, of which a peer under attack shall not take more than it needs.
 *
 * It is kept at 32 MiB, where it would grow to 64 under load and stay there while the load lasts: memory
 * that nobody needs, and that whoever can make a peer busy makes it take (40 MB of what a minute of garbage from strangers
 * cost).
 *
 * The option `--max-semi-space-size=16` does the same, but only at the start of a process, which is not always ours to say.
 */
// eslint-disable-next-line no-restricted-imports -- it tells of collections, and nobody is told the time
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const MOST_BYTES = 33_554_432

/** Of this process, from now on; more than once is as good as once. */
export function keepYoungGenerationSmall(): void {
  let mayGrow = true
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    // An idle process is shrunk by V8, and has to grow again when it is busy: with one MiB it would collect all the time.
    const isSmall = young === undefined || young.space_size < MOST_BYTES
    if (isSmall === mayGrow) return
    mayGrow = isSmall
    setFlagsFromString(`--semi-space-growth-factor=${isSmall ? '2' : '1'}`)
  })
  observer.observe({ entryTypes: ['gc'] })
}

type Collect = (options: { readonly type: 'minor' }) => void
let collect: Collect | undefined

/**
 * Throws away what was made lately and is needed no more: some milliseconds, in which nothing else happens. Texts of more
 * than 128 KiB are not part of the young generation's size, so V8 lets as many megabytes of them lie as it is large, moves
 * those that it finds in use to the old one, and looks there when that has grown by half.
 */
export function collectYoungGeneration(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    // Contexts that are made from now on have it; ours stays as it is.
    collect = runInNewContext('gc') as Collect
    setFlagsFromString('--no-expose-gc')
  }
  collect({ type: 'minor' })
}
