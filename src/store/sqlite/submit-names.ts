/**
 * Names a submitter gives a submit, so that a repeat is answered with the first task (R14, R19): an idempotency key, which
 * outlives its task, and an alias within a workflow, which lives as long as the task is kept.
 */
import type { TaskId } from '../../core/ids.ts'
import type { NewTask } from '../../core/ports/task-store.ts'
import type { Home } from './home.ts'
import { repeatedTask, type NamedTask } from '../named-submits.ts'
import type { TaskRow } from '../rows.ts'
import { isEnded } from '../states.ts'

/** @returns the task that already goes by this task's key or alias. @throws RunnerMeshError idempotency_conflict */
export function findNamed(home: Home, task: NewTask, digest: Uint8Array, now: number): TaskId | undefined {
  const byKey = task.idempotencyKey === undefined ? undefined : findKey(home, task.submitter, task.idempotencyKey, now)
  const byAlias = task.alias === undefined ? undefined : findAlias(home, task.submitter, task.workflowId, task.alias)
  return repeatedTask(home, task, digest, { byKey, byAlias })
}

/** Notes the names of a task just made. A key is kept `keyTtlMs` at least, and as long as its task has not ended (R20). */
export function remember(
  home: Home,
  task: NewTask,
  made: Pick<TaskRow, 'seq' | 'epoch'>,
  digest: Uint8Array,
  now: number,
): void {
  if (task.idempotencyKey !== undefined) {
    const until = now + home.settings.keyTtlMs
    home.sql.saveKey.run(task.submitter, task.idempotencyKey, made.epoch, made.seq, digest, until)
  }
  if (task.alias !== undefined) {
    home.sql.addAlias.run(task.submitter, task.workflowId ?? '', task.alias, made.seq, digest)
  }
}

export function findKey(home: Home, submitter: string, key: string, now: number): NamedTask | undefined {
  const row = home.sql.findKey.get(submitter, key) as KeyRow | undefined
  if (row === undefined || row.until > now) return row
  const task = home.sql.readRow.get(row.seq) as TaskRow | undefined
  return task === undefined || isEnded(task.state) ? undefined : row
}

export function findAlias(
  home: Home,
  submitter: string,
  workflowId: string | undefined,
  alias: string,
): NamedTask | undefined {
  return home.sql.findAlias.get(submitter, workflowId ?? '', alias) as NamedTask | undefined
}

interface KeyRow extends NamedTask {
  readonly until: number
}
