/** Ends of attempts as workers report them, and renewals. Every report names the fence of its grant. */
import { findTaskIdParts, type PeerId } from '../../core/ids.ts'
import type { Renewal, RenewalVerdict, Settled, Settlement } from '../../core/ports/task-store.ts'
import { backoffMs } from '../../core/retry.ts'
import type { Attempt } from '../../core/task.ts'
import { judgeSettlement, type End } from '../lifecycle.ts'
import { queuedAt } from '../queue-times.ts'
import { stopCause, type Ending } from '../rows.ts'
import { isEnded, STATE } from '../states.ts'
import type { SharedHome } from './home.ts'
import { FULL_ROW, lockById, seqOf, specOfRow, viewOf, type FullRow } from './tasks.ts'
import type { Change, Sql } from './transaction.ts'
import { end, recordAttempt, requeue } from './transitions.ts'

export async function settle(
  home: SharedHome,
  sql: Sql,
  change: Change,
  settlements: readonly Settlement[],
  now: number,
): Promise<readonly Settled[]> {
  const settled: Settled[] = []
  for (const settlement of settlements) settled.push(await settleOne(home, sql, change, settlement, now))
  return settled
}

async function settleOne(
  home: SharedHome,
  sql: Sql,
  change: Change,
  settlement: Settlement,
  now: number,
): Promise<Settled> {
  const row = await lockById(home, sql, settlement.taskId)
  if (row === undefined) return { outcome: 'unknown' }
  // A fence is a number that can be guessed: only the one it was given to may speak of its attempt.
  if (row.worker !== null && settlement.isWorker?.(row.worker) === false) return { outcome: 'fenced' }
  const spec = specOfRow(row)
  const facts = {
    stage: row.state === STATE.running ? 'running' : isEnded(row.state) ? 'ended' : 'queued',
    latestFence: row.fence,
    settledBefore: await hasSettled(sql, row, settlement.fence),
    stop: stopCause(row),
    failures: row.failures,
    maxFailures: spec.maxFailures,
    retryOn: spec.retryOn,
  } as const
  const verdict = judgeSettlement(facts, settlement)
  if (verdict.outcome !== 'settled') return { outcome: verdict.outcome, task: viewOf(home, row) }
  if (verdict.next.kind === 'end') await endBy(home, sql, change, row, settlement, verdict.next, now)
  else await retry(home, sql, change, row, settlement, now)
  const after = await sql.row<FullRow>(`${FULL_ROW} WHERE t.seq = $1`, [row.seq])
  return { outcome: 'settled', ...(after === undefined ? {} : { task: viewOf(home, after) }) }
}

/** A lost or released attempt has not settled: its worker may still complete. */
async function hasSettled(sql: Sql, row: FullRow, fence: number): Promise<boolean> {
  if (row.fence === fence && (row.state === STATE.running || row.settled === 1)) return row.settled === 1
  const attempt = await sql.row<{ outcome: Attempt['outcome'] }>(
    'SELECT outcome FROM attempt WHERE seq = $1 AND fence = $2',
    [row.seq, fence],
  )
  return attempt !== undefined && attempt.outcome !== 'lost' && attempt.outcome !== 'released'
}

async function endBy(
  home: SharedHome,
  sql: Sql,
  change: Change,
  row: FullRow,
  { fence, result, error, exitCode }: Settlement,
  next: End,
  now: number,
): Promise<void> {
  const ending: Ending = {
    ...(result === undefined ? {} : { result }),
    ...(error === undefined ? {} : { error }),
    ...(exitCode === undefined ? {} : { exitCode }),
  }
  // A late completion: the attempt was noted as lost or released, and stands in the outcome from now on.
  if (row.state !== STATE.running) await sql.run('DELETE FROM attempt WHERE seq = $1 AND fence = $2', [row.seq, fence])
  if (next.status === 'failed') await saveBudgets(sql, row.seq, row.failures + 1, row.lost)
  await end(home, sql, change, row, { ...next, ...ending, settled: true }, now)
}

async function retry(
  home: SharedHome,
  sql: Sql,
  change: Change,
  row: FullRow,
  { reason, error }: Settlement,
  now: number,
): Promise<void> {
  const how = { outcome: 'failed', reason: reason ?? 'exit', ...(error === undefined ? {} : { error }) } as const
  await recordAttempt(sql, row, how, now)
  await saveBudgets(sql, row.seq, row.failures + 1, row.lost)
  await backOff(home, sql, change, row, row.failures + 1, now)
}

export async function saveBudgets(sql: Sql, seq: number, failures: number, lost: number): Promise<void> {
  await sql.run('UPDATE task SET failures = $2, lost = $3 WHERE seq = $1', [seq, failures, lost])
}

/** Queued again, put off the longer the more attempts have failed. */
export async function backOff(
  home: SharedHome,
  sql: Sql,
  change: Change,
  row: FullRow,
  failures: number,
  now: number,
): Promise<void> {
  const readyAt = now + backoffMs(failures, home.random.unit())
  await requeue(home, sql, change, row, queuedAt(readyAt, row.priority, now), now)
}

interface RenewedRow {
  readonly seq: number
  readonly fence: number
  readonly stop: boolean
  readonly was_suspect: boolean
}

/** A full lease from now for what this very worker holds by these very fences (R6); a suspect task is trusted again. */
export async function renew(
  home: SharedHome,
  sql: Sql,
  change: Change,
  renewals: readonly Renewal[],
  worker: PeerId,
): Promise<readonly RenewalVerdict[]> {
  const asked = renewals.map(({ taskId, fence, progress }) => ({
    seq: seqOf(home, taskId) ?? 0,
    fence,
    progress: progress === undefined ? null : JSON.stringify(progress),
  }))
  const renewed = await sql.rows<RenewedRow>(
    `WITH asked AS (
         SELECT e.seq, e.suspect, u.progress FROM unnest($1::bigint[], $2::bigint[], $3::text[]) u(seq, fence, progress)
           JOIN lease e ON e.seq = u.seq AND e.fence = u.fence AND e.worker = $4 ORDER BY e.seq FOR UPDATE OF e)
     UPDATE lease e SET until = lease_now() + e.lease_ms, suspect = false, progress = coalesce(a.progress, e.progress)
       FROM asked a WHERE e.seq = a.seq RETURNING e.seq, e.fence, e.stop, a.suspect AS was_suspect`,
    [asked.map(({ seq }) => seq), asked.map(({ fence }) => fence), asked.map(({ progress }) => progress), worker],
  )
  return renewals.map(({ taskId, fence, progress }): RenewalVerdict => {
    const seq = findTaskIdParts(taskId)?.seq
    const lease = renewed.find((one) => one.seq === seq && one.fence === fence)
    if (lease === undefined || seqOf(home, taskId) === undefined) return 'lost'
    if (lease.was_suspect || progress !== undefined) change.changed.push(taskId)
    return lease.stop ? 'cancel' : 'renewed'
  })
}
