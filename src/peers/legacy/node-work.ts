/**
 * Work at the queue of a node of the predecessor, in the operations of our workers: claim, renew, complete, release.
 *
 * Its queue has no fence and no renewal. A claim is answered by asking again and again; a renewal looks whether the task
 * is still ours; a completion looks once more first, because its queue takes an end from anybody. A container task is
 * checked against our schema and sealed with this peer's own key, as a task that this peer's owner lets in by the bridge.
 */
import { fromGeneric, toNewTask, type SubmissionDeps } from '../../coordinator/submission.ts'
import { CONTAINER_DEFAULTS, isContainerType } from '../../core/container-task.ts'
import { RunnerMeshError, toRunnerMeshError } from '../../core/errors.ts'
import { findMisfit, type Offer } from '../../core/fit.ts'
import { findTaskIdParts, formatTaskId, type HomeId, type PeerId } from '../../core/ids.ts'
import { MINUTE, SECOND } from '../../core/lease.ts'
import type { Input, Output } from '../../core/operations/catalog.ts'
import { parseInput } from '../../core/operations/invoke.ts'
import { submitTask } from '../../core/operations/submit.ts'
import type { Clock, Logger, Random } from '../../core/ports/clock.ts'
import type { NewTask } from '../../core/ports/task-store.ts'
import { tellClocks, type JsonObject } from '../../core/task.ts'
import type { ClaimedTask, ClaimedTasks } from './claimed-tasks.ts'
import { toTheirResult } from './container-words.ts'
import { readTask, type TheirTask } from './from-record.ts'
import type { NodeCaller } from './node-caller.ts'
import type { PromptSeal } from './prompt-seal.ts'
import { splitPayload } from './queue-keys.ts'
import { toError } from './replies.ts'
import { CONTAINER_SPELLINGS } from './wire-types.ts'

export interface NodeWorkDeps {
  readonly self: PeerId
  /** Stands for the node among homes. */
  readonly home: HomeId
  readonly address: string
  readonly caller: NodeCaller
  readonly claimed: ClaimedTasks
  readonly prompts: PromptSeal
  readonly submission: SubmissionDeps
  /** Tags to digests, branches to commits. */
  readonly pin: (type: string, payload: JsonObject) => Promise<JsonObject>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

/** The lease of its queue. Nobody can renew it, but a task that nobody else was given stays ours after it. */
const THEIR_LEASE_MS = 300 * SECOND
const ASK_EVERY_MS = { first: SECOND / 2, longest: 5 * SECOND } as const
/** What a worker has free is told anew this often: there, nobody compares it with a task before it is given. */
const OFFER_HOLDS_MS = 5 * SECOND
/** A task is looked after this often, however often progress makes the worker renew. */
const LOOK_EVERY_MS = 10 * SECOND
/** After a task that does not fit here: its queue offers the same one again. */
const PAUSE_MS = { first: 15 * SECOND, longest: 5 * MINUTE } as const

type Verdict = Output<'p2p_taskqueue_renew'>['verdicts'][number]['verdict']

export class NodeWork {
  readonly #deps: NodeWorkDeps
  readonly #looked = new Map<string, { readonly at: number; readonly verdict: Verdict }>()
  #pausedUntil = 0
  #misfits = 0

  constructor(deps: NodeWorkDeps) {
    this.#deps = deps
  }

  /** Whether its queue is left alone for a while, because what it offers does not fit here. */
  get isPaused(): boolean {
    return this.#deps.clock.mono() < this.#pausedUntil
  }

  async claim(
    input: Input<'p2p_taskqueue_claim_next'>,
    signal: AbortSignal,
  ): Promise<Output<'p2p_taskqueue_claim_next'>> {
    const { clock, random } = this.#deps
    const until = clock.mono() + Math.min(input.wait_s * SECOND, OFFER_HOLDS_MS)
    let pauseMs: number = ASK_EVERY_MS.first
    for (;;) {
      signal.throwIfAborted()
      const isIdle = this.isPaused || !hasRoom(input.offer)
      const grants = isIdle ? [] : await this.#claimOnce(input, signal)
      const leftMs = until - clock.mono()
      if (grants.length > 0 || leftMs <= 0) return { grants }
      await clock.sleep(Math.min(leftMs, pauseMs * (0.5 + random.unit())), signal)
      pauseMs = Math.min(pauseMs * 2, ASK_EVERY_MS.longest)
    }
  }

