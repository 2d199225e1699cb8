/** Reads that change nothing. They see what is committed. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { PeerId, TaskId } from '../../core/ids.ts'
import type { QueueCounts, ReadyClass, TaskFilter, TaskPage } from '../../core/ports/task-store.ts'
import type { Attempt, TaskStatus } from '../../core/task.ts'
import { attemptsOf, type AttemptRow } from '../attempt-rows.ts'
import { statesOf } from '../rows.ts'
import { marksOf } from '../spec.ts'
import { STATE } from '../states.ts'
import type { PolicyRefusal } from './give-back.ts'
import type { SharedHome } from './home.ts'
import { READY_LANES } from './next-tasks.ts'
import { findFull, FULL_ROW, needsOf, viewOf, type FullRow } from './tasks.ts'
import type { Sql } from './transaction.ts'

/** Every try at a task, oldest first. */
export async function readAttempts(home: SharedHome, sql: Sql, taskId: TaskId): Promise<readonly Attempt[]> {
  const row = await findFull(home, sql, taskId)
  if (row === undefined) return []
  const rows = await sql.rows<AttemptRow>(
    `SELECT fence, number, worker, started_at, ended_at, outcome, reason, error FROM attempt WHERE seq = $1 ORDER BY fence`,
    [row.seq],
  )
  return attemptsOf(row, rows, row.error)
}

export async function readRefusals(home: SharedHome, sql: Sql, taskId: TaskId): Promise<readonly PolicyRefusal[]> {
  const row = await findFull(home, sql, taskId)
  if (row === undefined) return []
  const refusals = await sql.rows<{ worker: PeerId; policy_digest: string; rule: string }>(
    'SELECT worker, policy_digest, rule FROM refusal WHERE seq = $1 ORDER BY worker, policy_digest',
    [row.seq],
  )
  return refusals.map(({ worker, policy_digest: policyDigest, rule }) => ({ worker, policyDigest, rule }))
}

/** Newest first. @throws RunnerMeshError bad_request for a cursor no page gave */
export async function listTasks(
  home: SharedHome,
  sql: Sql,
  filter: TaskFilter,
  limit: number,
  cursor: string | undefined,
): Promise<TaskPage> {
  if (cursor !== undefined && !/^[1-9][0-9]{0,15}$/.test(cursor)) {
    throw new RunnerMeshError(
      'bad_request',
      `Not a cursor: ${JSON.stringify(cursor)}. Pass next_cursor of the last page.`,
    )
  }
  const marks = marksOf({
    ...(filter.workflowId === undefined ? {} : { workflowId: filter.workflowId }),
    tags: filter.tag === undefined ? [] : [filter.tag],
  })
  const rows = await sql.rows<FullRow>(
    `${FULL_ROW} WHERE ($1::bigint IS NULL OR t.seq < $1) AND ($2::smallint[] IS NULL OR t.state = ANY($2))
        AND ($3::text IS NULL OR a.submitter = $3) AND ($4::text[] IS NULL OR c.needs::json ->> 'taskType' = ANY($4))
        AND ($5::text IS NULL OR t.worker = $5)
        AND NOT EXISTS (SELECT 1 FROM unnest($6::text[]) m(name)
          WHERE NOT EXISTS (SELECT 1 FROM mark WHERE mark.name = m.name AND mark.seq = t.seq))
      ORDER BY t.seq DESC LIMIT $7`,
    [
      cursor ?? null,
      filter.statuses === undefined ? null : statesOf(filter.statuses),
      ...[filter.submitter ?? null, filter.types ?? null, filter.worker ?? null, marks, limit + 1],
    ],
  )
  const tasks = rows.slice(0, limit).map((row) => viewOf(home, row))
  const last = rows[limit - 1]
  return { tasks, ...(rows.length > limit && last !== undefined ? { nextCursor: String(last.seq) } : {}) }
}

interface CountRow {
  readonly state: number
  readonly tasks: number
  readonly type: string
  readonly priority: number
  readonly full: boolean
  readonly oldest: number
}

