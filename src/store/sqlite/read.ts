/** Reads that change nothing. They see what is committed, for a group is written within one turn of the loop. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { Fence, PeerId, TaskId } from '../../core/ids.ts'
import type { TaskFilter, TaskPage } from '../../core/ports/task-store.ts'
import type { Attempt, Task, TaskReason } from '../../core/task.ts'
import type { PolicyRefusal } from './give-back.ts'
import type { Home } from './home.ts'
import type { Lane } from './lanes.ts'
import { endingOf, parseSpec, statesOf, toTask, type EndingColumns, type Spec, type TaskRow } from './rows.ts'
import { isEnded, STATE, type State } from './schema.ts'
import { findRow } from './settle.ts'

interface AttemptRow {
  readonly fence: Fence
  readonly number: number
  readonly worker: PeerId
  readonly started_at: number
  readonly ended_at: number
  readonly outcome: NonNullable<Attempt['outcome']>
  readonly reason: TaskReason | null
  readonly error: string | null
}

/** Every try at a task, oldest first. */
export function readAttempts(home: Home, taskId: TaskId): readonly Attempt[] {
  const row = findRow(home, taskId)
  if (row === undefined) return []
  const earlier = (home.sql.readAttempts.all(row.seq) as unknown as AttemptRow[]).map((attempt): Attempt => ({
    number: attempt.number,
    fence: attempt.fence,
    worker: attempt.worker,
    startedAt: attempt.started_at,
    endedAt: attempt.ended_at,
    outcome: attempt.outcome,
    ...(attempt.reason === null ? {} : { reason: attempt.reason }),
    ...(attempt.error === null ? {} : { error: attempt.error }),
  }))
  if (row.fence === 0 || earlier.at(-1)?.fence === row.fence) return earlier
  return [...earlier, lastAttempt(home, row)]
}

/** The attempt that runs, or that ended the task. */
function lastAttempt(home: Home, row: TaskRow): Attempt {
  const begun = {
    number: row.attempt,
    fence: row.fence as Fence,
    worker: row.worker as PeerId,
    startedAt: row.started_at ?? row.created_at,
  }
  if (!isEnded(row.state)) return begun
  const outcome = home.sql.readOutcome.get(row.seq) as { error: string | null } | undefined
  return {
    ...begun,
    endedAt: row.finished_at ?? row.updated_at,
    outcome: row.state === STATE.completed ? 'completed' : row.state === STATE.failed ? 'failed' : 'cancelled',
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(outcome?.error == null ? {} : { error: outcome.error }),
  }
}

export function readRefusals(home: Home, taskId: TaskId): readonly PolicyRefusal[] {
  const row = findRow(home, taskId)
  if (row === undefined) return []
  const rows = home.sql.readRefusals.all(row.seq) as unknown as PolicyRefusal[]
  return rows.map(({ worker, policyDigest, rule }) => ({ worker, policyDigest, rule }))
}

/** Rows looked at before the loop may turn. */
const CHUNK = 2_000

/** A page, newest first. A filter that few tasks pass reads far back, chunk by chunk, and never blocks the home. */
export async function listTasks(
  home: Home,
  filter: TaskFilter,
  limit: number,
  cursor: string | undefined,
): Promise<TaskPage> {
  const wanted = rowFilter(home, filter)
  const tasks: Task[] = []
  let below = cursor === undefined ? home.lastSeq + 1 : parseCursor(cursor)
  for (;;) {
    const rows = home.sql.readPage.all(below, CHUNK) as unknown as TaskRow[]
    for (const row of rows) {
      if (tasks.length === limit) return { tasks, nextCursor: String(below) }
      below = row.seq
      if (!wanted(row)) continue
      const spec = parseSpec((home.sql.readSpec.get(row.seq) as { body: string }).body)
      if (specPasses(filter, spec)) tasks.push(withEnding(home, row, spec))
    }
    if (rows.length < CHUNK) return { tasks }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function rowFilter(home: Home, filter: TaskFilter): (row: TaskRow) => boolean {
  const states = filter.statuses === undefined ? undefined : new Set<State>(statesOf(filter.statuses))
  const types = filter.types === undefined ? undefined : new Set(filter.types)
  const lanePasses = (lane: Lane) =>
    (filter.submitter === undefined || lane.submitter.name === filter.submitter) &&
    (types === undefined || types.has(lane.fitClass.needs.taskType))
  const lanes = new Map<number, boolean>()
  return (row) => {
    if (states !== undefined && !states.has(row.state)) return false
    if (filter.worker !== undefined && row.worker !== filter.worker) return false
    let passes = lanes.get(row.lane)
    if (passes === undefined) {
      passes = lanePasses(home.lanes.get(row.lane))
      lanes.set(row.lane, passes)
    }
    return passes
  }
}

function specPasses(filter: TaskFilter, spec: Spec): boolean {
  if (filter.workflowId !== undefined && spec.workflowId !== filter.workflowId) return false
  return filter.tag === undefined || spec.tags.includes(filter.tag)
}

function withEnding(home: Home, row: TaskRow, spec: Spec): Task {
  const columns = isEnded(row.state) ? (home.sql.readOutcome.get(row.seq) as EndingColumns | undefined) : undefined
  return toTask(home, row, spec, columns === undefined ? {} : endingOf(columns))
}

function parseCursor(cursor: string): number {
  if (/^[1-9][0-9]{0,15}$/.test(cursor)) return Number(cursor)
  throw new RunnerMeshError(
    'bad_request',
    `Not a cursor: ${JSON.stringify(cursor)}. Pass next_cursor of the last page.`,
  )
}
