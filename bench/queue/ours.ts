/** Our queue in this process, on a disk that has every answer: the store alone, and the operations as a door calls them. */
import { join } from 'node:path'
import { systemClock, systemRandom } from '../../src/app/system.ts'
import { createHandlers } from '../../src/coordinator/handlers/create-handlers.ts'
import { Home } from '../../src/coordinator/home.ts'
import { PeerBook } from '../../src/coordinator/peer-book.ts'
import { SUBMISSION } from '../../src/coordinator/submission.ts'
import { Events } from '../../src/core/events.ts'
import type { PeerId } from '../../src/core/ids.ts'
import { LEASE } from '../../src/core/lease.ts'
import { createOperations } from '../../src/core/operations/invoke.ts'
import { ACCESS, type Call } from '../../src/core/operations/operation.ts'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import { createPostgresTaskStore } from '../../src/store/postgres/postgres-task-store.ts'
import { STORE_DEFAULTS } from '../../src/store/sqlite/settings.ts'
import { createSqliteTaskStore } from '../../src/store/sqlite/sqlite-task-store.ts'
import type { Server } from '../../test/support/database-servers.ts'
import { RecordingLog } from '../../test/support/recording-log.ts'
import { sampleTask } from '../../test/support/sample-task.ts'
import { drive, type Contestant } from './contestant.ts'
import type { Leftovers } from './leftovers.ts'

const [clock, random, log] = [systemClock, systemRandom, new RecordingLog()]
const WORKER = 'bench' as PeerId
const DURABILITY = 'on disk when answered (an fdatasync of the log, group commit)'

export async function openStore(directory: string, leftovers: Leftovers): Promise<TaskStore> {
  const store = createSqliteTaskStore({ directory, clock, random, log })
  await store.start()
  leftovers.add(() => store.stop())
  return store
}

export async function createOurStore(folder: string, leftovers: Leftovers): Promise<Contestant> {
  return contestantOf('runner-mesh', DURABILITY, await openStore(join(folder, 'store'), leftovers))
}

/** A home that several peers share, served by one. */
export async function createOurSharedStore({ port, password }: Server, leftovers: Leftovers): Promise<Contestant> {
  const store = createPostgresTaskStore({
    database: { url: `postgres://bench:${password}@127.0.0.1:${String(port)}/postgres` },
    ...{ clock, random, log },
    settings: { ...STORE_DEFAULTS, lostGraceMs: LEASE.lostGraceMs, renewEveryMs: LEASE.renewEveryMs },
  })
  await store.start()
  leftovers.add(() => store.stop())
  return contestantOf('runner-mesh, shared home', 'on disk when answered (synchronous_commit=on)', store)
}

function contestantOf(name: string, durability: string, store: TaskStore): Contestant {
  const [task, now] = [sampleTask(), () => clock.now()]
  return {
    ...{ name, durability },
    batches: true,
    cycle: (load) =>
      drive(load, async () => {
        await store.submit(Array<typeof task>(load.batch).fill(task), now())
        const grants = await store.claim(
          {
            worker: WORKER,
            requestId: random.uuid(),
            max: load.batch,
            leaseMs: LEASE.leaseMs,
            fits: () => true,
            policyDigest: 'bench',
          },
          now(),
        )
        if (grants.length < load.batch) throw new Error('A claim found fewer tasks than were submitted.')
        await store.settle(
          grants.map(({ task: { id: taskId }, fence }) => ({ taskId, fence, status: 'completed' })),
          now(),
        )
      }),
  }
}

/** The same through the catalog: access, form, defaults, events and views, task by task, as a door asks for it. */
export async function createOurOperations(folder: string, leftovers: Leftovers): Promise<Contestant> {
  const events = new Events((error) => {
    throw error
  })
  const store = createSqliteTaskStore({ directory: join(folder, 'operations'), clock, random, log })
  const home = new Home({ store, events, clock, log, lease: LEASE })
  await home.start()
  leftovers.add(() => home.stop())
  const deps = {
    ...{ home, events, clock, random },
    peers: new PeerBook(),
    lease: LEASE,
    submission: SUBMISSION,
    version: 'bench',
    executorStatus: () => ({}),
    // Of the mesh nothing is asked but who signs; only container tasks are signed.
    mesh: { signer: { peer: WORKER } },
    peering: {},
  }
  // Without cache and mesh, which none of the operations below asks for.
  const operations = createOperations(createHandlers(deps as unknown as Parameters<typeof createHandlers>[0]))
  const call: Call = {
    caller: { principal: 'bench', door: 'cli', access: new Set(ACCESS) },
    signal: new AbortController().signal,
    progress: () => undefined,
  }
  return {
    name: 'runner-mesh operations',
    durability: DURABILITY,
    batches: false,
    cycle: (load) =>
      drive(load, async () => {
        await operations.call('p2p_taskqueue_submit', { task_type: 'bench.noop', payload: {} }, call)
        const { grants } = await operations.call('p2p_taskqueue_claim_next', { max_tasks: 1 }, call)
        const [grant] = grants
        if (grant === undefined) throw new Error('A claim found fewer tasks than were submitted.')
        const { task_id, fence } = grant
        await operations.call('p2p_taskqueue_complete_task', { task_id, fence, status: 'completed' }, call)
      }),
  }
}
