/**
 * A peer's part of the cache over node:sqlite, in a file of its own, `cache.db`. `synchronous=NORMAL`: a power cut may take
 * the last writes, and a file that cannot be read is thrown away, because nothing in it is more than a saving of time.
 *
 * A removed key leaves a row without a value until REMOVAL_KEPT_MS are over. `used` grows with every use, so the smallest
 * goes first when room is short.
 */
import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import {
  CACHE_LIMITS,
  isLater,
  REMOVAL_KEPT_MS,
  type CacheEntry,
  type CacheLimits,
  type CacheStore,
  type CacheVersion,
} from '../../core/ports/cache-store.ts'
import type { Logger } from '../../core/ports/clock.ts'
import type { Json } from '../../core/task.ts'

export interface SqliteCacheStoreDeps {
  /** Belongs to this peer alone, and is there. */
  readonly directory: string
  readonly log: Logger
  readonly limits?: CacheLimits
}

const FILE = 'cache.db'
const SCHEMA = 1
/** Rows looked at together when room is short. */
const EVICT_ROWS = 64
/** What a row costs beside its key and value, bytes. */
const ROW_BYTES = 64

export function createSqliteCacheStore(deps: SqliteCacheStoreDeps): CacheStore {
  return new SqliteCacheStore(deps)
}

interface Row {
  readonly value: string | null
  readonly bytes: number
  readonly written_at: number
  readonly writer: string
  readonly expires_at: number | null
}

interface Opened {
  readonly db: DatabaseSync
  readonly read: StatementSync
  readonly use: StatementSync
  readonly write: StatementSync
  readonly drop: StatementSync
  readonly expired: StatementSync
  readonly oldest: StatementSync
  readonly count: StatementSync
  bytes: number
  used: number
}

class SqliteCacheStore implements CacheStore {
  readonly #deps: SqliteCacheStoreDeps
  readonly #limits: CacheLimits
  #opened: Opened | undefined

  constructor(deps: SqliteCacheStoreDeps) {
    this.#deps = deps
    this.#limits = deps.limits ?? CACHE_LIMITS
  }

  /** @throws RunnerMeshError storage_failed when no file can be made there */
  start(): Promise<void> {
    return attempt(() => {
      if (this.#opened !== undefined) return
      const path = join(this.#deps.directory, FILE)
      try {
        this.#opened = open(path)
      } catch (fault) {
        this.#deps.log.warn('cache.thrown_away', { path, error: errorText(fault) })
        for (const part of ['', '-wal', '-shm']) rmSync(`${path}${part}`, { force: true })
        this.#opened = open(path)
      }
    })
  }

  stop(): Promise<void> {
    this.#opened?.db.close()
    this.#opened = undefined
    return Promise.resolve()
  }

  get(key: string, now: number): Promise<CacheEntry | undefined> {
    return this.#step((opened) => {
      const row = findLive(opened, key, now)
      if (row === undefined) return undefined
      opened.used += 1
      opened.use.run(key, opened.used)
      return {
        value: JSON.parse(row.value) as Json,
        version: { writtenAt: row.written_at, writer: row.writer },
        ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
      }
    })
  }

  has(key: string, now: number): Promise<boolean> {
    return this.#step((opened) => findLive(opened, key, now) !== undefined)
  }

  set(key: string, { value, version, expiresAt }: CacheEntry, now: number): Promise<boolean> {
    return this.#step((opened) => {
      const text = JSON.stringify(value)
      const bytes = Buffer.byteLength(text)
      if (bytes > this.#limits.valueBytes) throw tooLarge(key, bytes, this.#limits.valueBytes)
      const before = findKnown(opened, key, now)
      if (before !== undefined && isLater(versionOf(before), version)) return false
      save(opened, key, text, version, expiresAt ?? null)
      this.#makeRoom(opened, now)
      return true
    })
  }

  delete(key: string, version: CacheVersion, now: number): Promise<boolean> {
    return this.#step((opened) => {
      const before = findKnown(opened, key, now)
      if (before !== undefined && isLater(versionOf(before), version)) return false
      save(opened, key, null, version, now + REMOVAL_KEPT_MS)
      this.#makeRoom(opened, now)
      return before !== undefined && before.value !== null
    })
  }

  size(): Promise<{ readonly entries: number; readonly bytes: number }> {
    return this.#step(({ count, bytes }) => ({ entries: (count.get() as { entries: number }).entries, bytes }))
  }

  #makeRoom(opened: Opened, now: number): void {
    if (opened.bytes <= this.#limits.totalBytes) return
    const drop = (rows: readonly { readonly key: string; readonly bytes: number }[]): void => {
      for (const { key, bytes } of rows) {
        if (opened.bytes <= this.#limits.totalBytes) return
        opened.drop.run(key)
        opened.bytes -= bytes
      }
    }
    for (const next of [() => opened.expired.all(now, EVICT_ROWS), () => opened.oldest.all(EVICT_ROWS)]) {
      for (let rows = next(); rows.length > 0 && opened.bytes > this.#limits.totalBytes; rows = next()) {
        drop(rows as unknown as { key: string; bytes: number }[])
      }
    }
  }

  #step<T>(work: (opened: Opened) => T): Promise<T> {
    return attempt(() => {
      const opened = this.#opened
      if (opened === undefined) throw new RunnerMeshError('stopping', 'The cache is closed.')
      opened.db.exec('BEGIN IMMEDIATE')
      const { bytes, used } = opened
      try {
        const answer = work(opened)
        opened.db.exec('COMMIT')
        return answer
      } catch (fault) {
        if (opened.db.isTransaction) opened.db.exec('ROLLBACK')
        opened.bytes = bytes
        opened.used = used
        throw fault
      }
    })
  }
}

