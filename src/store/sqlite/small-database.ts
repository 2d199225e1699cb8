/** Opens a database of one process that is no queue: journal, inbox, index. A damaged or newer file is never written to. */
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { errorText, RunnerMeshError } from '../../core/errors.ts'

const BUSY_TIMEOUT_MS = 5_000

export interface SmallDatabase {
  readonly file: string
  readonly schema: number
  /** Makes what is missing of its tables. */
  readonly tables: string
  readonly synchronous: 'NORMAL' | 'FULL'
  /** What to do when it is damaged, and what that costs. */
  readonly advice: string
}

/** @throws RunnerMeshError store_corrupt, store_newer */
export function openSmallDatabase({ file, schema, tables, synchronous, advice }: SmallDatabase): DatabaseSync {
  // What tasks ask for is nobody else's business; the log beside it inherits the mode.
  closeSync(openSync(file, 'a', 0o600))
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    const { user_version: found } = db.prepare('PRAGMA user_version').get() as { user_version: number }
    if (found > schema) {
      throw new RunnerMeshError(
        'store_newer',
        `${file} has schema ${String(found)}, this version knows ${String(schema)}. Upgrade runner-mesh, or give it another state directory.`,
      )
    }
    const { quick_check: check } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
    if (check !== 'ok') throw new Error(check)
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};`)
    db.exec(`${tables}; PRAGMA user_version = ${String(schema)}`)
    return db
  } catch (cause) {
    db.close()
    if (cause instanceof RunnerMeshError) throw cause
    throw new RunnerMeshError('store_corrupt', `${file} cannot be used: ${errorText(cause)}. ${advice}`, { cause })
  }
}
