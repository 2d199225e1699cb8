/**
 * A TaskStore in memory, for tests that need a home and no disk. It passes the same contract as the real stores, so it
 * cannot lie to those tests. `stop` and `start` again is a restart: tasks stay, leases begin anew.
 */
import { RunnerMeshError } from '../../src/core/errors.ts'
import { fitClassKey } from '../../src/core/fit.ts'
import type { Fence, PeerId, TaskId } from '../../src/core/ids.ts'
import type { Clock, Random } from '../../src/core/ports/clock.ts'
import type {
  CancelOutcome,
  ClaimRequest,
  CronEntry,
  Grant,
  NewTask,
  QueueCounts,
  ReadyClass,
  Renewal,
  RenewalVerdict,
  Settled,
  Settlement,
  StoreEvent,
  Submitted,
  Sweep,
  TaskFilter,
  TaskPage,
  TaskStore,
} from '../../src/core/ports/task-store.ts'
import type { Attempt, Requirements, Task } from '../../src/core/task.ts'
import { countEntries, matches, viewOf, type Entry, type Refusal } from './memory-entry.ts'
import { MemoryQueue } from './memory-queue.ts'

export interface MemoryTaskStoreDeps {
  readonly clock: Pick<Clock, 'mono'>
  readonly random: Pick<Random, 'unit'>
  readonly lostGraceMs: number
}

export class MemoryTaskStore implements TaskStore {
  readonly durability = 'local'
  readonly #queue: MemoryQueue
  readonly #crons = new Map<string, CronEntry & { readonly firedAt: number }>()
  readonly #listeners = new Set<(event: StoreEvent) => void>()
  #changed = new Set<TaskId>()

  constructor(deps: MemoryTaskStoreDeps) {
    this.#queue = new MemoryQueue({ ...deps, changed: (id) => this.#changed.add(id) })
  }

  get homeId() {
    return this.#queue.homeId
  }

  get epoch() {
    return this.#queue.epoch
  }

  start(): Promise<void> {
    this.#queue.restart()
    return Promise.resolve()
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }

  submit(tasks: readonly NewTask[], now: number): Promise<readonly Submitted[]> {
    return this.#step(() => this.#queue.submit(tasks, now))
  }

  claim(request: ClaimRequest, now: number): Promise<readonly Grant[]> {
    return this.#step(() => this.#queue.claim(request, now).map((entry) => this.#grant(entry)))
  }

  renew(renewals: readonly Renewal[], worker: PeerId): Promise<readonly RenewalVerdict[]> {
    return this.#step(() => this.#queue.renew(renewals, worker))
  }

  settle(settlements: readonly Settlement[], now: number): Promise<readonly Settled[]> {
    return this.#step(() =>
      settlements.map((settlement) => {
        const entry = this.#queue.find(settlement.taskId)
        if (entry === undefined) return { outcome: 'unknown' }
        const holder = this.#view(entry).worker
        if (holder !== undefined && settlement.isWorker?.(holder) === false) return { outcome: 'fenced' }
        return { outcome: this.#queue.settle(entry, settlement, now), task: this.#view(entry) }
      }),
    )
  }

  release(taskId: TaskId, fence: Fence, now: number): Promise<boolean> {
    return this.#step(() => this.#queue.giveBack(taskId, fence, now))
  }

  refuse(taskId: TaskId, fence: Fence, refusal: Refusal, now: number): Promise<boolean> {
    return this.#step(() => this.#queue.giveBack(taskId, fence, now, refusal))
  }

  cancel(taskId: TaskId, now: number): Promise<CancelOutcome> {
    return this.#step(() => this.#queue.cancel(taskId, now))
  }

  resubmit(taskId: TaskId, now: number, envelope?: string): Promise<boolean> {
    return this.#step(() => this.#queue.resubmit(taskId, now, envelope))
  }

  sweep(now: number): Promise<Sweep> {
    return this.#step(() => this.#queue.sweep(now))
  }

  prune(now: number, limit: number): Promise<number> {
    return this.#step(() => this.#queue.prune(now, limit))
  }

