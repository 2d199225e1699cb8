/**
 * The embedded home: a TaskStore over one file, `queue.db`, in a directory that belongs to one process. Every method is a
 * step of a group commit (`group-commit.ts`), and is answered once it is on the disk.
 *
 *   queue.db     tasks, WAL, each answer after a sync   home.lock    the operating system's lock, and how far the log got
 *   ballast      given up when the disk is full         home.holder  who holds the lock, for people
 */
import type { Fence, HomeId, PeerId, TaskId } from '../../core/ids.ts'
import type { Clock, Logger, Random } from '../../core/ports/clock.ts'
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
} from '../../core/ports/task-store.ts'
import type { Attempt, Requirements, Task } from '../../core/task.ts'
import { storeClosed } from '../closed.ts'
import { EventListeners } from '../event-listeners.ts'
import { claim } from './claim.ts'
import { countQueue, readyClasses } from './counts.ts'
import { fireCron, listCron, removeCron, saveCron } from './cron.ts'
import type { DiskGuard } from './disk-guard.ts'
import { cancel, refuse, release, resubmit, type PolicyRefusal } from './give-back.ts'
import type { Change } from './group-commit.ts'
import type { Home } from './home.ts'
import { prune } from './prune.ts'
import { listTasks } from './list.ts'
import { openHome, type OpenedHome } from './opened-home.ts'
import type { LogSync } from './log-sync.ts'
import { readAttempts, readRefusals } from './read.ts'
import { renew } from './renew.ts'
import { STORE_DEFAULTS, type StoreSettings } from './settings.ts'
import { readTask, settle } from './settle.ts'
import { nextReady } from './next-ready.ts'
import { submit } from './submit.ts'
import { findAlias } from './submit-names.ts'
import { notePause, sweepDue, sweepLeases, tellSweep } from './sweep.ts'

export interface SqliteTaskStoreDeps {
  /** Belongs to this home alone. Made when it does not exist. */
  readonly directory: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly settings?: Partial<StoreSettings>
  /** How the log of the queue gets onto the disk; by default by a sync of its file. */
  readonly openLog?: (file: string) => LogSync
}

export function createSqliteTaskStore(deps: SqliteTaskStoreDeps): TaskStore {
  return new SqliteTaskStore(deps)
}

class SqliteTaskStore implements TaskStore {
  readonly durability = 'local'
  readonly #deps: SqliteTaskStoreDeps
  readonly #settings: StoreSettings
  readonly #listeners: EventListeners
  #opened: OpenedHome | undefined
  #endPulse: () => void = () => undefined

  constructor(deps: SqliteTaskStoreDeps) {
    this.#deps = deps
    this.#listeners = new EventListeners(deps.log)
    this.#settings = { ...STORE_DEFAULTS, ...deps.settings }
  }

  get homeId(): HomeId {
    return this.#get().home.homeId
  }

  get epoch(): number {
    return this.#get().home.epoch
  }

