/** What time alone does: delayed tasks become ready, clocks run out, leases end. */
import type { Sweep } from '../../core/ports/task-store.ts'
import { judgeLostLease } from '../lifecycle.ts'
import type { Lease } from '../lease-table.ts'
import { reoffer, requestStop } from './give-back.ts'
import type { Change } from './group-commit.ts'
import type { Home } from './home.ts'
import { parseSpec, stopCause, type TaskRow } from '../rows.ts'
import { isEnded, STATE, STOP } from '../states.ts'
import { backOff } from './settle.ts'
import { end, recordAttempt, requeue } from './transitions.ts'
import { dueAt, queuedAt, queueTimeout } from '../queue-times.ts'
import { nothingSwept, sweepOf, type Swept } from '../swept.ts'

/** Rows that one step of a sweep touches at most, so that claims and settlements come in between. */
const SWEEP_ROWS = 200
/**
 * A task that waits for its needs or its instant and was written this much later than now was written by a clock that has
 * been set back since: it would wait for as long as that was. It is written as of now, and waits as long as it was to.
 */
const CLOCK_STEP_MS = 1_000

export function sweepDue(home: Home, change: Change, now: number): Swept {
  const swept = nothingSwept()
  followClock(home, change, now)
  if (home.quietUntil > now) return swept
  const rows = home.sql.readDue.all(now, SWEEP_ROWS) as unknown as TaskRow[]
  for (const { seq } of rows.toSorted(byInstant)) {
    // Read again: the end of one may have ended the next.
    const row = home.sql.readRow.get(seq) as unknown as TaskRow
    if (!isEnded(row.state)) fallDue(home, change, row, now, swept)
  }
  if (rows.length === SWEEP_ROWS) return { ...swept, more: true }
  setQuietUntil(home, change)
  return swept
}

/** Tasks that wait do not wait for a clock that was set back. */
function followClock(home: Home, change: Change, now: number): void {
  const { waitedAt } = home
  if (waitedAt <= now + CLOCK_STEP_MS) return
  const { totals } = home.lanes
  // After a start it looks at all that is open, unless nothing waits.
  const isAnyWaiting = (totals[STATE.blocked] ?? 0) + (totals[STATE.delayed] ?? 0) > 0
  const tasks = isAnyWaiting ? Number(home.sql.followClock.run(now, CLOCK_STEP_MS).changes) : 0
  home.waitedAt = now
  change.onUndo(() => {
    home.waitedAt = waitedAt
  })
  if (tasks === 0) return
  home.recent.forgetAll()
  home.quietUntil = 0
  home.log.warn('store.clock_set_back', { tasks })
}

/** What fell due first happens first. What runs is listed by its queue clock, which means nothing any more. */
function byInstant(a: TaskRow, b: TaskRow): number {
  const at = (row: TaskRow) => (row.state === STATE.running ? row.total_at : row.due_at)
  return at(a) - at(b) || a.seq - b.seq
}

function setQuietUntil(home: Home, change: Change): void {
  const { due_at: next } = home.sql.readNextDue.get() as { due_at: number | null }
  const before = home.quietUntil
  home.quietUntil = next ?? Infinity
  change.onUndo(() => {
    home.quietUntil = Math.min(before, home.quietUntil)
  })
}

function fallDue(home: Home, change: Change, row: TaskRow, now: number, swept: Swept): void {
  if (row.state === STATE.running) {
    overrun(home, change, row, now, swept)
    return
  }
  const how = queueTimeout(row, now)
  if (how !== undefined) {
    swept.ended.push(...end(home, change, row, how, now))
  } else if (row.state === STATE.delayed) {
    promote(home, change, row, now)
    swept.ready.push(home.idOf(row))
  } else {
    saveDue(home, row.seq, dueAt(row.state, row.ready_at, row))
  }
}