export async function countQueue(sql: Sql): Promise<QueueCounts> {
  const rows = await sql.rows<CountRow>(
    `SELECT n.state, n.tasks, c.needs::json ->> 'taskType' AS type, a.priority,
         coalesce(g.running >= g.max, false) AS full, n.oldest
       FROM (SELECT lane, state, count(*) AS tasks, min(ready_at) AS oldest FROM task GROUP BY lane, state) n
         JOIN lane a ON a.id = n.lane JOIN fit_class c ON c.id = a.fit_class
         LEFT JOIN concurrency_group g ON g.key = a.group_key`,
  )
  const suspects = await sql.row<{ tasks: number }>('SELECT count(*) AS tasks FROM lease WHERE suspect')
  const sum = (passes: (row: CountRow) => boolean): number =>
    rows.reduce((tasks, row) => tasks + (passes(row) ? row.tasks : 0), 0)
  const claimable = rows.filter((row) => row.state === STATE.ready && !row.full)
  const of = (status: TaskStatus): number => sum(({ state }) => statesOf([status]).some((one) => one === state))
  return {
    byStatus: {
      queued: of('queued'),
      running: of('running'),
      completed: of('completed'),
      failed: of('failed'),
      cancelled: of('cancelled'),
    },
    queuedByPhase: {
      blocked: sum(({ state }) => state === STATE.blocked),
      delayed: sum(({ state }) => state === STATE.delayed),
      held: sum(({ state, full }) => state === STATE.ready && full),
      ready: sum(({ state, full }) => state === STATE.ready && !full),
    },
    suspect: suspects?.tasks ?? 0,
    ...(claimable.length === 0
      ? {}
      : {
          oldestReadyAt: Math.min(...claimable.map(({ oldest }) => oldest)),
          topPriority: Math.max(...claimable.map(({ priority }) => priority)),
        }),
    queuedByType: byType(rows.filter(({ state }) => state <= STATE.ready)),
    runningByType: byType(rows.filter(({ state }) => state === STATE.running)),
  }
}

function byType(rows: readonly CountRow[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { type, tasks } of rows) counts[type] = (counts[type] ?? 0) + tasks
  return counts
}

/** The wall clocks of peers differ by this much at most for a change not to be missed. */
const SKEW_MS = 60_000

/** Tasks that some peer changed since an instant: rather one too many than one too few. */
export async function readChanged(home: SharedHome, sql: Sql, since: number): Promise<readonly TaskId[]> {
  const rows = await sql.rows<{ seq: number; epoch: number }>(
    'SELECT seq, epoch FROM task WHERE updated_at >= $1 ORDER BY seq',
    // The clock that counts how long we were away has fractions, the column has none.
    [Math.floor(since - SKEW_MS)],
  )
  return rows.map((row) => home.idOf(row))
}

/** Whether more tasks are unfinished than allowed. */
export async function holdsTooMany({ settings }: SharedHome, sql: Sql): Promise<boolean> {
  const row = await sql.row<{ tasks: number }>(
    'SELECT count(*) AS tasks FROM (SELECT 1 FROM task WHERE finished_at IS NULL LIMIT $1) x',
    [settings.maxUnfinished],
  )
  return (row?.tasks ?? 0) >= settings.maxUnfinished
}

/** More of one lane are not counted: nobody parks as many claims. */
const COUNTED = 1_000

interface ReadyRow {
  readonly fit_class: number
  readonly needs: string
  readonly group_key: string | null
  readonly slots: number | null
  readonly tasks: number
}

/** Every fit class with claimable tasks, and how many of it could be claimed now: of a group no more than it has free slots. */
export async function readReadyClasses(sql: Sql): Promise<readonly ReadyClass[]> {
  const rows = await sql.rows<ReadyRow>(
    `${READY_LANES}
     SELECT a.fit_class, c.needs, a.group_key, g.max - g.running AS slots,
         (SELECT count(*) FROM (SELECT 1 FROM task t WHERE t.state = 2 AND t.lane = f.lane LIMIT ${String(COUNTED)}) x) AS tasks
       FROM found f JOIN lane a ON a.id = f.lane JOIN fit_class c ON c.id = a.fit_class
         LEFT JOIN concurrency_group g ON g.key = a.group_key ORDER BY f.lane`,
  )
  const classes = new Map<number, { needs: string; count: number; slots: Map<string, number> }>()
  for (const { fit_class: id, needs, group_key: key, slots, tasks } of rows) {
    const one = classes.get(id) ?? { needs, count: 0, slots: new Map<string, number>() }
    classes.set(id, one)
    const free = key === null ? tasks : Math.max(0, one.slots.get(key) ?? slots ?? 0)
    const claimable = Math.min(tasks, free)
    if (key !== null) one.slots.set(key, free - claimable)
    one.count += claimable
  }
  return [...classes.values()].flatMap((one) => (one.count > 0 ? [{ needs: needsOf(one), count: one.count }] : []))
}
