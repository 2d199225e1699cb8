/** A home in its directory, as the one process that has it holds it: lock, file, log, and the commits of its changes. */
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { errorText } from '../../core/errors.ts'
import type { StoreEvent } from '../../core/ports/task-store.ts'
import { DirectoryLock } from './directory-lock.ts'
import { DiskGuard } from './disk-guard.ts'
import { GroupCommit } from './group-commit.ts'
import { Home, type HomeDeps } from './home.ts'
import { openLogSync, type LogSync } from './log-sync.ts'
import { openDatabase } from './open-database.ts'
import { isFull } from './sqlite-error.ts'

export interface OpenedHome {
  readonly lock: DirectoryLock
  readonly db: DatabaseSync
  readonly home: Home
  readonly guard: DiskGuard
  readonly log: LogSync
  readonly commit: GroupCommit
}

export interface OpenedHomeDeps extends HomeDeps {
  readonly directory: string
  /** How the log of the queue gets onto the disk; by default by a sync of its file. */
  readonly openLog?: (file: string) => LogSync
}

/**
 * @param emit what a commit has to tell
 * @throws RunnerMeshError home_locked, store_corrupt, store_newer, storage_failed; nothing stays open then
 */
export function openHome(deps: OpenedHomeDeps, emit: (event: StoreEvent) => void): OpenedHome {
  const { directory, clock, random, log, settings } = deps
  const lock = new DirectoryLock(directory, clock)
  const file = join(directory, 'queue.db')
  let db: DatabaseSync | undefined
  try {
    db = openDatabase(file)
    const home = new Home(db, { clock, random, log, settings }, (homeId) => lock.reached(homeId))
    lock.note(home.homeId, home)
    const guard = new DiskGuard({ directory, clock, random, log, settings })
    const logSync = (deps.openLog ?? openLogSync)(file)
    return { lock, db, home, guard, log: logSync, commit: groupCommit(deps, db, home, guard, logSync, emit) }
  } catch (thrown) {
    db?.close()
    lock.release()
    throw thrown
  }
}

function groupCommit(
  { clock, log, settings }: OpenedHomeDeps,
  db: DatabaseSync,
  home: Home,
  guard: DiskGuard,
  logSync: LogSync,
  emit: (event: StoreEvent) => void,
): GroupCommit {
  return new GroupCommit({
    db,
    sync: () => logSync.sync(),
    mono: () => clock.mono(),
    maxSteps: settings.groupMaxSteps,
    maxMs: settings.groupMaxMs,
    beforeCommit: () => home.saveNumbers(),
    onRollback: (fault) => {
      home.forgetSaved()
      log.error('store.group_failed', { error: errorText(fault) })
      return isFull(fault) && guard.makeRoom(db)
    },
    emit,
  })
}
