/** Rows of the file and what the rest of the house calls a task. snake_case ends here. */
import { formatTaskId, type Fence, type HomeId, type PeerId, type TaskId } from '../core/ids.ts'
import type {
  JsonObject,
  Requirements,
  RetryClass,
  Task,
  TaskClocks,
  TaskPhase,
  TaskProgress,
  TaskReason,
  TaskStatus,
  TerminalStatus,
} from '../core/task.ts'
import type { StopCause } from './lifecycle.ts'
import { STATE, STOP, type State, type Stop } from './states.ts'

/** One row of `task`. */
export interface TaskRow {
  readonly seq: number
  readonly epoch: number
  readonly state: State
  readonly reason: TaskReason | null
  readonly lane: number
  readonly order_key: number
  readonly ready_at: number
  readonly due_at: number
  readonly queue_ms: number
  readonly total_at: number
  readonly retention_ms: number
  readonly fence: number
  readonly attempt: number
  readonly failures: number
  readonly lost: number
  readonly stop: Stop
  readonly pending: number
  readonly worker: PeerId | null
  readonly request_id: string | null
  readonly lease_ms: number | null
  readonly created_at: number
  readonly updated_at: number
  readonly started_at: number | null
  readonly finished_at: number | null
  readonly purge_at: number | null
  readonly settled: 0 | 1
}

/**
 * Every column of `task`, to be read by name: a later version may add columns to a shared home while this one serves it, and
 * PostgreSQL refuses a prepared `*` from then on.
 */
export const TASK_COLUMNS = [
  ...(['seq', 'epoch', 'state', 'reason', 'lane', 'order_key', 'ready_at', 'due_at', 'queue_ms', 'total_at'] as const),
  ...(['retention_ms', 'fence', 'attempt', 'failures', 'lost', 'stop', 'pending', 'worker', 'request_id'] as const),
  ...(['lease_ms', 'created_at', 'updated_at', 'started_at', 'finished_at', 'purge_at', 'settled'] as const),
] as const satisfies readonly (keyof TaskRow)[]

type Given =
  | 'seq'
  | 'epoch'
  | 'state'
  | 'lane'
  | 'order_key'
  | 'ready_at'
  | 'due_at'
  | 'queue_ms'
  | 'total_at'
  | 'retention_ms'
  | 'pending'
  | 'created_at'

/** A row as it is inserted: every other column has its default. */
export function newRow(given: Pick<TaskRow, Given>): TaskRow {
  return {
    ...given,
    reason: null,
    fence: 0,
    attempt: 0,
    failures: 0,
    lost: 0,
    stop: STOP.none,
    worker: null,
    request_id: null,
    lease_ms: null,
    updated_at: given.created_at,
    started_at: null,
    finished_at: null,
    purge_at: null,
    settled: 0,
  }
}

/** What was asked for and never changes: the JSON of `spec.body`. Requirements, submitter and priority are the lane's. */
export interface Spec {
  readonly type: string
  readonly modelName: string
  readonly payload: JsonObject
  readonly envelope?: string
  readonly clocks: TaskClocks
  readonly idempotent: boolean
  readonly retryOn: readonly RetryClass[]
  readonly maxFailures: number
  readonly maxLost: number
  readonly needs: readonly TaskId[]
  readonly depth: number
  readonly idempotencyKey?: string
  readonly alias?: string
  readonly workflowId?: string
  readonly tags: readonly string[]
}

/** What is known of a task's end beside its state. */
export interface Ending {
  readonly result?: JsonObject
  readonly error?: string
  readonly exitCode?: number
}

export interface EndingColumns {
  readonly result: string | null
  readonly error: string | null
  readonly exit_code: number | null
}

/** What the tasks of a lane share. */
export interface LaneFacts {
  readonly priority: number
  readonly fitClass: { readonly needs: Requirements }
  readonly submitter: { readonly name: string }
  readonly group: { readonly key: string; readonly max: number; readonly running: number } | undefined
}

