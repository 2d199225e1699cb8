/** Requests about tasks: submit, get, list, wait, cancel. */
import type { LegacyWork } from '../../coordinator/legacy-work.ts'
import { isContainerType } from '../../core/container-task.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Caller } from '../../core/operations/operation.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { STATUSES, type JsonObject, type TaskStatus } from '../../core/task.ts'
import { canonicalTaskType } from '../../core/task-aliases.ts'
import { isObject, numberOf, pythonInt, textOf } from './python-json.ts'
import { splitPayload } from './queue-keys.ts'
import { done, failed, type Reply } from './replies.ts'
import type { Asked, Handle } from './requests.ts'
import { toRecord } from './task-record.ts'
import { toOurTypes, typeNames } from './wire-types.ts'

export interface TaskRequestsDeps {
  readonly operations: Operations
  readonly caller: Caller
  readonly work: LegacyWork
  readonly clock: Pick<Clock, 'now' | 'mono'>
}

const DEFAULT_TYPE = 'text-generation'
const DEFAULT_WAIT_S = 60
/** One wait of ours; longer ones are several. */
const WAIT_ONCE_S = 300
const LIST = { default: 50, most: 1000, page: 100 } as const
/** Rows beyond it are left off: the predecessor's client takes no answer above 1 MiB. */
const LIST_BYTES = 900_000

export function createTaskRequests(deps: TaskRequestsDeps): Readonly<Record<string, Handle>> {
  const cancel: Handle = (request, asked) => cancelTask(deps, request, asked)
  const list: Handle = (request) => listTasks(deps, request)
  return {
    submit: (request, asked) => submitTask(deps, request, asked),
    get: async (request) => done({ task: await findRecord(deps, textOf(request['task_id'])) }),
    wait: (request, asked) => waitForTask(deps, request, asked),
    ...{ cancel, 'task.cancel': cancel },
    ...{ list, 'tasks.list': list, 'queue.list': list },
  }
}

export function progressless({ signal }: Asked, caller: Caller) {
  return { caller, signal, progress: () => undefined }
}

async function submitTask(deps: TaskRequestsDeps, request: JsonObject, asked: Asked): Promise<Reply> {
  const type = canonicalTaskType(textOf(request['task_type']) || DEFAULT_TYPE)
  const given = request['payload'] ?? {}
  const { options, payload } = splitPayload(
    isObject(given) ? given : { payload: given },
    deps.clock.now(),
    isContainerType(type),
  )
  const { task_id: taskId } = await deps.operations.call(
    'p2p_taskqueue_submit',
    { task_type: type, model_name: textOf(request['model_name']), payload, ...options },
    progressless(asked, deps.caller),
  )
  return done({ task_id: taskId })
}

async function findRecord({ work }: TaskRequestsDeps, taskId: string): Promise<JsonObject | null> {
  const task = await work.find(taskId)
  return task === undefined ? null : toRecord(task)
}

/** As long as asked; the asker's stream bounds it. */
async function waitForTask(deps: TaskRequestsDeps, request: JsonObject, asked: Asked): Promise<Reply> {
  const taskId = textOf(request['task_id'])
  if (taskId === '') return failed('missing_task_id')
  const wanted = numberOf(request['timeout_s']) ?? 0
  const until = deps.clock.mono() + (wanted > 0 ? wanted : DEFAULT_WAIT_S) * 1000
  if ((await deps.work.find(taskId)) === undefined) return done({ task: null })
  for (;;) {
    const leftS = Math.max(0, until - deps.clock.mono()) / 1000
    const { timed_out: timedOut } = await deps.operations.call(
      'p2p_taskqueue_wait_task',
      { task_id: taskId, timeout_s: Math.min(WAIT_ONCE_S, leftS), log_tail_lines: 0 },
      progressless(asked, deps.caller),
    )
    if (!timedOut || leftS <= WAIT_ONCE_S) return done({ task: await findRecord(deps, taskId) })
  }
}

/** A running task is asked to stop; the answer says `cancelled` only when it is. */
async function cancelTask(deps: TaskRequestsDeps, request: JsonObject, asked: Asked): Promise<Reply> {
  const taskId = textOf(request['task_id'])
  if (taskId === '') return failed('missing_task_id')
  try {
    const { outcome } = await deps.operations.call(
      'p2p_taskqueue_cancel',
      { task_id: taskId },
      progressless(asked, deps.caller),
    )
    return done({ cancelled: outcome === 'cancelled', ...(outcome === 'requested' ? { requested: true } : {}) })
  } catch (error) {
    if (error instanceof RunnerMeshError && error.code === 'task_not_found') return done({ cancelled: false })
    throw error
  }
}

async function listTasks({ work }: TaskRequestsDeps, request: JsonObject): Promise<Reply> {
  const status = textOf(request['status']).toLowerCase()
  if (status !== '' && !isStatus(status)) return done({ tasks: [] })
  const limit = Math.min(LIST.most, Math.max(1, pythonInt(request['limit'] ?? LIST.default) ?? LIST.default))
  const types = toOurTypes(typeNames(request['task_types']))
  const tasks = await work.list(
    { ...(isStatus(status) ? { statuses: [status] } : {}), ...(types.length === 0 ? {} : { types }) },
    limit,
  )
  const rows: JsonObject[] = []
  let bytes = 0
  for (const task of tasks) {
    const row = toRecord(task)
    bytes += Buffer.byteLength(JSON.stringify(row))
    if (bytes > LIST_BYTES) return done({ tasks: rows, truncated: true })
    rows.push(row)
  }
  return done({ tasks: rows })
}

function isStatus(text: string): text is TaskStatus {
  return STATUSES.some((status) => status === text)
}
