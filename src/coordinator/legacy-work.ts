/**
 * Work by workers of the predecessor. They know neither fences nor renewals, take a new transport identity for every call,
 * and name only the task when they report an end. So each grant to one lasts as long as the task may take, an end counts
 * only while the task runs under such a grant, and a task that was once with one of them never goes to one of them again:
 * whose late report it is could not be told. Our own workers may still be given it.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Offer } from '../core/fit.ts'
import { findTaskIdParts, type PeerId, type TaskId } from '../core/ids.ts'
import { HOUR, leaseMsOf, MINUTE, type GrantLength } from '../core/lease.ts'
import type { Clock, Random } from '../core/ports/clock.ts'
import type { Grant, TaskFilter } from '../core/ports/task-store.ts'
import { isTerminal, type JsonObject, type Task, type TerminalStatus } from '../core/task.ts'
import type { Home } from './home.ts'
import type { PeerBook } from './peer-book.ts'

/** Everybody who knows the token of the bridge. */
export const LEGACY_PRINCIPAL = 'legacy'

export const LEGACY_LEASE = { extraMs: MINUTE, mostMs: 6 * HOUR } as const satisfies GrantLength

/** Under it the refusals of this bridge are kept, apart from those of any host policy. */
const POLICY_DIGEST = 'legacy'
const ONCE = 'it was with a worker of the predecessor before, whose late report could not be told from a new one'
/** Tasks passed over in one claim because of ONCE; the next claim passes over the next ones. */
const MOST_PASSED_OVER = 64

export interface LegacyWorkDeps {
  readonly home: Home
  readonly peers: PeerBook
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'uuid'>
}

export interface LegacyClaim {
  /** As the worker calls itself. */
  readonly worker: string
  /** Empty means any. Canonical names. */
  readonly taskTypes: readonly string[]
  readonly labels: readonly string[]
}

export interface LegacyEnd {
  readonly taskId: string
  readonly status: TerminalStatus
  readonly result: JsonObject | undefined
  readonly error: string | undefined
}

export class LegacyWork {
  readonly #deps: LegacyWorkDeps

  constructor(deps: LegacyWorkDeps) {
    this.#deps = deps
  }

  /** @returns undefined when nothing fits now */
  async claim({ worker: name, taskTypes, labels }: LegacyClaim, signal: AbortSignal): Promise<Grant | undefined> {
    const { home, peers, clock, random } = this.#deps
    const worker = legacyWorker(name)
    const any = Number.MAX_SAFE_INTEGER
    const offer: Offer = {
      ...{ peer: worker, taskTypes, labels, os: '', arch: '' },
      ...{ cpus: any, memoryBytes: any, diskBytes: any, gpus: any, trust: 'untrusted' },
      policy: { digest: POLICY_DIGEST, profile: 'trusted', networks: ['none', 'bridge'] },
    }
    peers.sawOffer(offer, clock.now())
    for (let passedOver = 0; passedOver < MOST_PASSED_OVER; passedOver += 1) {
      const call = { worker, requestId: random.uuid(), offer, max: 1, waitMs: 0, leaseMs: LEGACY_LEASE }
      const [grant] = await home.claim(call, signal)
      if (grant === undefined || !(await this.#wasLegacy(grant))) return grant
      await home.refuse(grant.task.id, grant.fence, { worker, policyDigest: POLICY_DIGEST, rule: ONCE })
    }
    return undefined
  }

  /** @returns whether this is, or is the same as, the task's end */
  async complete({ taskId, status, result, error }: LegacyEnd): Promise<boolean> {
    const task = await this.find(taskId)
    if (task === undefined || !isLegacyWorker(task.worker)) return false
    if (isTerminal(task.status)) {
      return task.status === status && task.error === error && isDeepStrictEqual(task.result, result)
    }
    if (task.status !== 'running' || task.fence === undefined) return false
    const end = {
      taskId: task.id,
      fence: task.fence,
      status,
      ...(status === 'completed' ? {} : { reason: status === 'failed' ? ('exit' as const) : ('cancelled' as const) }),
      ...(result === undefined ? {} : { result }),
      ...(error === undefined ? {} : { error }),
    }
    const [settled] = await this.#deps.home.settle([end])
    return settled?.outcome === 'settled' || settled?.outcome === 'already'
  }

  /** @returns false when it does not run at that worker */
  async release(taskId: string, name: string): Promise<boolean> {
    const task = await this.find(taskId)
    const worker = legacyWorker(name)
    if (task?.status !== 'running' || task.worker !== worker || task.fence === undefined) return false
    return this.#deps.home.release(task.id, task.fence, worker)
  }

  /** Tasks submitted over the bridge, and those that one of its workers has or had last. */
  async find(taskId: string): Promise<Task | undefined> {
    const { store } = this.#deps.home
    const task = findTaskIdParts(taskId) === undefined ? undefined : await store.find(taskId as TaskId)
    if (task === undefined) return undefined
    return task.submitter === LEGACY_PRINCIPAL || isLegacyWorker(task.worker) ? task : undefined
  }

  /** The newest `limit` tasks submitted over the bridge, the oldest of them first. */
  async list(filter: Pick<TaskFilter, 'statuses' | 'types'>, limit: number): Promise<readonly Task[]> {
    const { store } = this.#deps.home
    const page = await store.list({ ...filter, submitter: LEGACY_PRINCIPAL }, limit)
    return page.tasks.toReversed()
  }

  async #wasLegacy({ task, attempt }: Grant): Promise<boolean> {
    if (attempt === 1) return false
    const attempts = await this.#deps.home.store.attempts(task.id)
    return attempts.some(({ number, worker }) => number < attempt && isLegacyWorker(worker))
  }
}

/** When the lease of a running task ends, wall time; undefined where it is renewed. */
export function legacyLeaseEnd({ worker, startedAt, clocks, status }: Task): number | undefined {
  if (status !== 'running' || startedAt === undefined || !isLegacyWorker(worker)) return undefined
  return startedAt + leaseMsOf(LEGACY_LEASE, clocks)
}

/** A worker by the name the bridge's other side gave it; anybody else by its id. */
export function legacyWorkerName(worker: string): string {
  return isLegacyWorker(worker) ? worker.slice(LEGACY_PRINCIPAL.length + 1) : worker
}

function legacyWorker(name: string): PeerId {
  return `${LEGACY_PRINCIPAL}/${name}` as PeerId
}

function isLegacyWorker(worker: string | undefined): boolean {
  return worker?.startsWith(`${LEGACY_PRINCIPAL}/`) ?? false
}
