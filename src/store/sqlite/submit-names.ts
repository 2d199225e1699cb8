/**
 * Names a submitter gives a submit, so that a repeat is answered with the first task (R14, R19): an idempotency key, which
 * outlives its task, and an alias within a workflow, which lives as long as the task is kept.
 */
import { RunnerMeshError } from '../../core/errors.ts'
import type { TaskId } from '../../core/ids.ts'
import type { NewTask } from '../../core/ports/task-store.ts'
import type { Home } from './home.ts'
import type { TaskRow } from '../rows.ts'
import { isEnded } from '../states.ts'

type Named = Pick<TaskRow, 'seq' | 'epoch'>

/** @returns the task that already goes by this task's key or alias. @throws RunnerMeshError idempotency_conflict */
export function findNamed(home: Home, task: NewTask, digest: Uint8Array, now: number): TaskId | undefined {
  const byKey = task.idempotencyKey === undefined ? undefined : findKey(home, task.submitter, task.idempotencyKey, now)
  const byAlias = task.alias === undefined ? undefined : findAlias(home, task.submitter, task.workflowId, task.alias)
  const named = byKey ?? byAlias
  if (named === undefined) return undefined
  if (byKey !== undefined && byAlias !== undefined && byKey.seq !== byAlias.seq) {
    throw conflict(`The key and the id of this submit name two tasks, ${home.idOf(byKey)} and ${home.idOf(byAlias)}.`)
  }
  if (Buffer.compare(named.digest, digest) !== 0) {
    const what = byKey === undefined ? `id ${quoted(task.alias)}` : `key ${quoted(task.idempotencyKey)}`
    throw conflict(`The ${what} was used before for another type or payload, as task ${home.idOf(named)}.`)
  }
  return home.idOf(named)
}

/** Notes the names of a task just made. A key is kept `keyTtlMs` at least, and as long as its task has not ended (R20). */
export function remember(home: Home, task: NewTask, made: Named, digest: Uint8Array, now: number): void {
  if (task.idempotencyKey !== undefined) {
    const until = now + home.settings.keyTtlMs
    home.sql.saveKey.run(task.submitter, task.idempotencyKey, made.epoch, made.seq, digest, until)
  }
  if (task.alias !== undefined) {
    home.sql.addAlias.run(task.submitter, task.workflowId ?? '', task.alias, made.seq, digest)
  }
}

export function findKey(
  home: Home,
  submitter: string,
  key: string,
  now: number,
): (Named & { readonly digest: Uint8Array }) | undefined {
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
): (Named & { readonly digest: Uint8Array }) | undefined {
  return home.sql.findAlias.get(submitter, workflowId ?? '', alias) as KeyRow | undefined
}

interface KeyRow {
  readonly epoch: number
  readonly seq: number
  readonly digest: Uint8Array
  readonly until: number
}

function conflict(message: string): RunnerMeshError {
  return new RunnerMeshError('idempotency_conflict', `${message} Use a new one for a new task.`)
}

function quoted(text: string | undefined): string {
  return JSON.stringify(text)
}
