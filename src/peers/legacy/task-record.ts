/** A task as the predecessor's wire shows it: its seventeen fields, its words in payload and result, seconds for instants. */
import { legacyLeaseEnd, legacyWorkerName } from '../../coordinator/legacy-work.ts'
import { isContainerType } from '../../core/container-task.ts'
import { SECOND } from '../../core/lease.ts'
import type { Grant } from '../../core/ports/task-store.ts'
import { ranMs, type Json, type JsonObject, type Task } from '../../core/task.ts'
import { CONTAINER_MODEL, toTheirPayload, toTheirResult } from './container-words.ts'
import { toWireType } from './wire-types.ts'

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
    payload: pinned(payloadOf(task)),
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

function payloadOf({ payload, priority, idempotencyKey, clocks, type }: Task): JsonObject {
  if (!isContainerType(type)) return payload
  return {
    ...toTheirPayload(payload, clocks.runMs),
    priority,
    ...(idempotencyKey === undefined ? {} : { idempotency_key: idempotencyKey }),
  }
}

/** The tag's own digest, where it is known: every attempt runs the same bytes. */
function pinned(payload: JsonObject): JsonObject {
  const { image, digest } = payload
  return typeof image === 'string' && typeof digest === 'string' ? { ...payload, image: `${image}@${digest}` } : payload
}

function resultOf(task: Task): Json {
  const { type, result, exitCode, status, error } = task
  if (result === undefined) return null
  if (!isContainerType(type)) return result
  return toTheirResult(result, { status, exitCode, error, ranMs: ranMs(task) })
}

export function seconds(ms: number): number {
  return ms / SECOND
}
