/** What each peer knows of a task as spans: its door of the submit, its home of the whole and the waits, its worker of the work. */
import type { Fence, TaskId } from '../../core/ids.ts'
import type { Door } from '../../core/operations/operation.ts'
import type { RunPhases } from '../../core/ports/executor.ts'
import type { Attempt, Task } from '../../core/task.ts'
import { spanIdOf, traceIdOf, type SpanKindName } from '../../core/trace-context.ts'
import type { WorkedAttempt } from '../../coordinator/worker/worker-deps.ts'

export interface TaskSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  /** Unset for the span of the whole task. */
  readonly parentId?: string
  /** Epoch milliseconds, by the clock of the peer that tells it. */
  readonly startMs: number
  readonly endMs: number
  /** Why it is a failure. */
  readonly failed?: string
  readonly attributes: Readonly<Record<string, string | number | boolean>>
}

const WHOLE = spanIdOf('task', 0)
/** In this order a container goes through them. */
const PHASES = ['pull', 'build', 'create', 'start', 'run', 'collect'] as const

export interface SubmitCall {
  readonly taskId: TaskId
  readonly operation: string
  readonly door: Door
  readonly principal: string
  readonly startMs: number
  readonly endMs: number
}

export function submitSpan({ taskId, operation, door, principal, startMs, endMs }: SubmitCall): TaskSpan {
  return {
    ...{ name: 'submit', traceId: traceIdOf(taskId), spanId: spanIdOf('submit', 0), parentId: WHOLE, startMs, endMs },
    attributes: {
      ...{ 'runner_mesh.task.id': taskId, 'runner_mesh.operation': operation },
      ...{ 'runner_mesh.door': door, 'runner_mesh.principal': principal },
    },
  }
}

/** Of a task that has ended: the whole, and each wait before an attempt. */
export function homeSpans(task: Task, attempts: readonly Attempt[]): readonly TaskSpan[] {
  const { id, type, status, reason, exitCode, createdAt, finishedAt = task.updatedAt } = task
  const traceId = traceIdOf(id)
  const whole: TaskSpan = {
    ...{ name: `task ${type}`, traceId, spanId: WHOLE, startMs: createdAt, endMs: finishedAt },
    ...(status === 'failed' ? { failed: reason ?? 'failed' } : {}),
    attributes: {
      ...{ 'runner_mesh.task.id': id, 'runner_mesh.task.type': type, 'runner_mesh.task.status': status },
      ...{ 'runner_mesh.task.attempts': attempts.length, 'runner_mesh.principal': task.submitter },
      ...(reason === undefined ? {} : { 'runner_mesh.task.reason': reason }),
      ...(exitCode === undefined ? {} : { 'process.exit.code': exitCode }),
    },
  }
  let since = createdAt
  const waits = attempts.map((attempt): TaskSpan => {
    const startMs = Math.min(since, attempt.startedAt)
    since = attempt.endedAt ?? attempt.startedAt
    return {
      ...{ name: 'wait', traceId, spanId: spanIdOf('wait', attempt.fence), parentId: WHOLE },
      ...{ startMs, endMs: attempt.startedAt },
      attributes: { 'runner_mesh.task.id': id, 'runner_mesh.attempt': attempt.number },
    }
  })
  return [whole, ...waits]
}

/** Of an attempt that has ended here at `now`: all of it, and the phases that its container went through. */
export function attemptSpans({ grant, end, durationMs }: WorkedAttempt, now: number): readonly TaskSpan[] {
  const [taskId, fence] = [grant.task_id as TaskId, grant.fence as Fence]
  const traceId = traceIdOf(taskId)
  const spanId = spanIdOf('attempt', fence)
  const startMs = now - durationMs
  const attempt: TaskSpan = {
    ...{ name: `attempt ${String(grant.attempt)}`, traceId, spanId, parentId: WHOLE, startMs, endMs: now },
    ...(end.status === 'failed' ? { failed: end.reason ?? 'failed' } : {}),
    attributes: {
      ...{ 'runner_mesh.task.id': taskId, 'runner_mesh.attempt': grant.attempt, 'runner_mesh.fence': fence },
      ...(end.reason === undefined ? {} : { 'runner_mesh.task.reason': end.reason }),
      ...(end.exitCode === undefined ? {} : { 'process.exit.code': end.exitCode }),
    },
  }
  const measured = (end.result?.['phases'] ?? {}) as Partial<RunPhases>
  let at = startMs
  const phases = PHASES.flatMap((phase): TaskSpan[] => {
    const ms = measured[`${phase}_ms`] ?? 0
    if (ms <= 0) return []
    const begun = at
    at += ms
    const name = (phase === 'run' ? 'container' : phase) satisfies SpanKindName | 'container'
    return [
      {
        ...{ name, traceId, spanId: spanIdOf(phase, fence), parentId: spanId, startMs: begun, endMs: at },
        attributes: { 'runner_mesh.task.id': taskId },
      },
    ]
  })
  return [attempt, ...phases]
}
