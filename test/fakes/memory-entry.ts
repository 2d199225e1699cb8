/** What the store in memory keeps of one task, and how it looks from outside. */
import type { Fence, PeerId, TaskId } from '../../src/core/ids.ts'
import type { NewTask, QueueCounts, TaskFilter } from '../../src/core/ports/task-store.ts'
import {
  isTerminal,
  type Attempt,
  type Task,
  type TaskProgress,
  type TaskReason,
  type TaskStatus,
} from '../../src/core/task.ts'

export interface MemoryLease {
  readonly worker: PeerId
  readonly requestId: string
  readonly leaseMs: number
  deadline: number
  suspect: boolean
  progress?: TaskProgress
}

export interface Refusal {
  readonly worker: PeerId
  readonly policyDigest: string
  readonly rule: string
}

export interface MemoryAttempt extends Attempt {
  endedAt?: number
  outcome?: NonNullable<Attempt['outcome']>
  reason?: TaskReason
  error?: string
}

export interface Entry {
  readonly id: TaskId
  readonly seq: number
  asked: NewTask
  readonly attempts: MemoryAttempt[]
  readonly refusals: Refusal[]
  readonly createdAt: number
  status: TaskStatus
  /** Where it is while it is queued. */
  phase?: 'blocked' | 'delayed' | 'ready'
  orderKey: number
  readyAt: number
  updatedAt: number
  totalAt: number
  failures: number
  lost: number
  attempt: number
  fence?: Fence
  lease?: MemoryLease
  stop?: 'cancelled' | 'timeout_total'
  reason?: TaskReason
  result?: NonNullable<Task['result']>
  error?: string
  exitCode?: number
  finishedAt?: number
}

/** @param group the caps of its group and whether it has a free slot */
export function viewOf(entry: Entry, group: { readonly max: number; readonly free: boolean }): Task {
  const { notBefore: _notBefore, alias: _alias, group: asked, ...spec } = entry.asked
  const last = entry.attempts.at(-1)
  const phase = phaseOf(entry, group.free)
  return {
    ...spec,
    id: entry.id,
    status: entry.status,
    ...(phase === undefined ? {} : { phase }),
    ...(entry.reason === undefined ? {} : { reason: entry.reason }),
    attempt: entry.attempt,
    failures: entry.failures,
    lost: entry.lost,
    ...(asked === undefined ? {} : { group: { key: asked.key, max: group.max } }),
    ...(entry.fence === undefined ? {} : { fence: entry.fence }),
    ...(last === undefined ? {} : { worker: last.worker, startedAt: last.startedAt }),
    ...(entry.lease?.progress === undefined ? {} : { progress: entry.lease.progress }),
    cancelRequested: entry.stop === 'cancelled',
    ...(entry.result === undefined ? {} : { result: entry.result }),
    ...(entry.error === undefined ? {} : { error: entry.error }),
    ...(entry.exitCode === undefined ? {} : { exitCode: entry.exitCode }),
    createdAt: entry.createdAt,
    updatedAt: entry.updatedAt,
    readyAt: entry.readyAt,
    ...(entry.finishedAt === undefined ? {} : { finishedAt: entry.finishedAt }),
  }
}

function phaseOf(entry: Entry, free: boolean): Task['phase'] {
  if (entry.status === 'queued') return entry.phase === 'ready' && !free ? 'held' : entry.phase
  if (entry.lease === undefined) return undefined
  return entry.lease.suspect ? 'suspect' : (entry.lease.progress?.phase ?? 'preparing')
}

export function matches({ status, asked, attempts }: Entry, filter: TaskFilter): boolean {
  return (
    (filter.statuses?.includes(status) ?? true) &&
    (filter.types?.includes(asked.requirements.taskType) ?? true) &&
    (filter.submitter === undefined || filter.submitter === asked.submitter) &&
    (filter.workflowId === undefined || filter.workflowId === asked.workflowId) &&
    (filter.tag === undefined || asked.tags.includes(filter.tag)) &&
    (filter.worker === undefined || filter.worker === attempts.at(-1)?.worker)
  )
}

export function countEntries(entries: readonly Entry[], hasSlot: (entry: Entry) => boolean): QueueCounts {
  const ready = entries.filter(({ phase }) => phase === 'ready')
  const claimable = ready.filter(hasSlot)
  const status = (wanted: TaskStatus) => entries.filter((entry) => entry.status === wanted)
  const phase = (wanted: Entry['phase']) => entries.filter((entry) => entry.phase === wanted).length
  return {
    byStatus: {
      queued: status('queued').length,
      running: status('running').length,
      completed: status('completed').length,
      failed: status('failed').length,
      cancelled: status('cancelled').length,
    },
    queuedByPhase: {
      blocked: phase('blocked'),
      delayed: phase('delayed'),
      held: ready.length - claimable.length,
      ready: claimable.length,
    },
    suspect: entries.filter(({ lease }) => lease?.suspect === true).length,
    ...(claimable.length === 0
      ? {}
      : {
          oldestReadyAt: Math.min(...claimable.map(({ readyAt }) => readyAt)),
          topPriority: Math.max(...claimable.map(({ asked }) => asked.priority)),
        }),
    queuedByType: byType(status('queued')),
    runningByType: byType(status('running')),
  }
}

function byType(entries: readonly Entry[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { asked } of entries) {
    const type = asked.requirements.taskType
    counts[type] = (counts[type] ?? 0) + 1
  }
  return counts
}

/** When the wall clock does something to a task that has not ended. */
export function dueAt({ phase, readyAt, totalAt, asked }: Entry): number {
  if (phase === 'ready') return Math.min(totalAt, readyAt + asked.clocks.queueMs)
  return phase === 'delayed' ? Math.min(totalAt, readyAt) : totalAt
}

/** Milliseconds until time does something to a task. */
export function deadlines(entry: Entry, now: number, mono: number): readonly number[] {
  if (isTerminal(entry.status)) return []
  const due = dueAt(entry) - now
  if (entry.lease === undefined) return [due]
  return [entry.lease.deadline - mono, ...(entry.stop === undefined ? [due] : [])]
}
