/** Errors of node:sqlite end at this room's wall: inside they are told apart by SQLite's own result code. */
import { errorText, RunnerMeshError } from '../../core/errors.ts'

/** Primary result codes. @see https://www.sqlite.org/rescode.html */
const CODE = { busy: 5, ioError: 10, corrupt: 11, full: 13, notADatabase: 26 } as const

/** The primary result code, or undefined when it is no error of SQLite. */
export function sqliteCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown) || typeof thrown.errcode !== 'number') return undefined
  return thrown.errcode & 0xff
}

export function isBusy(thrown: unknown): boolean {
  return sqliteCode(thrown) === CODE.busy
}

export function isFull(thrown: unknown): boolean {
  return sqliteCode(thrown) === CODE.full
}

/** Faults of the disk or the file, after which no statement of the same transaction can be trusted. */
export function isStorageFault(thrown: unknown): boolean {
  const code = sqliteCode(thrown)
  return code === CODE.full || code === CODE.ioError || code === CODE.corrupt || code === CODE.busy
}

export function isDamage(thrown: unknown): boolean {
  const code = sqliteCode(thrown)
  return code === CODE.corrupt || code === CODE.notADatabase
}

/** What SQLite threw, as the error that may leave this room; anything else is passed through. */
export function wrapSqliteError(thrown: unknown): unknown {
  if (sqliteCode(thrown) === undefined) return thrown
  if (isFull(thrown)) {
    return new RunnerMeshError('storage_low', 'The disk of this home is full. Free some space and repeat the call.', {
      cause: thrown,
    })
  }
  return new RunnerMeshError('storage_failed', `The store of this home failed: ${errorText(thrown)}.`, {
    cause: thrown,
  })
}
