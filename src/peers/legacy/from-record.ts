/** What a node of the predecessor answers, in our words. Foreign data: read field by field. */
import { RunnerMeshError } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { TaskView } from '../../core/operations/views.ts'
import { PRIORITY, STATUSES, type Json, type JsonObject, type TaskStatus } from '../../core/task.ts'
import { canonicalTaskType } from '../../core/task-aliases.ts'
import { isObject, numberOf, pythonInt, textOf } from './python-json.ts'

export interface TheirTask {
  readonly taskId: string
  readonly type: string
  readonly modelName: string
  readonly payload: JsonObject
  readonly status: TaskStatus
  readonly worker: string | undefined
  readonly createdAt: number
  readonly updatedAt: number
  /** Undefined in the answer to a claim. */
  readonly attempt: number | undefined
  readonly priority: number
  readonly result: JsonObject | undefined
  readonly error: string | undefined
}

/** @throws RunnerMeshError protocol_mismatch */
export function readTask(record: Json | undefined): TheirTask {
  const taskId = isObject(record) ? textOf(record['task_id']) : ''
  if (!isObject(record) || taskId === '' || taskId.length > 64) {
    throw new RunnerMeshError('protocol_mismatch', 'The node answered something that is no task.')
  }
  const { payload, result, status } = record
  const createdAt = milliseconds(record['created_at'])
  return {
    taskId,
    type: canonicalTaskType(textOf(record['task_type']).slice(0, 128)),
    modelName: textOf(record['model_name']).slice(0, 256),
    payload: isObject(payload) ? payload : {},
    status: STATUSES.find((known) => known === status) ?? 'queued',
    worker: textOf(record['assigned_worker']) || undefined,
    createdAt,
    updatedAt: milliseconds(record['updated_at']) || createdAt,
    attempt: pythonInt(record['attempt']),
    priority: Math.min(PRIORITY.highest, Math.max(PRIORITY.lowest, pythonInt(record['priority']) ?? PRIORITY.default)),
    result: isObject(result) ? result : undefined,
    error: textOf(record['error']) || undefined,
  }
}

export function toView(task: TheirTask, bodies: boolean): TaskView {
  const { payload, result, worker, error } = task
  const exitCode = pythonInt(result?.['exit_code'])
  return {
    task_id: task.taskId,
    task_type: task.type,
    ...(task.modelName === '' ? {} : { model_name: task.modelName }),
    status: task.status,
    priority: task.priority,
    attempt: Math.max(0, task.attempt ?? 0),
    failures: 0,
    lost: 0,
    created_at: task.createdAt,
    updated_at: task.updatedAt,
    ...(exitCode === undefined ? {} : { exit_code: exitCode }),
    ...(error === undefined ? {} : { error }),
    ...(worker === undefined ? {} : { worker_id: worker }),
    ...(bodies ? { payload: payload as NonNullable<TaskView['payload']> } : {}),
    ...(bodies && result !== undefined ? { result: result as NonNullable<TaskView['result']> } : {}),
  }
}

function milliseconds(seconds: Json | undefined): number {
  return Math.max(0, Math.round((numberOf(seconds) ?? 0) * SECOND))
}
