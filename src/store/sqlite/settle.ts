/** Ends of attempts as workers report them. Every report names the fence of its grant. */
import { findTaskIdParts, type TaskId } from '../../core/ids.ts'
import type { Settled, Settlement } from '../../core/ports/task-store.ts'
import { backoffMs } from '../../core/retry.ts'
import type { Attempt, Task } from '../../core/task.ts'
import { judgeSettlement, type End, type SettlementFacts } from '../lifecycle.ts'
import type { Change } from './group-commit.ts'
import type { Home } from './home.ts'
import {
  endingOf,
  parseSpec,
  stateOf,
  stopCause,
  toTask,
  type Ending,
  type EndingColumns,
  type Spec,
  type TaskRow,
} from '../rows.ts'
import { isEnded, STATE } from '../states.ts'
import { end, recordAttempt, requeue } from './transitions.ts'
import { queuedAt } from '../queue-times.ts'

type FullRow = TaskRow & EndingColumns & { readonly body: string }

/** A task with its end, or undefined when this home has none of that id. */
export function readTask(home: Home, taskId: TaskId): Task | undefined {
  const found = findTask(home, taskId)
  return found === undefined ? undefined : toTask(home, found.row, found.spec, found.ending)
}

export function settle(
  home: Home,
  change: Change,
  settlements: readonly Settlement[],
  now: number,
): readonly Settled[] {
  return settlements.map((settlement) => settleOne(home, change, settlement, now))
}

function settleOne(home: Home, change: Change, settlement: Settlement, now: number): Settled {
  const found = findTask(home, settlement.taskId)
  if (found === undefined) return { outcome: 'unknown' }
  const { row, spec } = found
  // A fence is a number that can be guessed: only the one it was given to may speak of its attempt.
  if (row.worker !== null && settlement.isWorker?.(row.worker) === false) return { outcome: 'fenced' }
  const verdict = judgeSettlement(factsOf(home, row, spec, settlement), settlement)
  if (verdict.outcome !== 'settled') {
    return { outcome: verdict.outcome, task: toTask(home, row, spec, found.ending) }
  }
  if (verdict.next.kind === 'end') {
    return { outcome: 'settled', task: endBy(home, change, row, spec, settlement, verdict.next, now) }
  }
  retry(home, change, row, settlement, now)
  const after = home.sql.readRow.get(row.seq) as unknown as TaskRow
  return { outcome: 'settled', task: toTask(home, after, spec) }
}

function factsOf(home: Home, row: TaskRow, spec: Spec, settlement: Settlement): SettlementFacts {
  return {
    stage: row.state === STATE.running ? 'running' : isEnded(row.state) ? 'ended' : 'queued',
    latestFence: row.fence,
    settledBefore: hasSettled(home, row, settlement.fence),
    stop: stopCause(row),
    failures: row.failures,
    maxFailures: spec.maxFailures,
    retryOn: spec.retryOn,
  }
}

/** A lost or released attempt has not settled: its worker may still complete. */
function hasSettled(home: Home, row: TaskRow, fence: number): boolean {
  if (row.fence === fence && (row.state === STATE.running || row.settled === 1)) return row.settled === 1
  const attempt = home.sql.readAttempt.get(row.seq, fence) as { outcome: Attempt['outcome'] } | undefined
  return attempt !== undefined && attempt.outcome !== 'lost' && attempt.outcome !== 'released'
}

function endBy(
  home: Home,
  change: Change,
  row: TaskRow,
  spec: Spec,
  settlement: Settlement,
  next: End,
  now: number,
): Task {
  const ending: Ending = {
    ...(settlement.result === undefined ? {} : { result: settlement.result }),
    ...(settlement.error === undefined ? {} : { error: settlement.error }),
    ...(settlement.exitCode === undefined ? {} : { exitCode: settlement.exitCode }),
  }
  // A late completion: the attempt was noted as lost or released, and stands in the outcome from now on.
  if (row.state !== STATE.running) home.sql.dropAttempt.run(row.seq, settlement.fence)
  const failures = next.status === 'failed' ? row.failures + 1 : row.failures
  if (failures !== row.failures) home.sql.saveBudgets.run(row.seq, failures, row.lost)
  end(home, change, row, { ...next, ...ending, settled: true }, now)
  const state = stateOf(next.status)
  const after = { ...row, state, failures, reason: next.reason ?? null, updated_at: now, finished_at: now }
  return toTask(home, after, spec, ending)
}

function retry(home: Home, change: Change, row: TaskRow, settlement: Settlement, now: number): void {
  const failures = row.failures + 1
  recordAttempt(
    home,
    row,
    {
      outcome: 'failed',
      reason: settlement.reason ?? 'exit',
      ...(settlement.error === undefined ? {} : { error: settlement.error }),
    },
    now,
  )
  home.sql.saveBudgets.run(row.seq, failures, row.lost)
  backOff(home, change, row, failures, now)
}

/** Queued again, put off the longer the more attempts have failed. */
export function backOff(home: Home, change: Change, row: TaskRow, failures: number, now: number): void {
  const { priority } = home.lanes.get(row.lane)
  const readyAt = now + backoffMs(failures, home.random.unit())
  requeue(home, change, row, queuedAt(readyAt, priority, now), now)
}

interface FoundTask {
  readonly row: TaskRow
  readonly spec: Spec
  readonly ending: Ending
}

function findTask(home: Home, taskId: TaskId): FoundTask | undefined {
  const parts = findTaskIdParts(taskId)
  if (parts?.home !== home.homeId) return undefined
  const recent = home.recent.find(parts.seq)
  if (recent?.row.epoch === parts.epoch) return { ...recent, ending: {} }
  const row = home.sql.readFull.get(parts.seq) as FullRow | undefined
  return row?.epoch === parts.epoch ? { row, spec: parseSpec(row.body), ending: endingOf(row) } : undefined
}

/** The row of a task of this home, without what was asked for. */
export function findRow(home: Home, taskId: TaskId): TaskRow | undefined {
  const parts = findTaskIdParts(taskId)
  if (parts?.home !== home.homeId) return undefined
  const row = home.sql.readRow.get(parts.seq) as TaskRow | undefined
  return row?.epoch === parts.epoch ? row : undefined
}
