/** Tasks as the tables hold them, read whole: row, spec, end, lane, lease and group at once. */
import { findTaskIdParts, type TaskId } from '../../core/ids.ts'
import type { Requirements, Task, TaskProgress } from '../../core/task.ts'
import { endingOf, parseSpec, TASK_COLUMNS, toTask, type EndingColumns, type Spec, type TaskRow } from '../rows.ts'
import type { SharedHome } from './home.ts'
import type { Sql } from './transaction.ts'

export interface FullRow extends TaskRow, EndingColumns {
  readonly body: string
  readonly priority: number
  readonly submitter: string
  readonly group_key: string | null
  readonly group_max: number | null
  readonly group_running: number | null
  readonly needs: string
  readonly suspect: boolean | null
  readonly progress: string | null
}

const COLUMNS = TASK_COLUMNS.map((column) => `t.${column}`).join(', ')

export const FULL_ROW = `SELECT ${COLUMNS}, s.body, o.result, o.error, o.exit_code, a.priority, a.submitter, a.group_key,
    g.max AS group_max, g.running AS group_running, c.needs, e.suspect, e.progress
  FROM task t JOIN spec s ON s.seq = t.seq JOIN lane a ON a.id = t.lane JOIN fit_class c ON c.id = a.fit_class
    LEFT JOIN outcome o ON o.seq = t.seq LEFT JOIN lease e ON e.seq = t.seq
    LEFT JOIN concurrency_group g ON g.key = a.group_key`

/** Held until the end of the transaction; nothing else changes the task meanwhile. */
export async function lockTask(sql: Sql, seq: number): Promise<FullRow | undefined> {
  return (await lockTasks(sql, [seq]))[0]
}

/** In the order of their numbers, so that two transactions do not wait for each other. */
export async function lockTasks(sql: Sql, seqs: readonly number[]): Promise<FullRow[]> {
  // The lock first, in a statement of its own: what stands beside the row is read after whoever held it has committed.
  const locked = await sql.rows<{ seq: number }>('SELECT seq FROM task WHERE seq = ANY($1) ORDER BY seq FOR UPDATE', [
    seqs,
  ])
  if (locked.length === 0) return []
  return sql.rows<FullRow>(`${FULL_ROW} WHERE t.seq = ANY($1) ORDER BY t.seq`, [locked.map(({ seq }) => seq)])
}

export async function findFull(home: SharedHome, sql: Sql, taskId: TaskId): Promise<FullRow | undefined> {
  const seq = seqOf(home, taskId)
  return seq === undefined ? undefined : ofEpoch(taskId, await sql.row<FullRow>(`${FULL_ROW} WHERE t.seq = $1`, [seq]))
}

export async function lockById(home: SharedHome, sql: Sql, taskId: TaskId): Promise<FullRow | undefined> {
  const seq = seqOf(home, taskId)
  return seq === undefined ? undefined : ofEpoch(taskId, await lockTask(sql, seq))
}

/** The number of a task of this home; whether there is one, and of this epoch, only its row can tell. */
export function seqOf(home: SharedHome, taskId: TaskId): number | undefined {
  const parts = findTaskIdParts(taskId)
  return parts?.home === home.homeId ? parts.seq : undefined
}

export function ofEpoch<R extends Pick<TaskRow, 'epoch'>>(taskId: TaskId, row: R | undefined): R | undefined {
  return row !== undefined && findTaskIdParts(taskId)?.epoch === row.epoch ? row : undefined
}

export function specOfRow(row: FullRow): Spec {
  return parseSpec(row.body)
}

export function needsOf(row: Pick<FullRow, 'needs'>): Requirements {
  return JSON.parse(row.needs) as Requirements
}

export function viewOf(home: SharedHome, row: FullRow): Task {
  const { group_key: key, group_max: max, group_running: running } = row
  const lane = {
    priority: row.priority,
    fitClass: { needs: needsOf(row) },
    submitter: { name: row.submitter },
    group: key === null ? undefined : { key, max: max ?? 0, running: running ?? 0 },
  }
  const lease =
    row.suspect === null
      ? undefined
      : {
          suspect: row.suspect,
          progress: row.progress === null ? undefined : (JSON.parse(row.progress) as TaskProgress),
        }
  const readers = { homeId: home.homeId, lanes: { get: () => lane }, leases: { find: () => lease } }
  return toTask(readers, row, specOfRow(row), endingOf(row))
}
