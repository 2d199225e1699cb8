/** Tasks and grants as the wire shows them. */
import type { Grant } from '../core/ports/task-store.ts'
import type { AttemptView, GrantView, TaskView } from '../core/operations/views.ts'
import { ranMs, tellClocks, type Attempt, type Json, type JsonObject, type Task } from '../core/task.ts'

export interface ViewOptions {
  /** Payload and result as well; lists leave them out. */
  readonly bodies: boolean
  /** Runner name of a peer, when it is known. */
  readonly runnerName: (peer: string) => string | undefined
}

export function toTaskView(task: Task, { bodies, runnerName }: ViewOptions): TaskView {
  const workerName = task.worker === undefined ? undefined : runnerName(task.worker)
  return defined<TaskView>({
    task_id: task.id,
    task_type: task.type,
    model_name: task.modelName === '' ? undefined : task.modelName,
    status: task.status,
    phase: task.phase,
    reason: task.reason,
    priority: task.priority,
    attempt: task.attempt,
    failures: task.failures,
    lost: task.lost,
    created_at: task.createdAt,
    updated_at: task.updatedAt,
    ready_at: task.status === 'queued' ? task.readyAt : undefined,
    started_at: task.startedAt,
    finished_at: task.finishedAt,
    duration_ms: ranMs(task),
    exit_code: task.exitCode,
    error: task.error,
    worker_id: task.worker,
    worker_name: workerName,
    submitter: task.submitter,
    cancel_requested: task.cancelRequested ? true : undefined,
    workflow_id: task.workflowId,
    tags: task.tags.length > 0 ? [...task.tags] : undefined,
    needs: task.needs.length > 0 ? [...task.needs] : undefined,
    progress:
      task.progress === undefined
        ? undefined
        : defined({
            phase: task.progress.phase,
            message: task.progress.message,
            log_bytes: task.progress.logBytes,
            fraction: task.progress.fraction,
          }),
    payload: bodies ? (task.payload as TaskView['payload']) : undefined,
    result: bodies && task.result !== undefined ? (withoutLogText(task.result) as TaskView['result']) : undefined,
  })
}

export function toAttemptView(attempt: Attempt, runnerName: ViewOptions['runnerName']): AttemptView {
  return defined<AttemptView>({
    number: attempt.number,
    fence: attempt.fence,
    worker_id: attempt.worker,
    worker_name: runnerName(attempt.worker),
    started_at: attempt.startedAt,
    ended_at: attempt.endedAt,
    outcome: attempt.outcome,
    reason: attempt.reason,
    error: attempt.error,
  })
}

/** @param vouched whether this peer answers for whoever signed it */
export function toGrantView({ task, fence, attempt, leaseMs }: Grant, vouched: boolean): GrantView {
  return defined<GrantView>({
    task_id: task.id,
    fence,
    attempt,
    lease_ms: leaseMs,
    task_type: task.type,
    model_name: task.modelName,
    payload: task.payload as GrantView['payload'],
    envelope: task.envelope,
    vouched: vouched ? true : undefined,
    idempotent: task.idempotent,
    clocks: tellClocks(task.clocks),
    created_at: task.createdAt,
  })
}

/** The last lines of the log that a settled container task carries in its result. */
export function logTail(result: JsonObject | undefined, lines: number): string | undefined {
  const log = result?.['log']
  if (lines === 0 || !isObject(log)) return undefined
  const tail = log['tail']
  if (typeof tail !== 'string') return undefined
  const all = tail.endsWith('\n') ? tail.slice(0, -1).split('\n') : tail.split('\n')
  return all.slice(-lines).join('\n')
}

/** Log text has its own field and its own cap; inside the result it would be told twice. */
function withoutLogText(result: JsonObject): JsonObject {
  const log = result['log']
  if (!isObject(log)) return result
  const counts = Object.entries(log).filter(([name]) => name !== 'head' && name !== 'tail')
  return { ...result, log: Object.fromEntries(counts) }
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type Loose<T> = { [K in keyof T]: T[K] | undefined }

/** Leaves out what is undefined, so that absent fields are absent on the wire. */
function defined<T extends object>(fields: Loose<T>): T {
  const some: Partial<T> = {}
  for (const name in fields) if (fields[name] !== undefined) some[name] = fields[name]
  return some as T
}
