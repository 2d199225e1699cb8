/** How many random sequences a property tries, and where they begin. Both can be set, so that a night tries more and a failure is repeated. */
import { env } from 'node:process'

export interface RandomRuns {
  readonly numRuns: number
  readonly seed: number
}

/**
 * `RUNNER_MESH_TEST_RUNS` multiplies the number of runs; `RUNNER_MESH_TEST_SEED` repeats a seed that a failure printed.
 * Without it every run of the suite tries other sequences.
 */
export function randomRuns(runs: number): RandomRuns {
  const times = Number(env['RUNNER_MESH_TEST_RUNS'] ?? 1)
  const seed = Number(env['RUNNER_MESH_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  return { numRuns: Math.max(1, Math.round(runs * times)), seed }
}
