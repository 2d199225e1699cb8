/** What a worker is made of, and what it tells of its work. */
import type { PeerId } from '../../core/ids.ts'
import type { LeaseSettings } from '../../core/lease.ts'
import type { GrantView } from '../../core/operations/views.ts'
import type { Clock, Logger, Random } from '../../core/ports/clock.ts'
import type { CheckedGrant, RunnerObserver, TaskRunner } from '../../core/ports/task-runner.ts'
import type { AttemptEnd, WorkJournal } from '../../core/ports/work-journal.ts'
import type { Links } from '../links.ts'
import type { AttemptOutputs } from './attempt-outputs.ts'
import type { HostCapacity } from './capacity.ts'
import type { WorkerSettings } from './worker-settings.ts'

export interface WorkerDeps {
  readonly self: PeerId
  readonly links: Links
  readonly runners: readonly TaskRunner[]
  readonly journal: WorkJournal
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly lease: LeaseSettings
  readonly capacity: HostCapacity
  readonly settings: WorkerSettings
  /** What ends name beside themselves; undefined where tasks leave nothing. */
  readonly outputs?: AttemptOutputs | undefined
  /** Told of each attempt that has ended here. */
  readonly onWorked?: (worked: WorkedAttempt) => void
}

/** An attempt this worker has ended, for whoever keeps count. */
export interface WorkedAttempt {
  readonly grant: GrantView
  readonly end: AttemptEnd
  readonly durationMs: number
}

/** How an attempt is worked on: from its start, or from where a former process of this worker left it. */
export type RunAttempt = (checked: CheckedGrant, observer: RunnerObserver, signal: AbortSignal) => Promise<AttemptEnd>
