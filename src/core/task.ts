/**
 * The task: what is asked for, where it stands, and how it ended.
 *
 *   queued ──claim──▶ running ──settle──▶ completed | failed | cancelled      (terminal, write-once)
 *     ▲                  │
 *     └── released, lease ended (idempotent), failed with budget left ──┘
 *
 * `status` is the public word of every door. `phase` says where inside a status a task is:
 *   queued:  blocked (its needs are not completed) · delayed (not_before or back-off) · held (its group is full) · ready
 *   running: preparing (pull, build) · running · collecting · suspect (lease ended, `lost_grace` runs; only the holder of
 *            the latest fence may still renew or complete)
 * `reason` says why a task is failed or cancelled, and stays unset for completed ones.
 */
import type { Fence, PeerId, TaskId } from './ids.ts'

export const STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const
export type TaskStatus = (typeof STATUSES)[number]

export const PHASES = ['blocked', 'delayed', 'held', 'ready', 'preparing', 'running', 'collecting', 'suspect'] as const
export type TaskPhase = (typeof PHASES)[number]

export const REASONS = [
  'exit',
  'signal',
  'oom',
  'timeout_queue',
  'timeout_prepare',
  'timeout_run',
  'timeout_total',
  'pull',
  'build',
  'policy',
  'disk',
  'worker_lost',
  'dependency',
  'cancelled',
] as const
export type TaskReason = (typeof REASONS)[number]

export type TerminalStatus = Extract<TaskStatus, 'completed' | 'failed' | 'cancelled'>

export function isTerminal(status: TaskStatus): status is TerminalStatus {
  return status === 'completed' || status === 'failed' || status === 'cancelled'
}

/** Higher runs first. */
export const PRIORITY = { lowest: 1, default: 5, highest: 10 } as const

/** What `durability` may promise; see DESIGN of guarantees: `local` is this home's disk, `shared` a PostgreSQL of several peers. */
export const DURABILITIES = ['local', 'shared'] as const
export type Durability = (typeof DURABILITIES)[number]

export const TRUST_CLASSES = ['trusted', 'untrusted'] as const
export type TrustClass = (typeof TRUST_CLASSES)[number]

export const PROFILES = ['strict', 'standard', 'trusted'] as const
export type Profile = (typeof PROFILES)[number]

export const NETWORKS = ['none', 'bridge'] as const
export type NetworkMode = (typeof NETWORKS)[number]

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = Readonly<Record<string, Json>>

/** What a peer must offer to be given the task. Tasks with equal requirements share one interned fit class. */
export interface Requirements {
  readonly taskType: string
  /** All of them must be among the peer's labels. Sorted, without repeats. */
  readonly labels: readonly string[]
  readonly os?: string
  readonly arch?: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly gpus: number
  readonly profile: Profile
  readonly network: NetworkMode
  readonly trust?: TrustClass
  /** Peers that alone may run it. Sorted; empty means any. */
  readonly peers: readonly PeerId[]
  /** What only a host policy looks at; container tasks have it. */
  readonly asks?: PolicyAsks
}

/** See policy/asks.ts. Unset means that nothing of the kind is asked. */
export interface PolicyAsks {
  /** The peer that accepted and signed the task. */
  readonly signer: string
  /** Set where a rule may look at it. */
  readonly submitter?: string
  readonly depth: number
  readonly image?: { readonly name: string; readonly pinned: boolean }
  readonly repository?: string
  readonly pids: number
  readonly shmMb?: number
  readonly runMs: number
  readonly prepareMs: number
  readonly mounts?: readonly { readonly source: string; readonly write: boolean }[]
  readonly devices?: readonly string[]
  readonly secrets?: readonly { readonly ref: string; readonly env: boolean }[]
}

/** The four clocks, each ending with its own reason, and the grace between TERM and KILL. Milliseconds. */
export interface TaskClocks {
  readonly queueMs: number
  readonly prepareMs: number
  readonly runMs: number
  readonly totalMs: number
  readonly graceMs: number
}

/** As they stand in what is told and signed. */
export function tellClocks({ queueMs, prepareMs, runMs, totalMs, graceMs }: TaskClocks) {
  return { queue_ms: queueMs, prepare_ms: prepareMs, run_ms: runMs, total_ms: totalMs, grace_ms: graceMs }
}

/** Failures of an attempt that are worth another try while `maxFailures` allows. An exit code is named by itself, as `exit:75`. */
export const RETRY_CLASSES = ['worker_lost', 'pull_failed', 'oom', 'exit', 'any'] as const
export type RetryClass = (typeof RETRY_CLASSES)[number] | `exit:${number}`

/** At most `max` tasks of one key run at a time. */
export interface ConcurrencyGroup {
  readonly key: string
  readonly max: number
}

export interface TaskProgress {
  readonly phase: Extract<TaskPhase, 'preparing' | 'running' | 'collecting'>
  /** One cleaned line for people. */
  readonly message: string
  /** Bytes of log the worker holds so far. */
  readonly logBytes: number
  readonly fraction?: number
}

/** What a task is once a home has accepted it. Instants are epoch milliseconds. */
export interface Task {
  readonly id: TaskId
  readonly type: string
  readonly modelName: string
  readonly payload: JsonObject
  /** Base64url of the signed envelope; only container tasks carry one. */
  readonly envelope?: string
  readonly status: TaskStatus
  readonly phase?: TaskPhase
  readonly reason?: TaskReason
  readonly priority: number
  readonly requirements: Requirements
  readonly clocks: TaskClocks
  readonly idempotent: boolean
  readonly retryOn: readonly RetryClass[]
  readonly maxFailures: number
  readonly maxLost: number
  readonly attempt: number
  readonly failures: number
  readonly lost: number
  readonly needs: readonly TaskId[]
  readonly group?: ConcurrencyGroup
  /** The principal that submitted it, as its door names it. */
  readonly submitter: string
  /** How deep in a chain of tasks submitting tasks it stands; 0 for a person's or agent's own. */
  readonly depth: number
  readonly idempotencyKey?: string
  readonly workflowId?: string
  readonly tags: readonly string[]
  readonly fence?: Fence
  readonly worker?: PeerId
  readonly progress?: TaskProgress
  readonly cancelRequested: boolean
  readonly result?: JsonObject
  readonly error?: string
  readonly exitCode?: number
  readonly createdAt: number
  readonly updatedAt: number
  /** When it became, or will become, claimable. */
  readonly readyAt: number
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly retentionMs: number
}

/**
 * How long an ended task took from its first start. The wall clock may have been set back meanwhile: no time is below none.
 * @returns milliseconds, undefined while it has not ended or when it never started
 */
export function ranMs({ startedAt, finishedAt }: Pick<Task, 'startedAt' | 'finishedAt'>): number | undefined {
  return startedAt === undefined || finishedAt === undefined ? undefined : Math.max(0, finishedAt - startedAt)
}

/** One try at a task, for the history of a task page and for the checker of guarantees. */
export interface Attempt {
  readonly number: number
  readonly fence: Fence
  readonly worker: PeerId
  readonly startedAt: number
  readonly endedAt?: number
  readonly outcome?: 'completed' | 'failed' | 'cancelled' | 'lost' | 'released'
  readonly reason?: TaskReason
  readonly error?: string
}
