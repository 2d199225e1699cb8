/** Idempotency keys and aliases of a shared home; see `../sqlite/submit-names.ts` for the rules (R14, R19, R20). */
import type { TaskId } from '../../core/ids.ts'
import type { NewTask } from '../../core/ports/task-store.ts'
import { repeatedTask, type NamedTask } from '../named-submits.ts'
import type { TaskRow } from '../rows.ts'
import type { SharedHome } from './home.ts'
import type { Sql } from './transaction.ts'

/** @returns the task that already goes by this task's key or alias. @throws RunnerMeshError idempotency_conflict */
export async function findNamed(
  home: SharedHome,
  sql: Sql,
  task: NewTask,
  digest: Uint8Array,
  now: number,
): Promise<TaskId | undefined> {
  const { submitter, idempotencyKey, workflowId, alias } = task
  const byKey = idempotencyKey === undefined ? undefined : await findKey(sql, submitter, idempotencyKey, now)
  const byAlias = alias === undefined ? undefined : await findAlias(sql, submitter, workflowId, alias)
  return repeatedTask(home, task, digest, { byKey, byAlias })
}

/** Two peers that write the same name at once collide on it; whoever comes second is tried again, and finds it. */
export async function remember(
  home: SharedHome,
  sql: Sql,
  task: NewTask,
  made: Pick<TaskRow, 'seq' | 'epoch'>,
  digest: Uint8Array,
  now: number,
): Promise<void> {
  if (task.idempotencyKey !== undefined) {
    // An expired one goes first: an upsert would hide that another peer has just written it.
    const until = now + home.settings.keyTtlMs
    await sql.run('DELETE FROM idempotency WHERE submitter = $1 AND key = $2 AND until <= $3', [
      ...[task.submitter, task.idempotencyKey, now],
    ])
    await sql.run(
      'INSERT INTO idempotency(submitter, key, epoch, seq, digest, until) VALUES ($1, $2, $3, $4, $5, $6)',
      [task.submitter, task.idempotencyKey, made.epoch, made.seq, digest, until],
    )
  }
  if (task.alias !== undefined) {
    await sql.run('INSERT INTO alias(submitter, workflow, alias, seq, digest) VALUES ($1, $2, $3, $4, $5)', [
      ...[task.submitter, task.workflowId ?? '', task.alias, made.seq, digest],
    ])
  }
}

export function findKey(sql: Sql, submitter: string, key: string, now: number): Promise<NamedTask | undefined> {
  return sql.row<NamedTask>(
    `SELECT i.epoch, i.seq, i.digest FROM idempotency i LEFT JOIN task t ON t.seq = i.seq
      WHERE i.submitter = $1 AND i.key = $2 AND (i.until > $3 OR t.finished_at IS NULL AND t.seq IS NOT NULL)`,
    [submitter, key, now],
  )
}

export function findAlias(
  sql: Sql,
  submitter: string,
  workflowId: string | undefined,
  alias: string,
): Promise<NamedTask | undefined> {
  return sql.row<NamedTask>(
    `SELECT a.seq, t.epoch, a.digest FROM alias a JOIN task t ON t.seq = a.seq
      WHERE a.submitter = $1 AND a.workflow = $2 AND a.alias = $3`,
    [submitter, workflowId ?? '', alias],
  )
}