  /** The peer is heard of, and each task looked at: whatever its queue has done with it since. */
  async renew({ leases }: Input<'p2p_taskqueue_renew'>): Promise<Output<'p2p_taskqueue_renew'>> {
    const { self, caller } = this.#deps
    await caller.request({ op: 'peer.heartbeat', peer_id: self, clock: null })
    const verdicts: Output<'p2p_taskqueue_renew'>['verdicts'] = []
    for (const { task_id: id } of leases) verdicts.push({ task_id: id, verdict: await this.#look(id) })
    return { lease_ms: THEIR_LEASE_MS, verdicts }
  }

  async complete(input: Input<'p2p_taskqueue_complete_task'>): Promise<Output<'p2p_taskqueue_complete_task'>> {
    const { caller, claimed, clock } = this.#deps
    const { task_id: id, status, exit_code: exitCode, error } = input
    const known = this.#find(id)
    if (known === undefined) return { outcome: 'unknown' }
    this.#looked.delete(id)
    const task = await this.#get(known.task.taskId)
    if (task === undefined || !this.#isOurs(task, known.task)) {
      await claimed.forget(known.number)
      return { outcome: task === undefined ? 'unknown' : 'fenced' }
    }
    const ranMs = clock.now() - task.updatedAt
    const result = toTheirResult(input.result ?? {}, { status, exitCode, error, ranMs })
    const reply = await caller.request({
      op: 'complete',
      task_id: known.task.taskId,
      status,
      result: { ...result, ...(input.reason === undefined ? {} : { reason: input.reason }) },
      error: error ?? (status === 'completed' ? null : (input.reason ?? status)),
    })
    await claimed.forget(known.number)
    return { outcome: reply['ok'] === true ? 'settled' : 'fenced' }
  }

  async release(input: Input<'p2p_taskqueue_release'>): Promise<Output<'p2p_taskqueue_release'>> {
    const { claimed } = this.#deps
    const known = this.#find(input.task_id)
    if (known === undefined) return { released: false }
    this.#looked.delete(input.task_id)
    if (input.refused !== undefined) this.#pause()
    const released = await this.#giveBack(known.task.taskId, input.refused?.rule ?? 'given back')
    await claimed.forget(known.number)
    return { released }
  }

  async #claimOnce(input: Input<'p2p_taskqueue_claim_next'>, signal: AbortSignal) {
    const { self, caller } = this.#deps
    const wanted = input.offer?.task_types ?? input.supported_task_types ?? []
    // Not broken off: a task that is granted to somebody who has gone would be ours for the whole of its lease.
    const reply = await caller.request({
      op: 'claim',
      worker_id: self,
      peer_id: self,
      supported_task_types: wanted.flatMap((type) => CONTAINER_SPELLINGS[type] ?? [type]),
      session_id: '',
      clock: null,
    })
    if (reply['ok'] !== true) throw toError(reply, 'a claim')
    const { task: record } = reply
    if (record === null || record === undefined) return []
    const task = readTask(record)
    try {
      signal.throwIfAborted()
      const grant = await this.#toGrant(task, input.offer)
      this.#misfits = 0
      return [grant]
    } catch (thrown) {
      const { code, message } = toRunnerMeshError(thrown)
      this.#deps.log.warn('legacy.not_for_us', { address: this.#deps.address, task: task.taskId, code, error: message })
      if (!signal.aborted) this.#pause()
      await this.#giveBack(task.taskId, message)
      return []
    }
  }

  /** @throws RunnerMeshError bad_request, unknown_field, policy_refused: what cannot be run here */
  async #toGrant(
    { taskId, type, modelName, payload, createdAt }: TheirTask,
    offer: Input<'p2p_taskqueue_claim_next'>['offer'],
  ): Promise<Output<'p2p_taskqueue_claim_next'>['grants'][number]> {
    const { home, address, claimed, prompts, submission, clock, pin } = this.#deps
    const { payload: own, options } = splitPayload(prompts.open(payload), clock.now(), isContainerType(type))
    const asked = parseInput(submitTask.input, {
      task_type: type,
      model_name: modelName,
      payload: own,
      priority: options.priority,
      clocks: { run_ms: runMsOf(payload) },
    })
    const read = fromGeneric(asked)
    const pinned = { ...read, payload: await pin(read.type, read.payload) }
    const caller = { principal: `legacy:${address}`, door: 'peers', access: new Set<never>() } as const
    const task = await toNewTask(pinned, caller, submission)
    this.#checkFit(task, offer)
    // The answer to a claim does not tell the attempt, which tells later grants from this one.
    const attempt = (await this.#get(taskId))?.attempt
    const number = await claimed.add({ home, taskId, attempt })
    return {
      task_id: formatTaskId({ home, epoch: 0, seq: number }),
      fence: number,
      attempt: Math.max(1, attempt ?? 1),
      lease_ms: THEIR_LEASE_MS,
      task_type: task.type,
      model_name: task.modelName,
      payload: task.payload as Record<string, never>,
      ...(task.envelope === undefined ? {} : { envelope: task.envelope }),
      idempotent: false,
      clocks: tellClocks(task.clocks),
      created_at: createdAt,
    }
  }

  /** Its queue knows nothing of sizes, so what is too large is found out here. @throws RunnerMeshError policy_refused */
  #checkFit({ requirements }: NewTask, offer: Input<'p2p_taskqueue_claim_next'>['offer']): void {
    if (offer === undefined) return
    const { digest, profile, networks } = offer.policy
    const ours: Offer = {
      peer: this.#deps.self,
      taskTypes: offer.task_types,
      ...{ labels: offer.labels, os: offer.os, arch: offer.arch, cpus: offer.cpus, gpus: offer.gpus },
      ...{ memoryBytes: offer.memory_bytes, diskBytes: offer.disk_bytes, trust: offer.trust },
      policy: { digest, profile, networks },
    }
    const misfit = findMisfit(requirements, ours)
    if (misfit !== undefined) throw new RunnerMeshError('policy_refused', misfit.message)
  }