  find(taskId: TaskId): Promise<Task | undefined> {
    const entry = this.#queue.find(taskId)
    return Promise.resolve(entry === undefined ? undefined : this.#view(entry))
  }

  findByAlias(submitter: string, workflowId: string, alias: string): Promise<Task | undefined> {
    const entry = this.#queue.names.aliased(submitter, workflowId, alias)
    return Promise.resolve(entry === undefined ? undefined : this.#view(entry))
  }

  attempts(taskId: TaskId): Promise<readonly Attempt[]> {
    return Promise.resolve(this.#queue.find(taskId)?.attempts.map((attempt) => ({ ...attempt })) ?? [])
  }

  refusals(taskId: TaskId): Promise<readonly Refusal[]> {
    return Promise.resolve(this.#queue.find(taskId)?.refusals ?? [])
  }

  list(filter: TaskFilter, limit: number, cursor?: string): Promise<TaskPage> {
    return this.#step(() => {
      if (cursor !== undefined && !/^[0-9]+$/.test(cursor)) {
        throw new RunnerMeshError('bad_request', `Not a cursor: ${cursor}.`)
      }
      const found = this.#queue.entries
        .filter((entry) => entry.seq < Number(cursor ?? Infinity) && matches(entry, filter))
        .reverse()
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const more = found.length > limit && last !== undefined
      return { tasks: page.map((entry) => this.#view(entry)), ...(more ? { nextCursor: String(last.seq) } : {}) }
    })
  }

  counts(): Promise<QueueCounts> {
    return Promise.resolve(countEntries(this.#queue.entries, (entry) => this.#queue.hasSlot(entry)))
  }

  readyClasses(): readonly ReadyClass[] {
    const free = new Map<string, number>()
    const classes = new Map<string, { readonly needs: Requirements; count: number }>()
    for (const { phase, asked } of this.#queue.entries) {
      if (phase !== 'ready') continue
      const key = fitClassKey(asked.requirements)
      if (asked.group !== undefined) {
        const slots = `${key} ${asked.group.key}`
        const left = free.get(slots) ?? this.#queue.freeSlots(asked.group.key)
        if (left <= 0) continue
        free.set(slots, left - 1)
      }
      const known = classes.get(key) ?? { needs: asked.requirements, count: 0 }
      known.count += 1
      classes.set(key, known)
    }
    return [...classes.values()]
  }

  nextReady(needs: Requirements, most: number): readonly TaskId[] {
    const key = fitClassKey(needs)
    const taken = new Map<string, number>()
    return this.#queue.entries
      .filter(({ phase, asked }) => phase === 'ready' && fitClassKey(asked.requirements) === key)
      .sort((a, b) => a.orderKey - b.orderKey || a.seq - b.seq)
      .filter(({ asked: { group } }) => {
        if (group === undefined) return true
        const slots = (taken.get(group.key) ?? 0) + 1
        taken.set(group.key, slots)
        return slots <= this.#queue.freeSlots(group.key)
      })
      .slice(0, most)
      .map(({ id }) => id)
  }

  saveCron(entry: CronEntry): Promise<void> {
    this.#crons.set(entry.name, { ...entry, firedAt: this.#crons.get(entry.name)?.firedAt ?? 0 })
    return Promise.resolve()
  }

  removeCron(name: string): Promise<boolean> {
    return Promise.resolve(this.#crons.delete(name))
  }

  listCron(): Promise<readonly CronEntry[]> {
    const byName = [...this.#crons.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    return Promise.resolve(byName.map(({ firedAt: _firedAt, ...entry }) => entry))
  }

  fireCron(
    name: string,
    scheduledAt: number,
    nextAt: number,
    now: number,
    envelope?: string,
  ): Promise<Submitted | undefined> {
    return this.#step(() => {
      const cron = this.#crons.get(name)
      if (cron === undefined || cron.paused) return undefined
      const { alias: _alias, notBefore: _notBefore, ...template } = cron.template
      const idempotencyKey = `cron:${name}:${String(scheduledAt)}`
      this.#crons.set(name, { ...cron, nextAt, firedAt: Math.max(cron.firedAt, scheduledAt) })
      const fired = this.#queue.names.keyed(template.submitter, idempotencyKey, now)
      if (fired !== undefined) return { id: fired.id, created: false }
      if (scheduledAt <= cron.firedAt) return undefined
      const signed = envelope === undefined ? template : { ...template, envelope }
      return this.#queue.submit([{ ...signed, idempotencyKey }], now)[0]
    })
  }

  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #view(entry: Entry): Task {
    const { group } = entry.asked
    const max = group === undefined ? 0 : this.#queue.maxOf(group.key)
    return viewOf(entry, { max, free: this.#queue.hasSlot(entry) })
  }

  #grant(entry: Entry): Grant {
    const { fence, attempt, lease } = entry
    if (fence === undefined || lease === undefined) throw new Error('a grant has a fence and a lease')
    return { task: this.#view(entry), fence, attempt, leaseMs: lease.leaseMs }
  }

  /** Tells listeners of the classes that have something to claim, and of each task that changed. */
  #step<T>(work: () => T): Promise<T> {
    return Promise.resolve().then(() => {
      this.#changed = new Set()
      const answer = work()
      if (this.#changed.size > 0) for (const { needs } of this.readyClasses()) this.#emit({ kind: 'ready', needs })
      for (const taskId of this.#changed) this.#emit({ kind: 'changed', taskId })
      return answer
    })
  }

  #emit(event: StoreEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
