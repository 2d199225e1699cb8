/** When a queued task moves on without a worker, and what it is when it does. */
import type { TaskId } from '../core/ids.ts'
import { orderKey } from '../core/order-key.ts'
import type { TaskReason, TerminalStatus } from '../core/task.ts'
import type { Ending, TaskRow } from './rows.ts'
import { STATE, type State } from './states.ts'

export interface Requeue {
  readonly state: typeof STATE.blocked | typeof STATE.delayed | typeof STATE.ready
  readonly readyAt: number
  /** Its place in the queue; one that was only given back keeps the one it had. */
  readonly orderKey: number
  readonly pending: number
}

/** Queued as from now: ready, or delayed when its instant has not come. */
export function queuedAt(readyAt: number, priority: number, now: number): Requeue {
  return {
    state: readyAt > now ? STATE.delayed : STATE.ready,
    readyAt,
    orderKey: orderKey(readyAt, priority),
    pending: 0,
  }
}

/** When time alone next does something to a queued task. */
export function dueAt(
  state: State,
  readyAt: number,
  row: { readonly queue_ms: number; readonly total_at: number },
): number {
  if (state === STATE.ready) return Math.min(readyAt + row.queue_ms, row.total_at)
  return state === STATE.delayed ? Math.min(readyAt, row.total_at) : row.total_at
}

export interface TaskEnd extends Ending {
  readonly status: TerminalStatus
  readonly reason?: TaskReason
  /** Whether the worker of the latest grant ended it, and not the home. */
  readonly settled?: boolean
}

/** How a task ends when one of its needs did not complete. */
export function dependencyFailed(parent: TaskId): TaskEnd {
  return { status: 'failed', reason: 'dependency', error: `It needs task ${parent}, which did not complete.` }
}

/** Whether a clock of a task that waits has run out. */
export function queueTimeout(row: TaskRow, now: number): TaskEnd | undefined {
  if (row.total_at <= now) {
    return {
      status: 'failed',
      reason: 'timeout_total',
      error: 'Its time limit from submit to end ran out in the queue.',
    }
  }
  if (row.state === STATE.ready && row.ready_at + row.queue_ms <= now) {
    const waited = String(Math.round((now - row.ready_at) / 1000))
    return { status: 'failed', reason: 'timeout_queue', error: `No fitting runner took it within ${waited} s.` }
  }
  return undefined
}
