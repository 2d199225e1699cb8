/** Opens `queue.db`: settings, integrity, schema. A file that is damaged or newer than this program is never written to. */
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { APPLICATION_ID, MIGRATIONS } from './schema.ts'
import { isDamage } from './sqlite-error.ts'

/** How long to wait for a reader outside, such as a backup, to get out of the way. */
const BUSY_TIMEOUT_MS = 5_000

/** @throws RunnerMeshError store_corrupt, store_newer, storage_failed */
export function openDatabase(path: string): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    // Payloads are nobody else's business; the log beside it inherits the mode.
    closeSync(openSync(path, 'a', 0o600))
    // The busy timeout must stand before WAL is asked for, or opening while another connection recovers fails at once.
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: false })
    checkVersion(db, path)
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = 1000;
      PRAGMA journal_size_limit = 67108864;
      PRAGMA cache_size = -65536;
      PRAGMA temp_store = MEMORY`)
    checkIntegrity(db, path)
    migrate(db)
    return db
  } catch (cause) {
    if (db?.isOpen === true) db.close()
    if (cause instanceof RunnerMeshError) throw cause
    if (isDamage(cause)) throw damaged(path, errorText(cause), cause)
    throw new RunnerMeshError('storage_failed', `Cannot open the queue ${path}: ${errorText(cause)}.`, { cause })
  }
}

function checkVersion(db: DatabaseSync, path: string): void {
  const version = pragma(db, 'user_version')
  const application = pragma(db, 'application_id')
  const empty = pragma(db, 'page_count') === 0
  if (!empty && application !== APPLICATION_ID) throw damaged(path, 'it was not made by runner-mesh')
  if (version <= MIGRATIONS.length) return
  throw new RunnerMeshError(
    'store_newer',
    `The queue ${path} has schema ${String(version)}, this version knows ${String(MIGRATIONS.length)}. Upgrade runner-mesh, or give it another state directory.`,
  )
}

function checkIntegrity(db: DatabaseSync, path: string): void {
  const row = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
  if (row.quick_check !== 'ok') throw damaged(path, row.quick_check)
}

function migrate(db: DatabaseSync): void {
  for (let version = pragma(db, 'user_version'); version < MIGRATIONS.length; version += 1) {
    db.exec(`
      BEGIN IMMEDIATE;
      ${MIGRATIONS[version] ?? ''};
      PRAGMA application_id = ${String(APPLICATION_ID)};
      PRAGMA user_version = ${String(version + 1)};
      COMMIT`)
  }
}

function pragma(db: DatabaseSync, name: 'user_version' | 'application_id' | 'page_count'): number {
  const row = db.prepare(`PRAGMA ${name}`).get() as Record<string, number>
  return row[name] ?? 0
}

function damaged(path: string, what: string, cause?: unknown): RunnerMeshError {
  return new RunnerMeshError(
    'store_corrupt',
    `The queue ${path} cannot be trusted: ${what}. Nothing was changed. Put a backup of it in its place, or move it away to start with an empty queue.`,
    { cause },
  )
}
