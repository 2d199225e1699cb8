/** What happened in a world, line by line, as one hash: two runs are the same exactly when their hashes are. */
import { createHash } from 'node:crypto'
import type { EventLoop } from './event-loop.ts'

export class Trace {
  readonly #loop: EventLoop
  readonly #hash = createHash('sha256')
  readonly #show: ((line: string) => void) | undefined
  readonly violations: string[] = []

  constructor(loop: EventLoop, show?: (line: string) => void) {
    this.#loop = loop
    this.#show = show
  }

  line(...words: readonly (string | number | boolean)[]): void {
    const line = `${this.#loop.now.toFixed(3)} ${words.join(' ')}`
    this.#hash.update(`${line}\n`)
    this.#show?.(line)
  }

  /** Something that must not be. */
  violation(what: string): void {
    this.violations.push(`at ${(this.#loop.now / 1000).toFixed(3)} s: ${what}`)
    this.line('VIOLATION', what)
  }

  digest(): string {
    return this.#hash.digest('hex')
  }
}