export interface LeaseFacts {
  readonly suspect: boolean
  readonly progress: TaskProgress | undefined
}

export interface Readers {
  readonly homeId: HomeId
  readonly lanes: { get(id: number): LaneFacts }
  readonly leases: { find(seq: number): LeaseFacts | undefined }
}

const STATUS_OF: Readonly<Record<State, TaskStatus>> = {
  [STATE.blocked]: 'queued',
  [STATE.delayed]: 'queued',
  [STATE.ready]: 'queued',
  [STATE.running]: 'running',
  [STATE.completed]: 'completed',
  [STATE.failed]: 'failed',
  [STATE.cancelled]: 'cancelled',
}

const STATES_OF: Readonly<Record<TaskStatus, readonly State[]>> = {
  queued: [STATE.blocked, STATE.delayed, STATE.ready],
  running: [STATE.running],
  completed: [STATE.completed],
  failed: [STATE.failed],
  cancelled: [STATE.cancelled],
}

export function stateOf(status: TerminalStatus): State {
  return STATE[status]
}

export function statesOf(statuses: readonly TaskStatus[]): readonly State[] {
  return statuses.flatMap((status) => STATES_OF[status])
}

export function taskIdOf(readers: Pick<Readers, 'homeId'>, row: Pick<TaskRow, 'epoch' | 'seq'>): TaskId {
  return formatTaskId({ home: readers.homeId, epoch: row.epoch, seq: row.seq })
}

export function parseSpec(body: string): Spec {
  return JSON.parse(body) as Spec
}

export function endingOf(columns: EndingColumns): Ending {
  return {
    ...(columns.result === null ? {} : { result: JSON.parse(columns.result) as JsonObject }),
    ...(columns.error === null ? {} : { error: columns.error }),
    ...(columns.exit_code === null ? {} : { exitCode: columns.exit_code }),
  }
}

export function toTask(readers: Readers, row: TaskRow, spec: Spec, ending: Ending = {}): Task {
  const lane = readers.lanes.get(row.lane)
  const lease = row.state === STATE.running ? readers.leases.find(row.seq) : undefined
  const phase = phaseOf(row, lane, lease)
  const { alias: _alias, ...asked } = spec
  return {
    id: taskIdOf(readers, row),
    ...asked,
    status: STATUS_OF[row.state],
    ...(phase === undefined ? {} : { phase }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    priority: lane.priority,
    requirements: lane.fitClass.needs,
    attempt: row.attempt,
    failures: row.failures,
    lost: row.lost,
    ...(lane.group === undefined ? {} : { group: { key: lane.group.key, max: lane.group.max } }),
    submitter: lane.submitter.name,
    ...(row.fence === 0 ? {} : { fence: row.fence as Fence }),
    ...(row.worker === null ? {} : { worker: row.worker }),
    ...(lease?.progress === undefined ? {} : { progress: lease.progress }),
    cancelRequested: row.stop === STOP.cancel,
    ...ending,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    readyAt: row.ready_at,
    ...(row.started_at === null ? {} : { startedAt: row.started_at }),
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at }),
    retentionMs: row.retention_ms,
  }
}

function phaseOf(row: TaskRow, { group }: LaneFacts, lease: LeaseFacts | undefined): TaskPhase | undefined {
  switch (row.state) {
    case STATE.blocked:
      return 'blocked'
    case STATE.delayed:
      return 'delayed'
    case STATE.ready:
      return group !== undefined && group.running >= group.max ? 'held' : 'ready'
    case STATE.running:
      return lease?.suspect === true ? 'suspect' : (lease?.progress?.phase ?? 'preparing')
    case STATE.completed:
    case STATE.failed:
    case STATE.cancelled:
      return undefined
  }
}

const CAUSES: Readonly<Record<Stop, StopCause>> = {
  [STOP.none]: 'none',
  [STOP.cancel]: 'cancel',
  [STOP.totalTime]: 'totalTime',
}

export function stopCause(row: Pick<TaskRow, 'stop'>): StopCause {
  return CAUSES[row.stop]
}
