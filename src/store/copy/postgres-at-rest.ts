/** A shared home that no peer serves now. */
import pg from 'pg'
import { RunnerMeshError } from '../../core/errors.ts'
import { fitClassKey } from '../../core/fit.ts'
import type { Logger, Random } from '../../core/ports/clock.ts'
import type { Requirements } from '../../core/task.ts'
import {
  clientConfig,
  DATABASE_DEFAULTS,
  databaseName,
  wrapDatabaseError,
  type DatabaseSettings,
} from '../postgres/connect.ts'
import { prepareHome } from '../postgres/home.ts'
import { demandOwnSchema } from '../postgres/schema-version.ts'
import { holdAlone } from '../postgres/serving-lock.ts'
import { Sql } from '../postgres/transaction.ts'
import type { Cell, HomeAtRest, HomeNumbers, HomeTable, Row } from './home-tables.ts'

const PAGE_ROWS = 1_000
/** In PostgreSQL of another type than a number. */
const BOOLEANS: ReadonlySet<string> = new Set(['paused'])
const BYTES: ReadonlySet<string> = new Set(['digest'])
const TEXT_KEYS: ReadonlySet<string> = new Set([
  ...['key', 'worker', 'policy_digest', 'submitter', 'workflow', 'alias', 'name'],
])

/** @throws RunnerMeshError home_locked while a peer serves it, store_newer, config_invalid, storage_failed */
export async function openPostgresAtRest(
  database: Partial<DatabaseSettings> & Pick<DatabaseSettings, 'url'>,
  { random, log }: { readonly random: Random; readonly log: Logger },
): Promise<HomeAtRest> {
  const settings = { ...DATABASE_DEFAULTS, ...database }
  const name = databaseName(settings)
  // A large table takes longer than a call of a peer may.
  const client = new pg.Client({ ...clientConfig(settings, 'copy'), statement_timeout: 0 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await prepareHome(client, { schema: settings.schema, random, log })
    const sql = new Sql(client)
    await demandOwnSchema(sql)
    await holdAlone(sql, settings.schema, name)
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    return new PostgresAtRest(name, client, sql)
  } catch (thrown) {
    await client.end().catch(() => undefined)
    throw wrapDatabaseError(thrown, name)
  }
}

class PostgresAtRest implements HomeAtRest {
  readonly name: string
  readonly #client: pg.Client
  readonly #sql: Sql

  constructor(name: string, client: pg.Client, sql: Sql) {
    this.name = name
    this.#client = client
    this.#sql = sql
  }

  async numbers(): Promise<HomeNumbers> {
    const row = await this.#sql.row<HomeNumbers>(
      `SELECT h.home_id AS "homeId", h.epoch, l.last_value - CASE WHEN l.is_called THEN 0 ELSE 1 END AS lsn,
          s.last_value - CASE WHEN s.is_called THEN 0 ELSE 1 END AS seq FROM home h, lsn l, task_seq s`,
    )
    if (row === undefined) throw new RunnerMeshError('internal', 'The database has no home.')
    return row
  }

  async isEmpty(): Promise<boolean> {
    const { seq } = await this.numbers()
    return seq === 0 && (await this.#sql.row('SELECT 1 FROM cron LIMIT 1')) === undefined
  }

  async *pages({ name, columns, key }: HomeTable): AsyncGenerator<readonly Row[]> {
    const order = key.map((column) => (TEXT_KEYS.has(column) ? `${column} COLLATE "C"` : column)).join(', ')
    await this.#client.query(
      `DECLARE copied NO SCROLL CURSOR FOR SELECT ${columns.join(', ')} FROM ${name} ORDER BY ${order}`,
    )
    try {
      for (;;) {
        const { rows } = await this.#client.query<Record<string, Cell | boolean>>(
          `FETCH ${String(PAGE_ROWS)} FROM copied`,
        )
        if (rows.length === 0) return
        yield rows.map((row) => ({ ...row, ...('paused' in row ? { paused: Number(row['paused']) } : {}) }))
      }
    } finally {
      await this.#client.query('CLOSE copied')
    }
  }

  async insert({ name, columns }: HomeTable, rows: readonly Row[]): Promise<void> {
    const more = name === 'fit_class' ? [{ column: 'key', of: keyOfClass }] : []
    const all = [...columns, ...more.map(({ column }) => column)]
    const given = rows.map((row) => [
      ...columns.map((column) => written(column, row[column] ?? null)),
      ...more.map(({ of }) => of(row)),
    ])
    const overriding = name === 'fit_class' || name === 'lane' ? 'OVERRIDING SYSTEM VALUE' : ''
    const values = all.map((column, index) => `(r.j->>${String(index)})${castOf(column)}`)
    await this.#sql.run(
      `INSERT INTO ${name}(${all.join(', ')}) ${overriding}
         SELECT ${values.join(', ')} FROM json_array_elements($1::json) WITH ORDINALITY AS r(j, n) ORDER BY r.n`,
      [JSON.stringify(given)],
    )
  }

  async adopt({ homeId, epoch, lsn, seq }: HomeNumbers): Promise<void> {
    await this.#sql.run('UPDATE home SET home_id = $1, epoch = $2', [homeId, epoch])
    for (const [sequence, last] of [
      ['lsn', lsn],
      ['task_seq', seq],
    ] as const) {
      await this.#sql.rows('SELECT setval($1::regclass, greatest($2::bigint, 1), $2::bigint > 0)', [sequence, last])
    }
    for (const table of ['fit_class', 'lane']) {
      await this.#sql.rows(
        `SELECT setval(pg_get_serial_sequence($1, 'id'), coalesce(max(id), 0) + 1, false) FROM ${table}`,
        [table],
      )
    }
    // Whoever was running gets a full fresh lease, as after a restart.
    await this.#sql.run(
      `INSERT INTO lease(seq, fence, worker, request_id, lease_ms, until, stop)
         SELECT seq, fence, worker, request_id, lease_ms, lease_now() + lease_ms, stop <> 0 FROM task WHERE state = 3`,
    )
    await this.#sql.run(
      `UPDATE concurrency_group g SET running = (SELECT count(*) FROM task t JOIN lane a ON a.id = t.lane
         WHERE t.state = 3 AND a.group_key = g.key)`,
    )
  }

  /** A peer that serves it again starts in a later epoch than the copy. */
  async retire(epoch: number): Promise<void> {
    await this.#sql.run('UPDATE home SET epoch = greatest(epoch, $1)', [epoch + 1])
    await this.commit()
  }

  async commit(): Promise<void> {
    await this.#client.query('COMMIT; BEGIN')
  }

  async close(): Promise<void> {
    await this.#client.end()
  }
}

function keyOfClass(row: Row): string {
  return fitClassKey(JSON.parse(String(row['needs'])) as Requirements)
}

function written(column: string, cell: Cell): string | number | boolean | null {
  if (cell instanceof Uint8Array) return `\\x${Buffer.from(cell).toString('hex')}`
  return BOOLEANS.has(column) ? cell === 1 : cell
}

const TEXT_COLUMNS: ReadonlySet<string> = new Set([
  ...TEXT_KEYS,
  ...['needs', 'group_key', 'reason', 'request_id', 'body', 'result', 'error', 'rule', 'outcome'],
  ...['expression', 'time_zone', 'template'],
])

function castOf(column: string): string {
  if (BYTES.has(column)) return '::bytea'
  if (BOOLEANS.has(column)) return '::boolean'
  return TEXT_COLUMNS.has(column) ? '' : '::bigint'
}
