/**
 * The inbox of the webhook over node:sqlite, in a file of its own, `webhook.db`. Deliveries that arrive together share one
 * transaction, and each is answered once that is on disk.
 */
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { RunnerMeshError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type {
  Delivery,
  DeliveryInbox,
  PendingDelivery,
  PlannedTask,
  TrackedTask,
} from '../../core/ports/delivery-inbox.ts'
import type { JsonObject } from '../../core/task.ts'
import { GroupCommit } from './group-commit.ts'
import { INBOX_SCHEMA, INBOX_SQL, INBOX_TABLES, type InboxStatement } from './inbox-schema.ts'
import { openLogSync, type LogSync } from './log-sync.ts'
import { openSmallDatabase } from './small-database.ts'

const FILE = 'webhook.db'
const GROUP = { maxSteps: 256, maxMs: 5 } as const
/** Deliveries that wait at the same time; beyond, GitHub is told to come again. */
const MOST_PENDING = 10_000

interface DeliveryRow {
  readonly id: string
  readonly event: string
  readonly repository: string
  readonly received_at: number
  readonly body: string
  readonly tries: number
  readonly planned: number
}

interface TaskRow {
  readonly delivery: string
  readonly key: string
  readonly repository: string
  readonly planned_json: string
  readonly task_id: string | null
  readonly told_json: string
  readonly tries: number
}

interface OpenInbox {
  readonly db: DatabaseSync
  readonly log: LogSync
  readonly commit: GroupCommit
  readonly sql: Readonly<Record<InboxStatement, StatementSync>>
  pending: number
}

/**
 * @param openLog how its log gets onto the disk; by default by a sync of its file
 * @throws RunnerMeshError store_corrupt, store_newer on start
 */
export function createSqliteDeliveryInbox(
  directory: string,
  clock: Pick<Clock, 'mono'>,
  openLog: (file: string) => LogSync = openLogSync,
): DeliveryInbox {
  return new SqliteDeliveryInbox(join(directory, FILE), clock, openLog)
}

class SqliteDeliveryInbox implements DeliveryInbox {
  readonly #file: string
  readonly #clock: Pick<Clock, 'mono'>
  readonly #openLog: (file: string) => LogSync
  #open: OpenInbox | undefined

  constructor(file: string, clock: Pick<Clock, 'mono'>, openLog: (file: string) => LogSync) {
    this.#file = file
    this.#clock = clock
    this.#openLog = openLog
  }

  start(): Promise<void> {
    if (this.#open !== undefined) return Promise.resolve()
    const db = openSmallDatabase({
      file: this.#file,
      schema: INBOX_SCHEMA,
      tables: INBOX_TABLES,
      synchronous: 'NORMAL',
      advice: 'Move it away to start without it: deliveries that wait in it are lost, redeliver them from GitHub.',
    })
    const log = this.#openLog(this.#file)
    const commit = new GroupCommit({
      db,
      sync: () => log.sync(),
      mono: () => this.#clock.mono(),
      ...GROUP,
      beforeCommit: () => undefined,
      onRollback: () => false,
      emit: () => undefined,
    })
    const sql = Object.fromEntries(
      Object.entries(INBOX_SQL).map(([name, text]) => [name, db.prepare(text)]),
    ) as OpenInbox['sql']
    const { count } = sql.countPending.get() as { count: number }
    this.#open = { db, log, commit, sql, pending: count }
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    await open?.commit.close()
    open?.log.close()
    open?.db.close()
  }

  accept({ id, event, repository, receivedAt, body }: Delivery): Promise<boolean> {
    const open = this.#opened()
    if (open.pending >= MOST_PENDING) {
      return Promise.reject(
        new RunnerMeshError('queue_full', `${String(MOST_PENDING)} deliveries wait already. Send it again later.`),
      )
    }
    return open.commit.run((change) => {
      const isNew = open.sql.accept.run(id, event, repository, receivedAt, body, receivedAt).changes === 1
      if (!isNew) return false
      open.pending += 1
      change.onUndo(() => {
        open.pending -= 1
      })
      return true
    })
  }

  knows(id: string): boolean {
    return this.#opened().sql.knows.get(id) !== undefined
  }

  due(now: number, most: number): readonly PendingDelivery[] {
    const rows = this.#opened().sql.due.all(now, most) as unknown as readonly DeliveryRow[]
    return rows.map(({ received_at: receivedAt, planned, ...row }) => ({ ...row, receivedAt, planned: planned === 1 }))
  }

  nextDueAt(): number | undefined {
    const { at } = this.#opened().sql.nextDue.get() as { at: number | null }
    return at ?? undefined
  }

  async plan(id: string, tasks: readonly PlannedTask[]): Promise<void> {
    await this.#change(({ sql }) => {
      for (const [place, task] of tasks.entries()) {
        sql.addTask.run(id, task.key, place, task.supersedes ?? null, JSON.stringify(task), id)
      }
      sql.planned.run(id)
    })
  }

  async postpone(id: string, dueAt: number, why: string): Promise<void> {
    await this.#change(({ sql }) => sql.postpone.run(dueAt, why, id))
  }

  async close(id: string, outcome: 'done' | 'refused', note: string): Promise<void> {
    const open = this.#opened()
    await open.commit.run((change) => {
      if (open.sql.close.run(outcome, note, id).changes === 0) return
      open.pending -= 1
      change.onUndo(() => {
        open.pending += 1
      })
    })
  }

  pendingCount(): number {
    return this.#opened().pending
  }

  tasksOf(delivery: string): readonly TrackedTask[] {
    return this.#tasks('tasksOf', delivery)
  }

  tasksOfGroup(repository: string, group: string): readonly TrackedTask[] {
    return this.#tasks('tasksOfGroup', repository, group)
  }

  countOpen(repository: string): number {
    return (this.#opened().sql.countOpen.get(repository) as { count: number }).count
  }

  findByTask(taskId: string): TrackedTask | undefined {
    return this.#tasks('findByTask', taskId)[0]
  }

  async submitted(delivery: string, key: string, taskId: string): Promise<void> {
    await this.#change(({ sql }) => sql.submitted.run(taskId, delivery, key))
  }

  async told(delivery: string, key: string, told: JsonObject, lookAgainAt: number | undefined): Promise<void> {
    const over = lookAgainAt === undefined ? 1 : 0
    await this.#change(({ sql }) => sql.told.run(JSON.stringify(told), over, lookAgainAt ?? 0, delivery, key))
  }

  async tellAgain(delivery: string, key: string, dueAt: number): Promise<void> {
    await this.#change(({ sql }) => sql.tellAgain.run(dueAt, delivery, key))
  }

  dueReports(now: number, most: number): readonly TrackedTask[] {
    return this.#tasks('dueReports', now, most)
  }

  nextReportAt(): number | undefined {
    const { at } = this.#opened().sql.nextReport.get() as { at: number | null }
    return at ?? undefined
  }

  note(name: string): string | undefined {
    return (this.#opened().sql.note.get(name) as { value: string } | undefined)?.value
  }

  async keepNote(name: string, value: string): Promise<void> {
    await this.#change(({ sql }) => sql.keepNote.run(name, value))
  }

  prune(before: number): Promise<number> {
    const open = this.#opened()
    return open.commit.run(() => {
      const { changes } = open.sql.pruneDeliveries.run(before)
      open.sql.pruneTasks.run()
      return Number(changes)
    })
  }

  #tasks(
    name: 'tasksOf' | 'tasksOfGroup' | 'findByTask' | 'dueReports',
    ...values: readonly (string | number)[]
  ): TrackedTask[] {
    const rows = this.#opened().sql[name].all(...values) as unknown as readonly TaskRow[]
    return rows.map(({ planned_json: planned, told_json: told, task_id: taskId, delivery, repository, tries }) => ({
      ...(JSON.parse(planned) as PlannedTask),
      ...{ delivery, repository, tries },
      ...(taskId === null ? {} : { taskId }),
      told: JSON.parse(told) as JsonObject,
    }))
  }

  async #change(write: (open: OpenInbox) => unknown): Promise<void> {
    const open = this.#opened()
    await open.commit.run(() => write(open))
  }

  #opened(): OpenInbox {
    if (this.#open === undefined) throw new RunnerMeshError('stopping', 'This peer is stopping.')
    return this.#open
  }
}
