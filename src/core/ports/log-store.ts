/**
 * Logs on a disk: of the attempts a worker runs, until their home has them, and of the tasks of a home, until they are
 * pruned. Each is bounded: its head and its tail are kept, and what is dropped between them shows as a jump of positions.
 *
 * Files, the database of a shared home, and the fake; one contract suite holds them all.
 */
import type { TaskId } from '../ids.ts'
import type { LogPosition, LogRecord } from '../log-record.ts'
import type { Startable } from './clock.ts'

/** One attempt at a task, whose number never comes back. */
export interface AttemptKey {
  readonly taskId: TaskId
  readonly attempt: number
}

export interface LogLimits {
  /** Kept from the beginning, bytes. */
  readonly headBytes: number
  /** Kept from the end, bytes; together with the head the most that one log takes. */
  readonly tailBytes: number
}

export interface LogState {
  /** Where the next record stands: what was written in all. */
  readonly next: LogPosition
  /** Whether its end has been written: nothing follows. */
  readonly ended: boolean
  /** It was written to so lately, by whichever peer of a shared home, that more may be on its way. */
  readonly growing?: true
}

/** Where to begin: at a position, so many lines before the end, or at an instant (epoch milliseconds). */
export type LogFrom = { readonly seq: number } | { readonly tailLines: number } | { readonly since: number }

export interface LogStore extends Startable {
  /** @returns undefined when nothing of it is there */
  state(key: AttemptKey): Promise<LogState | undefined>
  /**
   * Resolves when it is written (to the machine, not to the platter). Records at positions that are there already are
   * passed over, so a repeat changes nothing; after the end everything is.
   * @throws RunnerMeshError storage_failed
   */
  append(key: AttemptKey, records: readonly LogRecord[]): Promise<LogState>
  /**
   * Records from there on, as many as fit `maxBytes` but at least one when there is one; the end is among them. A log that
   * is not there has none.
   */
  read(key: AttemptKey, from: LogFrom, maxBytes: number): Promise<readonly LogRecord[]>
  /** The attempts of a task that have a log, the first one first. */
  attempts(taskId: TaskId): Promise<readonly number[]>
  keys(): Promise<readonly AttemptKey[]>
  remove(key: AttemptKey): Promise<void>
}
