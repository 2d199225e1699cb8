/** The hunt in one target: mutate, try, keep what reaches new code or a new outcome, stop at the first broken promise. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { errorText } from '../../../src/core/errors.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import type { Reach } from './corpus.ts'
import { Coverage } from './coverage.ts'
import { Mutator } from './mutator.ts'
import type { FuzzTarget } from './target.ts'

/** Asking for coverage costs as much as hundreds of inputs: batches are of a size that takes a multiple of that. */
const [FIRST_BATCH, LARGEST_BATCH, BATCH_MS] = [32, 4096, 250]
/** Questions for coverage by which the new ones of a batch are looked for. */
const MOST_LOOKS = 10
const MOST_IN_CORPUS = 4000
const MOST_OUTCOMES = 400
const MIB = 1_048_576
/** Bytes that one input may make a parser allocate beside its heap: a frame of the largest size, some times over. */
const MOST_ALLOCATED = 24 * MIB
/** What may be held after all inputs beyond what was held after the seeds; the corpus itself is counted out. */
const MOST_HELD = 32 * MIB
/** Of processor time for one input. */
const MOST_MS = 500
const MOST_SHRINKS = 300

export interface Finding {
  readonly input: Uint8Array
  readonly promise: string
  readonly stack: string
}

export interface Hunted {
  readonly tried: number
  readonly ms: number
  readonly ranges: number
  readonly outcomes: readonly string[]
  readonly finding: Finding | undefined
  /** What is worth keeping; empty unless asked for. */
  readonly reached: readonly Reach[]
}

export interface HuntOptions {
  readonly seed: number
  readonly ms: number
  readonly corpus: readonly Uint8Array[]
  readonly withReach: boolean
  /** Told of each input before it is tried, for whoever watches from outside. */
  readonly onTry: (input: Uint8Array) => void
}

export async function hunt(target: FuzzTarget, options: HuntOptions): Promise<Hunted> {
  return new Hunt(target, options).run()
}

class Hunt {
  readonly #target: FuzzTarget
  readonly #options: HuntOptions
  readonly #mutator: Mutator
  readonly #coverage = new Coverage()
  readonly #corpus: Uint8Array[] = []
  readonly #outcomes = new Set<string>()
  readonly #stray: unknown[] = []
  readonly #gc = garbageCollector()
  #tried = 0

  constructor(target: FuzzTarget, options: HuntOptions) {
    this.#target = target
    this.#options = options
    this.#mutator = new Mutator(target, new SeededRandom(options.seed))
  }

  async run(): Promise<Hunted> {
    const { seeds } = this.#target
    const { ms, corpus, withReach } = this.#options
    const keep = (thrown: unknown): number => this.#stray.push(thrown)
    process.on('unhandledRejection', keep).on('uncaughtException', keep)
    const startedAt = performance.now()
    const first = [...seeds.map((seed) => (typeof seed === 'string' ? Buffer.from(seed) : seed)), ...corpus]
    this.#corpus.push(...first)
    let finding = await this.#tryBatch(first)
    const heldFirst = this.#held()
    let length = FIRST_BATCH
    while (finding === undefined && performance.now() - startedAt < ms) {
      const batchAt = performance.now()
      finding = await this.#tryBatch(Array.from({ length }, () => this.#next()))
      const took = performance.now() - batchAt
      length = took < BATCH_MS ? Math.min(LARGEST_BATCH, length * 2) : Math.max(FIRST_BATCH, length >> 1)
    }
    finding ??= this.#leakSince(heldFirst)
    if (finding !== undefined) finding = await this.#shrink(finding)
    const ranges = this.#coverage.size
    const reached = withReach && finding === undefined ? await this.#reach() : []
    this.#coverage[Symbol.dispose]()
    process.off('unhandledRejection', keep).off('uncaughtException', keep)
    const took = performance.now() - startedAt
    return { tried: this.#tried, ms: took, ranges, outcomes: [...this.#outcomes].sort(), finding, reached }
  }

  #next(): Uint8Array {
    // The newest are the least explored.
    const newest = this.#corpus.slice(-32)
    const parent = this.#mutator.below(3) === 0 ? this.#mutator.pick(newest) : this.#mutator.pick(this.#corpus)
    return this.#mutator.mutate(parent, this.#corpus)
  }

