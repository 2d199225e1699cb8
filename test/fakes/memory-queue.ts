/**
 * The rules of a home in memory, written for reading: lists, linear searches, nothing shared with the real stores. It is
 * the fake behind `MemoryTaskStore` and the model that random sequences compare a real store with.
 */
import { RunnerMeshError } from '../../src/core/errors.ts'
import { fitClassKey } from '../../src/core/fit.ts'
import {
  formatTaskId,
  getTaskIdParts,
  makeFence,
  type Fence,
  type HomeId,
  type PeerId,
  type TaskId,
} from '../../src/core/ids.ts'
import type {
  CancelOutcome,
  ClaimRequest,
  NewTask,
  Renewal,
  RenewalVerdict,
  Settlement,
  SettleOutcome,
  Submitted,
  Sweep,
} from '../../src/core/ports/task-store.ts'
import { leaseMsOf } from '../../src/core/lease.ts'
import { backoffMs, isRetryable } from '../../src/core/retry.ts'
import { isTerminal, type Requirements } from '../../src/core/task.ts'
import { deadlines, dueAt, type Entry, type Refusal } from './memory-entry.ts'
import { MemoryNames } from './memory-names.ts'
import { MemoryTasks } from './memory-tasks.ts'

export class MemoryQueue extends MemoryTasks {
  readonly homeId = 'memorymemorymemo' as HomeId
  readonly epoch = 1
  readonly names = new MemoryNames(() => this.entries)
  #lastSeq = 0
  #lastLsn = 0

  /** Whoever runs gets a full fresh lease. */
  restart(): void {
    for (const { lease } of this.entries) {
      if (lease === undefined) continue
      lease.deadline = this.deps.clock.mono() + lease.leaseMs
      lease.suspect = false
      delete lease.progress
    }
  }

