/** Pages of tasks, newest first, by what people ask for. A filter that few tasks pass never blocks the home. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { TaskFilter, TaskPage } from '../../core/ports/task-store.ts'
import type { Task } from '../../core/task.ts'
import type { Home } from './home.ts'
import { endingOf, parseSpec, statesOf, toTask, type EndingColumns, type TaskRow } from '../rows.ts'
import { isEnded } from '../states.ts'
import { marksOf } from '../spec.ts'

/** Task numbers looked through before the loop may turn. */
const RANGE = 20_000

export async function listTasks(
  home: Home,
  filter: TaskFilter,
  limit: number,
  cursor: string | undefined,
): Promise<TaskPage> {
  const { seq: first } = home.sql.readFirstSeq.get() as { seq: number | null }
  const readRange = rangeReader(home, filter)
  const tasks: Task[] = []
  let below = cursor === undefined ? home.lastSeq + 1 : parseCursor(cursor)
  while (first !== null && below > first) {
    const from = Math.max(first, below - RANGE)
    const wanted = limit - tasks.length + 1
    const rows = readRange(below, from, wanted)
    for (const row of rows) {
      const task = taskOf(home, filter, row)
      if (task !== undefined && tasks.length === limit) return { tasks, nextCursor: String(below) }
      if (task !== undefined) tasks.push(task)
      below = row.seq
    }
    if (rows.length < wanted) below = from
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { tasks }
}

type ReadRange = (below: number, from: number, limit: number) => readonly TaskRow[]

function rangeReader(home: Home, filter: TaskFilter): ReadRange {
  const { sql } = home
  const states = filter.statuses === undefined ? null : JSON.stringify(statesOf(filter.statuses))
  const lanes = lanesOf(home, filter)
  const worker = filter.worker ?? null
  const [mark] = marksOf({
    ...(filter.workflowId === undefined ? {} : { workflowId: filter.workflowId }),
    tags: filter.tag === undefined ? [] : [filter.tag],
  })
  return (below, from, limit) =>
    (mark === undefined
      ? sql.readRange.all(below, from, states, lanes, worker, limit)
      : sql.readMarked.all(below, from, states, lanes, worker, limit, mark)) as unknown as readonly TaskRow[]
}

/** Lanes of the submitter and the types asked for, as JSON; null for any. */
function lanesOf(home: Home, { submitter, types }: TaskFilter): string | null {
  if (submitter === undefined && types === undefined) return null
  const lanes = [...home.lanes.all()].filter(
    (lane) =>
      (submitter === undefined || lane.submitter.name === submitter) &&
      (types === undefined || types.includes(lane.fitClass.needs.taskType)),
  )
  return JSON.stringify(lanes.map(({ id }) => id))
}

/** @returns undefined when the row passes, but not what was asked for with it */
function taskOf(home: Home, filter: TaskFilter, row: TaskRow): Task | undefined {
  const spec = parseSpec((home.sql.readSpec.get(row.seq) as { body: string }).body)
  if (filter.workflowId !== undefined && spec.workflowId !== filter.workflowId) return undefined
  if (filter.tag !== undefined && !spec.tags.includes(filter.tag)) return undefined
  const columns = isEnded(row.state) ? (home.sql.readOutcome.get(row.seq) as EndingColumns | undefined) : undefined
  return toTask(home, row, spec, columns === undefined ? {} : endingOf(columns))
}

/** @throws RunnerMeshError bad_request */
function parseCursor(cursor: string): number {
  if (/^[1-9][0-9]{0,15}$/.test(cursor)) return Number(cursor)
  throw new RunnerMeshError(
    'bad_request',
    `Not a cursor: ${JSON.stringify(cursor)}. Pass next_cursor of the last page.`,
  )
}
