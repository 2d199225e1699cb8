import type { Clock } from '../../core/ports/clock.ts'
import type { RunPhases } from '../../core/ports/executor.ts'

/** How long each phase of a run took, in whole milliseconds. A phase that was not reached took none. */
export class PhaseTimes {
  readonly #clock: Clock
  readonly #times: Record<keyof RunPhases, number> = {
    pull_ms: 0,
    build_ms: 0,
    create_ms: 0,
    start_ms: 0,
    run_ms: 0,
    collect_ms: 0,
  }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async measure<T>(phase: keyof RunPhases, work: () => Promise<T>): Promise<T> {
    const from = this.#clock.mono()
    try {
      return await work()
    } finally {
      this.#times[phase] += this.#clock.mono() - from
    }
  }

  read(): RunPhases {
    const { pull_ms, build_ms, create_ms, start_ms, run_ms, collect_ms } = this.#times
    return {
      pull_ms: Math.round(pull_ms),
      build_ms: Math.round(build_ms),
      create_ms: Math.round(create_ms),
      start_ms: Math.round(start_ms),
      run_ms: Math.round(run_ms),
      collect_ms: Math.round(collect_ms),
    }
  }
}
