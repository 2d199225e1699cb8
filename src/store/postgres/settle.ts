/** Ends of attempts as workers report them, and renewals. Every report names the fence of its grant. */
import { findTaskIdParts, type PeerId } from '../../core/ids.ts'
import type { Renewal, RenewalVerdict, Settled, Settlement } from '../../core/ports/task-store.ts'
import { backoffMs } from '../../core/retry.ts'
import type { Attempt } from '../../core/task.ts'
import { judgeSettlement, type End, type SettlementFacts } from '../lifecycle.ts'
import { queuedAt, type TaskEnd } from '../queue-times.ts'
import { stopCause, type Ending } from '../rows.ts'
import { isEnded, STATE } from '../states.ts'
import type { SharedHome } from './home.ts'
import { FULL_ROW, lockTasks, ofEpoch, seqOf, specOfRow, viewOf, type FullRow } from './tasks.ts'
import type { Change, Sql } from './transaction.ts'
import { endAll, recordAttempt, requeue, type Ended } from './transitions.ts'

/** Many in as few statements as one; of two reports of one task the second is judged after the first. */
export async function settle(
  home: SharedHome,
  sql: Sql,
  change: Change,
  settlements: readonly Settlement[],
  now: number,
): Promise<readonly Settled[]> {
  const settled = new Map<Settlement, Settled>()
  // The same object may be handed in twice.
  const reports = settlements.map((settlement) => ({ ...settlement }))
  for (let left: readonly Settlement[] = reports; left.length > 0;) {
    const first = new Map(left.toReversed().map((settlement) => [settlement.taskId, settlement]))
    await settleThese(home, sql, change, [...first.values()], now, settled)
    left = left.filter((settlement) => !settled.has(settlement))
  }
  return reports.map((settlement) => settled.get(settlement) ?? { outcome: 'unknown' })
}

interface Reported {
  readonly settlement: Settlement
  readonly row: FullRow
}

async function settleThese(
  home: SharedHome,
  sql: Sql,
  change: Change,
  settlements: readonly Settlement[],
  now: number,
  settled: Map<Settlement, Settled>,
): Promise<void> {
  const seqs = settlements.flatMap(({ taskId }) => seqOf(home, taskId) ?? [])
  const rows = new Map((await lockTasks(sql, seqs)).map((row) => [row.seq, row]))
  const reported: Reported[] = []
  for (const settlement of settlements) {
    const row = ofEpoch(settlement.taskId, rows.get(seqOf(home, settlement.taskId) ?? 0))
    if (row === undefined) settled.set(settlement, { outcome: 'unknown' })
    // A fence is a number that can be guessed: only the one it was given to may speak of its attempt.
    else if (row.worker !== null && settlement.isWorker?.(row.worker) === false) {
      settled.set(settlement, { outcome: 'fenced' })
    } else reported.push({ settlement, row })
  }
  const ends: (Reported & Ended)[] = []
  const moved: Reported[] = []
  for (const report of reported) {
    const { settlement, row } = report
    const verdict = judgeSettlement(await factsOf(sql, report), settlement)
    if (verdict.outcome !== 'settled') {
      settled.set(settlement, { outcome: verdict.outcome, task: viewOf(home, row) })
      continue
    }
    moved.push(report)
    if (verdict.next.kind === 'end') ends.push({ ...report, how: endOf(settlement, verdict.next) })
    else await retry(home, sql, change, row, settlement, now)
  }
  if (moved.length === 0) return
  await noteEnds(sql, ends)
  await endAll(home, sql, change, ends, now)
  const after = await sql.rows<FullRow>(`${FULL_ROW} WHERE t.seq = ANY($1)`, [moved.map(({ row }) => row.seq)])
  const views = new Map(after.map((row) => [row.seq, viewOf(home, row)]))
  for (const { settlement, row } of moved) {
    const task = views.get(row.seq)
    settled.set(settlement, { outcome: 'settled', ...(task === undefined ? {} : { task }) })
  }
}

async function factsOf(sql: Sql, { settlement, row }: Reported): Promise<SettlementFacts> {
  const spec = specOfRow(row)
  return {
    stage: row.state === STATE.running ? 'running' : isEnded(row.state) ? 'ended' : 'queued',
    latestFence: row.fence,
    settledBefore: await hasSettled(sql, row, settlement.fence),
    stop: stopCause(row),
    failures: row.failures,
    maxFailures: spec.maxFailures,
    retryOn: spec.retryOn,
  }
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

function endOf({ result, error, exitCode }: Settlement, next: End): TaskEnd {
  const ending: Ending = {
    ...(result === undefined ? {} : { result }),
    ...(error === undefined ? {} : { error }),
    ...(exitCode === undefined ? {} : { exitCode }),
  }
  return { ...next, ...ending, settled: true }
}

async function noteEnds(sql: Sql, ends: readonly (Reported & Ended)[]): Promise<void> {
  for (const { row, settlement, how } of ends) {
    // A late completion: the attempt was noted as lost or released, and stands in the outcome from now on.
    if (row.state !== STATE.running) {
      await sql.run('DELETE FROM attempt WHERE seq = $1 AND fence = $2', [row.seq, settlement.fence])
    }
    if (how.status === 'failed') await saveBudgets(sql, row.seq, row.failures + 1, row.lost)
  }
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