  /** @throws RunnerMeshError home_locked, store_corrupt, store_newer, storage_failed */
  start(): Promise<void> {
    return Promise.resolve().then(() => {
      if (this.#opened !== undefined) return
      this.#opened = openHome({ ...this.#deps, settings: this.#settings }, (event) => this.#listeners.emit(event))
      this.#pulse(this.#opened)
    })
  }

  async stop(): Promise<void> {
    const opened = this.#opened
    if (opened === undefined) return
    this.#opened = undefined
    this.#endPulse()
    await opened.commit.close()
    await opened.guard.stop()
    opened.log.close()
    opened.lock.note(opened.home.homeId, opened.home)
    opened.db.close()
    opened.lock.release()
  }

  submit(tasks: readonly NewTask[], now: number): Promise<readonly Submitted[]> {
    return this.#step((home, change, guard) => {
      guard.refuseWhenLow()
      return submit(home, change, tasks, now)
    })
  }

  claim(request: ClaimRequest, now: number): Promise<readonly Grant[]> {
    return this.#step((home, change) => claim(home, change, request, now))
  }

  renew(renewals: readonly Renewal[], worker: PeerId): Promise<readonly RenewalVerdict[]> {
    return this.#read((home) => {
      const { verdicts, changed } = renew(home, renewals, worker)
      for (const taskId of changed) this.#listeners.emit({ kind: 'changed', taskId })
      return verdicts
    })
  }

  settle(settlements: readonly Settlement[], now: number): Promise<readonly Settled[]> {
    return this.#step((home, change) => settle(home, change, settlements, now))
  }

  release(taskId: TaskId, fence: Fence, now: number): Promise<boolean> {
    return this.#step((home, change) => release(home, change, taskId, fence, now))
  }

  refuse(taskId: TaskId, fence: Fence, refusal: PolicyRefusal, now: number): Promise<boolean> {
    return this.#step((home, change) => refuse(home, change, taskId, fence, refusal, now))
  }

  cancel(taskId: TaskId, now: number): Promise<CancelOutcome> {
    return this.#step((home, change) => cancel(home, change, taskId, now))
  }

  resubmit(taskId: TaskId, now: number, envelope?: string): Promise<boolean> {
    return this.#step((home, change) => resubmit(home, change, taskId, now, envelope))
  }

  async sweep(now: number): Promise<Sweep> {
    const { home } = this.#get()
    const steps = [await this.#step((_home, change) => sweepLeases(home, change, now))]
    do steps.push(await this.#step((_home, change) => sweepDue(home, change, now)))
    while (steps.at(-1)?.more === true)
    return tellSweep(home, steps, now)
  }

  prune(now: number, limit: number): Promise<number> {
    return this.#step((home, change) => prune(home, change, now, limit))
  }

  find(taskId: TaskId): Promise<Task | undefined> {
    return this.#read((home) => readTask(home, taskId))
  }

  findByAlias(submitter: string, workflowId: string, alias: string): Promise<Task | undefined> {
    return this.#read((home) => {
      const named = findAlias(home, submitter, workflowId, alias)
      return named === undefined ? undefined : readTask(home, home.idOf(named))
    })
  }

  attempts(taskId: TaskId): Promise<readonly Attempt[]> {
    return this.#read((home) => readAttempts(home, taskId))
  }

  refusals(taskId: TaskId): Promise<readonly PolicyRefusal[]> {
    return this.#read((home) => readRefusals(home, taskId))
  }

  list(filter: TaskFilter, limit: number, cursor?: string): Promise<TaskPage> {
    return this.#read((home) => listTasks(home, filter, limit, cursor))
  }

  counts(): Promise<QueueCounts> {
    return this.#read(countQueue)
  }

  readyClasses(): readonly ReadyClass[] {
    return readyClasses(this.#get().home)
  }

  nextReady(needs: Requirements, most: number): readonly TaskId[] {
    return nextReady(this.#get().home, needs, most)
  }

  saveCron(entry: CronEntry): Promise<void> {
    return this.#step((home) => saveCron(home, entry))
  }

  removeCron(name: string): Promise<boolean> {
    return this.#step((home) => removeCron(home, name))
  }

  listCron(): Promise<readonly CronEntry[]> {
    return this.#read(listCron)
  }

  fireCron(
    name: string,
    scheduledAt: number,
    nextAt: number,
    now: number,
    envelope?: string,
  ): Promise<Submitted | undefined> {
    return this.#step((home, change, guard) => {
      guard.refuseWhenLow()
      return fireCron(home, change, name, scheduledAt, nextAt, now, envelope)
    })
  }

  subscribe(listener: (event: StoreEvent) => void): () => void {
    return this.#listeners.subscribe(listener)
  }

  /** Once a second: notice a pause of this process, remember how far the log got, keep the ballast. */
  #pulse(opened: OpenedHome): void {
    this.#endPulse = this.#deps.clock.after(this.#settings.pulseMs, () => {
      notePause(opened.home)
      opened.lock.note(opened.home.homeId, opened.home)
      opened.guard.keepBallast()
      this.#pulse(opened)
    })
  }

  #step<T>(work: (home: Home, change: Change, guard: DiskGuard) => T): Promise<T> {
    if (this.#opened === undefined) return Promise.reject(storeClosed())
    const { home, commit, guard } = this.#opened
    return commit.run((change) => work(home, change, guard))
  }

  /** What is told has happened for good: it waits for the disk to have what it saw. */
  async #read<T>(read: (home: Home, opened: OpenedHome) => T | Promise<T>): Promise<T> {
    await Promise.resolve()
    const opened = this.#get()
    const found = await read(opened.home, opened)
    await opened.commit.durable()
    return found
  }

  #get(): OpenedHome {
    if (this.#opened !== undefined) return this.#opened
    throw storeClosed()
  }
}
