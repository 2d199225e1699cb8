/** A home of the simulated world: the production queue over its production store, started anew after each crash. */
import { MeshCache } from '../../src/coordinator/cache/mesh-cache.ts'
import { createHandlers } from '../../src/coordinator/handlers/create-handlers.ts'
import { Home } from '../../src/coordinator/home.ts'
import { PeerBook } from '../../src/coordinator/peer-book.ts'
import { StalledWorkers } from '../../src/coordinator/stalled-workers.ts'
import { SUBMISSION } from '../../src/coordinator/submission.ts'
import { Events } from '../../src/core/events.ts'
import type { HomeId, PeerId, TaskId } from '../../src/core/ids.ts'
import { LEASE, type LeaseSettings } from '../../src/core/lease.ts'
import { createOperations, type Operations } from '../../src/core/operations/invoke.ts'
import type { Logger, Random } from '../../src/core/ports/clock.ts'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import type { Task } from '../../src/core/task.ts'
import { createSqliteTaskStore } from '../../src/store/sqlite/sqlite-task-store.ts'
import { fakeMesh } from '../fakes/fake-mesh.ts'
import { fakePeering } from '../fakes/fake-peering.ts'
import type { Disk } from './disk.ts'
import type { History } from './history.ts'
import type { Machine, Process } from './machine.ts'
import type { Network, Server } from './network.ts'
import type { Trace } from './trace.ts'

/** What a task that is not idempotent waits for its lost worker here: less than usual, so that a run is short. */
export const LOST_GRACE_MS = 40_000
const LEASES: LeaseSettings = { ...LEASE, lostGraceMs: LOST_GRACE_MS }
const FILES = ['queue.db', 'home.lock']
/** An idle worker that waits while a task is there for this long has missed it. */
const MISSED_AFTER_MS = 3_000

export interface HomeNodeDeps {
  readonly machine: Machine
  readonly disk: Disk
  readonly network: Network
  readonly random: Random
  readonly log: Logger
  readonly trace: Trace
  readonly history: History
}

interface Running {
  readonly process: Process
  readonly store: TaskStore
  readonly home: Home
  readonly operations: Operations
  readonly events: Events
  readonly homeId: HomeId
}

export class HomeNode implements Server {
  readonly #deps: HomeNodeDeps
  #process: Process | undefined
  #running: Running | undefined
  #homeId: HomeId | undefined
  #goneAt = 0
  #waitingSince: number | undefined
  /** Of processes that are gone; their files are closed when the world ends. */
  readonly #homes: Home[] = []

  constructor(deps: HomeNodeDeps) {
    this.#deps = deps
  }

  get machine(): Machine {
    return this.#deps.machine
  }

  get homeId(): HomeId | undefined {
    return this.#homeId
  }

  get isUp(): boolean {
    return this.#process !== undefined
  }

  serving(): Running | undefined {
    return this.#running
  }

  async start(): Promise<void> {
    const { machine, disk, random, log, trace, history } = this.#deps
    const self = `12D3KooWHome${machine.name}`.padEnd(52, 'H') as PeerId
    const process = machine.process()
    this.#process = process
    const real = createSqliteTaskStore({
      directory: disk.directory,
      clock: process,
      random,
      log,
      settings: { ballastBytes: 0, freeFloorBytes: 0, lostGraceMs: LOST_GRACE_MS },
      openLog: disk.openLog(process),
    })
    const store = history.observe(real, process)
    const events = new Events((thrown) => {
      trace.violation(`a listener threw ${String(thrown)}`)
    })
    const peering = fakePeering({ self, clock: process, log })
    const home = new Home({ store, events, clock: process, log, lease: LEASES })
    this.#homes.push(home)
    const operations = createOperations(
      createHandlers({
        home,
        cron: undefined,
        cache: new MeshCache({ self, store: undefined, links: () => [], clock: process, log }),
        mesh: fakeMesh(self, 'mesh-of-the-world'),
        peers: new PeerBook(),
        peering,
        stalled: new StalledWorkers({
          events,
          clock: process,
          log,
          rejections: peering.rejections,
          leaseMs: LEASES.leaseMs,
        }),
        events,
        clock: process,
        random,
        lease: LEASES,
        submission: SUBMISSION,
        pins: { digestOf: () => Promise.resolve(undefined), commitOf: () => Promise.resolve('c'.repeat(40)) },
        version: '0.0.0',
        executorStatus: () => ({}),
      }),
    )
    try {
      await home.start()
    } catch (error) {
      trace.violation(`${machine.name} does not start: ${String(error)}`)
      return
    }
    if (!process.alive) return
    const { homeId } = home.store
    if (this.#homeId !== undefined && this.#homeId !== homeId) trace.violation(`${machine.name} is another home`)
    this.#homeId = homeId
    history.restarted(this.#goneAt, process.mono())
    this.#running = { process, store, home, operations, events, homeId }
    trace.line(machine.name, 'serves', homeId, real.epoch)
  }

  crash(powerLost: boolean): void {
    const { machine, disk, network, trace } = this.#deps
    const process = this.#process
    if (process === undefined) return
    trace.line(machine.name, powerLost ? 'loses its power' : 'is killed')
    this.#process = undefined
    this.#running = undefined
    this.#waitingSince = undefined
    this.#goneAt = machine.mono()
    process.kill()
    network.gone(process, powerLost)
    disk.abandon(FILES, powerLost)
  }

  /** No worker that waits here misses a task for long. */
  watch(now: number): void {
    const { machine, trace } = this.#deps
    const { home, store } = this.#running ?? {}
    const waits = home !== undefined && store !== undefined && home.parkedClaims > 0 && store.readyClasses().length > 0
    if (!waits || machine.paused) this.#waitingSince = undefined
    else if (this.#waitingSince === undefined) this.#waitingSince = now
    else if (now - this.#waitingSince > MISSED_AFTER_MS) {
      trace.violation(`at ${machine.name} a worker waits though a task is ready for it`)
      this.#waitingSince = now + 1_000_000
    }
  }

  async tasks(): Promise<readonly Task[]> {
    if (this.#running === undefined) return []
    const { store } = this.#running
    const tasks: Task[] = []
    let cursor: string | undefined
    do {
      const page = await store.list({}, 100, cursor)
      for (const { id } of page.tasks) {
        const task = await store.find(id)
        if (task !== undefined) tasks.push(task)
      }
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return tasks
  }

  find(taskId: TaskId): Promise<Task | undefined> {
    return this.#running === undefined ? Promise.resolve(undefined) : this.#running.store.find(taskId)
  }

  async close(): Promise<void> {
    this.#process?.kill()
    this.#deps.disk.release()
    for (const home of this.#homes) await home.stop()
  }
}
