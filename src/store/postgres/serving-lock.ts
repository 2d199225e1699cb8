/** Peers that serve a home share a lock of the database; whoever moves the home holds it alone. It goes with its connection. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { Sql } from './transaction.ts'

const KEY = 'hashtextextended($1, 2)'

/** @throws RunnerMeshError home_locked while the home is being copied */
export async function holdToServe(sql: Sql, schema: string): Promise<void> {
  const lock = await sql.row<{ held: boolean }>(`SELECT pg_try_advisory_lock_shared(${KEY}) AS held`, [schema])
  if (lock?.held === true) return
  throw new RunnerMeshError('home_locked', 'This home is being copied. Start the peer when that is done.')
}

/** @throws RunnerMeshError home_locked while a peer serves the home */
export async function holdAlone(sql: Sql, schema: string, name: string): Promise<void> {
  const lock = await sql.row<{ held: boolean }>(`SELECT pg_try_advisory_lock(${KEY}) AS held`, [schema])
  if (lock?.held === true) return
  throw new RunnerMeshError('home_locked', `A peer serves the home in ${name}. Stop all that do, then repeat this.`)
}
