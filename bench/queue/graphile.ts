/** graphile-worker on a PostgreSQL with `synchronous_commit` on. */
import { Batches, drive, type Contestant } from './contestant.ts'
import type { Leftovers } from './leftovers.ts'
import { installPeer } from './packages.ts'
import { startPostgres, type Server } from '../../test/support/database-servers.ts'

const VERSIONS = { 'graphile-worker': '0.18.0' }
const TASK = 'noop'
const JOBS_AT_ONCE = 24
const SUBMITS_AT_ONCE = 24

interface Payload {
  readonly batch: number
}
interface Runner {
  readonly events: { on(event: 'job:complete', listener: (told: { job: { payload: Payload } }) => void): unknown }
  stop(): Promise<void>
}
interface WorkerUtils {
  migrate(): Promise<void>
  addJob(identifier: string, payload: Payload): Promise<unknown>
  addJobs(jobs: readonly { readonly identifier: string; readonly payload: Payload }[]): Promise<unknown>
}
interface GraphileWorker {
  readonly Logger: new (factory: () => () => undefined) => object
  readonly makeWorkerUtils: (options: object) => Promise<WorkerUtils>
  readonly run: (options: object) => Promise<Runner>
}
interface Pool {
  on(event: 'error', listener: () => void): unknown
  on(event: 'connect', listener: (client: { on(event: 'error', listener: () => void): unknown }) => void): unknown
  end(): Promise<void>
}
interface Pg {
  readonly default: { readonly Pool: new (options: object) => Pool }
}

export type GraphileMode = 'unbatched' | 'local queue'

/** @param server shared with others; one of its own by default. @throws Error when it or its server cannot be had */
export async function createGraphileWorkers(leftovers: Leftovers, server?: Server): Promise<readonly Contestant[]> {
  const load = await installPeer('graphile-worker', VERSIONS)
  const { Logger, makeWorkerUtils, run } = (await load('graphile-worker')) as GraphileWorker
  const { default: pg } = (await load('pg')) as Pg
  const { port, password } = server ?? (await startPostgres(leftovers))
  const newPool = (max: number): Pool => {
    const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'bench', password, database: 'postgres', max })
    // Connections end with errors when the run is interrupted.
    pool.on('error', () => undefined)
    pool.on('connect', (client) => client.on('error', () => undefined))
    leftovers.add(() => pool.end())
    return pool
  }
  const logger = new Logger(() => () => undefined)
  const utils = await makeWorkerUtils({ pgPool: newPool(SUBMITS_AT_ONCE), logger })
  const workerPool = newPool(JOBS_AT_ONCE + 2)
  await utils.migrate()

  const create = (mode: GraphileMode): Contestant => ({
    name: `graphile-worker, ${mode}`,
    // It tells of a job's end without waiting for its own commit.
    durability: 'submit and claim on disk when answered (synchronous_commit=on), settlement soon after',
    batches: true,
    cycle: async (load) => {
      const batches = new Batches()
      const concurrency = Math.min(JOBS_AT_ONCE, load.callers * load.batch)
      const queue = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 }
      const runner = await run({
        pgPool: workerPool,
        logger,
        concurrency,
        noHandleSignals: true,
        taskList: { [TASK]: () => undefined },
        ...(mode === 'local queue' ? { preset: { worker: queue } } : {}),
      })
      runner.events.on('job:complete', ({ job }) => batches.settled(job.payload.batch))
      try {
        return await drive(load, () =>
          batches.run(load.batch, (batch) =>
            load.batch === 1
              ? utils.addJob(TASK, { batch })
              : utils.addJobs(Array.from({ length: load.batch }, () => ({ identifier: TASK, payload: { batch } }))),
          ),
        )
      } finally {
        await runner.stop()
      }
    },
  })
  return [create('unbatched'), create('local queue')]
}
