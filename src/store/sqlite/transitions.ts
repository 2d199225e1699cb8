/** The two ways a task moves on: back into the queue, or to its end. Rows, counts, leases and children in one step. */
import { findTaskIdParts, type TaskId } from '../../core/ids.ts'
import type { Attempt, TaskReason } from '../../core/task.ts'
import type { Change } from './group-commit.ts'
import type { Home } from './home.ts'
import { isFull, type Group, type Lane } from './lanes.ts'
import type { Head } from './ready-heads.ts'
import { parseSpec, stateOf, type TaskRow } from '../rows.ts'
import { isEnded, STATE, type State } from '../states.ts'
import { dependencyFailed, dueAt, queuedAt, type Requeue, type TaskEnd } from '../queue-times.ts'

export function requeue(home: Home, change: Change, row: TaskRow, to: Requeue, now: number): void {
  const due = dueAt(to.state, to.readyAt, row)
  home.recent.forget(row.seq)
  home.sql.queueTask.run(row.seq, to.state, to.orderKey, to.readyAt, due, to.pending, now)
  home.noteDue(due)
  home.noteWait(to.state, now)
  shift(home, change, row, to.state, { seq: row.seq, orderKey: to.orderKey, readyAt: to.readyAt })
}

/** Counts, lease and claim order follow a task to its next state; whoever may claim something now is told. */
export function shift(home: Home, change: Change, row: TaskRow, to: State, head?: Head): void {
  const lane = home.lanes.get(row.lane)
  const wasFull = isFull(lane.group)
  if (row.state === STATE.running) {
    const lease = home.leases.end(row.seq)
    if (lease !== undefined) change.onUndo(() => home.leases.restore(lease))
  }
  if (row.state === STATE.ready) lane.heads.remove(row.seq)
  home.lanes.move(change, lane, row.state, to)
  if (to === STATE.ready && head !== undefined) offer(change, lane, head)
  if (wasFull && !isFull(lane.group)) wakeHeld(change, lane.group)
  change.changed.push(home.idOf(row))
}

/** A task is claimable now, unless its group is full. */
export function offer(change: Change, lane: Lane, head: Head): void {
  lane.heads.insert(head)
  if (!isFull(lane.group)) change.ready.push(lane.fitClass.needs)
}

/** A slot came free: one held task of each fit class may be claimed, and whichever is claimed first takes it. */
function wakeHeld(change: Change, group: Group | undefined): void {
  const classes = new Set(
    [...(group?.lanes ?? [])].filter((lane) => (lane.counts[STATE.ready] ?? 0) > 0).map((lane) => lane.fitClass),
  )
  for (const { needs } of classes) change.ready.push(needs)
}

/**
 * Ends a task, frees what it held, and frees or fails whatever waits for it, and what waits for those.
 * @returns all that ended, the task itself first
 */
export function end(home: Home, change: Change, row: TaskRow, how: TaskEnd, now: number): readonly TaskId[] {
  const ended = [home.idOf(row)]
  const ending: { seq: number; how: TaskEnd }[] = []
  endOne(home, change, row, how, now, ending)
  for (let next = ending.pop(); next !== undefined; next = ending.pop()) {
    const waiting = home.sql.readRow.get(next.seq) as unknown as TaskRow
    // What waits for two that did not complete comes by twice.
    if (isEnded(waiting.state)) continue
    endOne(home, change, waiting, next.how, now, ending)
    ended.push(home.idOf(waiting))
  }
  return ended
}

function endOne(
  home: Home,
  change: Change,
  row: TaskRow,
  how: TaskEnd,
  now: number,
  ending: { seq: number; how: TaskEnd }[],
): void {
  const { sql } = home
  if (row.state === STATE.blocked) dropNeeds(home, change, row)
  const settled = how.settled === true ? 1 : 0
  home.recent.forget(row.seq)
  sql.endTask.run(row.seq, stateOf(how.status), how.reason ?? null, now + row.retention_ms, now, settled)
  if (how.exitCode !== undefined || how.result !== undefined || how.error !== undefined) {
    const result = how.result === undefined ? null : JSON.stringify(how.result)
    sql.addOutcome.run(row.seq, how.exitCode ?? null, result, how.error ?? null)
  }
  shift(home, change, row, stateOf(how.status))
  for (const seq of takeChildren(home, change, row.seq)) {
    if (how.status === 'completed') release(home, change, seq, now)
    else ending.push({ seq, how: dependencyFailed(home.idOf(row)) })
  }
}

function takeChildren(home: Home, change: Change, parent: number): readonly number[] {
  if (home.needs === 0) return []
  const children = home.sql.takeChildren.all(parent) as unknown as { child: number }[]
  countNeeds(home, change, -children.length)
  return children.map(({ child }) => child)
}

function release(home: Home, change: Change, seq: number, now: number): void {
  const child = home.sql.readRow.get(seq) as unknown as TaskRow
  const pending = child.pending - 1
  if (pending > 0) {
    home.recent.forget(child.seq)
    home.sql.savePending.run(child.seq, pending)
    return
  }
  const { priority } = home.lanes.get(child.lane)
  requeue(home, change, child, queuedAt(Math.max(child.ready_at, now), priority, now), now)
}

function dropNeeds(home: Home, change: Change, child: TaskRow): void {
  const spec = parseSpec((home.sql.readSpec.get(child.seq) as { body: string }).body)
  for (const need of new Set(spec.needs)) {
    const parent = findTaskIdParts(need)
    if (parent !== undefined) countNeeds(home, change, -Number(home.sql.dropNeed.run(parent.seq, child.seq).changes))
  }
}

export function countNeeds(home: Home, change: Change, added: number): void {
  if (added === 0) return
  home.needs += added
  change.onUndo(() => {
    home.needs -= added
  })
}

/** Writes down how the current attempt ended when the task goes on without it. */
export function recordAttempt(
  home: Home,
  row: TaskRow,
  how: { readonly outcome: NonNullable<Attempt['outcome']>; readonly reason?: TaskReason; readonly error?: string },
  now: number,
): void {
  home.sql.addAttempt.run(
    row.seq,
    row.fence,
    row.attempt,
    row.worker,
    row.started_at,
    now,
    how.outcome,
    how.reason ?? null,
    how.error ?? null,
  )
}
