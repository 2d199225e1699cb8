/** BullMQ on a Redis of its own that writes every change to the disk before it answers. */
import { Batches, drive, type Contestant } from './contestant.ts'
import type { Leftovers } from './leftovers.ts'
import { installPeer } from './packages.ts'
import { startRedis } from '../../test/support/database-servers.ts'

const VERSIONS = { bullmq: '6.7.0', ioredis: '5.8.2' }
const QUEUE = 'bench'
const JOBS_AT_ONCE = 128

interface Payload {
  readonly batch: number
}
interface Queue {
  waitUntilReady(): Promise<unknown>
  add(name: string, data: Payload, options: object): Promise<unknown>
  addBulk(jobs: readonly { readonly name: string; readonly data: Payload; readonly opts: object }[]): Promise<unknown>
  close(): Promise<void>
}
interface Worker {
  waitUntilReady(): Promise<unknown>
  on(event: 'completed', listener: (job: { readonly data: Payload }) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  close(): Promise<void>
}
interface BullMq {
  readonly Queue: new (name: string, options: object) => Queue
  readonly Worker: new (name: string, work: () => Promise<undefined>, options: object) => Worker
}

/** @throws Error when it or its server cannot be had */
export async function createBullMq(leftovers: Leftovers): Promise<Contestant> {
  const load = await installPeer('bullmq', VERSIONS)
  const { Queue, Worker } = (await load('bullmq')) as BullMq
  const { port, password } = await startRedis(leftovers)
  const connection = { host: '127.0.0.1', port, password, maxRetriesPerRequest: null }
  const queue = new Queue(QUEUE, { connection })
  leftovers.add(() => queue.close())
  await queue.waitUntilReady()
  const opts = { removeOnComplete: true }

  return {
    name: 'BullMQ, appendfsync always',
    durability: 'on disk when answered',
    batches: true,
    cycle: async (load) => {
      const batches = new Batches()
      const concurrency = Math.min(JOBS_AT_ONCE, load.callers * load.batch)
      const worker = new Worker(QUEUE, () => Promise.resolve(undefined), { connection, concurrency })
      worker.on('completed', ({ data }) => batches.settled(data.batch))
      // Its connection ends with an error when the run is interrupted.
      worker.on('error', () => undefined)
      await worker.waitUntilReady()
      try {
        return await drive(load, () =>
          batches.run(load.batch, (batch) =>
            load.batch === 1
              ? queue.add('noop', { batch }, opts)
              : queue.addBulk(Array.from({ length: load.batch }, () => ({ name: 'noop', data: { batch }, opts }))),
          ),
        )
      } finally {
        await worker.close()
      }
    },
  }
}
