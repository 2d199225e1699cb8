/**
 * What time alone does: delayed tasks become ready, clocks run out, leases end. One peer at a time sweeps a shared home.
 * When nobody has for longer than workers can be blamed for (the database was away, or every peer), all leases move on by
 * as long: nobody could have renewed them (R17).
 */
import type { Sweep } from '../../core/ports/task-store.ts'
import { judgeLostLease } from '../lifecycle.ts'
import { dueAt, queuedAt, queueTimeout } from '../queue-times.ts'
import { stopCause } from '../rows.ts'
import { isEnded, STATE, STOP } from '../states.ts'
import { nothingSwept, sweepOf, type Swept } from '../swept.ts'
import { reoffer, requestStop } from './give-back.ts'
import type { SharedHome } from './home.ts'
import { backOff, saveBudgets } from './settle.ts'
import { lockTask, specOfRow, type FullRow } from './tasks.ts'
import type { Change, Sql } from './transaction.ts'
import { end, recordAttempt, requeue } from './transitions.ts'

const SWEEP_LOCK = 0x73776565
const SWEEP_ROWS = 200
/**
 * Clocks of peers that are this much apart are no longer a matter of good time-keeping. Below it what one of them wrote stays:
 * moved to the slower clock it would fall due early by the faster one.
 */
const FAST_CLOCK_MS = 60_000

interface Dues {
  readonly now: number
  readonly swept_at: number
}

/** @returns undefined while another peer sweeps */
export async function sweepStep(home: SharedHome, sql: Sql, change: Change, now: number): Promise<Swept | undefined> {
  const lock = await sql.row<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [SWEEP_LOCK])
  if (lock?.mine !== true) return undefined
  const swept = nothingSwept()
  await followClock(home, sql, now)
  if (!(await notePause(home, sql))) await sweepLeases(home, sql, change, now, swept)
  const more = await sweepDue(home, sql, change, now, swept)
  return { ...swept, more }
}

/** Tasks that wait do not wait for a clock that was set back, or for that of a peer which is fast. */
async function followClock(home: SharedHome, sql: Sql, now: number): Promise<void> {
  if (home.waitedAt <= now + FAST_CLOCK_MS) return
  const tasks = await sql.run(
    `UPDATE task SET ready_at = ready_at - (updated_at - $1), updated_at = $1,
         due_at = CASE state WHEN 1 THEN least(ready_at - (updated_at - $1), total_at) ELSE due_at END
       WHERE finished_at IS NULL AND state IN (0, 1) AND updated_at > $1::bigint + $2::bigint`,
    [now, FAST_CLOCK_MS],
  )
  home.waitedAt = now
  if (tasks > 0) home.log.warn('store.clock_set_back', { tasks })
}

/** @returns whether nobody had swept for too long; every lease has moved on */
async function notePause(home: SharedHome, sql: Sql): Promise<boolean> {
  const dues = await sql.row<Dues>('SELECT lease_now() AS now, swept_at FROM home WHERE id = 1 FOR UPDATE')
  if (dues === undefined) return false
  await sql.run('UPDATE home SET swept_at = $1 WHERE id = 1', [dues.now])
  const pausedMs = dues.now - dues.swept_at
  if (pausedMs <= home.settings.renewEveryMs / 2) return false
  const leases = await sql.run('UPDATE lease SET until = until + $1', [pausedMs])
  if (leases > 0) home.log.warn('store.paused', { pausedMs, leases })
  return leases > 0
}

interface EndedLease {
  readonly seq: number
  readonly suspect: boolean
}

async function sweepLeases(home: SharedHome, sql: Sql, change: Change, now: number, swept: Swept): Promise<void> {
  const ended = await sql.rows<EndedLease>(
    'SELECT seq, suspect FROM lease WHERE until <= lease_now() ORDER BY until, seq LIMIT $1',
    [SWEEP_ROWS],
  )
  for (const { seq } of ended) {
    const row = await lockTask(sql, seq)
    // Locked now: a renewal or completion that came before is seen (R9).
    const lease = await sql.row<EndedLease>('SELECT seq, suspect FROM lease WHERE seq = $1 AND until <= lease_now()', [
      seq,
    ])
    if (row !== undefined && lease !== undefined) await loseLease(home, sql, change, row, lease.suspect, now, swept)
  }
}

