/** Runs one target in a thread of its own, with a bounded heap, and notices when it hangs or takes the thread down. */
import { Worker } from 'node:worker_threads'
import type { Hunted } from './hunt.ts'
import { WatchedInput } from './watched.ts'

export interface Wish {
  readonly name: string
  readonly seed: number
  readonly ms: number
  readonly corpus: readonly Uint8Array[]
  readonly withReach: boolean
  /** Seconds without a further input until it counts as hanging: generous, since machines that test are busy. */
  readonly patience: number
}

const HEAP_MIB = 384
const LOOK_MS = 1000

export function runTarget(wish: Wish): Promise<Hunted> {
  const watched = new WatchedInput()
  const startedAt = performance.now()
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: { ...wish, shared: watched.shared },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
  })
  return new Promise((resolve) => {
    let [last, looks] = [-1, 0]
    const done = (hunted: Hunted): void => {
      clearInterval(watch)
      void worker.terminate()
      resolve(hunted)
    }
    const broken = (promise: string, stack: string): void =>
      done({
        ...{ tried: watched.tried, ms: performance.now() - startedAt, ranges: 0, outcomes: [], reached: [] },
        finding: { input: watched.input, promise, stack },
      })
    const watch = setInterval(() => {
      // Until its first input a thread loads what it tries.
      looks = watched.tried === last && last > 0 ? looks + 1 : 0
      last = watched.tried
      if (looks >= wish.patience) broken(`hangs: no answer within ${wish.patience} s`, '')
    }, LOOK_MS)
    worker.once('message', (hunted: Hunted) => done(hunted))
    worker.once('error', (error: Error) => broken(`crash: ${error.message}`, error.stack ?? ''))
    worker.once('exit', (code) => broken(`crash: the thread ended with ${code}`, ''))
  })
}