  submit(tasks: readonly NewTask[], now: number): readonly Submitted[] {
    const before = { entries: [...this.entries], groupMax: new Map(this.groupMax), forget: this.names.mark() }
    const firstSeq = this.#lastSeq + 1
    try {
      return tasks.map((task) => this.#submitOne(task, now, firstSeq))
    } catch (thrown) {
      this.entries = before.entries
      before.forget()
      this.groupMax = before.groupMax
      throw thrown
    }
  }

  #submitOne(task: NewTask, now: number, firstSeq: number): Submitted {
    const known = this.names.find(task, now)
    if (known !== undefined) return { id: known, created: false }
    const parents = task.needs.map((need) => {
      const { home, seq } = getTaskIdParts(need)
      if (home === this.homeId && seq >= firstSeq && seq <= this.#lastSeq + 1)
        throw new RunnerMeshError('dependency_cycle', `${need} is part of this submit`)
      return this.find(need) ?? fail('task_not_found', `${need} is not known`)
    })
    this.#lastSeq += 1
    const id = formatTaskId({ home: this.homeId, epoch: this.epoch, seq: this.#lastSeq })
    const entry: Entry = {
      id,
      seq: this.#lastSeq,
      asked: task,
      attempts: [],
      refusals: [],
      status: 'queued',
      orderKey: 0,
      readyAt: Math.max(now, task.notBefore ?? now),
      createdAt: now,
      updatedAt: now,
      totalAt: now + task.clocks.totalMs,
      failures: 0,
      lost: 0,
      attempt: 0,
    }
    this.entries.push(entry)
    if (task.group !== undefined) this.groupMax.set(task.group.key, task.group.max)
    this.names.remember(entry, now)
    this.queue(entry, entry.readyAt, now)
    if (parents.some(({ status }) => status === 'failed' || status === 'cancelled'))
      this.end(entry, 'failed', { reason: 'dependency' }, now)
    return { id, created: true }
  }

  claim(request: ClaimRequest, now: number): readonly Entry[] {
    const repeated = this.entries.filter(
      ({ lease }) => lease?.worker === request.worker && lease.requestId === request.requestId,
    )
    if (repeated.length > 0) return repeated
    for (const entry of this.entries) {
      if (entry.phase === 'delayed' && entry.readyAt <= now && entry.totalAt > now)
        this.queue(entry, entry.readyAt, now)
    }
    const granted: Entry[] = []
    const asked = new Map<string, boolean>()
    const fits = (needs: Requirements) => {
      const key = fitClassKey(needs)
      const answer = asked.get(key) ?? request.fits(needs)
      asked.set(key, answer)
      return answer
    }
    while (granted.length < request.max) {
      const [best] = this.entries
        .filter((entry) => this.#mayTake(entry, request) && fits(entry.asked.requirements))
        .sort((a, b) => a.orderKey - b.orderKey || a.seq - b.seq)
      if (best === undefined) break
      this.#take(best, request, now)
      granted.push(best)
    }
    return granted
  }

  #mayTake(entry: Entry, request: ClaimRequest): boolean {
    const { submitter } = entry.asked
    const running = this.entries.filter((other) => other.lease !== undefined && other.asked.submitter === submitter)
    return (
      entry.phase === 'ready' &&
      this.hasSlot(entry) &&
      running.length < (request.submitterCap ?? Infinity) &&
      !entry.refusals.some((one) => one.worker === request.worker && one.policyDigest === request.policyDigest)
    )
  }

  #take(entry: Entry, { worker, requestId, leaseMs: length }: ClaimRequest, now: number): void {
    const leaseMs = leaseMsOf(length, entry.asked.clocks)
    this.#lastLsn += 1
    const fence = makeFence(this.epoch, this.#lastLsn)
    entry.status = 'running'
    delete entry.phase
    entry.fence = fence
    entry.attempt += 1
    entry.updatedAt = now
    entry.attempts.push({ number: entry.attempt, fence, worker, startedAt: now })
    entry.lease = { worker, requestId, leaseMs, deadline: this.deps.clock.mono() + leaseMs, suspect: false }
    this.deps.changed(entry.id)
  }

  renew(renewals: readonly Renewal[], worker: PeerId): readonly RenewalVerdict[] {
    return renewals.map(({ taskId, fence, progress }) => {
      const entry = this.find(taskId)
      if (entry?.lease?.worker !== worker || entry.fence !== fence) return 'lost'
      if (entry.lease.suspect || progress !== undefined) this.deps.changed(entry.id)
      entry.lease.suspect = false
      entry.lease.deadline = this.deps.clock.mono() + entry.lease.leaseMs
      if (progress !== undefined) entry.lease.progress = progress
      return entry.stop === undefined ? 'renewed' : 'cancel'
    })
  }

  settle(entry: Entry, settlement: Settlement, now: number): SettleOutcome {
    const attempt = entry.attempts.find(({ fence }) => fence === settlement.fence)
    if (attempt?.outcome !== undefined && attempt.outcome !== 'lost' && attempt.outcome !== 'released') return 'already'
    if (entry.fence !== settlement.fence || isTerminal(entry.status)) return 'fenced'
    if (settlement.status !== 'completed' && entry.lease === undefined) return 'fenced'
    const { result, error, exitCode } = settlement
    const told = {
      ...(result === undefined ? {} : { result }),
      ...(error === undefined ? {} : { error }),
      ...(exitCode === undefined ? {} : { exitCode }),
    }
    if (settlement.status === 'completed') this.endAttempt(entry, 'completed', told, now)
    else if (entry.stop === 'timeout_total') this.fail(entry, { ...told, reason: 'timeout_total' }, now)
    else if (entry.stop === 'cancelled' || settlement.status === 'cancelled')
      this.endAttempt(entry, 'cancelled', { ...told, reason: 'cancelled' }, now)
    else this.retryOrFail(entry, { ...told, reason: settlement.reason ?? 'exit' }, now)
    return 'settled'
  }

  giveBack(id: TaskId, fence: Fence, now: number, refusal?: Refusal): boolean {
    const entry = this.find(id)
    if (entry?.lease === undefined || entry.fence !== fence) return false
    this.noteAttempt(entry, {
      outcome: 'released',
      endedAt: now,
      ...(refusal === undefined ? {} : { reason: 'policy' }),
    })
    if (refusal !== undefined) entry.refusals.push(refusal)
    if (entry.stop === undefined) this.queue(entry, now, now, entry.orderKey)
    else this.end(entry, entry.stop === 'cancelled' ? 'cancelled' : 'failed', { reason: entry.stop }, now)
    return true
  }

  cancel(id: TaskId, now: number): CancelOutcome {
    const entry = this.find(id)
    if (entry === undefined) return 'unknown'
    if (isTerminal(entry.status)) return 'terminal'
    if (entry.lease === undefined) {
      this.end(entry, 'cancelled', { reason: 'cancelled' }, now)
      return 'cancelled'
    }
    if (entry.stop === undefined) this.stop(entry, 'cancelled', now)
    return 'requested'
  }

  resubmit(id: TaskId, now: number, envelope?: string): boolean {
    const entry = this.find(id)
    if (entry === undefined || (entry.status !== 'failed' && entry.status !== 'cancelled')) return false
    const parents = entry.fence === undefined ? entry.asked.needs.map((need) => this.find(need)?.status) : []
    if (parents.some((status) => status === undefined || status === 'failed' || status === 'cancelled'))
      throw new RunnerMeshError('invalid_transition', `a need of ${id} did not complete`)
    for (const key of ['stop', 'reason', 'result', 'error', 'exitCode', 'finishedAt'] as const) {
      Reflect.deleteProperty(entry, key)
    }
    const asked = envelope === undefined ? entry.asked : { ...entry.asked, envelope }
    Object.assign(entry, { asked, failures: 0, lost: 0, totalAt: now + asked.clocks.totalMs })
    this.queue(entry, now, now)
    return true
  }

  sweep(now: number): Sweep {
    const swept: Record<'ready' | 'suspect', TaskId[]> = { ready: [], suspect: [] }
    const open = this.entries.filter(({ status }) => !isTerminal(status))
    const mono = this.deps.clock.mono()
    for (const entry of open.filter(({ lease }) => lease !== undefined && lease.deadline <= mono)) {
      const became = this.#lose(entry, now)
      if (became !== undefined) swept[became].push(entry.id)
    }
    for (const entry of open) followClock(entry, now)
    for (const entry of open.toSorted((a, b) => dueAt(a) - dueAt(b) || a.seq - b.seq)) {
      if (this.#fallDue(entry, now) === 'ready') swept.ready.push(entry.id)
    }
    const ended = open.filter(({ status }) => isTerminal(status)).map(({ id }) => id)
    const next = this.entries.flatMap((entry) => deadlines(entry, now, mono))
    return { ...swept, ended, ...(next.length === 0 ? {} : { nextDueMs: Math.max(0, Math.min(...next)) }) }
  }

  #lose(entry: Entry, now: number): 'ready' | 'suspect' | undefined {
    const { idempotent, maxLost } = entry.asked
    const lease = entry.lease
    if (lease === undefined) return undefined
    if (entry.stop === undefined && !idempotent && !lease.suspect) {
      lease.suspect = true
      lease.deadline = this.deps.clock.mono() + this.deps.lostGraceMs
      this.deps.changed(entry.id)
      return 'suspect'
    }
    this.noteAttempt(entry, { outcome: 'lost', endedAt: now })
    entry.lost += 1
    const reason = entry.stop ?? 'worker_lost'
    const out = entry.stop !== undefined || entry.lost > maxLost
    if (!out && idempotent) {
      this.queue(entry, now, now, entry.orderKey)
      return 'ready'
    }
    if (!out && entry.failures + 1 < entry.asked.maxFailures && isRetryable({ reason }, entry.asked.retryOn)) {
      entry.failures += 1
      this.queue(entry, now + backoffMs(entry.failures, this.deps.random.unit()), now)
      return undefined
    }
    this.noteAttempt(entry, { reason })
    this.end(entry, reason === 'cancelled' ? 'cancelled' : 'failed', { reason }, now)
    return undefined
  }

  #fallDue(entry: Entry, now: number): 'ready' | undefined {
    if (isTerminal(entry.status)) return undefined
    const overTotal = entry.totalAt <= now
    if (entry.lease !== undefined) {
      if (!overTotal || entry.stop !== undefined) return undefined
      this.stop(entry, 'timeout_total', now)
      if (entry.lease.suspect) this.#lose(entry, now)
      return undefined
    }
    const overQueue = entry.phase === 'ready' && entry.readyAt + entry.asked.clocks.queueMs <= now
    if (overTotal || overQueue) {
      this.end(entry, 'failed', { reason: overTotal ? 'timeout_total' : 'timeout_queue' }, now)
      return undefined
    }
    if (entry.phase !== 'delayed' || entry.readyAt > now) return undefined
    this.queue(entry, entry.readyAt, now)
    return 'ready'
  }

  prune(now: number, limit: number): number {
    const purgeAt = ({ finishedAt, asked }: Entry) => (finishedAt ?? Infinity) + asked.retentionMs
    const gone = this.entries
      .filter((entry) => purgeAt(entry) <= now)
      .sort((a, b) => purgeAt(a) - purgeAt(b) || a.seq - b.seq)
      .slice(0, limit)
    this.entries = this.entries.filter((entry) => !gone.includes(entry))
    return gone.length
  }
}

/** What waits does not wait for a clock that was set back. */
function followClock(entry: Entry, now: number): void {
  const aheadMs = entry.updatedAt - now
  if (entry.status !== 'queued' || entry.phase === 'ready' || aheadMs <= 1000) return
  entry.readyAt -= aheadMs
  entry.updatedAt = now
}

function fail(code: 'task_not_found', message: string): never {
  throw new RunnerMeshError(code, message)
}
