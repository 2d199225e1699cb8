/** Reads that change nothing. They see what is committed, for a group is written within one turn of the loop. */
import type { TaskId } from '../../core/ids.ts'
import type { Attempt } from '../../core/task.ts'
import { attemptsOf, type AttemptRow } from '../attempt-rows.ts'
import type { PolicyRefusal } from './give-back.ts'
import type { Home } from './home.ts'
import { findRow } from './settle.ts'

/** Every try at a task, oldest first. */
export function readAttempts(home: Home, taskId: TaskId): readonly Attempt[] {
  const row = findRow(home, taskId)
  if (row === undefined) return []
  const rows = home.sql.readAttempts.all(row.seq) as unknown as AttemptRow[]
  const outcome = home.sql.readOutcome.get(row.seq) as { error: string | null } | undefined
  return attemptsOf(row, rows, outcome?.error ?? null)
}

export function readRefusals(home: Home, taskId: TaskId): readonly PolicyRefusal[] {
  const row = findRow(home, taskId)
  if (row === undefined) return []
  const rows = home.sql.readRefusals.all(row.seq) as unknown as PolicyRefusal[]
  return rows.map(({ worker, policyDigest, rule }) => ({ worker, policyDigest, rule }))
}
