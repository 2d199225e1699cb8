/**
 * The home: the one place that decides the state of the tasks it accepted. It turns calls into steps of the store, tells
 * listeners what changed, keeps claims parked, and lets time limits fall due.
 */
import type { Events } from '../core/events.ts'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import { fits, type Offer } from '../core/fit.ts'
import type { Fence, PeerId, TaskId } from '../core/ids.ts'
import { SECOND, type GrantLength, type LeaseSettings } from '../core/lease.ts'
import type { Clock, Logger, Startable } from '../core/ports/clock.ts'
import type { ReadyNotice } from '../core/ports/link.ts'
import type {
  CancelOutcome,
  Grant,
  NewTask,
  Renewal,
  RenewalVerdict,
  Settled,
  Settlement,
  Submitted,
  TaskStore,
} from '../core/ports/task-store.ts'
import { isTerminal, type Requirements, type Task } from '../core/task.ts'
import { ParkedClaims } from './parked-claims.ts'
import { Scheduler } from './scheduler/scheduler.ts'
import { TaskNews } from './task-news.ts'

export interface HomeDeps {
  readonly store: TaskStore
  readonly events: Events
  readonly clock: Clock
  readonly log: Logger
  readonly lease: LeaseSettings
  /** Tasks of one submitter that run at a time; undefined means any number. */
  readonly maxRunningPerSubmitter?: number
}

export interface ClaimCall {
  readonly worker: PeerId
  readonly requestId: string
  /** The caller chose the id, and may ask by it again, here or at another peer that serves this home. */
  readonly mayAskAgain?: boolean
  readonly offer: Offer
  readonly max: number
  readonly waitMs: number
  /** How long the grant lives without a renewal; undefined means this home's usual lease. */
  readonly leaseMs?: GrantLength
}

export interface CronFiring {
  readonly scheduledAt: number
  readonly nextAt: number
  readonly template: NewTask
  readonly envelope: string | undefined
}

/** The store is swept at least this often. */
const SWEEP_MS = SECOND
const PRUNE_ROWS = 500

export class Home implements Startable {
  readonly store: TaskStore
  readonly #deps: HomeDeps
  readonly #parked: ParkedClaims
  readonly #news: TaskNews
  #scheduler: Scheduler | undefined
  #unsubscribe: () => void = () => undefined
  #sweeping: Promise<void> | undefined
  #stopTimer: () => void = () => undefined
  #running = false
  readonly #readyListeners = new Set<() => void>()

