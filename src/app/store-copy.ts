/** Moves a home between a state directory and a PostgreSQL while nobody serves it. */
import { resolve } from 'node:path'
import { copyHome, type CopiedHome } from '../store/copy/copy-home.ts'
import type { HomeAtRest } from '../store/copy/home-tables.ts'
import { openPostgresAtRest } from '../store/copy/postgres-at-rest.ts'
import { openSqliteAtRest } from '../store/copy/sqlite-at-rest.ts'
import { RunnerMeshError } from '../core/errors.ts'
import { createLogger } from './logger.ts'
import type { Config } from './config.ts'
import { systemClock, systemRandom } from './system.ts'

/**
 * @param from a state directory, or a URL such as postgres://user@host/database
 * @throws RunnerMeshError home_locked while a peer serves one of them, bad_request when the target is not empty
 */
export async function copyStore(config: Config, from: string, to: string): Promise<CopiedHome> {
  if (isDatabase(from) === isDatabase(to)) {
    throw new RunnerMeshError(
      'bad_request',
      'Copy from a state directory to postgres://user@host/database, or back. PostgreSQL copies its own with pg_dump; a state directory is copied as files while its peer is stopped.',
    )
  }
  const source = await openAtRest(config, from, false)
  try {
    const target = await openAtRest(config, to, true)
    try {
      return await copyHome(source, target)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function openAtRest(config: Config, where: string, mayMake: boolean): Promise<HomeAtRest> {
  if (!isDatabase(where)) {
    return openSqliteAtRest(resolve(where), { clock: systemClock, random: systemRandom, mayMake })
  }
  return openPostgresAtRest(
    { url: where, schema: config.storeSchema },
    { random: systemRandom, log: createLogger('silent') },
  )
}

function isDatabase(where: string): boolean {
  return /^postgres(ql)?:\/\//.test(where)
}
