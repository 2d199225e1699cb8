/** Connections to the database of a shared home: one schema, bigints as numbers, faults in our words. */
import pg from 'pg'
import { errorText, RunnerMeshError } from '../../core/errors.ts'

export interface DatabaseSettings {
  /** `postgres://user@host:port/database?sslmode=verify-full`; a password is better left to a file or the environment. */
  readonly url: string
  readonly password?: string
  /** The schema that holds the tables. */
  readonly schema: string
  readonly connectMs: number
  /** A statement that takes longer is given up. */
  readonly statementMs: number
  /** Connections for reads, beside the one for changes and the one that listens. */
  readonly readers: number
}

export const DATABASE_DEFAULTS = {
  schema: 'runner_mesh',
  connectMs: 5_000,
  statementMs: 30_000,
  readers: 4,
} as const

/** Type number of int8. Ids, fences and instants all stay below 2^53. */
const INT8 = 20

const types = new pg.TypeOverrides()
types.setTypeParser(INT8, Number)

/** @throws RunnerMeshError config_invalid for a URL that is none */
export function clientConfig(settings: DatabaseSettings, name: string): pg.ClientConfig {
  let url: URL
  try {
    url = new URL(settings.url)
  } catch (cause) {
    throw new RunnerMeshError('config_invalid', 'store: not a URL. Use postgres://user@host:port/database.', { cause })
  }
  if (!/^[a-z_][a-z0-9_]{0,47}$/.test(settings.schema)) {
    throw new RunnerMeshError('config_invalid', 'store schema: use lower-case letters, digits and underscores.')
  }
  return {
    connectionString: url.href,
    ...(settings.password === undefined ? {} : { password: settings.password }),
    application_name: `runner-mesh ${name}`,
    connectionTimeoutMillis: settings.connectMs,
    statement_timeout: settings.statementMs,
    idle_in_transaction_session_timeout: settings.statementMs,
    keepAlive: true,
    options: `-c search_path=${settings.schema} -c default_transaction_isolation=read\\ committed`,
    types,
  }
}

/** Where people read of it: host and database, never the password. */
export function databaseName(settings: DatabaseSettings): string {
  const { host, pathname } = new URL(settings.url)
  return `${host}${pathname}`
}

/** SQLSTATE of what PostgreSQL answered; undefined when it did not answer. */
export function sqlState(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return undefined
  return /^[0-9A-Z]{5}$/.test(thrown.code) ? thrown.code : undefined
}

/** Two transactions got in each other's way: deadlock, serialization, or both made the same row. Worth another try at once. */
export function isCollision(thrown: unknown): boolean {
  return ['40001', '40P01', '23505'].includes(sqlState(thrown) ?? '')
}

/** The connection is gone, or the server goes. Nothing is known of a transaction that was being committed. */
export function isDisconnect(thrown: unknown): boolean {
  const state = sqlState(thrown)
  if (state !== undefined) return state.startsWith('08') || state.startsWith('57P')
  if (!(thrown instanceof Error) || thrown instanceof RunnerMeshError) return false
  const code = 'code' in thrown ? thrown.code : undefined
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return true
  return /connection|terminat|timeout|not queryable/i.test(thrown.message)
}

export function wrapDatabaseError(thrown: unknown, where: string): unknown {
  if (thrown instanceof RunnerMeshError) return thrown
  const state = sqlState(thrown)
  if (state === undefined && !isDisconnect(thrown)) return thrown
  const options = { cause: thrown }
  if (state?.startsWith('53') === true) {
    const message = `The database ${where} is out of room or connections (${errorText(thrown)}). Free some and repeat the call.`
    return new RunnerMeshError('storage_low', message, options)
  }
  if (state?.startsWith('28') === true || state === '3D000' || state === '42501') {
    const message = `The database ${where} refuses us: ${errorText(thrown)}. Check user, password and rights.`
    return new RunnerMeshError('config_invalid', message, options)
  }
  const message = `The database ${where} failed: ${errorText(thrown)}. Repeat the call; with its idempotency key nothing happens twice.`
  return new RunnerMeshError('storage_failed', message, options)
}