/** The total clock of a running task: its worker is told to stop; one that is suspect cannot be told, and ends. */
function overrun(home: Home, change: Change, row: TaskRow, now: number, swept: Swept): void {
  if (row.total_at > now || row.stop !== STOP.none) {
    saveDue(home, row.seq, row.stop === STOP.none ? row.total_at : Number.MAX_SAFE_INTEGER)
    return
  }
  saveDue(home, row.seq, Number.MAX_SAFE_INTEGER)
  requestStop(home, change, row, STOP.totalTime, now)
  const lease = home.leases.find(row.seq)
  if (lease?.suspect === true) loseLease(home, change, lease, now, swept)
}

function promote(home: Home, change: Change, row: TaskRow, now: number): void {
  const { priority } = home.lanes.get(row.lane)
  requeue(home, change, row, queuedAt(row.ready_at, priority, now), now)
}

/** Delayed tasks whose instant has come are claimable even when no sweep came by. */
export function promoteDelayed(home: Home, change: Change, now: number): void {
  if (home.quietUntil > now) return
  const rows = home.sql.readDelayedDue.all(now, SWEEP_ROWS) as unknown as TaskRow[]
  for (const row of rows) if (row.total_at > now) promote(home, change, row, now)
  if (rows.length < SWEEP_ROWS) setQuietUntil(home, change)
}

/**
 * Leases and graces that are over. They are looked up inside the transaction, so a renewal or completion that came before
 * is seen (R9), and a pause of this process is noticed before anyone is blamed for it (R17).
 */
export function sweepLeases(home: Home, change: Change, now: number): Swept {
  const swept = nothingSwept()
  if (notePause(home)) return swept
  for (const lease of home.leases.ended()) loseLease(home, change, lease, now, swept)
  return swept
}

/** @returns whether this process was paused; all deadlines have moved by as much */
export function notePause(home: Home): boolean {
  const pausedMs = home.leases.pulse()
  if (pausedMs === 0) return false
  home.log.warn('store.paused', { pausedMs, leases: home.leases.size })
  return true
}

function loseLease(home: Home, change: Change, lease: Lease, now: number, swept: Swept): void {
  const row = home.sql.readTask.get(lease.seq) as unknown as TaskRow & { readonly body: string }
  const taskId = home.idOf(row)
  const spec = parseSpec(row.body)
  const verdict = judgeLostLease({ ...spec, ...row, stop: stopCause(row), suspect: lease.suspect })
  if (verdict.kind === 'suspect') {
    const { deadline } = lease
    home.leases.suspect(lease, home.settings.lostGraceMs)
    change.onUndo(() => home.leases.trust(lease, deadline))
    change.changed.push(taskId)
    swept.suspect.push(taskId)
    return
  }
  const reason = verdict.kind === 'end' ? verdict.reason : undefined
  const error = 'Its runner stopped renewing the lease.'
  recordAttempt(home, row, { outcome: 'lost', ...(reason === undefined ? {} : { reason }), error }, now)
  const failures = row.failures + (verdict.kind === 'retry' ? 1 : 0)
  home.recent.forget(row.seq)
  home.sql.saveBudgets.run(row.seq, failures, row.lost + 1)
  if (verdict.kind === 'end') {
    swept.ended.push(...end(home, change, row, verdict.status === 'failed' ? { ...verdict, error } : verdict, now))
  } else if (verdict.kind === 'retry') {
    backOff(home, change, row, failures, now)
  } else {
    reoffer(home, change, row, now)
    swept.ready.push(taskId)
  }
}

function saveDue(home: Home, seq: number, due: number): void {
  home.recent.forget(seq)
  home.sql.saveDue.run(seq, due)
}

/** @param steps of one sweep @returns what it did, and when to come again */
export function tellSweep(home: Home, steps: readonly Swept[], now: number): Sweep {
  const dueMs = home.quietUntil === Infinity ? undefined : home.quietUntil - now
  return sweepOf(steps, [home.leases.nextEndMs(), dueMs])
}
