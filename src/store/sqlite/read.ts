/** Reads that change nothing. They see what is committed, for a group is written within one turn of the loop. */
import type { Fence, PeerId, TaskId } from '../../core/ids.ts'
import type { Attempt, TaskReason } from '../../core/task.ts'
import type { PolicyRefusal } from './give-back.ts'
import type { Home } from './home.ts'
import type { TaskRow } from '../rows.ts'
import { isEnded, STATE } from '../states.ts'
import { findRow } from './settle.ts'

interface AttemptRow {
  readonly fence: Fence
  readonly number: number
  readonly worker: PeerId
  readonly started_at: number
  readonly ended_at: number
  readonly outcome: NonNullable<Attempt['outcome']>
  readonly reason: TaskReason | null
  readonly error: string | null
}

/** Every try at a task, oldest first. */
export function readAttempts(home: Home, taskId: TaskId): readonly Attempt[] {
  const row = findRow(home, taskId)
  if (row === undefined) return []
  const earlier = (home.sql.readAttempts.all(row.seq) as unknown as AttemptRow[]).map((attempt): Attempt => ({
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
  return [...earlier, lastAttempt(home, row)]
}

/** The attempt that runs, or that ended the task. */
function lastAttempt(home: Home, row: TaskRow): Attempt {
  const begun = {
    number: row.attempt,
    fence: row.fence as Fence,
    worker: row.worker as PeerId,
    startedAt: row.started_at ?? row.created_at,
  }
  if (!isEnded(row.state)) return begun
  const outcome = home.sql.readOutcome.get(row.seq) as { error: string | null } | undefined
  return {
    ...begun,
    endedAt: row.finished_at ?? row.updated_at,
    outcome: row.state === STATE.completed ? 'completed' : row.state === STATE.failed ? 'failed' : 'cancelled',
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(outcome?.error == null ? {} : { error: outcome.error }),
  }
}

export function readRefusals(home: Home, taskId: TaskId): readonly PolicyRefusal[] {
  const row = findRow(home, taskId)
  if (row === undefined) return []
  const rows = home.sql.readRefusals.all(row.seq) as unknown as PolicyRefusal[]
  return rows.map(({ worker, policyDigest, rule }) => ({ worker, policyDigest, rule }))
}
