/** Connections for what tasks leave behind. Their own, so that a long transfer holds up no change of the queue. */
import type pg from 'pg'
import { RunnerMeshError } from '../../core/errors.ts'
import { getTaskIdParts, type HomeId, type TaskId } from '../../core/ids.ts'
import type { Logger, Startable } from '../../core/ports/clock.ts'
import { storeClosed } from '../closed.ts'
import {
  DATABASE_DEFAULTS,
  databaseName,
  isCollision,
  isDisconnect,
  sqlState,
  wrapDatabaseError,
  type DatabaseSettings,
} from './connect.ts'
import { openPool } from './connections.ts'
import { noticeChannel } from './notices.ts'
import { Sql } from './transaction.ts'

export interface OutputDatabaseDeps {
  readonly database: Partial<DatabaseSettings> & Pick<DatabaseSettings, 'url'>
  /** The home whose tables these are; its store is started before. */
  readonly home: { readonly homeId: HomeId }
  /** The name under which this peer's store tells its notices. */
  readonly name: string
  readonly log: Logger
}

/** How often two that got in each other's way, or a lost connection, are tried again. */
const TRIES = 3
const TASK_IS_GONE = '23503'

export class OutputDatabase implements Startable {
  readonly #deps: OutputDatabaseDeps
  readonly #settings: DatabaseSettings
  #pool: pg.Pool | undefined

  constructor(deps: OutputDatabaseDeps) {
    this.#deps = deps
    this.#settings = { ...DATABASE_DEFAULTS, ...deps.database }
  }

  start(): Promise<void> {
    this.#pool ??= openPool(this.#settings, 'outputs', this.#deps.log)
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    await this.#pool?.end()
    this.#pool = undefined
  }

  /** Number of the task in this home; undefined for a task of another. */
  seqOf(taskId: TaskId): number | undefined {
    const { home, seq } = getTaskIdParts(taskId)
    return home === this.#deps.home.homeId ? seq : undefined
  }

  idOf({ epoch, seq }: { readonly epoch: number; readonly seq: number }): TaskId {
    return `${this.#deps.home.homeId}.${String(epoch)}.${String(seq)}` as TaskId
  }

  /** @throws RunnerMeshError storage_failed */
  async read<T>(read: (sql: Sql) => Promise<T>): Promise<T> {
    const pool = this.#get()
    return this.#tried(() => read(new Sql(pool)))
  }

  /**
   * One transaction, whose work may run more than once. It is not synced to the platter: outputs may lose their last
   * moments with the database's machine, and what the queue decided after them waits for the sync of both.
   * @throws RunnerMeshError storage_failed, task_not_found when the task has been pruned meanwhile
   */
  async transact<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const pool = this.#get()
    return this.#tried(async () => {
      const client = await pool.connect()
      let broken: Error | undefined
      try {
        const sql = new Sql(client)
        await client.query('BEGIN; SET LOCAL synchronous_commit = off')
        const result = await work(sql)
        await client.query('COMMIT')
        return result
      } catch (thrown) {
        if (isDisconnect(thrown)) broken = thrown as Error
        else await client.query('ROLLBACK')
        throw thrown
      } finally {
        client.release(broken)
      }
    })
  }

  /** Other peers hear with the commit that a log has grown. */
  async tellLogged(sql: Sql, logged: object): Promise<void> {
    const notice = { by: this.#deps.name, changed: [], ready: false, logged }
    await sql.rows('SELECT pg_notify($1, $2)', [noticeChannel(this.#deps.home.homeId), JSON.stringify(notice)])
  }

  async #tried<T>(attempt: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt()
      } catch (thrown) {
        if (tries < TRIES && (isCollision(thrown) || isDisconnect(thrown))) continue
        if (sqlState(thrown) === TASK_IS_GONE) {
          throw new RunnerMeshError('task_not_found', 'The task has been removed from its home.', { cause: thrown })
        }
        throw wrapDatabaseError(thrown, databaseName(this.#settings))
      }
    }
  }

  #get(): pg.Pool {
    if (this.#pool !== undefined) return this.#pool
    throw storeClosed()
  }
}
