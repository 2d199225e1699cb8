/**
 * The shared home: a TaskStore over PostgreSQL that several peers serve at once. The database is the arbiter: rows are
 * locked, fences come from a sequence, leases end on its clock. Any of the peers may go; the others do not notice.
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
import type { Swept } from '../swept.ts'
import { claim } from './claim.ts'
import {
  clientConfig,
  DATABASE_DEFAULTS,
  databaseName,
  isDisconnect,
  wrapDatabaseError,
  type DatabaseSettings,
} from './connect.ts'
import { cancel, refuse, release, resubmit, type PolicyRefusal } from './give-back.ts'
import type { SharedHome, SharedSettings } from './home.ts'
import { News } from './news.ts'
import { openHome, type OpenedHome } from './opened-home.ts'
import {
  countQueue,
  holdsTooMany,
  listTasks,
  readAttempts,
  readChanged,
  readReadyClasses,
  readRefusals,
} from './read.ts'
import { renew, settle } from './settle.ts'
import { submit } from './submit.ts'
import { findAlias } from './submit-names.ts'
import { sweepStep, tellSweep } from './sweep.ts'
import { findFull, FULL_ROW, viewOf, type FullRow } from './tasks.ts'
import { itemOf, latest, type Timed } from './timed-items.ts'
import type { Change, Sql } from './transaction.ts'
import { fireCron, listCron, prune, removeCron, saveCron } from './upkeep.ts'

export interface PostgresTaskStoreDeps {
  readonly database: Partial<DatabaseSettings> & Pick<DatabaseSettings, 'url'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly settings: SharedSettings
  /** Tells notices of this peer from those of others; one of its own by default. */
  readonly name?: string
  /** How long a change waits for a database that is away, milliseconds. */
  readonly patienceMs?: number
}

const PATIENCE_MS = 15_000
/** How often the number of unfinished tasks is held against its limit, and what other peers wrote against this clock. */
const FULL_CHECK_MS = 30_000

export function createPostgresTaskStore(deps: PostgresTaskStoreDeps): TaskStore {
  return new PostgresTaskStore(deps)
}

class PostgresTaskStore implements TaskStore {
  readonly durability = 'shared'
  readonly #deps: PostgresTaskStoreDeps
  readonly #database: DatabaseSettings
  readonly #where: string
  /** Tells our own notices from those of others. */
  readonly #name: string
  #opened: OpenedHome | undefined
  readonly #news: News
  #checkedFullAt = -Infinity

  constructor(deps: PostgresTaskStoreDeps) {
    this.#deps = deps
    this.#database = { ...DATABASE_DEFAULTS, ...deps.database }
    this.#name = deps.name ?? deps.random.uuid()
    clientConfig(this.#database, 'check')
    this.#where = databaseName(this.#database)
    this.#news = new News({
      ...{ log: deps.log, clock: deps.clock, name: this.#name },
      readReady: () => this.#read((_home, sql) => readReadyClasses(sql)),
      readChanged: (awayMs) => this.#read((home, sql) => readChanged(home, sql, deps.clock.now() - awayMs)),
    })
  }

  get homeId(): HomeId {
    return this.#get().home.homeId
  }

  get epoch(): number {
    return this.#get().home.epoch
  }

