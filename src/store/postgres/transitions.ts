/** The two ways a task moves on: back into the queue, or to its end. Rows, leases, groups and children in one transaction. */
import type { TaskId } from '../../core/ids.ts'
import type { Attempt, Requirements, TaskReason } from '../../core/task.ts'
import { dueAt, queuedAt, type Requeue, type TaskEnd } from '../queue-times.ts'
import { stateOf, type TaskRow } from '../rows.ts'
import { isEnded, STATE } from '../states.ts'
import type { SharedHome } from './home.ts'
import { lockTask, needsOf, type FullRow } from './tasks.ts'
import type { Change, Sql } from './transaction.ts'

export async function requeue(
  home: SharedHome,
  sql: Sql,
  change: Change,
  row: FullRow,
  to: Requeue,
  now: number,
): Promise<void> {
  const due = dueAt(to.state, to.readyAt, row)
  await sql.run(
    `UPDATE task SET state = $2, order_key = $3, ready_at = $4, due_at = $5, pending = $6, updated_at = $7,
       finished_at = NULL, purge_at = NULL, reason = NULL, settled = 0 WHERE seq = $1`,
    [row.seq, to.state, to.orderKey, to.readyAt, due, to.pending, now],
  )
  await leave(sql, change, row)
  if (to.state === STATE.ready) change.ready.push(needsOf(row))
  change.changed.push(home.idOf(row))
}

/** A task that ran lets go of its lease and of its slot in its group. */
async function leave(sql: Sql, change: Change, row: FullRow): Promise<void> {
  if (row.state !== STATE.running) return
  await sql.run('DELETE FROM lease WHERE seq = $1', [row.seq])
  if (row.group_key === null) return
  const group = await sql.row<{ max: number; running: number }>(
    'UPDATE concurrency_group SET running = running - 1 WHERE key = $1 RETURNING max, running',
    [row.group_key],
  )
  if (group === undefined || group.running + 1 < group.max || group.running >= group.max) return
  // A slot came free: one held task of each fit class may be claimed, and whichever is claimed first takes it.
  const held = await sql.rows<{ needs: string }>(
    `SELECT DISTINCT c.needs FROM lane a JOIN fit_class c ON c.id = a.fit_class
      WHERE a.group_key = $1 AND EXISTS (SELECT 1 FROM task t WHERE t.lane = a.id AND t.state = 2)`,
    [row.group_key],
  )
  change.ready.push(...held.map((one): Requirements => needsOf(one)))
}

/**
 * Ends a task, frees what it held, and frees or fails whatever waits for it, and what waits for those.
 * @returns all that ended, the task itself first
 */
export async function end(
  home: SharedHome,
  sql: Sql,
  change: Change,
  row: FullRow,
  how: TaskEnd,
  now: number,
): Promise<readonly TaskId[]> {
  const ended = [home.idOf(row)]
  const ending: { seq: number; how: TaskEnd }[] = []
  await endOne(home, sql, change, row, how, now, ending)
  for (let next = ending.pop(); next !== undefined; next = ending.pop()) {
    const waiting = await lockTask(sql, next.seq)
    // What waits for two that did not complete comes by twice.
    if (waiting === undefined || isEnded(waiting.state)) continue
    await endOne(home, sql, change, waiting, next.how, now, ending)
    ended.push(home.idOf(waiting))
  }
  return ended
}

export function dependencyFailed(home: SharedHome, parent: Pick<TaskRow, 'epoch' | 'seq'>): TaskEnd {
  return {
    status: 'failed',
    reason: 'dependency',
    error: `It needs task ${home.idOf(parent)}, which did not complete.`,
  }
}

async function endOne(
  home: SharedHome,
  sql: Sql,
  change: Change,
  row: FullRow,
  how: TaskEnd,
  now: number,
  ending: { seq: number; how: TaskEnd }[],
): Promise<void> {
  if (row.state === STATE.blocked) await sql.run('DELETE FROM need WHERE child = $1', [row.seq])
  const state = stateOf(how.status)
  await sql.run(
    `UPDATE task SET state = $2, reason = $3, purge_at = $4, finished_at = $5, updated_at = $5, settled = $6 WHERE seq = $1`,
    [row.seq, state, how.reason ?? null, now + row.retention_ms, now, how.settled === true ? 1 : 0],
  )
  if (how.exitCode !== undefined || how.result !== undefined || how.error !== undefined) {
    const result = how.result === undefined ? null : JSON.stringify(how.result)
    await sql.run('INSERT INTO outcome(seq, exit_code, result, error) VALUES ($1, $2, $3, $4)', [
      ...[row.seq, how.exitCode ?? null, result, how.error ?? null],
    ])
  }
  await leave(sql, change, row)
  change.changed.push(home.idOf(row))
  const children = await sql.rows<{ child: number }>('DELETE FROM need WHERE parent = $1 RETURNING child', [row.seq])
  for (const { child } of children.toSorted((a, b) => a.child - b.child)) {
    if (how.status === 'completed') await release(home, sql, change, child, now)
    else ending.push({ seq: child, how: dependencyFailed(home, row) })
  }
}

async function release(home: SharedHome, sql: Sql, change: Change, seq: number, now: number): Promise<void> {
  const child = await lockTask(sql, seq)
  if (child?.state !== STATE.blocked) return
  const pending = child.pending - 1
  if (pending > 0) await sql.run('UPDATE task SET pending = $2 WHERE seq = $1', [seq, pending])
  else await requeue(home, sql, change, child, queuedAt(Math.max(child.ready_at, now), child.priority, now), now)
}

/** Writes down how the current attempt ended when the task goes on without it. */
export async function recordAttempt(
  sql: Sql,
  row: TaskRow,
  how: { readonly outcome: NonNullable<Attempt['outcome']>; readonly reason?: TaskReason; readonly error?: string },
  now: number,
): Promise<void> {
  await sql.run(
    `INSERT INTO attempt(seq, fence, number, worker, started_at, ended_at, outcome, reason, error)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      ...[row.seq, row.fence, row.attempt, row.worker, row.started_at, now],
      ...[how.outcome, how.reason ?? null, how.error ?? null],
    ],
  )
}