  async #look(id: string): Promise<Verdict> {
    const known = this.#find(id)
    if (known === undefined) return 'lost'
    const now = this.#deps.clock.mono()
    const before = this.#looked.get(id)
    if (before !== undefined && now - before.at < LOOK_EVERY_MS) return before.verdict
    const task = await this.#get(known.task.taskId)
    const verdict = task !== undefined && this.#isOurs(task, known.task) ? 'renewed' : 'lost'
    if (verdict === 'lost') this.#looked.delete(id)
    else this.#looked.set(id, { at: now, verdict })
    return verdict
  }

  /** Also when its lease has ended and nobody else was given it: then an end is worth more than another attempt. */
  #isOurs({ status, worker, attempt }: TheirTask, { attempt: given }: ClaimedTask): boolean {
    if (given !== undefined && attempt !== undefined && attempt !== given) return false
    return status === 'running' ? worker === this.#deps.self : status === 'queued' && given !== undefined
  }

  async #get(taskId: string): Promise<TheirTask | undefined> {
    const reply = await this.#deps.caller.request({ op: 'get', task_id: taskId })
    if (reply['ok'] !== true) throw toError(reply, 'a look at a task')
    const { task } = reply
    return task === null || task === undefined ? undefined : readTask(task)
  }

  async #giveBack(taskId: string, reason: string): Promise<boolean> {
    const { self, caller } = this.#deps
    const reply = await caller.request({
      op: 'release',
      task_id: taskId,
      worker_id: self,
      reason: reason.slice(0, 500),
    })
    return reply['ok'] === true
  }

  #pause(): void {
    const { clock } = this.#deps
    this.#pausedUntil = clock.mono() + Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** this.#misfits)
    this.#misfits += 1
  }

  #find(id: string): { readonly number: number; readonly task: ClaimedTask } | undefined {
    const parts = findTaskIdParts(id)
    const task = parts?.home === this.#deps.home ? this.#deps.claimed.find(parts.seq) : undefined
    return task === undefined || parts === undefined ? undefined : { number: parts.seq, task }
  }
}

/** For a container of usual size. What is claimed and given back has cost its task one of few attempts. */
function hasRoom(offer: Input<'p2p_taskqueue_claim_next'>['offer']): boolean {
  return offer === undefined || (offer.cpus >= CONTAINER_DEFAULTS.cpus && offer.memory_bytes > 0)
}

/** Its workers stop a container after five minutes unless the task says otherwise. */
function runMsOf({ timeout, timeout_s: timeoutS }: JsonObject): number {
  const asked = timeout ?? timeoutS
  return typeof asked === 'number' && asked > 0 ? Math.ceil(asked * SECOND) : THEIR_LEASE_MS
}
