/** From what a submit asks to what a store keeps: defaults, requirements, the canonical type and the signed envelope. */
import {
  CONTAINER_TYPES,
  imageTask,
  isContainerType,
  networkOf,
  repositoryTask,
  type ImageTask,
  type RepositoryTask,
} from '../core/container-task.ts'
import type { TaskEnvelope } from '../core/envelope.ts'
import { RunnerMeshError } from '../core/errors.ts'
import { parsePeerId, parseTaskId } from '../core/ids.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../core/lease.ts'
import type { Input } from '../core/operations/catalog.ts'
import { parseInput } from '../core/operations/invoke.ts'
import type { Caller } from '../core/operations/operation.ts'
import type { Clock, Random } from '../core/ports/clock.ts'
import { asksOf, type AskedBy } from '../core/policy/asks.ts'
import type { Signer } from '../core/ports/mesh.ts'
import type { NewTask } from '../core/ports/task-store.ts'
import { tellClocks, type JsonObject, type Requirements, type RetryClass, type TaskClocks } from '../core/task.ts'
import { canonicalTaskType, queueOptions, translatePayload, type TranslatedPayload } from '../core/task-aliases.ts'

export interface SubmissionSettings {
  readonly clocks: TaskClocks
  readonly retentionMs: number
}

export const SUBMISSION: SubmissionSettings = {
  clocks: { queueMs: DAY, prepareMs: 15 * MINUTE, runMs: HOUR, totalMs: DAY + 2 * HOUR, graceMs: 10 * SECOND },
  retentionMs: DAY,
}

export interface SubmissionDeps {
  readonly signer: Signer
  /** The meshes of all keys this peer holds, the current one first. */
  readonly meshIds: readonly [string, ...string[]]
  readonly clock: Clock
  readonly random: Random
  readonly settings: SubmissionSettings
  /** How deep tasks of tasks may stand that this peer accepts; without it any depth. */
  readonly loopDepth?: () => number
}

type SubmitInput = Input<'p2p_taskqueue_submit'>
type Options = Omit<SubmitInput, 'task_type' | 'model_name' | 'payload'>

/** What all submits come down to. */
export interface Submission {
  readonly type: string
  readonly modelName: string
  readonly payload: JsonObject
  readonly options: Options
}

/**
 * Container payloads may be in the predecessor's words; what it keeps in a payload for its queue is an option here.
 * @throws RunnerMeshError bad_request, unknown_field, policy_refused: a container payload that its schema refuses
 */
export function fromGeneric({ task_type, model_name, payload, ...options }: SubmitInput): Submission {
  const type = canonicalTaskType(task_type)
  const theirs = translatePayload(type, payload)
  if (theirs === undefined) return { type, modelName: model_name, payload, options }
  return {
    type,
    modelName: model_name,
    payload: containerPayload(type, theirs.payload) ?? theirs.payload,
    options: withQueueKeys(options, theirs),
  }
}

function withQueueKeys(options: Options, { queue, runMs }: TranslatedPayload): Options {
  const { priority, idempotency_key: key, max_attempts: maxFailures } = parseInput(queueOptions, queue)
  return {
    ...options,
    ...(priority === undefined ? {} : { priority }),
    ...(key === undefined ? {} : { idempotency_key: key }),
    ...(maxFailures === undefined ? {} : { max_failures: maxFailures }),
    ...(runMs === undefined ? {} : { clocks: { run_ms: runMs, ...options.clocks } }),
  }
}

export function fromImage(input: Input<'p2p_taskqueue_submit_docker_hub'>): Submission {
  const [payload, options] = split(input, Object.keys(imageTask.shape))
  const type = CONTAINER_TYPES.image
  return { type, modelName: '', payload: withNetwork(payload), options: options as Options }
}

export function fromRepository(input: Input<'p2p_taskqueue_submit_docker_github'>): Submission {
  const [payload, options] = split(input, Object.keys(repositoryTask.shape))
  const type = CONTAINER_TYPES.repository
  return { type, modelName: '', payload: withNetwork(payload), options: options as Options }
}

/** @throws RunnerMeshError bad_request: a need or peer that is no id */
export async function toNewTask(
  { type, modelName, payload, options }: Submission,
  caller: Caller,
  deps: SubmissionDeps,
): Promise<NewTask> {
  const clocks = withDefaults(options, deps.settings.clocks)
  const now = deps.clock.now()
  const depth = caller.depth ?? 0
  const deepest = deps.loopDepth?.() ?? Infinity
  if (depth > deepest) {
    throw new RunnerMeshError(
      'policy_refused',
      `The task would stand ${String(depth)} deep in a chain of tasks that submit tasks; loop_depth of this peer’s host policy allows ${String(deepest)}.`,
    )
  }
  const task: NewTask = {
    type,
    modelName,
    payload,
    priority: options.priority,
    requirements: requirementsOf(type, payload, options.requires, {
      clocks,
      by: { signer: deps.signer.peer, submitter: caller.principal, depth },
    }),
    clocks,
    idempotent: options.idempotent,
    retryOn: options.retry_on as readonly RetryClass[],
    maxFailures: options.max_failures,
    maxLost: options.max_lost,
    ...(options.delay_ms === undefined ? {} : { notBefore: now + options.delay_ms }),
    needs: [...new Set((options.needs ?? []).map(parseTaskId))],
    ...(options.concurrency_group === undefined ? {} : { group: options.concurrency_group }),
    submitter: caller.principal,
    depth,
    ...(options.idempotency_key === undefined ? {} : { idempotencyKey: options.idempotency_key }),
    ...(options.workflow_id === undefined ? {} : { workflowId: options.workflow_id }),
    tags: [...new Set(options.tags ?? [])],
    retentionMs: options.retention_ms ?? deps.settings.retentionMs,
  }
  return isContainerType(type) ? { ...task, envelope: await sealTask(task, now, deps) } : task
}

