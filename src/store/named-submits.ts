/** Whether a submit repeats an earlier one: what its key and its alias say, once they have been looked up. */
import { RunnerMeshError } from '../core/errors.ts'
import type { TaskId } from '../core/ids.ts'
import type { NewTask } from '../core/ports/task-store.ts'
import type { TaskRow } from './rows.ts'

/** A task that goes by a name, and the digest of what was submitted under it. */
export interface NamedTask extends Pick<TaskRow, 'seq' | 'epoch'> {
  readonly digest: Uint8Array
}

export interface FoundNames {
  readonly byKey: NamedTask | undefined
  readonly byAlias: NamedTask | undefined
}

/**
 * @param digest of what is submitted now
 * @returns the task that this submit repeats
 * @throws RunnerMeshError idempotency_conflict when the names mean two tasks, or another content
 */
export function repeatedTask(
  home: { idOf(named: NamedTask): TaskId },
  task: Pick<NewTask, 'idempotencyKey' | 'alias'>,
  digest: Uint8Array,
  { byKey, byAlias }: FoundNames,
): TaskId | undefined {
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

function conflict(message: string): RunnerMeshError {
  return new RunnerMeshError('idempotency_conflict', `${message} Use a new one for a new task.`)
}

function quoted(text: string | undefined): string {
  return JSON.stringify(text)
}
