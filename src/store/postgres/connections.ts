/** The connections of one peer to its shared home, each opened for what it is for. */
import pg from 'pg'
import { errorText } from '../../core/errors.ts'
import type { Logger } from '../../core/ports/clock.ts'
import { clientConfig, type DatabaseSettings } from './connect.ts'
import { holdSchema } from './schema-version.ts'
import { holdToServe } from './serving-lock.ts'
import { Sql } from './transaction.ts'

/**
 * Each statement of a change is planned once, for any values: planning took longer than most of them. All look up few rows
 * by an index, however many tasks there are, and were they planned while there was none: left to itself the database reads
 * all that has come since, until it has counted it. What has no index counts as so dear then that it would be compiled.
 */
const PLANNING = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
} as const

export class Connections {
  readonly #settings: DatabaseSettings
  readonly #log: Logger

  constructor(settings: DatabaseSettings, log: Logger) {
    this.#settings = settings
    this.#log = log
  }

  /** @param name as the database lists it */
  async open(name: string): Promise<pg.Client> {
    const client = new pg.Client(clientConfig(this.#settings, name))
    // Whoever waits for an answer gets the error as well; without a listener an idle connection that is lost ends the process.
    client.on('error', (error) => this.#log.debug('store.connection', { name, error: errorText(error) }))
    await client.connect()
    return client
  }

  /** An answer means that the database has it, whatever this server's own default is. Stronger settings than `on` stay. */
  openToChange(): Promise<pg.Client> {
    return this.#prepared('changes', async (sql) => {
      await sql.rows(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
      )
      for (const [setting, value] of Object.entries(PLANNING)) {
        await sql.rows('SELECT set_config($1, $2, false)', [setting, value])
      }
      await holdSchema(sql, this.#settings.schema)
    })
  }

  /** The connection that listens is the one that is always there: it says that this peer serves the home. */
  openToServe(): Promise<pg.Client> {
    return this.#prepared('listener', async (sql) => {
      await holdToServe(sql, this.#settings.schema)
      await holdSchema(sql, this.#settings.schema)
    })
  }

  /** For reads, as many as the settings say. */
  pool(): pg.Pool {
    return openPool(this.#settings, 'reads', this.#log)
  }

  async #prepared(name: string, prepare: (sql: Sql) => Promise<void>): Promise<pg.Client> {
    const client = await this.open(name)
    try {
      await prepare(new Sql(client))
      return client
    } catch (thrown) {
      await client.end().catch(() => undefined)
      throw thrown
    }
  }
}

/**
 * As many connections as the settings say, opened when they are wanted.
 * @param name as the database lists them
 */
export function openPool(settings: DatabaseSettings, name: string, log: Logger): pg.Pool {
  const pool = new pg.Pool({ ...clientConfig(settings, name), max: settings.readers })
  const lost = (error: Error): void => log.debug('store.connection', { name, error: errorText(error) })
  // The pool listens for those that are idle alone: one that is lost while it is lent out would end the process.
  pool.on('connect', (client) => void client.on('error', lost))
  pool.on('error', lost)
  return pool
}
