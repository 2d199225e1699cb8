/** The home side of a peer: the durable queue, its cache and its lock on the state directory. */
import { Home } from '../../coordinator/home.ts'
import type { HomeId } from '../../core/ids.ts'
import type { CacheStore } from '../../core/ports/cache-store.ts'
import type { Startable } from '../../core/ports/clock.ts'
import { createSqliteCacheStore } from '../../store/sqlite/cache-store.ts'
import { DirectoryLock } from '../../store/sqlite/directory-lock.ts'
import { STORE_DEFAULTS } from '../../store/sqlite/settings.ts'
import { openLogSync, type LogSync } from '../../store/sqlite/log-sync.ts'
import { createSqliteTaskStore } from '../../store/sqlite/sqlite-task-store.ts'
import { systemClock } from '../system.ts'
import type { Ground } from './ground.ts'

export interface HomeParts {
  /** Undefined for a peer that only works. */
  readonly home: Home | undefined
  readonly homes: readonly HomeId[]
  readonly cacheStore: CacheStore | undefined
  /** Set when several peers serve the home: what they have between them. */
  readonly shared: SharedHomeParts | undefined
}

export interface SharedHomeParts {
  readonly database: { readonly url: string; readonly schema: string }
  /** Tells notices of this peer from those of others. */
  readonly name: string
}

/** @throws RunnerMeshError home_locked, store_corrupt, store_newer */
export async function openHome({ config, roles, stateDir, lease, events, ...ground }: Ground): Promise<HomeParts> {
  const { meter, clock, random, log, start } = ground
  if (!roles.home) {
    await start(directoryLock(stateDir))
    return { home: undefined, homes: [], cacheStore: undefined, shared: undefined }
  }
  const shared =
    config.store === undefined
      ? undefined
      : { database: { url: config.store, schema: config.storeSchema }, name: random.uuid() }
  const store = await openStore({ config, stateDir, lease, meter, clock, random, log, start }, shared)
  const cap = config.maxRunningPerSubmitter
  const home = await start(
    new Home({ store, events, clock, log, lease, ...(cap === undefined ? {} : { maxRunningPerSubmitter: cap }) }),
  )
  const cacheStore = await start(createSqliteCacheStore({ directory: stateDir, log }))
  return { home, homes: [home.store.homeId], cacheStore, shared }
}

/** Shared with other peers when a database is named, else this peer's own file. */
async function openStore(
  ground: Pick<Ground, 'config' | 'stateDir' | 'lease' | 'meter' | 'clock' | 'random' | 'log' | 'start'>,
  shared: SharedHomeParts | undefined,
) {
  const { stateDir, lease, meter, clock, random, log, start } = ground
  const { lostGraceMs, renewEveryMs } = lease
  if (shared === undefined) {
    const openLog = (file: string): LogSync => {
      const opened = openLogSync(file)
      const sync = async (): Promise<void> => {
        const began = clock.mono()
        await opened.sync()
        meter.sync.observe(clock.mono() - began)
      }
      return { sync, close: () => opened.close() }
    }
    return createSqliteTaskStore({ directory: stateDir, clock, random, log, settings: { lostGraceMs }, openLog })
  }
  await start(directoryLock(stateDir))
  const { createPostgresTaskStore } = await import('../../store/postgres/postgres-task-store.ts')
  const settings = { ...STORE_DEFAULTS, lostGraceMs, renewEveryMs }
  return createPostgresTaskStore({ ...shared, clock, random, log, settings })
}

/** A home locks its directory itself; a peer that only works does it here. */
function directoryLock(stateDir: string): Startable {
  let lock: DirectoryLock | undefined
  return {
    start: () => {
      lock ??= new DirectoryLock(stateDir, systemClock)
      return Promise.resolve()
    },
    stop: () => {
      lock?.release()
      lock = undefined
      return Promise.resolve()
    },
  }
}
