/**
 * What a home needs from its store. Each method is one atomic step; its promise resolves only when the step is durable
 * at the store's level, and rejects without effect otherwise. `now` is wall time in epoch milliseconds and always passed
 * in; leases are measured on the store's own monotonic clock.
 *
 * Two implementations: node:sqlite (embedded) and PostgreSQL (shared home). One contract suite holds both and the fake.
 */
import type { Fence, HomeId, PeerId, TaskId } from '../ids.ts'
import type { GrantLength } from '../lease.ts'
import type {
  Attempt,
  ConcurrencyGroup,
  Durability,
  JsonObject,
  Requirements,
  RetryClass,
  Task,
  TaskClocks,
  TaskProgress,
  TaskReason,
  TaskStatus,
  TerminalStatus,
} from '../task.ts'
import type { Startable } from './clock.ts'

/** A submission after its door has checked it: what is written, with every default applied. */
export interface NewTask {
  readonly type: string
  readonly modelName: string
  readonly payload: JsonObject
  readonly envelope?: string
  readonly priority: number
  readonly requirements: Requirements
  readonly clocks: TaskClocks
  readonly idempotent: boolean
  readonly retryOn: readonly RetryClass[]
  readonly maxFailures: number
  readonly maxLost: number
  readonly notBefore?: number
  readonly needs: readonly TaskId[]
  readonly group?: ConcurrencyGroup
  readonly submitter: string
  readonly depth: number
  /** Unique per submitter while it lives (at least 24 h). A repeat answers the first task. */
  readonly idempotencyKey?: string
  /** The submitter's own id, unique per submitter and workflow. */
  readonly alias?: string
  readonly workflowId?: string
  readonly tags: readonly string[]
  readonly retentionMs: number
}

export interface Submitted {
  readonly id: TaskId
  /** False when an idempotency key or alias already named this task. */
  readonly created: boolean
}

export interface ClaimRequest {
  readonly worker: PeerId
  /** A repeated request with the same id is answered with the same grants (while they live). */
  readonly requestId: string
  readonly max: number
  readonly leaseMs: GrantLength
  /** Pure; called once per fit class that has claimable tasks. */
  readonly fits: (needs: Requirements) => boolean
  /** Tasks this worker refused under this policy are passed over. */
  readonly policyDigest: string
  /** At most this many running tasks per submitter; undefined means no cap. */
  readonly submitterCap?: number
}

export interface Grant {
  readonly task: Task
  readonly fence: Fence
  readonly attempt: number
  readonly leaseMs: number
}

export interface Renewal {
  readonly taskId: TaskId
  readonly fence: Fence
  readonly progress?: TaskProgress
}

/** What a renewal tells the worker. `lost`: stop the container. `cancel`: stop it and settle as cancelled. */
export type RenewalVerdict = 'renewed' | 'cancel' | 'lost'

export interface Settlement {
  readonly taskId: TaskId
  readonly fence: Fence
  readonly status: TerminalStatus
  readonly reason?: TaskReason
  readonly exitCode?: number
  readonly result?: JsonObject
  readonly error?: string
  /** Whether the one who reports is that worker; a task that another holds is answered `fenced`. Unset trusts the fence. */
  readonly isWorker?: (holder: PeerId) => boolean
}

/**
 * settled: this settlement is now the task's end (or, when retrying, the end of the attempt) ·
 * already: the same fence settled before; the stored end is unchanged and answered ·
 * fenced: a later grant, a terminal state or an ended lease forbids it; the worker drops its work ·
 * unknown: no such task
 */
export type SettleOutcome = 'settled' | 'already' | 'fenced' | 'unknown'

export interface Settled {
  readonly outcome: SettleOutcome
  /** As it stands after the call, unless unknown. */
  readonly task?: Task
}

/** cancelled: terminal now · requested: running, its worker is told at the next renewal · terminal: too late, nothing changed */
export type CancelOutcome = 'cancelled' | 'requested' | 'terminal' | 'unknown'

export interface TaskFilter {
  readonly statuses?: readonly TaskStatus[]
  readonly types?: readonly string[]
  readonly submitter?: string
  readonly workflowId?: string
  readonly tag?: string
  readonly worker?: PeerId
}

export interface TaskPage {
  readonly tasks: readonly Task[]
  /** Newest first; pass it back to read on. Undefined at the end. */
  readonly nextCursor?: string
}

export interface QueueCounts {
  readonly byStatus: Readonly<Record<TaskStatus, number>>
  readonly queuedByPhase: Readonly<{ blocked: number; delayed: number; held: number; ready: number }>
  readonly suspect: number
  readonly oldestReadyAt?: number
  readonly topPriority?: number
  readonly queuedByType: Readonly<Record<string, number>>
  readonly runningByType: Readonly<Record<string, number>>
}

