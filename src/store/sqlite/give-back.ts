/** Tasks given back by their worker, turned down by its host policy, cancelled, and queued again after their end. */
import { RunnerMeshError } from '../../core/errors.ts'
import { findTaskIdParts, type Fence, type PeerId, type TaskId } from '../../core/ids.ts'
import type { CancelOutcome } from '../../core/ports/task-store.ts'
import type { Attempt } from '../../core/task.ts'
import { stopped } from '../lifecycle.ts'
import type { Change } from './group-commit.ts'
import { refuserKey, type Home } from './home.ts'
import { parseSpec, stopCause, type Spec, type TaskRow } from '../rows.ts'
import { isEnded, STATE, STOP } from '../states.ts'
import { findRow } from './settle.ts'
import { countNeeds, end, recordAttempt, requeue } from './transitions.ts'
import { queuedAt } from '../queue-times.ts'

/** The task goes back to the place in the queue it had. One that was to be stopped ends instead: its worker has let go. */
export function release(home: Home, change: Change, taskId: TaskId, fence: Fence, now: number): boolean {
  return giveBack(home, change, taskId, fence, { outcome: 'released' }, now)
}

export interface PolicyRefusal {
  readonly worker: PeerId
  readonly policyDigest: string
  readonly rule: string
}

export function refuse(
  home: Home,
  change: Change,
  taskId: TaskId,
  fence: Fence,
  refusal: PolicyRefusal,
  now: number,
): boolean {
  const { worker, policyDigest, rule } = refusal
  const given = giveBack(home, change, taskId, fence, { outcome: 'released', reason: 'policy', error: rule }, now)
  if (!given) return false
  home.sql.addRefusal.run(findTaskIdParts(taskId)?.seq ?? 0, worker, policyDigest, rule)
  const key = refuserKey(worker, policyDigest)
  if (!home.refusers.has(key)) {
    home.refusers.add(key)
    change.onUndo(() => home.refusers.delete(key))
  }
  return true
}

function giveBack(
  home: Home,
  change: Change,
  taskId: TaskId,
  fence: Fence,
  how: Partial<Pick<Attempt, 'reason' | 'error'>> & { readonly outcome: 'released' },
  now: number,
): boolean {
  const row = findRow(home, taskId)
  if (row?.state !== STATE.running || row.fence !== fence) return false
  recordAttempt(home, row, how, now)
  const stop = stopCause(row)
  if (stop === 'none') reoffer(home, change, row, now)
  else end(home, change, row, stopped(stop), now)
  return true
}

/** Claimable again at once, at its old place in the queue; its queue clock starts anew. */
export function reoffer(home: Home, change: Change, row: TaskRow, now: number): void {
  requeue(home, change, row, { state: STATE.ready, readyAt: now, orderKey: row.order_key, pending: 0 }, now)
}

export function cancel(home: Home, change: Change, taskId: TaskId, now: number): CancelOutcome {
  const row = findRow(home, taskId)
  if (row === undefined) return 'unknown'
  if (isEnded(row.state)) return 'terminal'
  if (row.state !== STATE.running) {
    end(home, change, row, stopped('cancel'), now)
    return 'cancelled'
  }
  if (row.stop === STOP.none) requestStop(home, change, row, STOP.cancel, now)
  return 'requested'
}

/** The worker is told at its next renewal; if there is none, the task ends with its lease. */
export function requestStop(
  home: Home,
  change: Change,
  row: TaskRow,
  stop: typeof STOP.cancel | typeof STOP.totalTime,
  now: number,
): void {
  home.recent.forget(row.seq)
  home.sql.saveStop.run(row.seq, stop, now)
  const lease = home.leases.find(row.seq)
  if (lease !== undefined) {
    const before = lease.stop
    lease.stop = true
    change.onUndo(() => {
      lease.stop = before
    })
  }
  change.changed.push(home.idOf(row))
}

/** @throws RunnerMeshError invalid_transition when a need of it did not complete */
export function resubmit(home: Home, change: Change, taskId: TaskId, now: number, envelope?: string): boolean {
  const row = findRow(home, taskId)
  if (row === undefined || (row.state !== STATE.failed && row.state !== STATE.cancelled)) return false
  const { body } = home.sql.readSpec.get(row.seq) as { body: string }
  const spec = parseSpec(body)
  const parents = row.fence > 0 ? [] : pendingParents(home, row, spec)
  keepLastAttempt(home, row)
  if (envelope !== undefined) home.sql.saveSpec.run(row.seq, JSON.stringify({ ...spec, envelope } satisfies Spec))
  const renewed = { ...row, total_at: now + spec.clocks.totalMs }
  home.sql.renewTask.run(row.seq, renewed.total_at)
  for (const parent of parents) home.sql.addNeed.run(parent.seq, row.seq)
  countNeeds(home, change, parents.length)
  const { priority } = home.lanes.get(row.lane)
  const queued = queuedAt(now, priority, now)
  const blocked = parents.length > 0
  requeue(home, change, renewed, blocked ? { ...queued, state: STATE.blocked, pending: parents.length } : queued, now)
  return true
}

function keepLastAttempt(home: Home, row: TaskRow): void {
  const outcome = home.sql.readOutcome.get(row.seq) as { error: string | null } | undefined
  home.sql.dropOutcome.run(row.seq)
  if (row.settled === 0) return
  const how = row.state === STATE.failed ? ('failed' as const) : ('cancelled' as const)
  const { reason } = row
  recordAttempt(
    home,
    row,
    {
      outcome: how,
      ...(reason === null ? {} : { reason }),
      ...(outcome?.error == null ? {} : { error: outcome.error }),
    },
    row.finished_at ?? row.updated_at,
  )
}

/** A task that was never granted waits for its needs again; one that ran has no need left. */
function pendingParents(home: Home, row: TaskRow, spec: Spec): readonly TaskRow[] {
  const parents = [...new Set(spec.needs)].map((need) => {
    const parent = findRow(home, need)
    if (parent === undefined || parent.state === STATE.failed || parent.state === STATE.cancelled) {
      throw new RunnerMeshError(
        'invalid_transition',
        `Task ${home.idOf(row)} needs task ${need}, which did not complete. Resubmit that one first.`,
      )
    }
    return parent
  })
  return parents.filter((parent) => parent.state !== STATE.completed)
}
