/**
 * What a worker must not forget when its process dies: the grants it works on, and ended attempts that no home has
 * answered for yet (the outbox). Each method resolves once its change is durable.
 */
import type { Fence, TaskId } from '../ids.ts'
import type { GrantView } from '../operations/views.ts'
import type { JsonObject, TaskReason, TerminalStatus } from '../task.ts'
import type { Startable } from './clock.ts'

/** How an attempt ended, as it will be told to the home. */
export interface AttemptEnd {
  readonly status: TerminalStatus
  readonly reason?: TaskReason
  readonly exitCode?: number
  readonly result?: JsonObject
  readonly error?: string
  /** The fault is the worker's host's or its registry's, not the task's. */
  readonly hostFault?: true
}

export interface JournalEntry {
  readonly grant: GrantView
  /** Set once the attempt has ended. */
  readonly end?: AttemptEnd
}

export interface WorkJournal extends Startable {
  begin(grant: GrantView): Promise<void>
  /** Keeps the end even when the beginning never reached the disk. */
  end(grant: GrantView, end: AttemptEnd): Promise<void>
  /** The home has answered, or the grant was given back. */
  forget(taskId: TaskId, fence: Fence): Promise<void>
  entries(): Promise<readonly JournalEntry[]>
}
