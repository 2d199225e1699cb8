/**
 * Brings what was committed to the write-ahead log onto the disk. SQLite's own `synchronous=FULL` does the same at the end
 * of each COMMIT, but holds up the event loop for as long as the disk takes; here the loop goes on, and whoever waits for
 * the commit is answered after the sync. SQLite itself runs with NORMAL, in which it still syncs log and file around each
 * checkpoint, so that the file is never damaged.
 * @see https://www.sqlite.org/wal.html#performance_considerations
 */
import { closeSync, fdatasync, openSync } from 'node:fs'
import { errorText, RunnerMeshError } from '../../core/errors.ts'

export interface LogSync {
  /** Resolves when all that was written to the log before the call is on the disk. @throws RunnerMeshError storage_failed */
  sync(): Promise<void>
  close(): void
}

/** @param file an open database in WAL mode that has been written to, so that its log is there and stays */
export function openLogSync(file: string): LogSync {
  const log = `${file}-wal`
  const handle = openSync(log, 'r')
  return {
    sync: () =>
      new Promise((resolve, reject) => {
        fdatasync(handle, (cause) => {
          if (cause === null) {
            resolve()
            return
          }
          const message = `${log} could not be brought onto the disk (${errorText(cause)}). What was asked for last may be lost. Check the disk, then start the peer again.`
          reject(new RunnerMeshError('storage_failed', message, { cause }))
        })
      }),
    close: () => closeSync(handle),
  }
}
