/** A task as the predecessor's wire shows it: its seventeen fields, its words in payload and result, seconds for instants. */
import { legacyLeaseEnd, legacyWorkerName } from '../../coordinator/legacy-work.ts'
import { isContainerType } from '../../core/container-task.ts'
import { SECOND } from '../../core/lease.ts'
import type { Grant } from '../../core/ports/task-store.ts'
import type { Json, JsonObject, Task } from '../../core/task.ts'
import { isObject } from './python-json.ts'
import { toWireType } from './wire-types.ts'

/** What its own tools say where we say nothing: its workers drop a task without a model name. */
const CONTAINER_MODEL = 'docker'

export function toRecord(task: Task): JsonObject {
  const leaseUntil = legacyLeaseEnd(task)
  const isRunning = task.status === 'running'
  return {
    task_id: task.id,
    task_type: toWireType(task.type),
    model_name: modelOf(task),
    payload: payloadOf(task),
    status: task.status,
    assigned_worker: task.status === 'queued' || task.worker === undefined ? null : legacyWorkerName(task.worker),
    created_at: seconds(task.createdAt),
    updated_at: seconds(task.updatedAt),
    result: resultOf(task),
    error: task.error ?? null,
    priority: task.priority,
    attempt: task.attempt,
    max_attempts: task.maxFailures,
    next_attempt_at: task.phase === 'delayed' ? seconds(task.readyAt) : 0,
    lease_until: leaseUntil === undefined ? null : seconds(leaseUntil),
    heartbeat_at: isRunning ? seconds(task.startedAt ?? task.updatedAt) : null,
    idempotency_key: task.idempotencyKey ?? null,
    ...(task.phase === undefined ? {} : { phase: task.phase }),
    ...(task.reason === undefined ? {} : { reason: task.reason }),
  }
}

/** The seven fields of a claim's answer, and what a worker that knows more may use. */
export function toClaimed({ task, fence, attempt, leaseMs }: Grant, asked: readonly string[]): JsonObject {
  return {
    task_id: task.id,
    task_type: toWireType(task.type, asked),
    model_name: modelOf(task),
    payload: payloadOf(task),
    created_at: seconds(task.createdAt),
    status: 'running',
    assigned_worker: task.worker === undefined ? null : legacyWorkerName(task.worker),
    attempt,
    fence,
    lease_s: seconds(leaseMs),
  }
}

function modelOf({ modelName, type }: Task): string {
  return modelName === '' && isContainerType(type) ? CONTAINER_MODEL : modelName
}

/** Our fields stay beside theirs, so that nothing of the task is hidden from whoever reads it. */
function payloadOf(task: Task): JsonObject {
  const { payload, priority, idempotencyKey, clocks, type } = task
  if (!isContainerType(type)) return payload
  const { environment, gpus, memory_mb: memory, cpus, network, ref } = payload
  return {
    ...payload,
    ...(environment === undefined ? {} : { environment }),
    ...(typeof memory === 'number' ? { memory_limit: `${String(memory)}m` } : {}),
    ...(cpus === undefined ? {} : { cpu_limit: cpus }),
    network_mode: network ?? 'none',
    timeout: Math.ceil(clocks.runMs / SECOND),
    ...(ref === undefined || ref === 'HEAD' ? {} : { branch: ref }),
    ...(typeof gpus === 'number' && gpus > 0 ? { gpus: String(gpus) } : {}),
    priority,
    ...(idempotencyKey === undefined ? {} : { idempotency_key: idempotencyKey }),
  }
}

/** What a container of ours ended with, in their words too. */
function resultOf({ type, result, exitCode, status, startedAt, finishedAt, error }: Task): Json {
  if (result === undefined) return null
  const log = result['log']
  if (!isContainerType(type) || !isObject(log) || exitCode === undefined) return result
  const [head, tail] = [log['head'], log['tail']]
  return {
    ...result,
    success: status === 'completed',
    exit_code: exitCode,
    stdout: `${typeof head === 'string' ? `${head}\n…\n` : ''}${typeof tail === 'string' ? tail : ''}`,
    stderr: '',
    execution_time: startedAt === undefined || finishedAt === undefined ? 0 : seconds(finishedAt - startedAt),
    error_message: error ?? '',
  }
}

export function seconds(ms: number): number {
  return ms / SECOND
}
