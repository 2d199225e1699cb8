/**
 * Which ranges of our own sources have run, from V8 itself: block coverage counted since it was last asked for. Asking
 * costs milliseconds, so it is asked for whole batches, and input by input only where a batch brought something new.
 * @see https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#method-startPreciseCoverage
 */
import { Session, type Profiler } from 'node:inspector'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const SOURCES = pathToFileURL(join(import.meta.dirname, '..', '..', '..', 'src')).href

export class Coverage implements Disposable {
  readonly #session = new Session()
  readonly #seen = new Set<string>()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** Ranges seen so far. */
  get size(): number {
    return this.#seen.size
  }

  /** The ranges that ran since this was last asked. They count as seen then. */
  take(): readonly string[] {
    const ranges = [...this.#take()]
    for (const range of ranges) this.#seen.add(range)
    return ranges
  }

  /** Whether anything new ran since this was last asked; it stays new, to be found again by trying again. */
  look(): boolean {
    return [...this.#take()].some((range) => !this.#seen.has(range))
  }

  /** Ranges that ran since this was last asked, seen before or not. */
  *#take(): Generator<string> {
    let taken: Profiler.TakePreciseCoverageReturnType | undefined
    this.#session.post('Profiler.takePreciseCoverage', (error, result) => {
      if (error !== null) throw error
      taken = result
    })
    for (const { url, functions } of taken?.result ?? []) {
      if (!url.startsWith(SOURCES)) continue
      const file = url.slice(SOURCES.length)
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count > 0) yield `${file}:${startOffset}:${endOffset}`
        }
      }
    }
  }

  [Symbol.dispose](): void {
    this.#session.disconnect()
  }
}