  async #tryBatch(inputs: readonly Uint8Array[]): Promise<Finding | undefined> {
    for (const input of inputs) {
      const finding = await this.#try(input, true)
      if (finding !== undefined) return finding
    }
    await turn()
    if (this.#stray.length > 0) return this.#findStray(inputs)
    if (this.#coverage.look()) await this.#findNew(inputs, { looks: MOST_LOOKS })
    return undefined
  }

  /** Tries halves again until those that reach something new are found, or the looks are spent. */
  async #findNew(inputs: readonly Uint8Array[], left: { looks: number }): Promise<void> {
    const middle = inputs.length >> 1
    for (const half of middle === 0 ? [inputs] : [inputs.slice(0, middle), inputs.slice(middle)]) {
      if (left.looks === 0) break
      left.looks -= 1
      for (const input of half) await this.#try(input, false)
      await turn()
      if (half.length > 1) {
        if (this.#coverage.look()) await this.#findNew(half, left)
      } else {
        const before = this.#coverage.size
        this.#coverage.take()
        if (this.#coverage.size > before) half.forEach((input) => this.#keep(input))
      }
    }
  }

  /** Which of them has left something behind that failed later? */
  async #findStray(inputs: readonly Uint8Array[]): Promise<Finding | undefined> {
    const stray = this.#stray.splice(0)[0]
    for (const input of inputs) {
      const finding = (await this.#try(input, false)) ?? (await this.#strayOf(input))
      if (finding !== undefined) return finding
    }
    return toFinding(inputs.at(-1) ?? new Uint8Array(), 'unhandled', stray)
  }

  async #strayOf(input: Uint8Array): Promise<Finding | undefined> {
    await turn()
    const stray = this.#stray.splice(0)
    return stray.length === 0 ? undefined : toFinding(input, 'unhandled', stray[0])
  }

  async #try(input: Uint8Array, isNew: boolean): Promise<Finding | undefined> {
    this.#options.onTry(input)
    if (isNew) this.#tried += 1
    const before = process.memoryUsage().arrayBuffers
    const [startedAt, cpu] = [performance.now(), process.threadCpuUsage()]
    try {
      const attempted = this.#target.attempt(input)
      const outcome = typeof attempted === 'string' ? attempted : await attempted
      const allocated = process.memoryUsage().arrayBuffers - before
      if (allocated > MOST_ALLOCATED) throw new Error(`${Math.round(allocated / MIB)} MiB allocated for one input`)
      if (performance.now() - startedAt > MOST_MS) throwIfBusy(process.threadCpuUsage(cpu))
      if (isNew && !this.#outcomes.has(outcome) && this.#outcomes.size < MOST_OUTCOMES) {
        this.#outcomes.add(outcome)
        this.#keep(input)
      }
    } catch (thrown) {
      return toFinding(input, 'broken', thrown)
    }
    const polluted = Object.keys(Object.prototype)
    if (polluted.length === 0) return undefined
    for (const key of polluted) Reflect.deleteProperty(Object.prototype, key)
    return toFinding(input, 'broken', new Error(`Object.prototype has got ${polluted.join(', ')}`))
  }

  #keep(input: Uint8Array): void {
    if (this.#corpus.length < MOST_IN_CORPUS) this.#corpus.push(Uint8Array.from(input))
  }

  #held(): number {
    this.#gc()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers - this.#corpus.reduce((sum, input) => sum + input.length, 0)
  }

  #leakSince(heldFirst: number): Finding | undefined {
    const grown = this.#held() - heldFirst
    if (grown <= MOST_HELD) return undefined
    return toFinding(new Uint8Array(), 'memory', new Error(`${Math.round(grown / MIB)} MiB are held after all inputs`))
  }

  /** Leaves out what the same fault does not need. */
  async #shrink(finding: Finding): Promise<Finding> {
    let best = finding
    let tries = 0
    for (let length = Math.ceil(best.input.length / 2); length >= 1; length = Math.floor(length / 2)) {
      for (let at = 0; at < best.input.length && tries < MOST_SHRINKS; tries += 1) {
        const shorter = Buffer.concat([best.input.subarray(0, at), best.input.subarray(at + length)])
        const found = (await this.#try(shorter, false)) ?? (await this.#strayOf(shorter))
        if (found?.promise === best.promise) best = found
        else at += length
      }
    }
    return best
  }

  async #reach(): Promise<Reach[]> {
    const reached: Reach[] = []
    for (const input of this.#corpus) {
      this.#coverage.take()
      await this.#try(input, false)
      await turn()
      reached.push({ input, ranges: this.#coverage.take() })
    }
    return reached
  }
}

function toFinding(input: Uint8Array, kind: string, thrown: unknown): Finding {
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : errorText(thrown)
  return { input: Uint8Array.from(input), promise: `${kind}: ${errorText(thrown)}`.slice(0, 500), stack }
}

function throwIfBusy({ user, system }: NodeJS.CpuUsage): void {
  const ms = (user + system) / 1000
  if (ms > MOST_MS) throw new Error(`${Math.round(ms)} ms of processor time for one input`)
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
