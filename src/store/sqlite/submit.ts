/** New tasks: one submit is one step, all or none. */
import { RunnerMeshError } from '../../core/errors.ts'
import { getTaskIdParts, type TaskId } from '../../core/ids.ts'
import type { NewTask, Submitted } from '../../core/ports/task-store.ts'
import type { Change } from './group-commit.ts'
import type { Home } from './home.ts'
import { newRow, type TaskRow } from '../rows.ts'
import { isEnded, STATE, type State } from '../states.ts'
import { findNamed, remember } from './submit-names.ts'
import { countNeeds, end, offer } from './transitions.ts'
import { dependencyFailed, dueAt, queuedAt } from '../queue-times.ts'
import { contentDigest, marksOf, specOf } from '../spec.ts'

/** @throws RunnerMeshError idempotency_conflict, dependency_cycle, task_not_found, queue_full */
export function submit(home: Home, change: Change, tasks: readonly NewTask[], now: number): readonly Submitted[] {
  const before = home.lastSeq
  return tasks.map((task) => submitOne(home, change, task, now, before))
}

/** @param before the last task number before this submit */
export function submitOne(home: Home, change: Change, task: NewTask, now: number, before: number): Submitted {
  const digest = task.idempotencyKey === undefined && task.alias === undefined ? undefined : contentDigest(task)
  const named = digest === undefined ? undefined : findNamed(home, task, digest, now)
  if (named !== undefined) return { id: named, created: false }
  refuseBeyondCap(home)
  const parents = findParents(home, task.needs, before)
  const pending = parents.filter((parent) => parent.state !== STATE.completed).length
  const inserted = insert(home, change, task, pending, now)
  if (digest !== undefined) remember(home, task, inserted, digest, now)
  if (pending > 0) waitForParents(home, change, inserted, parents, now)
  return { id: home.idOf(inserted), created: true }
}

function refuseBeyondCap(home: Home): void {
  const { totals } = home.lanes
  let unfinished = 0
  for (const state of [STATE.blocked, STATE.delayed, STATE.ready, STATE.running]) unfinished += totals[state] ?? 0
  if (unfinished < home.settings.maxUnfinished) return
  throw new RunnerMeshError(
    'queue_full',
    `This home holds ${String(unfinished)} unfinished tasks, its limit. Submit again when some have ended.`,
  )
}

/** Needs are named by id, and an id exists only once its submit is durable: so nothing can wait for itself. */
function findParents(home: Home, needs: readonly TaskId[], before: number): readonly TaskRow[] {
  return [...new Set(needs)].map((need) => {
    const { home: homeId, epoch, seq } = getTaskIdParts(need)
    const row = homeId === home.homeId ? (home.sql.readRow.get(seq) as TaskRow | undefined) : undefined
    if (homeId === home.homeId && epoch === home.epoch && seq > before && seq <= home.lastSeq + 1) {
      throw new RunnerMeshError(
        'dependency_cycle',
        `Task ${need} is part of this very submit. Name only tasks that were accepted before.`,
      )
    }
    if (row?.epoch !== epoch) {
      throw new RunnerMeshError('task_not_found', `The needed task ${need} is not known here. Submit it here first.`)
    }
    return row
  })
}

function insert(home: Home, change: Change, task: NewTask, pending: number, now: number): TaskRow {
  const lane = home.lanes.intern(change, task.requirements, task.submitter, task.priority, task.group)
  const queued = queuedAt(Math.max(now, task.notBefore ?? now), task.priority, now)
  const state: State = pending > 0 ? STATE.blocked : queued.state
  const totalAt = now + task.clocks.totalMs
  const due = dueAt(state, queued.readyAt, { queue_ms: task.clocks.queueMs, total_at: totalAt })
  const seq = home.nextSeq(change)
  const row = newRow({
    seq,
    epoch: home.epoch,
    state,
    lane: lane.id,
    order_key: queued.orderKey,
    ready_at: queued.readyAt,
    due_at: due,
    queue_ms: task.clocks.queueMs,
    total_at: totalAt,
    retention_ms: task.retentionMs,
    pending,
    created_at: now,
  })
  const body = JSON.stringify(specOf(task))
  addTask(home, row)
  home.sql.addSpec.run(seq, body)
  for (const mark of marksOf(task)) home.sql.addMark.run(mark, seq)
  home.recent.keep(change, row, body)
  home.noteDue(due)
  home.noteWait(state, now)
  home.lanes.move(change, lane, undefined, state)
  if (state === STATE.ready) offer(change, lane, { seq, orderKey: queued.orderKey, readyAt: queued.readyAt })
  change.changed.push(home.idOf(row))
  return row
}

function addTask(home: Home, row: TaskRow): void {
  home.sql.addTask.run(
    row.seq,
    row.epoch,
    row.state,
    row.lane,
    row.order_key,
    row.ready_at,
    row.due_at,
    row.queue_ms,
    row.total_at,
    row.retention_ms,
    row.pending,
    row.created_at,
  )
}

function waitForParents(home: Home, change: Change, row: TaskRow, parents: readonly TaskRow[], now: number): void {
  const broken = parents.find((parent) => parent.state === STATE.failed || parent.state === STATE.cancelled)
  if (broken !== undefined) {
    end(home, change, row, dependencyFailed(home.idOf(broken)), now)
    return
  }
  for (const parent of parents) {
    if (isEnded(parent.state)) continue
    home.sql.addNeed.run(parent.seq, row.seq)
    countNeeds(home, change, 1)
  }
}
