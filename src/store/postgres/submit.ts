/** New tasks: one submit is one step, all or none. */
import { RunnerMeshError } from '../../core/errors.ts'
import { getTaskIdParts, type TaskId } from '../../core/ids.ts'
import type { NewTask, Submitted } from '../../core/ports/task-store.ts'
import { dependencyFailed, dueAt, queuedAt } from '../queue-times.ts'
import type { TaskRow } from '../rows.ts'
import { contentDigest, marksOf, specOf } from '../spec.ts'
import { isEnded, STATE, type State } from '../states.ts'
import type { SharedHome } from './home.ts'
import { findNamed, remember } from './submit-names.ts'
import { lockTask } from './tasks.ts'
import type { Change, Sql } from './transaction.ts'
import { end } from './transitions.ts'

/** @throws RunnerMeshError idempotency_conflict, dependency_cycle, task_not_found, queue_full */
export async function submit(
  home: SharedHome,
  sql: Sql,
  change: Change,
  tasks: readonly NewTask[],
  now: number,
): Promise<readonly Submitted[]> {
  const numbers = await sql.rows<{ seq: number }>("SELECT nextval('task_seq') AS seq FROM generate_series(1, $1)", [
    tasks.length,
  ])
  const own = new Set(numbers.map(({ seq }) => seq))
  const submitted: Submitted[] = []
  // What has no name and needs nothing is written together.
  const plain: Insertion[] = []
  for (const [index, task] of tasks.entries()) {
    const seq = numbers[index]?.seq ?? 0
    if (task.idempotencyKey === undefined && task.alias === undefined && task.needs.length === 0) {
      refuseBeyondLimit(home)
      plain.push({ task, seq, pending: 0 })
      submitted.push({ id: home.idOf({ seq, epoch: home.epoch }), created: true })
    } else {
      submitted.push(await submitOne(home, sql, change, task, now, { seq, own }))
    }
  }
  if (plain.length > 0) await insert(home, sql, change, plain, now)
  return submitted
}

function refuseBeyondLimit(home: SharedHome): void {
  if (!home.full) return
  const limit = String(home.settings.maxUnfinished)
  throw new RunnerMeshError(
    'queue_full',
    `This home holds ${limit} unfinished tasks, its limit. Submit again when some have ended.`,
  )
}

interface Numbers {
  readonly seq: number
  /** The numbers of all tasks of this submit. */
  readonly own: ReadonlySet<number>
}

async function submitOne(
  home: SharedHome,
  sql: Sql,
  change: Change,
  task: NewTask,
  now: number,
  { seq, own }: Numbers,
): Promise<Submitted> {
  const digest = task.idempotencyKey === undefined && task.alias === undefined ? undefined : contentDigest(task)
  const named = digest === undefined ? undefined : await findNamed(home, sql, task, digest, now)
  if (named !== undefined) return { id: named, created: false }
  refuseBeyondLimit(home)
  const parents = await findParents(home, sql, task.needs, own)
  const pending = parents.filter((parent) => parent.state !== STATE.completed).length
  await insert(home, sql, change, [{ task, seq, pending }], now)
  const made = { seq, epoch: home.epoch }
  if (digest !== undefined) await remember(home, sql, task, made, digest, now)
  if (pending > 0) await waitForParents(home, sql, change, seq, parents, now)
  return { id: home.idOf(made), created: true }
}

type Parent = Pick<TaskRow, 'seq' | 'epoch' | 'state'>

/** Locked: none of them ends before this submit is done. An id exists only once its submit is durable, so nothing waits for itself. */
async function findParents(
  home: SharedHome,
  sql: Sql,
  needs: readonly TaskId[],
  own: ReadonlySet<number>,
): Promise<readonly Parent[]> {
  const named = [...new Set(needs)].map((id) => ({ id, ...getTaskIdParts(id) })).sort((a, b) => a.seq - b.seq)
  const parents: Parent[] = []
  for (const { id, home: homeId, epoch, seq } of named) {
    if (homeId === home.homeId && epoch === home.epoch && own.has(seq)) {
      throw new RunnerMeshError(
        'dependency_cycle',
        `Task ${id} is part of this very submit. Name only tasks that were accepted before.`,
      )
    }
    const row =
      homeId === home.homeId
        ? await sql.row<Parent>('SELECT seq, epoch, state FROM task WHERE seq = $1 FOR SHARE', [seq])
        : undefined
    if (row?.epoch !== epoch) {
      throw new RunnerMeshError('task_not_found', `The needed task ${id} is not known here. Submit it here first.`)
    }
    parents.push(row)
  }
  return parents
}

interface Insertion {
  readonly task: NewTask
  readonly seq: number
  readonly pending: number
}

/** One statement however many there are. */
async function insert(
  home: SharedHome,
  sql: Sql,
  change: Change,
  insertions: readonly Insertion[],
  now: number,
): Promise<void> {
  const rows: { readonly [column: string]: unknown }[] = []
  const marks: { readonly name: string; readonly seq: number }[] = []
  for (const { task, seq, pending } of insertions) {
    const queued = queuedAt(Math.max(now, task.notBefore ?? now), task.priority, now)
    const state: State = pending > 0 ? STATE.blocked : queued.state
    const { queueMs, totalMs } = task.clocks
    home.noteWait(state, now)
    rows.push({
      seq,
      state,
      lane: await home.internLane(task),
      order_key: queued.orderKey,
      ready_at: queued.readyAt,
      due_at: dueAt(state, queued.readyAt, { queue_ms: queueMs, total_at: now + totalMs }),
      queue_ms: queueMs,
      total_at: now + totalMs,
      retention_ms: task.retentionMs,
      pending,
      body: JSON.stringify(specOf(task)),
    })
    for (const name of new Set(marksOf(task))) marks.push({ name: name.replaceAll('\0', '\uFFFD'), seq })
    if (state === STATE.ready) change.ready.push(task.requirements)
    change.changed.push(home.idOf({ seq, epoch: home.epoch }))
  }
  await sql.run(
    `WITH given AS (
         SELECT * FROM json_to_recordset($1) AS r(seq bigint, state smallint, lane integer, order_key bigint,
           ready_at bigint, due_at bigint, queue_ms bigint, total_at bigint, retention_ms bigint, pending integer, body text)),
       made AS (
         INSERT INTO task(seq, epoch, state, lane, order_key, ready_at, due_at, queue_ms, total_at, retention_ms, pending,
           created_at, updated_at) SELECT seq, $2, state, lane, order_key, ready_at, due_at, queue_ms, total_at,
           retention_ms, pending, $3, $3 FROM given)
     INSERT INTO spec(seq, body) SELECT seq, body FROM given`,
    [JSON.stringify(rows), home.epoch, now],
  )
  if (marks.length === 0) return
  await sql.run('INSERT INTO mark(name, seq) SELECT name, seq FROM json_to_recordset($1) AS r(name text, seq bigint)', [
    JSON.stringify(marks),
  ])
}

async function waitForParents(
  home: SharedHome,
  sql: Sql,
  change: Change,
  seq: number,
  parents: readonly Parent[],
  now: number,
): Promise<void> {
  const broken = parents.find((parent) => parent.state === STATE.failed || parent.state === STATE.cancelled)
  if (broken !== undefined) {
    const row = await lockTask(sql, seq)
    if (row !== undefined) await end(home, sql, change, row, dependencyFailed(home.idOf(broken)), now)
    return
  }
  for (const parent of parents) {
    if (isEnded(parent.state)) continue
    await sql.run('INSERT INTO need(parent, child) VALUES ($1, $2)', [parent.seq, seq])
  }
}
