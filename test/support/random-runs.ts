/**
 * How many random sequences a property tries, and where they begin. The suite always tries the same ones, so that a red
 * test is the fault of what was changed; a night tries more, and others.
 */
import { env } from 'node:process'

export interface RandomRuns {
  readonly numRuns: number
  readonly seed: number
}

const SUITE_SEED = 20_270_115
export const TIMES = Number(env['RUNNER_MESH_TEST_RUNS'] ?? 1)

/**
 * `RUNNER_MESH_TEST_RUNS` multiplies the number of runs; `RUNNER_MESH_TEST_SEED` sets where they begin: a number, such as
 * the one a failure printed, or `random`.
 */
export function randomRuns(runs: number): RandomRuns {
  const asked = env['RUNNER_MESH_TEST_SEED'] ?? String(SUITE_SEED)
  const seed = asked === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(asked)
  return { numRuns: Math.max(1, Math.round(runs * TIMES)), seed }
}
