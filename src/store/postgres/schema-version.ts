/**
 * Which versions of runner-mesh serve a shared home at the same time. The home tells two numbers: the schema it has, and
 * the oldest schema whose peers can serve it. While a fleet is upgraded peer by peer, those of the version before go on,
 * and may start again, as long as theirs is not below the second.
 *
 * A migration that raises it waits until no older peer serves: each shares a lock of the database under the number of its
 * schema, with every connection that changes or listens; the migration holds the locks of the older ones alone until it is
 * committed. Whoever connects after that looks at the second number, and is refused.
 */
import { RunnerMeshError } from '../../core/errors.ts'
import type { Logger } from '../../core/ports/clock.ts'
import { MIGRATIONS } from './schema.ts'
import type { Queryable, Sql } from './transaction.ts'

/** The schema that this version makes and knows. */
const KNOWN = MIGRATIONS.length
const SERVES_FROM = Math.max(...MIGRATIONS.map(({ servesFrom }) => servesFrom))
const KEY = 'hashtextextended($1, 3)'

interface Versions {
  readonly version: number
  readonly serves_from: number
}

/**
 * Part of a transaction that no other peer begins meanwhile.
 * @throws RunnerMeshError store_newer; home_locked while peers serve that could not work with the new schema
 */
export async function migrate(
  client: Queryable,
  sql: Sql,
  { schema, log }: { readonly schema: string; readonly log: Logger },
): Promise<void> {
  const found = await sql.row('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
  // A role that may only use the schema is not asked to make it.
  if (found === undefined) await client.query({ text: `CREATE SCHEMA ${schema}` })
  const table = await sql.row<{ there: string | null }>("SELECT to_regclass($1 || '.schema_version')::text AS there", [
    schema,
  ])
  if (table?.there == null) {
    await client.query({
      text: 'CREATE TABLE schema_version(version integer NOT NULL, serves_from integer); INSERT INTO schema_version VALUES (0, 0)',
    })
  }
  const { version } = await readVersions(sql)
  if (version < KNOWN) {
    await holdOlderPeersOff(sql, schema)
    // A large table takes longer than a call of a peer may.
    await sql.run('SET LOCAL statement_timeout = 0')
    for (const step of MIGRATIONS.slice(version)) await client.query({ text: step.sql })
    await client.query({ text: 'ALTER TABLE schema_version ADD COLUMN IF NOT EXISTS serves_from integer' })
    await sql.run('UPDATE schema_version SET version = $1, serves_from = $2', [KNOWN, SERVES_FROM])
    log.info('store.migrated', { from: version, to: KNOWN })
  }
  await refuseTooNew(sql)
  if (version > KNOWN) log.info('store.schema_newer', { schema: version, known: KNOWN })
}

/**
 * Holds a place among the peers of this schema for as long as the connection lasts.
 * @throws RunnerMeshError store_newer when the home has left this version behind meanwhile
 */
export async function holdSchema(sql: Sql, schema: string): Promise<void> {
  await sql.rows(`SELECT pg_advisory_lock_shared(${KEY})`, [nameOf(schema, KNOWN)])
  await refuseTooNew(sql)
}

/** Whoever reads a home column by column has to know them all. @throws RunnerMeshError store_newer */
export async function demandOwnSchema(sql: Sql): Promise<void> {
  const versions = await readVersions(sql)
  if (versions.version > KNOWN) throw tooNew(versions)
}

async function holdOlderPeersOff(sql: Sql, schema: string): Promise<void> {
  for (let version = 1; version < SERVES_FROM; version += 1) {
    const lock = await sql.row<{ held: boolean }>(`SELECT pg_try_advisory_xact_lock(${KEY}) AS held`, [
      nameOf(schema, version),
    ])
    if (lock?.held === true) continue
    throw new RunnerMeshError(
      'home_locked',
      `A peer of an older version (schema ${String(version)}) serves the home, and could not work with schema ${String(KNOWN)}. Stop every peer below schema ${String(SERVES_FROM)} (runner-mesh drain --stop), then start this one.`,
    )
  }
}

async function refuseTooNew(sql: Sql): Promise<void> {
  const versions = await readVersions(sql)
  if (versions.serves_from > KNOWN) throw tooNew(versions)
}

function tooNew({ version, serves_from: servesFrom }: Versions): RunnerMeshError {
  return new RunnerMeshError(
    'store_newer',
    `The shared home has schema ${String(version)} and is served from schema ${String(servesFrom)} on, this version knows ${String(KNOWN)}. Upgrade runner-mesh on this machine.`,
  )
}

/** Homes of the first days tell one number: whoever did not make it may not serve it. */
async function readVersions(sql: Sql): Promise<Versions> {
  const row = await sql.row<Versions>(
    `SELECT version, coalesce((to_jsonb(v) ->> 'serves_from')::integer, version) AS serves_from FROM schema_version v`,
  )
  if (row !== undefined) return row
  throw new RunnerMeshError(
    'store_corrupt',
    'The shared home does not say which schema it has. Put a backup in its place.',
  )
}

function nameOf(schema: string, version: number): string {
  return `${schema} ${String(version)}`
}
