/** What of a worker can be set. */
import type { PolicySummary } from '../../core/fit.ts'
import type { TrustClass } from '../../core/task.ts'

export interface WorkerSettings {
  readonly labels: readonly string[]
  readonly os: string
  readonly arch: string
  readonly trust: TrustClass
  readonly policy: PolicySummary
  /** Marks of the images on this machine, as last seen. */
  readonly images?: () => readonly string[]
  /** How long one parked claim waits at a home, milliseconds. */
  readonly parkMs: number
  /** Most grants asked for in one claim, free slots permitting; all of them start at once. */
  readonly claimBatch: number
}
