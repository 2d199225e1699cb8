/** What does the work of some task types on a worker. Containers are the one built in. */
import type { PeerId } from '../ids.ts'
import type { GrantView } from '../operations/views.ts'
import type { Requirements } from '../task.ts'
import type { RunPhase } from './executor.ts'
import type { AttemptEnd } from './work-journal.ts'

export interface RunnerObserver {
  /** One cleaned line for people; `logBytes` is what the attempt has written so far. */
  progress(phase: RunPhase, message: string, logBytes: number, fraction?: number): void
}

/** A grant after its signature and form have been checked: what will really run, and what it needs. */
export interface CheckedGrant {
  readonly grant: GrantView
  readonly needs: Requirements
}

export interface TaskRunner {
  /** Canonical task types it can run right now; empty while it is unavailable. */
  types(): readonly string[]
  /** @param from the peer that granted it. @throws RunnerMeshError signature_invalid, policy_refused, bad_request: the grant is not to be run here, ever */
  check(grant: GrantView, from?: PeerId): Promise<CheckedGrant>
  /** Resolves with the attempt's end; the signal's reason is a StopCause. Rejects only with `executor_unavailable`. */
  run(checked: CheckedGrant, observer: RunnerObserver, signal: AbortSignal): Promise<AttemptEnd>
}
