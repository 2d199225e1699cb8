/**
 * One process per home. SQLite alone would let two share the file, and both would hand out leases from memory (R25). The
 * lock is the operating system's, held by a second SQLite file in exclusive mode, so it dies with its process however
 * that ends; a text file beside it only tells people who the holder is.
 *
 * The lock file also keeps how far the home is known to have come: its epoch and last log number. A
 * `queue.db` behind it, or one without its lock file, is a copy put back: its home starts a new epoch, so that no fence
 * and no task id is ever given twice (R16). A copy of the whole directory cannot be told from the original; put back
 * `queue.db` alone.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import type { HomeId } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { isBusy, isDamage } from './sqlite-error.ts'

const LOCK_FILE = 'home.lock'
const HOLDER_FILE = 'home.holder'
/** Whoever only looks whether the lock is held has it for an instant; that is no reason to refuse to start. */
const LOOK_MS = 250

/** How far a home has come. */
export interface Reached {
  readonly epoch: number
  readonly lsn: number
}

interface ReachedRow extends Reached {
  readonly home_id: string
}

export class DirectoryLock {
  readonly #db: DatabaseSync
  readonly #save
  #reached: ReachedRow | undefined

  /** @throws RunnerMeshError home_locked, store_corrupt, storage_failed */
  constructor(directory: string, clock: Clock) {
    this.#db = acquire(directory)
    this.#reached = this.#db.prepare('SELECT home_id, epoch, lsn FROM reached WHERE id = 1').get() as
      ReachedRow | undefined
    this.#save = this.#db.prepare(
      `INSERT INTO reached(id, home_id, epoch, lsn) VALUES (1, ?, ?, ?)
         ON CONFLICT DO UPDATE SET home_id = excluded.home_id, epoch = excluded.epoch, lsn = excluded.lsn`,
    )
    const since = new Date(clock.now()).toISOString()
    writeFileSync(join(directory, HOLDER_FILE), `process ${String(process.pid)} since ${since}\n`, { mode: 0o600 })
  }

  /** @returns how far the home has come at least; undefined when this directory never saw that home */
  reached(homeId: HomeId): Reached | undefined {
    return this.#reached?.home_id === homeId ? this.#reached : undefined
  }

  /** Notes how far the home has come; everything up to there is committed. */
  note(homeId: HomeId, { epoch, lsn }: Reached): void {
    const last = this.reached(homeId)
    if (last?.epoch === epoch && last.lsn === lsn) return
    this.#save.run(homeId, epoch, lsn)
    this.#reached = { home_id: homeId, epoch, lsn }
  }

  release(): void {
    this.#db.close()
  }
}

/** Whether a process holds the directory now. Looking takes the lock for an instant, at most. */
export function isDirectoryHeld(directory: string): boolean {
  const file = join(directory, LOCK_FILE)
  if (!existsSync(file)) return false
  const db = new DatabaseSync(file, { timeout: 0, readOnly: true })
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (cause) {
    if (isBusy(cause)) return true
    throw cause
  } finally {
    db.close()
  }
}

function acquire(directory: string): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    db = new DatabaseSync(join(directory, LOCK_FILE), { timeout: LOOK_MS })
    // In exclusive mode the lock taken by the first write is kept until close. What is written here may be a second old
    // after a power cut, so it is not worth an fsync.
    db.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA synchronous = OFF;
      BEGIN EXCLUSIVE;
      CREATE TABLE IF NOT EXISTS reached(
        id INTEGER PRIMARY KEY CHECK(id = 1), home_id TEXT NOT NULL, epoch INTEGER NOT NULL, lsn INTEGER NOT NULL
      ) STRICT;
      COMMIT`)
    return db
  } catch (cause) {
    db?.close()
    throw lockError(directory, cause)
  }
}

function lockError(directory: string, cause: unknown): RunnerMeshError {
  if (isBusy(cause)) {
    return new RunnerMeshError(
      'home_locked',
      `The queue in ${directory} is in use by ${holder(directory)}. Stop that one, or give this peer its own state directory.`,
      { cause },
    )
  }
  if (isDamage(cause)) {
    return new RunnerMeshError(
      'store_corrupt',
      `${join(directory, LOCK_FILE)} is damaged. It holds no tasks: remove it while no peer uses the directory, and start again.`,
      { cause },
    )
  }
  return new RunnerMeshError('storage_failed', `Cannot use ${directory} for the queue: ${errorText(cause)}.`, { cause })
}

function holder(directory: string): string {
  try {
    return readFileSync(join(directory, HOLDER_FILE), 'utf8').trim()
  } catch (cause) {
    return `another process (who: ${errorText(cause)})`
  }
}