  /** @throws RunnerMeshError config_invalid, storage_failed, store_newer, home_locked */
  async start(): Promise<void> {
    if (this.#opened !== undefined) return
    const { clock, random, log, settings, patienceMs = PATIENCE_MS } = this.#deps
    try {
      this.#opened = await openHome({
        ...{ clock, random, log, settings, patienceMs },
        ...{ database: this.#database, where: this.#where, name: this.#name, news: this.#news },
      })
      this.#news.open()
      await this.#opened.listener.start()
      await this.#news.ready.refresh()
    } catch (thrown) {
      await this.stop()
      throw wrapDatabaseError(thrown, this.#where)
    }
  }

  async stop(): Promise<void> {
    const opened = this.#opened
    if (opened === undefined) return
    await opened.group.close()
    this.#opened = undefined
    this.#news.close()
    await opened.listener.stop()
    await this.#news.ready.settled()
    await opened.pool.end()
  }

  submit(tasks: readonly NewTask[], now: number): Promise<readonly Submitted[]> {
    const work = (home: SharedHome, sql: Sql, change: Change, items: readonly Timed<NewTask>[]) =>
      submit(home, sql, change, items.map(itemOf), latest(items))
    return this.#together('submit', tasks, now, work)
  }

  async claim(request: ClaimRequest, now: number): Promise<readonly Grant[]> {
    const work = (home: SharedHome, sql: Sql, change: Change, items: readonly Timed<ClaimRequest>[]) =>
      claim(home, sql, change, items.map(itemOf), latest(items))
    const [grants = []] = await this.#together('claim', [request], now, work)
    return grants
  }

  renew(renewals: readonly Renewal[], worker: PeerId): Promise<readonly RenewalVerdict[]> {
    return this.#step((home, sql, change) => renew(home, sql, change, renewals, worker))
  }

  settle(settlements: readonly Settlement[], now: number): Promise<readonly Settled[]> {
    const work = (home: SharedHome, sql: Sql, change: Change, items: readonly Timed<Settlement>[]) =>
      settle(home, sql, change, items.map(itemOf), latest(items))
    return this.#together('settle', settlements, now, work)
  }

  release(taskId: TaskId, fence: Fence, now: number): Promise<boolean> {
    return this.#step((home, sql, change) => release(home, sql, change, taskId, fence, now))
  }

  refuse(taskId: TaskId, fence: Fence, refusal: PolicyRefusal, now: number): Promise<boolean> {
    return this.#step((home, sql, change) => refuse(home, sql, change, taskId, fence, refusal, now))
  }

  cancel(taskId: TaskId, now: number): Promise<CancelOutcome> {
    return this.#step((home, sql, change) => cancel(home, sql, change, taskId, now))
  }

  resubmit(taskId: TaskId, now: number, envelope?: string): Promise<boolean> {
    return this.#step((home, sql, change) => resubmit(home, sql, change, taskId, now, envelope))
  }

  async sweep(now: number): Promise<Sweep> {
    const steps: Swept[] = []
    do {
      const swept = await this.#step((home, sql, change) => sweepStep(home, sql, change, now))
      if (swept !== undefined) steps.push(swept)
    } while (steps.at(-1)?.more === true)
    const { home, reader } = this.#get()
    if (this.#deps.clock.mono() - this.#checkedFullAt >= FULL_CHECK_MS) {
      this.#checkedFullAt = this.#deps.clock.mono()
      home.full = await this.#read(holdsTooMany)
      home.waitedAt = Infinity
    }
    home.forgetGroups()
    await this.#news.ready.refresh()
    return tellSweep(reader, steps, now)
  }

  prune(now: number, limit: number): Promise<number> {
    return this.#step((home, sql, change) => prune(home, sql, change, now, limit))
  }

  find(taskId: TaskId): Promise<Task | undefined> {
    return this.#read(async (home, sql) => {
      const row = await findFull(home, sql, taskId)
      return row === undefined ? undefined : viewOf(home, row)
    })
  }

  findByAlias(submitter: string, workflowId: string, alias: string): Promise<Task | undefined> {
    return this.#read(async (home, sql) => {
      const named = await findAlias(sql, submitter, workflowId, alias)
      const row = named === undefined ? undefined : await sql.row<FullRow>(`${FULL_ROW} WHERE t.seq = $1`, [named.seq])
      return row === undefined ? undefined : viewOf(home, row)
    })
  }

  attempts(taskId: TaskId): Promise<readonly Attempt[]> {
    return this.#read((home, sql) => readAttempts(home, sql, taskId))
  }

  refusals(taskId: TaskId): Promise<readonly PolicyRefusal[]> {
    return this.#read((home, sql) => readRefusals(home, sql, taskId))
  }

  list(filter: TaskFilter, limit: number, cursor?: string): Promise<TaskPage> {
    return this.#read((home, sql) => listTasks(home, sql, filter, limit, cursor))
  }

  counts(): Promise<QueueCounts> {
    return this.#read((_home, sql) => countQueue(sql))
  }

  readyClasses(): readonly ReadyClass[] {
    return this.#news.ready.classes
  }

  /** Others claim from the same queue: whoever wants to know what is next has to claim it. */
  nextReady(_needs: Requirements, _most: number): readonly TaskId[] {
    return []
  }

  saveCron(entry: CronEntry): Promise<void> {
    return this.#step((_home, sql) => saveCron(sql, entry))
  }

  removeCron(name: string): Promise<boolean> {
    return this.#step((_home, sql) => removeCron(sql, name))
  }

  listCron(): Promise<readonly CronEntry[]> {
    return this.#read((_home, sql) => listCron(sql))
  }

  fireCron(
    name: string,
    scheduledAt: number,
    nextAt: number,
    now: number,
    envelope?: string,
  ): Promise<Submitted | undefined> {
    return this.#step((home, sql, change) => fireCron(home, sql, change, name, scheduledAt, nextAt, now, envelope))
  }

  subscribe(listener: (event: StoreEvent) => void): () => void {
    return this.#news.subscribe(listener)
  }

  #step<T>(work: (home: SharedHome, sql: Sql, change: Change) => Promise<T>): Promise<T> {
    const opened = this.#opened
    if (opened === undefined) return Promise.reject(storeClosed())
    return opened.group.run((sql, change) => work(opened.home, sql, change))
  }

  /** What several callers ask for at once is done in one go. */
  #together<I, O>(
    kind: string,
    items: readonly I[],
    now: number,
    work: (home: SharedHome, sql: Sql, change: Change, items: readonly Timed<I>[]) => Promise<readonly O[]>,
  ): Promise<readonly O[]> {
    const opened = this.#opened
    if (opened === undefined) return Promise.reject(storeClosed())
    const timed = items.map((item) => ({ item, now }))
    return opened.group.runShared({ kind, items: timed, work: (...asked) => work(opened.home, ...asked) })
  }

  /** A connection of the pool that was lost while it was idle is tried once more. */
  async #read<T>(read: (home: SharedHome, sql: Sql) => Promise<T>): Promise<T> {
    await Promise.resolve()
    const { home, reader } = this.#get()
    try {
      return await read(home, reader).catch((thrown: unknown) => {
        if (!isDisconnect(thrown)) throw thrown
        return read(home, reader)
      })
    } catch (thrown) {
      throw wrapDatabaseError(thrown, this.#where)
    }
  }

  #get(): OpenedHome {
    if (this.#opened !== undefined) return this.#opened
    throw storeClosed()
  }
}
