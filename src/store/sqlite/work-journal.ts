/**
 * The worker's journal over node:sqlite: grants it works on, and ends no home has answered for. The changes of one turn of
 * the event loop share one transaction, and each is answered once that is on disk.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { join } from 'node:path'
import { RunnerMeshError } from '../../core/errors.ts'
import type { Fence, TaskId } from '../../core/ids.ts'
import type { GrantView } from '../../core/operations/views.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { AttemptEnd, JournalEntry, WorkJournal } from '../../core/ports/work-journal.ts'
import { GroupCommit } from './group-commit.ts'
import { openLogSync, type LogSync } from './log-sync.ts'
import { openSmallDatabase } from './small-database.ts'

const FILE = 'work.db'
const SCHEMA = 1
const TABLES = `CREATE TABLE IF NOT EXISTS work (
  task_id TEXT NOT NULL, fence INTEGER NOT NULL, grant_json TEXT NOT NULL, end_json TEXT, PRIMARY KEY (task_id, fence)
) STRICT, WITHOUT ROWID`
const GROUP = { maxSteps: 256, maxMs: 5 } as const

interface Row {
  readonly grant_json: string
  readonly end_json: string | null
}

/**
 * @param openLog how its log gets onto the disk; by default by a sync of its file
 * @throws RunnerMeshError store_corrupt, store_newer on start
 */
export function createSqliteWorkJournal(
  directory: string,
  clock: Pick<Clock, 'mono'>,
  openLog: (file: string) => LogSync = openLogSync,
): WorkJournal {
  return new SqliteWorkJournal(join(directory, FILE), clock, openLog)
}

interface OpenJournal {
  readonly db: DatabaseSync
  readonly log: LogSync
  readonly commit: GroupCommit
  readonly begin: StatementSync
  readonly end: StatementSync
  readonly forget: StatementSync
  readonly all: StatementSync
}

class SqliteWorkJournal implements WorkJournal {
  readonly #file: string
  readonly #clock: Pick<Clock, 'mono'>
  readonly #openLog: (file: string) => LogSync
  #open: OpenJournal | undefined

  constructor(file: string, clock: Pick<Clock, 'mono'>, openLog: (file: string) => LogSync) {
    this.#file = file
    this.#clock = clock
    this.#openLog = openLog
  }

  start(): Promise<void> {
    if (this.#open !== undefined) return Promise.resolve()
    const db = openSmallDatabase({
      file: this.#file,
      schema: SCHEMA,
      tables: TABLES,
      synchronous: 'NORMAL',
      advice: 'Move it away to start without it (results not yet delivered are lost), or restore it.',
    })
    const log = this.#openLog(this.#file)
    this.#open = {
      db,
      log,
      commit: new GroupCommit({
        db,
        sync: () => log.sync(),
        mono: () => this.#clock.mono(),
        ...GROUP,
        beforeCommit: () => undefined,
        onRollback: () => false,
        emit: () => undefined,
      }),
      begin: db.prepare('INSERT OR REPLACE INTO work (task_id, fence, grant_json) VALUES (?, ?, ?)'),
      end: db.prepare('INSERT OR REPLACE INTO work (task_id, fence, grant_json, end_json) VALUES (?, ?, ?, ?)'),
      forget: db.prepare('DELETE FROM work WHERE task_id = ? AND fence = ?'),
      all: db.prepare('SELECT grant_json, end_json FROM work ORDER BY fence'),
    }
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    await open?.commit.close()
    open?.log.close()
    open?.db.close()
  }

  begin(grant: GrantView): Promise<void> {
    return this.#change(({ begin }) => begin.run(grant.task_id, grant.fence, JSON.stringify(grant)))
  }

  end(grant: GrantView, end: AttemptEnd): Promise<void> {
    return this.#change((open) => open.end.run(grant.task_id, grant.fence, JSON.stringify(grant), JSON.stringify(end)))
  }

  forget(taskId: TaskId, fence: Fence): Promise<void> {
    return this.#change(({ forget }) => forget.run(taskId, fence))
  }

  entries(): Promise<readonly JournalEntry[]> {
    const rows = this.#opened().all.all() as unknown as readonly Row[]
    return Promise.resolve(
      rows.map(({ grant_json, end_json }) => ({
        grant: JSON.parse(grant_json) as GrantView,
        ...(end_json === null ? {} : { end: JSON.parse(end_json) as AttemptEnd }),
      })),
    )
  }

  async #change(write: (open: OpenJournal) => unknown): Promise<void> {
    const open = this.#opened()
    await open.commit.run(() => write(open))
  }

  #opened(): OpenJournal {
    if (this.#open === undefined) throw new RunnerMeshError('stopping', `The journal ${this.#file} is not open.`)
    return this.#open
  }
}