  constructor(deps: HomeDeps) {
    this.#deps = deps
    this.store = deps.store
    this.#news = new TaskNews(deps, () => {
      this.#wakeCapped()
    })
    this.#parked = new ParkedClaims({
      clock: deps.clock,
      claim: (request) => this.#claim(request),
      // A claim answered while the store closes looks once more, and then there is nothing to look at.
      readyClasses: () => (this.#running ? deps.store.readyClasses() : []),
      nextReady: (needs, most) => deps.store.nextReady(needs, most),
      poolFor: (needs) => this.scheduler.poolFor(needs),
    })
  }

  async start(): Promise<void> {
    if (this.#running) return
    await this.store.start()
    this.#running = true
    this.#unsubscribe = this.store.subscribe((event) => {
      if (event.kind === 'changed') {
        if (event.elsewhere === true) void this.#news.heardElsewhere(event.taskId)
        else this.#news.changed(event.taskId)
        return
      }
      if (event.kind === 'logged') {
        const { taskId, attempt, nextSeq, bytes } = event
        this.#news.tell({ name: 'task.logged', taskId, attempt, nextSeq, bytes })
        return
      }
      this.#parked.wake(event.needs)
      for (const listener of this.#readyListeners) listener()
    })
    this.#schedule(0)
  }

  async stop(): Promise<void> {
    if (!this.#running) return
    this.#running = false
    this.#stopTimer()
    this.#parked.dismissAll()
    await this.#sweeping
    this.#unsubscribe()
    await this.store.stop()
  }

  /** Of the home that is started. */
  get scheduler(): Scheduler {
    this.#scheduler ??= new Scheduler(this.store.homeId, this.#deps.clock)
    return this.#scheduler
  }

  get parkedClaims(): number {
    return this.#parked.size
  }

  /** @returns a function that ends the subscription */
  onReady(listener: () => void): () => void {
    this.#readyListeners.add(listener)
    return () => this.#readyListeners.delete(listener)
  }

  /** What connected peers are told of this queue. */
  async readyNotice(): Promise<ReadyNotice> {
    const counts = await this.store.counts()
    return {
      ready: counts.queuedByPhase.ready,
      ...(counts.oldestReadyAt === undefined ? {} : { oldest_ready_at: counts.oldestReadyAt }),
      ...(counts.topPriority === undefined ? {} : { top_priority: counts.topPriority }),
    }
  }

  async submit(tasks: readonly NewTask[]): Promise<readonly Submitted[]> {
    const submitted = await this.store.submit(tasks, this.#deps.clock.now())
    submitted.forEach(({ id, created }, index) => {
      const task = tasks[index]
      if (created && task !== undefined) {
        this.#news.tell({ name: 'task.submitted', taskId: id, type: task.type, submitter: task.submitter })
      }
    })
    return submitted
  }

  /** Answers with grants at once, or as soon as a task fits, or with none when the time is up or the caller has gone. */
  async claim(
    { worker, requestId, mayAskAgain = false, offer, max, waitMs, leaseMs }: ClaimCall,
    signal: AbortSignal,
  ): Promise<readonly Grant[]> {
    if (!this.#running) throw new RunnerMeshError('stopping', 'This home is stopping. Claim at another peer.')
    const request = {
      worker,
      requestId,
      max,
      leaseMs: leaseMs ?? this.#deps.lease.leaseMs,
      fits: (needs: Requirements) => fits(needs, offer),
      policyDigest: offer.policy.digest,
      ...(this.#deps.maxRunningPerSubmitter === undefined ? {} : { submitterCap: this.#deps.maxRunningPerSubmitter }),
    }
    this.scheduler.saw(worker)
    if (waitMs > 0) this.#news.tell({ name: 'claim.parked', worker })
    const grants = await this.#parked.park(request, offer, waitMs, signal)
    if (signal.aborted) {
      // Who has asked again may be at work on them already: taken back, they would be run twice.
      if (!mayAskAgain) await Promise.all(grants.map(({ task, fence }) => this.release(task.id, fence, worker)))
      return []
    }
    if (waitMs > 0) this.#news.tell({ name: 'claim.answered', worker, grants: grants.length })
    return grants
  }

  async renew(renewals: readonly Renewal[], worker: PeerId): Promise<readonly RenewalVerdict[]> {
    const verdicts = await this.store.renew(renewals, worker, this.#deps.clock.now())
    renewals.forEach(({ taskId, fence, progress }, index) => {
      if (verdicts[index] === 'lost') this.#news.tell({ name: 'task.fenced', taskId, fence })
      else if (progress !== undefined) this.#news.tell({ name: 'task.progressed', taskId, worker, progress })
    })
    return verdicts
  }

  /** @returns what became of each, in their order */
  async settle(settlements: readonly Settlement[]): Promise<readonly Settled[]> {
    const step = (): Promise<readonly Settled[]> => this.store.settle(settlements, this.#deps.clock.now())
    const allCompleted = settlements.every(({ status }) => status === 'completed')
    const settled = await (allCompleted ? step() : this.#news.ends(step))
    settlements.forEach((settlement, index) => {
      const { outcome, task } = settled[index] ?? { outcome: 'unknown' }
      const { taskId, fence } = settlement
      if (outcome === 'fenced') this.#news.tell({ name: 'task.fenced', taskId, fence })
      if (outcome === 'settled' && task !== undefined) this.#announceEnd(task, settlement)
    })
    return settled
  }

  async release(taskId: TaskId, fence: Fence, worker: PeerId): Promise<boolean> {
    const released = await this.#news.ends(() => this.store.release(taskId, fence, this.#deps.clock.now()))
    if (released) await this.#givenBack(taskId, worker, 'released')
    return released
  }

  async refuse(
    taskId: TaskId,
    fence: Fence,
    refusal: { worker: PeerId; policyDigest: string; rule: string },
  ): Promise<boolean> {
    const refused = await this.#news.ends(() => this.store.refuse(taskId, fence, refusal, this.#deps.clock.now()))
    if (refused) await this.#givenBack(taskId, refusal.worker, 'refused')
    return refused
  }

  /** A task that was to be stopped ends when its worker gives it back. */
  async #givenBack(taskId: TaskId, worker: PeerId, why: 'released' | 'refused'): Promise<void> {
    this.#news.tell({ name: 'task.released', taskId, worker, why })
    const task = await this.store.find(taskId)
    if (task !== undefined && isTerminal(task.status)) this.#news.settled(task)
  }

  async cancel(taskId: TaskId): Promise<CancelOutcome> {
    const outcome = await this.#news.ends(() => this.store.cancel(taskId, this.#deps.clock.now()))
    if (outcome === 'requested') {
      const worker = (await this.store.find(taskId))?.worker
      this.#news.tell({ name: 'task.cancel_requested', taskId, ...(worker === undefined ? {} : { worker }) })
    }
    if (outcome === 'cancelled')
      this.#news.tell({ name: 'task.settled', taskId, status: 'cancelled', reason: 'cancelled' })
    return outcome
  }

  /** @returns false when the task is neither failed nor cancelled. @throws RunnerMeshError invalid_transition */
  async resubmit({ id, type, submitter }: Task, envelope: string | undefined): Promise<boolean> {
    const queued = await this.store.resubmit(id, this.#deps.clock.now(), envelope)
    if (queued) this.#news.tell({ name: 'task.submitted', taskId: id, type, submitter })
    return queued
  }

  /** A schedule falls due. @returns undefined when it is gone or paused, or when a later instant has fired */
  async fireCron(
    name: string,
    { scheduledAt, nextAt, template, envelope }: CronFiring,
  ): Promise<Submitted | undefined> {
    const fired = await this.store.fireCron(name, scheduledAt, nextAt, this.#deps.clock.now(), envelope)
    const { type, submitter } = template
    if (fired?.created === true) this.#news.tell({ name: 'task.submitted', taskId: fired.id, type, submitter })
    return fired
  }

  async #claim(request: Parameters<TaskStore['claim']>[0]): Promise<readonly Grant[]> {
    const grants = await this.store.claim(request, this.#deps.clock.now())
    for (const { task, fence, attempt } of grants) {
      this.#news.tell({ name: 'task.claimed', taskId: task.id, fence, worker: request.worker, attempt })
    }
    return grants
  }

  #announceEnd(task: Task, settlement: Settlement): void {
    if (isTerminal(task.status)) this.#news.settled(task)
    else {
      this.#news.tell({ name: 'task.retried', taskId: task.id, reason: settlement.reason ?? 'exit' })
      this.#wakeCapped()
    }
  }

  /** When a task of a submitter at the cap stops running, others of theirs become claimable, which the store cannot know. */
  #wakeCapped(): void {
    if (this.#deps.maxRunningPerSubmitter === undefined || !this.#running) return
    for (const { needs } of this.store.readyClasses()) this.#parked.wake(needs)
  }

  #schedule(ms: number): void {
    this.#stopTimer = this.#deps.clock.after(ms, () => {
      this.#sweeping = this.#sweep().then((nextMs) => {
        this.#sweeping = undefined
        if (this.#running) this.#schedule(nextMs)
      })
    })
  }

  async #sweep(): Promise<number> {
    const now = this.#deps.clock.now()
    try {
      const sweep = await this.#news.ends(() => this.store.sweep(now))
      for (const taskId of sweep.suspect) this.#news.tell({ name: 'task.suspected', taskId })
      for (const taskId of sweep.ended) {
        const task = await this.store.find(taskId)
        // Those that ended with what they need are announced with the rest of their kind.
        if (task !== undefined && isTerminal(task.status) && task.reason !== 'dependency') this.#news.settled(task)
      }
      await this.store.prune(now, PRUNE_ROWS)
      return Math.max(1, Math.min(SWEEP_MS, sweep.nextDueMs ?? SWEEP_MS))
    } catch (error) {
      this.#deps.log.error('home.sweep_failed', { error: errorText(error) })
      return SWEEP_MS
    }
  }
}
