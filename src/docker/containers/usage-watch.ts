/**
 * What a container uses while it runs, sampled from the engine: soon and often at first, once a second later on. The
 * figures are those of the last sample before the end, for with the container its counters are gone.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerStats
 */
import { z } from 'zod'
import type { Clock } from '../../core/ports/clock.ts'
import type { RunEnd } from '../../core/ports/executor.ts'

/** One sample. @throws when the engine has none */
export type TakeSample = () => Promise<unknown>

export type Usage = Pick<RunEnd, 'peakMemoryBytes' | 'cpuMs'>

/** Control groups of the first version remember the peak, those of the second do not. */
const sample = z.object({
  memory_stats: z.object({ usage: z.number().optional(), max_usage: z.number().optional() }),
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
})
const FIRST_MS = 20
const LONGEST_MS = 1_000
const NS_PER_MS = 1_000_000

export class UsageWatch implements Disposable {
  readonly #take: TakeSample
  readonly #clock: Clock
  #usage: { peakMemoryBytes: number; cpuMs: number } | undefined
  #isOver = false
  #stopTimer: () => void = () => undefined

  constructor(take: TakeSample, clock: Clock) {
    this.#take = take
    this.#clock = clock
    this.#after(FIRST_MS)
  }

  /** Nothing when the container ended before it could be looked at. */
  read(): Usage {
    return this.#usage ?? {}
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#stopTimer()
  }

  #after(ms: number): void {
    if (this.#isOver) return
    this.#stopTimer = this.#clock.after(ms, () => {
      void this.#look().finally(() => {
        this.#after(Math.min(LONGEST_MS, ms * 2))
      })
    })
  }

  async #look(): Promise<void> {
    const taken = sample.safeParse(await this.#take().catch(() => undefined))
    // Once the process is gone the engine answers with zeros.
    if (!taken.success || taken.data.cpu_stats.cpu_usage.total_usage === 0) return
    const { memory_stats: memory, cpu_stats: cpu } = taken.data
    this.#usage = {
      peakMemoryBytes: Math.max(this.#usage?.peakMemoryBytes ?? 0, memory.max_usage ?? memory.usage ?? 0),
      cpuMs: Math.round(cpu.cpu_usage.total_usage / NS_PER_MS),
    }
  }
}
