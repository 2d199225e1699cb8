/** Tasks given back by their worker, turned down by its host policy, cancelled, and queued again after their end. */
import { RunnerMeshError } from '../../core/errors.ts'
import { getTaskIdParts, type Fence, type PeerId, type TaskId } from '../../core/ids.ts'
import type { CancelOutcome } from '../../core/ports/task-store.ts'
import type { Attempt } from '../../core/task.ts'
import { stopped } from '../lifecycle.ts'
import { queuedAt } from '../queue-times.ts'
import { stopCause, type Spec, type TaskRow } from '../rows.ts'
import { isEnded, STATE, STOP } from '../states.ts'
import type { SharedHome } from './home.ts'
import { lockById, specOfRow, type FullRow } from './tasks.ts'
import type { Change, Sql } from './transaction.ts'
import { end, recordAttempt, requeue } from './transitions.ts'

export interface PolicyRefusal {
  readonly worker: PeerId
  readonly policyDigest: string
  readonly rule: string
}

/** The task goes back to the place in the queue it had. One that was to be stopped ends instead: its worker has let go. */
export function release(
  home: SharedHome,
  sql: Sql,
  change: Change,
  taskId: TaskId,
  fence: Fence,
  now: number,
): Promise<boolean> {
  return giveBack(home, sql, change, taskId, fence, { outcome: 'released' }, now)
}

export async function refuse(
  home: SharedHome,
  sql: Sql,
  change: Change,
  taskId: TaskId,
  fence: Fence,
  { worker, policyDigest, rule }: PolicyRefusal,
  now: number,
): Promise<boolean> {
  const how = { outcome: 'released', reason: 'policy', error: rule } as const
  if (!(await giveBack(home, sql, change, taskId, fence, how, now))) return false
  await sql.run(
    `INSERT INTO refusal(seq, worker, policy_digest, rule) VALUES ($1, $2, $3, $4)
       ON CONFLICT (seq, worker, policy_digest) DO UPDATE SET rule = excluded.rule`,
    [getTaskIdParts(taskId).seq, worker, policyDigest, rule],
  )
  return true
}

async function giveBack(
  home: SharedHome,
  sql: Sql,
  change: Change,
  taskId: TaskId,
  fence: Fence,
  how: Partial<Pick<Attempt, 'reason' | 'error'>> & { readonly outcome: 'released' },
  now: number,
): Promise<boolean> {
  const row = await lockById(home, sql, taskId)
  if (row?.state !== STATE.running || row.fence !== fence) return false
  await recordAttempt(sql, row, how, now)
  const stop = stopCause(row)
  if (stop === 'none') await reoffer(home, sql, change, row, now)
  else await end(home, sql, change, row, stopped(stop), now)
  return true
}

/** Claimable again at once, at its old place in the queue; its queue clock starts anew. */
export async function reoffer(home: SharedHome, sql: Sql, change: Change, row: FullRow, now: number): Promise<void> {
  const to = { state: STATE.ready, readyAt: now, orderKey: row.order_key, pending: 0 }
  await requeue(home, sql, change, row, to, now)
}

export async function cancel(
  home: SharedHome,
  sql: Sql,
  change: Change,
  taskId: TaskId,
  now: number,
): Promise<CancelOutcome> {
  const row = await lockById(home, sql, taskId)
  if (row === undefined) return 'unknown'
  if (isEnded(row.state)) return 'terminal'
  if (row.state !== STATE.running) {
    await end(home, sql, change, row, stopped('cancel'), now)
    return 'cancelled'
  }
  if (row.stop === STOP.none) await requestStop(home, sql, change, row, STOP.cancel, now)
  return 'requested'
}

/** The worker is told at its next renewal; if there is none, the task ends with its lease. */
export async function requestStop(
  home: SharedHome,
  sql: Sql,
  change: Change,
  row: FullRow,
  stop: typeof STOP.cancel | typeof STOP.totalTime,
  now: number,
): Promise<void> {
  await sql.run('UPDATE task SET stop = $2, updated_at = $3 WHERE seq = $1', [row.seq, stop, now])
  await sql.run('UPDATE lease SET stop = true WHERE seq = $1', [row.seq])
  change.changed.push(home.idOf(row))
}

/** @throws RunnerMeshError invalid_transition when a need of it did not complete */
export async function resubmit(
  home: SharedHome,
  sql: Sql,
  change: Change,
  taskId: TaskId,
  now: number,
  envelope?: string,
): Promise<boolean> {
  const row = await lockById(home, sql, taskId)
  if (row === undefined || (row.state !== STATE.failed && row.state !== STATE.cancelled)) return false
  const spec = specOfRow(row)
  const parents = row.fence > 0 ? [] : await pendingParents(home, sql, row, spec)
  await keepLastAttempt(sql, row)
  if (envelope !== undefined) {
    const body = JSON.stringify({ ...spec, envelope } satisfies Spec)
    await sql.run('UPDATE spec SET body = $2 WHERE seq = $1', [row.seq, body])
  }
  const renewed = { ...row, total_at: now + spec.clocks.totalMs }
  await sql.run('UPDATE task SET failures = 0, lost = 0, stop = 0, total_at = $2 WHERE seq = $1', [
    ...[row.seq, renewed.total_at],
  ])
  for (const parent of parents) {
    await sql.run('INSERT INTO need(parent, child) VALUES ($1, $2) ON CONFLICT DO NOTHING', [parent.seq, row.seq])
  }
  const queued = queuedAt(now, row.priority, now)
  const blocked = { ...queued, state: STATE.blocked, pending: parents.length }
  await requeue(home, sql, change, renewed, parents.length > 0 ? blocked : queued, now)
  return true
}

async function keepLastAttempt(sql: Sql, row: FullRow): Promise<void> {
  await sql.run('DELETE FROM outcome WHERE seq = $1', [row.seq])
  if (row.settled === 0) return
  const how = {
    outcome: row.state === STATE.failed ? ('failed' as const) : ('cancelled' as const),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.error === null ? {} : { error: row.error }),
  }
  await recordAttempt(sql, row, how, row.finished_at ?? row.updated_at)
}

type Parent = Pick<TaskRow, 'seq' | 'epoch' | 'state'>

/** A task that was never granted waits for its needs again; one that ran has no need left. */
async function pendingParents(home: SharedHome, sql: Sql, row: FullRow, spec: Spec): Promise<readonly Parent[]> {
  const parents: Parent[] = []
  for (const need of new Set(spec.needs)) {
    const { seq, epoch } = getTaskIdParts(need)
    const parent = await sql.row<Parent>('SELECT seq, epoch, state FROM task WHERE seq = $1 FOR SHARE', [seq])
    if (parent?.epoch !== epoch || parent.state === STATE.failed || parent.state === STATE.cancelled) {
      throw new RunnerMeshError(
        'invalid_transition',
        `Task ${home.idOf(row)} needs task ${need}, which did not complete. Resubmit that one first.`,
      )
    }
    if (parent.state !== STATE.completed) parents.push(parent)
  }
  return parents
}