/** What SQLite throws is ours to name. */
async function attempt<T>(work: () => T): Promise<T> {
  await Promise.resolve()
  try {
    return work()
  } catch (cause) {
    if (cause instanceof RunnerMeshError) throw cause
    throw new RunnerMeshError('storage_failed', `The cache could not be read or written: ${errorText(cause)}.`, {
      cause,
    })
  }
}

function open(path: string): Opened {
  closeSync(openSync(path, 'a', 0o600))
  const db = new DatabaseSync(path, { timeout: 5_000 })
  try {
    const { user_version: found } = db.prepare('PRAGMA user_version').get() as { user_version: number }
    const { quick_check: check } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
    if (found > SCHEMA || check !== 'ok') throw new Error(check === 'ok' ? `schema ${String(found)}` : check)
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA journal_size_limit = 16777216;
      CREATE TABLE IF NOT EXISTS entry(
        key TEXT PRIMARY KEY,
        -- null when the key was removed
        value TEXT,
        bytes INTEGER NOT NULL,
        written_at INTEGER NOT NULL,
        writer TEXT NOT NULL,
        expires_at INTEGER,
        used INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS entry_used ON entry(used);
      CREATE INDEX IF NOT EXISTS entry_expires ON entry(expires_at) WHERE expires_at IS NOT NULL;
      PRAGMA user_version = ${String(SCHEMA)}`)
    const { bytes, used } = db
      .prepare('SELECT coalesce(sum(bytes), 0) AS bytes, coalesce(max(used), 0) AS used FROM entry')
      .get() as { bytes: number; used: number }
    return { db, ...statements(db), bytes, used }
  } catch (fault) {
    db.close()
    throw fault
  }
}

function statements(db: DatabaseSync) {
  return {
    read: db.prepare('SELECT value, bytes, written_at, writer, expires_at FROM entry WHERE key = ?'),
    use: db.prepare('UPDATE entry SET used = ?2 WHERE key = ?1'),
    write: db.prepare(
      `INSERT INTO entry(key, value, bytes, written_at, writer, expires_at, used) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET value = excluded.value, bytes = excluded.bytes, written_at = excluded.written_at,
           writer = excluded.writer, expires_at = excluded.expires_at, used = excluded.used`,
    ),
    drop: db.prepare('DELETE FROM entry WHERE key = ?'),
    expired: db.prepare('SELECT key, bytes FROM entry WHERE expires_at <= ? ORDER BY expires_at LIMIT ?'),
    oldest: db.prepare('SELECT key, bytes FROM entry ORDER BY used LIMIT ?'),
    count: db.prepare('SELECT count(*) AS entries FROM entry WHERE value IS NOT NULL'),
  }
}

/** What is known of a key, a removal too, unless its time is over. */
function findKnown({ read }: Opened, key: string, now: number): Row | undefined {
  const row = read.get(key) as Row | undefined
  return row?.expires_at == null || row.expires_at > now ? row : undefined
}

function findLive(opened: Opened, key: string, now: number): (Row & { readonly value: string }) | undefined {
  const row = findKnown(opened, key, now)
  return row === undefined || row.value === null ? undefined : { ...row, value: row.value }
}

function versionOf({ written_at: writtenAt, writer }: Row): CacheVersion {
  return { writtenAt, writer }
}

function save(
  opened: Opened,
  key: string,
  value: string | null,
  { writtenAt, writer }: CacheVersion,
  expiresAt: number | null,
): void {
  const before = opened.read.get(key) as Row | undefined
  const bytes = ROW_BYTES + Buffer.byteLength(key) + Buffer.byteLength(value ?? '')
  opened.used += 1
  opened.write.run(key, value, bytes, writtenAt, writer, expiresAt, opened.used)
  opened.bytes += bytes - (before?.bytes ?? 0)
}

function tooLarge(key: string, bytes: number, limit: number): RunnerMeshError {
  return new RunnerMeshError(
    'too_large',
    `The value of ${JSON.stringify(key.slice(0, 80))} takes ${String(bytes)} bytes as JSON, more than the limit of ${String(limit)}. Keep large data elsewhere and cache where it is.`,
  )
}
