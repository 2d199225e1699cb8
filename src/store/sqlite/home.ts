/** One opened home: its file, its statements and what it keeps in memory. The parts of the store are functions over it. */
import type { DatabaseSync } from 'node:sqlite'
import { RunnerMeshError } from '../../core/errors.ts'
import { homeIdFromBytes, makeFence, type Fence, type HomeId, type PeerId, type TaskId } from '../../core/ids.ts'
import type { Clock, Logger, Random } from '../../core/ports/clock.ts'
import { LeaseTable } from '../lease-table.ts'
import type { Reached } from './directory-lock.ts'
import type { Change } from './group-commit.ts'
import { LaneTable } from './lanes.ts'
import { RecentTasks } from './recent-tasks.ts'
import { taskIdOf, type TaskRow } from '../rows.ts'
import type { StoreSettings } from './settings.ts'
import { prepareStatements, type Statements } from './statements.ts'
import { STATE, STOP, waits, type State } from '../states.ts'

export interface HomeDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly settings: StoreSettings
}

interface HomeRow {
  readonly home_id: string
  readonly epoch: number
  readonly lsn: number
  readonly seq: number
}

export class Home {
  readonly db: DatabaseSync
  readonly sql: Statements
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly settings: StoreSettings
  readonly homeId: HomeId
  readonly epoch: number
  readonly lanes: LaneTable
  readonly leases: LeaseTable
  readonly recent = new RecentTasks()
  /** `worker digest` pairs that turned at least one task down. */
  readonly refusers: Set<string>
  /** Rows of `need`; most homes have none, and then no end has to look for children. */
  needs: number
  /** No task falls due by the wall clock before this instant. */
  quietUntil: number
  /** No task that waits was written after this instant. */
  waitedAt = Infinity
  #lsn: number
  #seq: number
  #saved: { readonly lsn: number; readonly seq: number }

  /** @param reached how far a home is known to have come; a file behind that is an old copy, and starts a new epoch (R16) */
  constructor(db: DatabaseSync, deps: HomeDeps, reached: (homeId: HomeId) => Reached | undefined) {
    this.db = db
    this.clock = deps.clock
    this.random = deps.random
    this.log = deps.log
    this.settings = deps.settings
    this.sql = prepareStatements(db)
    const row = this.#readOrCreate()
    this.homeId = row.home_id as HomeId
    this.#lsn = row.lsn
    this.#seq = row.seq
    this.#saved = { lsn: row.lsn, seq: row.seq }
    this.epoch = this.#checkEpoch(row, reached(this.homeId))
    this.lanes = new LaneTable(db)
    this.leases = new LeaseTable(() => this.clock.mono(), this.settings.renewEveryMs / 2)
    this.refusers = new Set(
      (this.sql.readRefusers.all() as unknown as { worker: PeerId; policy_digest: string }[]).map((refusal) =>
        refuserKey(refusal.worker, refusal.policy_digest),
      ),
    )
    this.needs = (this.sql.countNeeds.get() as { needs: number }).needs
    this.quietUntil = 0
    this.#adoptRunning()
  }

  /** The last number of the log, which only grows within an epoch. */
  get lsn(): number {
    return this.#lsn
  }

  get lastSeq(): number {
    return this.#seq
  }

  /** Grows with every grant, over all tasks. One that is not committed in the end was never seen by anybody. */
  nextFence(change: Change): Fence {
    this.#lsn += 1
    change.onUndo(() => {
      this.#lsn -= 1
    })
    return makeFence(this.epoch, this.#lsn)
  }

  nextSeq(change: Change): number {
    this.#seq += 1
    change.onUndo(() => {
      this.#seq -= 1
    })
    return this.#seq
  }

  idOf(row: Pick<TaskRow, 'epoch' | 'seq'>): TaskId {
    return taskIdOf(this, row)
  }

  /** Writes the numbers given out in this group. */
  saveNumbers(): void {
    if (this.#lsn === this.#saved.lsn && this.#seq === this.#saved.seq) return
    this.sql.saveNumbers.run(this.#lsn, this.#seq)
    this.#saved = { lsn: this.#lsn, seq: this.#seq }
  }

  /** A group was rolled back: the numbers in the file are older than those given out. */
  forgetSaved(): void {
    this.#saved = { lsn: -1, seq: -1 }
  }

  noteDue(at: number): void {
    if (at < this.quietUntil) this.quietUntil = at
  }

  noteWait(state: State, now: number): void {
    if (waits(state)) this.waitedAt = Math.max(this.waitedAt, now)
  }

  #readOrCreate(): HomeRow {
    const row = this.sql.readHome.get() as HomeRow | undefined
    if (row !== undefined) return row
    const created = { home_id: homeIdFromBytes(this.random.bytes(10)), epoch: 1, lsn: 0, seq: 0 }
    this.sql.createHome.run(created.home_id, created.epoch, this.clock.now())
    return created
  }

  #checkEpoch(row: HomeRow, reached: Reached | undefined): number {
    const isNew = row.lsn === 0 && row.seq === 0
    if (reached === undefined ? isNew : !isBehind(row, reached)) return row.epoch
    const epoch = Math.max(row.epoch, reached?.epoch ?? 0) + 1
    makeFence(epoch, 1)
    this.sql.saveEpoch.run(epoch)
    this.log.warn('store.epoch_raised', { homeId: row.home_id, epoch, why: 'the queue was put back from a copy' })
    return epoch
  }

  /** Whoever was running before a restart gets a full fresh lease. */
  #adoptRunning(): void {
    const running = this.sql.readRunning.all() as unknown as (TaskRow & { readonly idempotent: number })[]
    for (const row of running) {
      if (row.worker === null || row.request_id === null || row.lease_ms === null || row.state !== STATE.running)
        throw new RunnerMeshError('store_corrupt', `Task ${this.idOf(row)} runs without a worker.`)
      this.leases.grant({
        seq: row.seq,
        fence: row.fence as Fence,
        worker: row.worker,
        requestId: row.request_id,
        leaseMs: row.lease_ms,
        idempotent: row.idempotent === 1,
        stop: row.stop !== STOP.none,
      })
    }
  }
}

function isBehind(row: Reached, reached: Reached): boolean {
  return row.epoch < reached.epoch || (row.epoch === reached.epoch && row.lsn < reached.lsn)
}

export function refuserKey(worker: PeerId, policyDigest: string): string {
  return `${worker} ${policyDigest}`
}
