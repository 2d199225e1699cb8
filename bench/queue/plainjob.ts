/** plainjob: a queue of one process over better-sqlite3. Its calls are synchronous, so callers stand in line by nature. */
import { join } from 'node:path'
import { drive, type Contestant } from './contestant.ts'
import type { Leftovers } from './leftovers.ts'
import { installPeer } from './packages.ts'

const VERSIONS = { plainjob: '0.0.14', 'better-sqlite3': '13.2.0' }
const TYPE = 'bench.noop'

interface Queue {
  add(type: string, data: unknown): unknown
  addMany(type: string, data: readonly unknown[]): unknown
  getAndMarkJobAsProcessing(type: string): { readonly id: number } | undefined
  getJobById(id: number): unknown
  markJobAsDone(id: number): unknown
  close(): void
}
interface Database {
  pragma(statement: string): unknown
}
interface Plainjob {
  readonly better: (database: Database) => unknown
  readonly defineQueue: (options: { readonly connection: unknown; readonly logger: object }) => Queue
}
interface BetterSqlite3 {
  readonly default: new (file: string) => Database
}

const SILENT = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined }

/** @throws Error when it cannot be had */
export async function createPlainjob(
  folder: string,
  synchronous: 'NORMAL' | 'FULL',
  leftovers: Leftovers,
): Promise<Contestant> {
  const load = await installPeer('plainjob', VERSIONS)
  const [{ better, defineQueue }, { default: Database }] = [
    (await load('plainjob')) as Plainjob,
    (await load('better-sqlite3')) as BetterSqlite3,
  ]
  const database = new Database(join(folder, `plainjob-${synchronous}.db`))
  const queue = defineQueue({ connection: better(database), logger: SILENT })
  // It sets NORMAL itself.
  if (synchronous === 'FULL') database.pragma('synchronous = FULL')
  leftovers.add(() => {
    queue.close()
    return Promise.resolve()
  })

  /** As its own worker does: take, read, mark. */
  const workOne = (): void => {
    const taken = queue.getAndMarkJobAsProcessing(TYPE)
    if (taken === undefined) throw new Error('plainjob lost a job.')
    queue.getJobById(taken.id)
    queue.markJobAsDone(taken.id)
  }
  return {
    name: `plainjob, synchronous=${synchronous}`,
    durability: synchronous === 'FULL' ? 'on disk when answered' : 'lost with the power until the next checkpoint',
    batches: true,
    cycle: ({ batch, ms }) =>
      drive({ callers: 1, batch, ms }, () => {
        if (batch === 1) queue.add(TYPE, {})
        else
          queue.addMany(
            TYPE,
            Array.from({ length: batch }, () => ({})),
          )
        for (let left = batch; left > 0; left -= 1) workOne()
        return Promise.resolve()
      }),
  }
}
