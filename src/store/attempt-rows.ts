/** Tries at a task as the tables of both stores hold them. */
import type { Fence, PeerId } from '../core/ids.ts'
import type { Attempt, TaskReason } from '../core/task.ts'
import type { TaskRow } from './rows.ts'
import { isEnded, STATE } from './states.ts'

export interface AttemptRow {
  readonly fence: Fence
  readonly number: number
  readonly worker: PeerId
  readonly started_at: number
  readonly ended_at: number
  readonly outcome: NonNullable<Attempt['outcome']>
  readonly reason: TaskReason | null
  readonly error: string | null
}

/** @param rows oldest first @param error of the end of the task @returns every try, the one that runs or ended it as well */
export function attemptsOf(row: TaskRow, rows: readonly AttemptRow[], error: string | null): readonly Attempt[] {
  const earlier = rows.map((attempt): Attempt => ({
    number: attempt.number,
    fence: attempt.fence,
    worker: attempt.worker,
    startedAt: attempt.started_at,
    endedAt: attempt.ended_at,
    outcome: attempt.outcome,
    ...(attempt.reason === null ? {} : { reason: attempt.reason }),
    ...(attempt.error === null ? {} : { error: attempt.error }),
  }))
  if (row.fence === 0 || earlier.at(-1)?.fence === row.fence) return earlier
  return [...earlier, lastAttempt(row, error)]
}

function lastAttempt(row: TaskRow, error: string | null): Attempt {
  const begun = {
    number: row.attempt,
    fence: row.fence as Fence,
    worker: row.worker as PeerId,
    startedAt: row.started_at ?? row.created_at,
  }
  if (!isEnded(row.state)) return begun
  return {
    ...begun,
    endedAt: row.finished_at ?? row.updated_at,
    outcome: row.state === STATE.completed ? 'completed' : row.state === STATE.failed ? 'failed' : 'cancelled',
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(error === null ? {} : { error }),
  }
}
