/** What every mode of the Action works with. */
import type { Environment } from '../app/config.ts'
import type { StepInputs } from './inputs.ts'
import type { StepLog } from './step-log.ts'

export interface StepGround {
  /** Settings laid over the environment of the step. */
  readonly environment: Environment
  readonly inputs: StepInputs
  /** How the command line of this package is started. */
  readonly program: readonly [string, ...string[]]
  readonly log: StepLog
  /** Aborted when the job is cancelled; its reason is a RunnerMeshError `cancelled`. */
  readonly signal: AbortSignal
}

/** What main tells post, by name. */
export const STATE = {
  /** Set before anything outside this process is touched. */
  stateDir: 'state-dir',
  /** Set once there is nothing left to do for post. */
  stopped: 'stopped',
  /** The process of a background peer, as `<pid> <start time>`. */
  process: 'process',
  /** Where that process writes. */
  logFile: 'log-file',
} as const
