/** The embedded home of a state directory whose peer does not run. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { RunnerMeshError } from '../../core/errors.ts'
import { homeIdFromBytes, type HomeId } from '../../core/ids.ts'
import type { Clock, Random } from '../../core/ports/clock.ts'
import { DirectoryLock } from '../sqlite/directory-lock.ts'
import { openDatabase } from '../sqlite/open-database.ts'
import type { HomeAtRest, HomeNumbers, HomeTable, Row } from './home-tables.ts'

const QUEUE = 'queue.db'
const PAGE_ROWS = 1_000

/** @param mayMake whether it may be made when there is none. @throws RunnerMeshError home_locked, store_corrupt, bad_request */
export function openSqliteAtRest(
  directory: string,
  { clock, random, mayMake }: { readonly clock: Clock; readonly random: Random; readonly mayMake: boolean },
): HomeAtRest {
  const path = join(directory, QUEUE)
  if (!mayMake && !existsSync(path)) {
    throw new RunnerMeshError('bad_request', `There is no home in ${directory}: it has no ${QUEUE}.`)
  }
  const lock = new DirectoryLock(directory, clock)
  let db: DatabaseSync
  try {
    db = openDatabase(path)
  } catch (error) {
    lock.release()
    throw error
  }
  if (db.prepare('SELECT 1 FROM home').get() === undefined) {
    db.prepare('INSERT INTO home(id, home_id, epoch, lsn, seq, created_at) VALUES (1, ?, 1, 0, 0, ?)').run(
      homeIdFromBytes(random.bytes(10)),
      clock.now(),
    )
  }
  const numbers = (): HomeNumbers => {
    const row = db.prepare('SELECT home_id AS homeId, epoch, lsn, seq FROM home').get() as unknown as HomeNumbers
    return { ...row, epoch: Math.max(row.epoch, lock.reached(row.homeId as HomeId)?.epoch ?? 0) }
  }
  // Read in the same transaction: what is told is what stands, and what is written is all or nothing.
  db.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE')
  return {
    name: directory,
    numbers: () => Promise.resolve(numbers()),
    isEmpty: () => Promise.resolve(numbers().seq === 0 && db.prepare('SELECT 1 FROM cron').get() === undefined),
    // eslint-disable-next-line @typescript-eslint/require-await -- the other store has to wait
    pages: async function* (table) {
      const { name, columns, key } = table
      const statement = db.prepare(`SELECT ${columns.join(', ')} FROM ${name} ORDER BY ${key.join(', ')}`)
      let page: Row[] = []
      for (const row of statement.iterate()) {
        page.push(row as Row)
        if (page.length < PAGE_ROWS) continue
        yield page
        page = []
      }
      if (page.length > 0) yield page
    },
    insert: (table, rows) => {
      insertAll(db, table, rows)
      return Promise.resolve()
    },
    adopt: ({ homeId, epoch, lsn, seq }) => {
      db.prepare('UPDATE home SET home_id = ?, epoch = ?, lsn = ?, seq = ?').run(homeId, epoch, lsn, seq)
      lock.note(homeId as HomeId, { epoch, lsn })
      return Promise.resolve()
    },
    retire: (epoch) => {
      lock.note(numbers().homeId as HomeId, { epoch, lsn: Number.MAX_SAFE_INTEGER })
      return Promise.resolve()
    },
    commit: () => {
      db.exec('COMMIT; BEGIN')
      return Promise.resolve()
    },
    close: () => {
      db.exec('ROLLBACK')
      db.close()
      lock.release()
      return Promise.resolve()
    },
  }
}

function insertAll(db: DatabaseSync, { name, columns }: HomeTable, rows: readonly Row[]): void {
  const places = columns.map(() => '?').join(', ')
  const statement = db.prepare(`INSERT INTO ${name}(${columns.join(', ')}) VALUES (${places})`)
  for (const row of rows) statement.run(...columns.map((column): SQLInputValue => row[column] ?? null))
}
