/** The two ways a task moves on: back into the queue, or to its end. Rows, leases, groups and children in one transaction. */
import type { TaskId } from '../../core/ids.ts'
import type { Attempt, Requirements, TaskReason } from '../../core/task.ts'
import { dependencyFailed, dueAt, queuedAt, type Requeue, type TaskEnd } from '../queue-times.ts'
import { stateOf, type TaskRow } from '../rows.ts'
import { isEnded, STATE } from '../states.ts'
import type { SharedHome } from './home.ts'
import { lockTask, lockTasks, needsOf, type FullRow } from './tasks.ts'
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
  home.noteWait(to.state, now)
  await leave(sql, change, [row])
  if (to.state === STATE.ready) change.ready.push(needsOf(row))
  change.changed.push(home.idOf(row))
}

/** Tasks that ran let go of their leases and of their slots in their groups. */
async function leave(sql: Sql, change: Change, rows: readonly FullRow[]): Promise<void> {
  const ran = rows.filter(({ state }) => state === STATE.running)
  if (ran.length === 0) return
  await sql.run('DELETE FROM lease WHERE seq = ANY($1)', [ran.map(({ seq }) => seq)])
  const slots = Map.groupBy(ran, (row) => row.group_key)
  // In one order, so that two transactions do not wait for each other.
  for (const key of [...slots.keys()].filter((one) => one !== null).sort()) {
    await freeSlots(sql, change, key, slots.get(key)?.length ?? 0)
  }
}

async function freeSlots(sql: Sql, change: Change, key: string, slots: number): Promise<void> {
  const group = await sql.row<{ max: number; running: number }>(
    'UPDATE concurrency_group SET running = running - $2 WHERE key = $1 RETURNING max, running',
    [key, slots],
  )
  if (group === undefined || group.running + slots < group.max || group.running >= group.max) return
  // A slot came free: one held task of each fit class may be claimed, and whichever is claimed first takes it.
  const held = await sql.rows<{ needs: string }>(
    `SELECT DISTINCT c.needs FROM lane a JOIN fit_class c ON c.id = a.fit_class
      WHERE a.group_key = $1 AND EXISTS (SELECT 1 FROM task t WHERE t.lane = a.id AND t.state = 2)`,
    [key],
  )
  change.ready.push(...held.map((one): Requirements => needsOf(one)))
}

/**
 * Ends a task, frees what it held, and frees or fails whatever waits for it, and what waits for those.
 * @returns all that ended, the task itself first
 */
export function end(
  home: SharedHome,
  sql: Sql,
  change: Change,
  row: FullRow,
  how: TaskEnd,
  now: number,
): Promise<readonly TaskId[]> {
  return endAll(home, sql, change, [{ row, how }], now)
}

export interface Ended {
  /** Locked, and no two of one task. */
  readonly row: FullRow
  readonly how: TaskEnd
}

/** The same for many tasks, in as many statements as for one. */
export async function endAll(
  home: SharedHome,
  sql: Sql,
  change: Change,
  ends: readonly Ended[],
  now: number,
): Promise<readonly TaskId[]> {
  const ended: TaskId[] = []
  for (let next = ends; next.length > 0;) {
    ended.push(...next.map(({ row }) => home.idOf(row)))
    const failing = await endThese(home, sql, change, next, now)
    // What waits for two that did not complete comes by twice, and may have come by before.
    const rows = failing.size === 0 ? [] : await lockTasks(sql, [...failing.keys()])
    next = rows.flatMap((row) => {
      const how = failing.get(row.seq)
      return how === undefined || isEnded(row.state) ? [] : [{ row, how }]
    })
  }
  return ended
}

/** @returns what fails with them, and how */
async function endThese(
  home: SharedHome,
  sql: Sql,
  change: Change,
  ends: readonly Ended[],
  now: number,
): Promise<ReadonlyMap<number, TaskEnd>> {
  const blocked = ends.filter(({ row }) => row.state === STATE.blocked).map(({ row }) => row.seq)
  if (blocked.length > 0) await sql.run('DELETE FROM need WHERE child = ANY($1)', [blocked])
  await writeEnds(sql, ends, now)
  await leave(
    sql,
    change,
    ends.map(({ row }) => row),
  )
  for (const { row } of ends) change.changed.push(home.idOf(row))
  const bySeq = new Map(ends.map((one) => [one.row.seq, one]))
  const children = await sql.rows<{ parent: number; child: number }>(
    'DELETE FROM need WHERE parent = ANY($1) RETURNING parent, child',
    [[...bySeq.keys()]],
  )
  const failing = new Map<number, TaskEnd>()
  for (const { parent, child } of children.toSorted((a, b) => a.child - b.child || a.parent - b.parent)) {
    const by = bySeq.get(parent)
    if (by === undefined) continue
    if (by.how.status === 'completed') await release(home, sql, change, child, now)
    else if (!failing.has(child)) failing.set(child, dependencyFailed(home.idOf(by.row)))
  }
  return failing
}

async function writeEnds(sql: Sql, ends: readonly Ended[], now: number): Promise<void> {
  const rows = ends.map(({ row, how }) => ({
    seq: row.seq,
    state: stateOf(how.status),
    reason: how.reason ?? null,
    purge_at: now + row.retention_ms,
    settled: how.settled === true ? 1 : 0,
    has_outcome: how.exitCode !== undefined || how.result !== undefined || how.error !== undefined,
    exit_code: how.exitCode ?? null,
    result: how.result === undefined ? null : JSON.stringify(how.result),
    error: how.error?.replaceAll('\0', '\uFFFD') ?? null,
  }))
  await sql.run(
    `WITH given AS (
         SELECT * FROM json_to_recordset($1) AS r(seq bigint, state smallint, reason text, purge_at bigint,
           settled smallint, has_outcome boolean, exit_code bigint, result text, error text)),
       noted AS (
         INSERT INTO outcome(seq, exit_code, result, error) SELECT seq, exit_code, result, error FROM given WHERE has_outcome)
     UPDATE task t SET state = g.state, reason = g.reason, purge_at = g.purge_at, finished_at = $2, updated_at = $2,
         settled = g.settled FROM given g WHERE t.seq = g.seq`,
    [JSON.stringify(rows), now],
  )
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
