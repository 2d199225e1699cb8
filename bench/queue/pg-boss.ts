/**
 * pg-boss on a PostgreSQL with `synchronous_commit` on. Its own worker asks twice a second at most, so that its fetch and
 * complete are called as such a worker calls them, without the pauses.
 */
import type { Server } from '../../test/support/database-servers.ts'
import { drive, type Contestant } from './contestant.ts'
import type { Leftovers } from './leftovers.ts'
import { installPeer } from './packages.ts'

const VERSIONS = { 'pg-boss': '12.38.0' }
const QUEUE = 'noop'
const CONNECTIONS = 24

interface Boss {
  on(event: 'error', listener: () => void): unknown
  start(): Promise<unknown>
  stop(options: { graceful: boolean }): Promise<void>
  createQueue(name: string): Promise<void>
  send(name: string, data: object): Promise<unknown>
  insert(name: string, jobs: readonly object[]): Promise<unknown>
  fetch(name: string, options: { batchSize: number }): Promise<readonly { readonly id: string }[]>
  complete(name: string, ids: readonly string[]): Promise<unknown>
}
interface PgBoss {
  readonly PgBoss: new (options: object) => Boss
}

/** @throws Error when it cannot be had */
export async function createPgBoss({ port, password }: Server, leftovers: Leftovers): Promise<Contestant> {
  const load = await installPeer('pg-boss', VERSIONS)
  const { PgBoss } = (await load('pg-boss')) as PgBoss
  const boss = new PgBoss({
    ...{ host: '127.0.0.1', port, user: 'bench', password, database: 'postgres' },
    ...{ max: CONNECTIONS, supervise: false, schedule: false },
  })
  boss.on('error', () => undefined)
  await boss.start()
  leftovers.add(() => boss.stop({ graceful: false }))
  await boss.createQueue(QUEUE)
  return {
    name: 'pg-boss',
    durability: 'on disk when answered (synchronous_commit=on)',
    batches: true,
    cycle: (load) =>
      drive(load, async () => {
        if (load.batch === 1) await boss.send(QUEUE, {})
        else
          await boss.insert(
            QUEUE,
            Array.from({ length: load.batch }, () => ({})),
          )
        // Some may be locked by another caller who takes fewer of them in the end.
        for (let left = load.batch; left > 0;) {
          const jobs = await boss.fetch(QUEUE, { batchSize: left })
          if (jobs.length === 0) continue
          await boss.complete(
            QUEUE,
            jobs.map(({ id }) => id),
          )
          left -= jobs.length
        }
      }),
  }
}