async function loseLease(
  home: SharedHome,
  sql: Sql,
  change: Change,
  row: FullRow,
  suspect: boolean,
  now: number,
  swept: Swept,
): Promise<void> {
  const taskId = home.idOf(row)
  const verdict = judgeLostLease({
    ...specOfRow(row),
    failures: row.failures,
    lost: row.lost,
    stop: stopCause(row),
    suspect,
  })
  if (verdict.kind === 'suspect') {
    await sql.run('UPDATE lease SET suspect = true, until = lease_now() + $2 WHERE seq = $1', [
      ...[row.seq, home.settings.lostGraceMs],
    ])
    change.changed.push(taskId)
    swept.suspect.push(taskId)
    return
  }
  const reason = verdict.kind === 'end' ? verdict.reason : undefined
  const error = 'Its runner stopped renewing the lease.'
  await recordAttempt(sql, row, { outcome: 'lost', ...(reason === undefined ? {} : { reason }), error }, now)
  const failures = row.failures + (verdict.kind === 'retry' ? 1 : 0)
  await saveBudgets(sql, row.seq, failures, row.lost + 1)
  if (verdict.kind === 'end') {
    const how = verdict.status === 'failed' ? { ...verdict, error } : verdict
    swept.ended.push(...(await end(home, sql, change, row, how, now)))
  } else if (verdict.kind === 'retry') {
    await backOff(home, sql, change, row, failures, now)
  } else {
    await reoffer(home, sql, change, row, now)
    swept.ready.push(taskId)
  }
}

interface DueRow {
  readonly seq: number
  readonly state: number
  readonly total_at: number
  readonly due_at: number
}

/** @returns whether there is more */
async function sweepDue(home: SharedHome, sql: Sql, change: Change, now: number, swept: Swept): Promise<boolean> {
  const rows = await sql.rows<DueRow>(
    'SELECT seq, state, total_at, due_at FROM task WHERE finished_at IS NULL AND due_at <= $1 ORDER BY due_at LIMIT $2',
    [now, SWEEP_ROWS],
  )
  // What fell due first happens first. What runs is listed by its queue clock, which means nothing any more.
  const at = (row: DueRow): number => (row.state === STATE.running ? row.total_at : row.due_at)
  for (const { seq } of rows.toSorted((a, b) => at(a) - at(b) || a.seq - b.seq)) {
    const row = await lockTask(sql, seq)
    if (row !== undefined && !isEnded(row.state) && row.due_at <= now) await fallDue(home, sql, change, row, now, swept)
  }
  return rows.length === SWEEP_ROWS
}

async function fallDue(
  home: SharedHome,
  sql: Sql,
  change: Change,
  row: FullRow,
  now: number,
  swept: Swept,
): Promise<void> {
  if (row.state === STATE.running) {
    await overrun(home, sql, change, row, now, swept)
    return
  }
  const how = queueTimeout(row, now)
  if (how !== undefined) {
    swept.ended.push(...(await end(home, sql, change, row, how, now)))
  } else if (row.state === STATE.delayed) {
    await requeue(home, sql, change, row, queuedAt(row.ready_at, row.priority, now), now)
    swept.ready.push(home.idOf(row))
  } else {
    await saveDue(sql, row.seq, dueAt(row.state, row.ready_at, row))
  }
}

/** The total clock of a running task: its worker is told to stop; one that is suspect cannot be told, and ends. */
async function overrun(
  home: SharedHome,
  sql: Sql,
  change: Change,
  row: FullRow,
  now: number,
  swept: Swept,
): Promise<void> {
  if (row.total_at > now || row.stop !== STOP.none) {
    await saveDue(sql, row.seq, row.stop === STOP.none ? row.total_at : Number.MAX_SAFE_INTEGER)
    return
  }
  await saveDue(sql, row.seq, Number.MAX_SAFE_INTEGER)
  await requestStop(home, sql, change, row, STOP.totalTime, now)
  if (row.suspect === true) {
    await loseLease(home, sql, change, { ...row, stop: STOP.totalTime }, true, now, swept)
  }
}

async function saveDue(sql: Sql, seq: number, due: number): Promise<void> {
  await sql.run('UPDATE task SET due_at = $2 WHERE seq = $1', [seq, due])
}

/** @param steps of one sweep @returns what it did, and when to come again */
export async function tellSweep(sql: Sql, steps: readonly Swept[], now: number): Promise<Sweep> {
  const row = await sql.row<{ lease_ms: number | null; due_at: number | null }>(
    `SELECT (SELECT min(until) FROM lease) - lease_now() AS lease_ms,
            (SELECT min(due_at) FROM task WHERE finished_at IS NULL) AS due_at`,
  )
  const dueMs = row?.due_at == null || row.due_at === Number.MAX_SAFE_INTEGER ? undefined : row.due_at - now
  return sweepOf(steps, [row?.lease_ms ?? undefined, dueMs])
}