/** What a sweep changed. Every task listed has its new state durable. */
export interface Sweep {
  /** Delayed tasks that became claimable, and leases that ended with the task offered again. */
  readonly ready: readonly TaskId[]
  readonly suspect: readonly TaskId[]
  /** Tasks that reached a terminal state: clocks run out, budgets burnt, grace over, dependencies failed. */
  readonly ended: readonly TaskId[]
  /** When the next thing falls due, milliseconds from now; undefined when nothing is scheduled. */
  readonly nextDueMs?: number
}

/** A schedule of the queue itself. Each instant makes at most one task, whatever restarts between. */
export interface CronEntry {
  readonly name: string
  readonly expression: string
  readonly timeZone: string
  readonly template: NewTask
  readonly nextAt: number
  readonly paused: boolean
}

export interface ReadyClass {
  readonly needs: Requirements
  readonly count: number
}

/** Where something changed, for those who listen. Emitted after the change is durable. */
export type StoreEvent =
  | { readonly kind: 'ready'; readonly needs: Requirements }
  /** `elsewhere`: by another peer that serves the same home. */
  | { readonly kind: 'changed'; readonly taskId: TaskId; readonly elsewhere?: true }
  /** A log grew at another peer that serves the same home. */
  | {
      readonly kind: 'logged'
      readonly taskId: TaskId
      readonly attempt: number
      readonly nextSeq: number
      readonly bytes: number
    }

export interface TaskStore extends Startable {
  /** Known once started. */
  readonly homeId: HomeId
  readonly epoch: number
  readonly durability: Durability

  /** All or none. @throws RunnerMeshError idempotency_conflict, dependency_cycle, task_not_found (a need), storage_low, queue_full */
  submit(tasks: readonly NewTask[], now: number): Promise<readonly Submitted[]>
  claim(request: ClaimRequest, now: number): Promise<readonly Grant[]>
  renew(renewals: readonly Renewal[], worker: PeerId, now: number): Promise<readonly RenewalVerdict[]>
  settle(settlements: readonly Settlement[], now: number): Promise<readonly Settled[]>
  /** Graceful give-back: burns no budget. @returns false when the fence is not the live one */
  release(taskId: TaskId, fence: Fence, now: number): Promise<boolean>
  /** The worker's policy turned the task down: given back, and never offered to (task, peer, digest) again. */
  refuse(
    taskId: TaskId,
    fence: Fence,
    refusal: { readonly worker: PeerId; readonly policyDigest: string; readonly rule: string },
    now: number,
  ): Promise<boolean>
  cancel(taskId: TaskId, now: number): Promise<CancelOutcome>
  /**
   * A failed or cancelled task is queued again under its id with fresh budgets; `envelope` replaces the one it was signed
   * with, whose time may be over.
   * @returns false when it is not failed or cancelled
   * @throws RunnerMeshError invalid_transition when a need of it did not complete
   */
  resubmit(taskId: TaskId, now: number, envelope?: string): Promise<boolean>
  /** Lets every time limit fall due. */
  sweep(now: number): Promise<Sweep>
  /** Deletes terminal tasks past their retention, at most `limit` a call. @returns how many went */
  prune(now: number, limit: number): Promise<number>

  find(taskId: TaskId): Promise<Task | undefined>
  findByAlias(submitter: string, workflowId: string, alias: string): Promise<Task | undefined>
  attempts(taskId: TaskId): Promise<readonly Attempt[]>
  refusals(
    taskId: TaskId,
  ): Promise<readonly { readonly worker: PeerId; readonly policyDigest: string; readonly rule: string }[]>
  list(filter: TaskFilter, limit: number, cursor?: string): Promise<TaskPage>
  counts(): Promise<QueueCounts>
  /** Every fit class that has claimable tasks now, with how many. In memory: parked claims are matched against it. */
  readyClasses(): readonly ReadyClass[]
  /**
   * Ids of the claimable tasks of one fit class that would be granted next, in that order, at most `most` of them and only
   * as far as memory knows them. The scheduler picks by them; a store that would have to look answers none.
   */
  nextReady(needs: Requirements, most: number): readonly TaskId[]

  saveCron(entry: CronEntry): Promise<void>
  removeCron(name: string): Promise<boolean>
  listCron(): Promise<readonly CronEntry[]>
  /**
   * Submits the entry's task for the scheduled instant unless that was done before, and moves the entry to `nextAt`, in one
   * step. `envelope` is the task signed for this instant.
   * @returns undefined when there is no such entry, it is paused, or a later instant has fired
   */
  fireCron(
    name: string,
    scheduledAt: number,
    nextAt: number,
    now: number,
    envelope?: string,
  ): Promise<Submitted | undefined>

  /** @returns a function that ends the subscription */
  subscribe(listener: (event: StoreEvent) => void): () => void
}
