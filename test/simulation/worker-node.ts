/** A worker of the simulated world: the production worker, outbox and journal, on a machine whose containers outlive it. */
import { Links } from '../../src/coordinator/links.ts'
import { recover } from '../../src/coordinator/worker/recovery.ts'
import { Worker } from '../../src/coordinator/worker/worker.ts'
import type { PeerId } from '../../src/core/ids.ts'
import { LEASE, SECOND } from '../../src/core/lease.ts'
import type { Caller } from '../../src/core/operations/operation.ts'
import type { Logger, Random } from '../../src/core/ports/clock.ts'
import type { WorkJournal } from '../../src/core/ports/work-journal.ts'
import { createSqliteWorkJournal } from '../../src/store/sqlite/work-journal.ts'
import type { Containers } from './containers.ts'
import type { Disk } from './disk.ts'
import type { HomeNode } from './home-node.ts'
import type { Machine, Process } from './machine.ts'
import type { Network } from './network.ts'
import type { Trace } from './trace.ts'

const GIB = 2 ** 30
const FILES = ['work.db']

export interface WorkerNodeDeps {
  readonly machine: Machine
  readonly disk: Disk
  readonly network: Network
  readonly homes: readonly HomeNode[]
  readonly containers: Containers
  readonly slots: number
  readonly random: Random
  readonly log: Logger
  readonly trace: Trace
}

interface Running {
  readonly process: Process
  readonly worker: Worker
  readonly journal: WorkJournal
}

export class WorkerNode {
  readonly #deps: WorkerNodeDeps
  readonly #peer: PeerId
  #process: Process | undefined
  #running: Running | undefined
  /** Of processes that are gone; their files are closed when the world ends. */
  readonly #journals: WorkJournal[] = []

  constructor(deps: WorkerNodeDeps) {
    this.#deps = deps
    this.#peer = `12D3KooWWorker${deps.machine.name}`.padEnd(52, 'W') as PeerId
  }

  get machine(): Machine {
    return this.#deps.machine
  }

  get isUp(): boolean {
    return this.#process !== undefined
  }

  async start(): Promise<void> {
    const { machine, disk, network, homes, containers, slots, random, log, trace } = this.#deps
    const process = machine.process()
    this.#process = process
    const links = new Links()
    const journal = createSqliteWorkJournal(disk.directory, process, disk.openLog(process))
    this.#journals.push(journal)
    await journal.start()
    const runner = containers.runner(process)
    const worker = new Worker({
      self: this.#peer,
      links,
      runners: [runner],
      journal,
      clock: process,
      random,
      log,
      lease: LEASE,
      capacity: { slots, cpus: 64, memoryBytes: 256 * GIB, diskBytes: 256 * GIB, gpus: 0 },
      settings: {
        labels: [],
        os: 'linux',
        arch: 'x64',
        trust: 'trusted',
        policy: { digest: 'world', profile: 'trusted', networks: ['none', 'bridge'] },
        parkMs: 25 * SECOND,
        claimBatch: 2,
      },
    })
    await recover({
      worker,
      runner,
      executor: {
        left: () => Promise.resolve(containers.left()),
        remove: (taskId, fence) => {
          containers.remove(taskId, fence)
          return Promise.resolve()
        },
      },
      journal,
      outputs: { endOthers: () => Promise.resolve() },
      log,
    })
    await worker.start()
    if (!process.alive) return
    this.#running = { process, worker, journal }
    trace.line(machine.name, 'works')
    const caller: Caller = {
      principal: `peer:${this.#peer}`,
      door: 'peers',
      access: new Set(['tasks:read', 'tasks:work']),
      peer: this.#peer,
    }
    for (const home of homes) {
      network.dial({ machine, process, caller, onLink: (link) => links.add(link) }, home)
    }
  }

  crash(powerLost: boolean): void {
    const { machine, disk, network, containers, trace } = this.#deps
    const process = this.#process
    if (process === undefined) return
    trace.line(machine.name, powerLost ? 'loses its power' : 'is killed')
    this.#process = undefined
    this.#running = undefined
    process.kill()
    if (powerLost) containers.powerLost()
    network.gone(process, powerLost)
    disk.abandon(FILES, powerLost)
  }

  /** Stops as a service does, then starts again. */
  async restart(): Promise<void> {
    const { process, worker, journal } = this.#running ?? {}
    if (process === undefined) return
    this.#deps.trace.line(this.machine.name, 'stops')
    await worker?.stop()
    await journal?.stop()
    if (!process.alive) return
    this.crash(false)
    await this.start()
  }

  /** Whether it has nothing left to run or to tell. */
  async isIdle(): Promise<boolean> {
    if (this.#running === undefined || this.#running.worker.running > 0) return false
    return (await this.#running.journal.entries()).length === 0
  }

  async close(): Promise<void> {
    this.#process?.kill()
    this.#deps.disk.release()
    for (const journal of this.#journals) await journal.stop()
  }
}