/** What a container of this payload needs of its host. The worker derives the same from the signed payload. */
export function requirementsOf(
  type: string,
  payload: JsonObject,
  requires: Options['requires'] = {},
  signed?: { readonly clocks: TaskClocks; readonly by: AskedBy },
): Requirements {
  const container = isContainerType(type) ? (payload as unknown as ImageTask | RepositoryTask) : undefined
  const MiB = 1_048_576
  return {
    taskType: type,
    labels: [...new Set(requires.labels ?? [])].sort(),
    ...(requires.os === undefined ? {} : { os: requires.os }),
    ...(requires.arch === undefined ? {} : { arch: requires.arch }),
    cpus: Math.max(container?.cpus ?? 0, requires.cpus ?? 0),
    memoryBytes: Math.max(container?.memory_mb ?? 0, requires.memory_mb ?? 0) * MiB,
    diskBytes: Math.max(container?.disk_mb ?? 0, requires.disk_mb ?? 0) * MiB,
    gpus: Math.max(container?.gpus ?? 0, requires.gpus ?? 0),
    profile: container?.profile ?? 'strict',
    network: container === undefined ? 'none' : networkOf(container),
    ...(requires.trust === undefined ? {} : { trust: requires.trust }),
    peers: [...new Set((requires.peers ?? []).map(parsePeerId))].sort(),
    ...(container === undefined || signed === undefined
      ? {}
      : { asks: asksOf(type, payload, signed.clocks, signed.by) }),
  }
}

/**
 * @returns the payload with every default filled in, or undefined when the type is not a container's
 * @throws RunnerMeshError bad_request, unknown_field
 */
export function containerPayload(type: string, payload: unknown): JsonObject | undefined {
  if (type === CONTAINER_TYPES.image) return withNetwork(parseInput(imageTask, payload))
  if (type === CONTAINER_TYPES.repository) return withNetwork(parseInput(repositoryTask, payload))
  return undefined
}

/** The one default that depends on another field. */
function withNetwork(container: object): JsonObject {
  return { ...(container as JsonObject), network: networkOf(container as ImageTask | RepositoryTask) }
}

/** Signs what is to run, for as long as the task may live from `now` on. */
export function sealTask(
  task: Pick<NewTask, 'type' | 'payload' | 'clocks' | 'submitter' | 'depth'>,
  now: number,
  { signer, meshIds, random }: Pick<SubmissionDeps, 'signer' | 'meshIds' | 'random'>,
): Promise<string> {
  const { clocks } = task
  const oldest = meshIds.at(-1) ?? meshIds[0]
  const newer = meshIds.filter((meshId) => meshId !== oldest)
  const content: TaskEnvelope = {
    audience: oldest,
    ...(newer.length === 0 ? {} : { also: newer }),
    nonce: Buffer.from(random.bytes(16)).toString('base64url'),
    issued_at: now,
    expires_at: now + clocks.totalMs,
    crit: ['audience', 'expires_at', 'payload', 'clocks'],
    task_type: task.type,
    payload: task.payload as TaskEnvelope['payload'],
    clocks: tellClocks(clocks),
    submitter: task.submitter,
    depth: task.depth,
  }
  return signer.seal('task', new TextEncoder().encode(JSON.stringify(content)))
}

/**
 * What the host of a task is asked for, as a worker will see it.
 * @throws RunnerMeshError bad_request: clocks that contradict each other, a peer that is no id
 */
export function needsOf({ type, payload, options }: Submission, defaults: TaskClocks, by: AskedBy): Requirements {
  return requirementsOf(type, payload, options.requires, { clocks: withDefaults(options, defaults), by })
}

/** The total clock runs from the submit on, so a delay is on top of it unless the submit names both. */
function withDefaults({ clocks: asked, delay_ms: delayMs = 0 }: Options, defaults: TaskClocks): TaskClocks {
  const clocks = {
    queueMs: asked?.queue_ms ?? defaults.queueMs,
    prepareMs: asked?.prepare_ms ?? defaults.prepareMs,
    runMs: asked?.run_ms ?? defaults.runMs,
    graceMs: asked?.grace_ms ?? defaults.graceMs,
    totalMs: asked?.total_ms ?? defaults.totalMs + delayMs,
  }
  if (delayMs >= clocks.totalMs) {
    throw new RunnerMeshError(
      'bad_request',
      `delay_ms ${String(delayMs)} leaves nothing of total_ms ${String(clocks.totalMs)}, which runs from the submit on. Raise total_ms or leave it out.`,
    )
  }
  if (asked?.total_ms !== undefined && asked.queue_ms !== undefined && asked.queue_ms > asked.total_ms) {
    throw new RunnerMeshError(
      'bad_request',
      `clocks: queue_ms ${String(asked.queue_ms)} is longer than total_ms ${String(asked.total_ms)}. Raise total_ms or lower queue_ms.`,
    )
  }
  return clocks
}

function split(input: Readonly<Record<string, unknown>>, names: readonly string[]): [JsonObject, unknown] {
  const entries = Object.entries(input)
  return [
    Object.fromEntries(entries.filter(([name]) => names.includes(name))) as JsonObject,
    Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
  ]
}
