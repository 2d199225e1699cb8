/**
 * What goes wrong in a world, drawn from its seed. Each world has its own mix: kinds that are left out altogether let the
 * others go on undisturbed, which finds what a bit of everything hides.
 */
import type { Random } from '../../src/core/ports/clock.ts'
import type { Disk } from './disk.ts'
import type { EventLoop } from './event-loop.ts'
import type { HomeNode } from './home-node.ts'
import type { Machine } from './machine.ts'
import type { Network } from './network.ts'
import type { Trace } from './trace.ts'
import type { WorkerNode } from './worker-node.ts'

export const FAULT_KINDS = [
  'home-kill',
  'home-power',
  'crash-before-commit',
  'crash-after-commit',
  'worker-kill',
  'worker-power',
  'worker-restart',
  'cut',
  'cut-one-way',
  'isolate',
  'pause-home',
  'pause-worker',
  'unsteady-wall',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export interface FaultsDeps {
  readonly loop: EventLoop
  readonly random: Random
  readonly network: Network
  readonly trace: Trace
  readonly homes: readonly { readonly node: HomeNode; readonly disk: Disk }[]
  readonly workers: readonly WorkerNode[]
  readonly clients: readonly Machine[]
  readonly kinds: readonly FaultKind[]
}

export class Faults {
  readonly #deps: FaultsDeps
  #over = false

  constructor(deps: FaultsDeps) {
    this.#deps = deps
  }

  begin(): void {
    const { kinds, loop } = this.#deps
    if (kinds.length === 0) return
    const next = (): void => {
      loop.after(500 + this.#upTo(8_000), () => {
        if (this.#over) return
        this.#do(this.#oneOf(kinds))
        next()
      })
    }
    next()
  }

  /** Everything is mended: what is down comes up, what is cut is joined, and nothing more happens. */
  end(): void {
    const { network, homes, workers } = this.#deps
    this.#over = true
    network.heal()
    for (const { machine, isUp, node } of [
      ...homes.map(({ node }) => ({ machine: node.machine, isUp: node.isUp, node })),
      ...workers.map((node) => ({ machine: node.machine, isUp: node.isUp, node })),
    ]) {
      if (machine.paused) machine.resume()
      if (!isUp) void node.start()
    }
  }

  #do(kind: FaultKind): void {
    const { homes, workers, trace } = this.#deps
    const home = this.#oneOf(homes)
    const worker = this.#oneOf(workers)
    trace.line('fault', kind)
    switch (kind) {
      case 'home-kill':
      case 'home-power':
        this.#crash(home.node, kind === 'home-power')
        break
      case 'crash-before-commit':
      case 'crash-after-commit': {
        const powerLost = this.#deps.random.unit() < 0.7
        home.disk.trapNextSync(kind === 'crash-before-commit' ? 'before' : 'after', () => {
          if (!this.#over) this.#crash(home.node, powerLost)
          return !this.#over
        })
        break
      }
      case 'worker-kill':
      case 'worker-power':
        this.#crash(worker, kind === 'worker-power')
        break
      case 'worker-restart':
        void worker.restart()
        break
      case 'cut':
      case 'cut-one-way':
        this.#cut(home.node.machine, this.#oneOf([worker.machine, ...this.#deps.clients]), kind === 'cut')
        break
      case 'isolate':
        for (const other of [...workers.map(({ machine }) => machine), ...this.#deps.clients])
          this.#deps.network.cut(home.node.machine.name, other.name)
        this.#healLater()
        break
      case 'pause-home':
        this.#pause(home.node.machine)
        break
      case 'pause-worker':
        this.#pause(worker.machine)
        break
      case 'unsteady-wall':
        this.#stepWall(home.node.machine, 25)
    }
  }

  #crash(node: HomeNode | WorkerNode, powerLost: boolean): void {
    if (!node.isUp) return
    if (node.machine.paused) node.machine.resume()
    node.crash(powerLost)
    this.#deps.loop.after(100 + this.#upTo(this.#deps.random.unit() < 0.2 ? 50_000 : 5_000), () => {
      if (!this.#over && !node.isUp) void node.start()
    })
  }

  #cut(one: Machine, other: Machine, both: boolean): void {
    const [from, to] = this.#deps.random.unit() < 0.5 ? [one, other] : [other, one]
    this.#deps.network.cut(from.name, to.name)
    if (both) this.#deps.network.cut(to.name, from.name)
    this.#healLater()
  }

  #healLater(): void {
    this.#deps.loop.after(1_000 + this.#upTo(45_000), () => {
      this.#deps.trace.line('healed')
      this.#deps.network.heal()
    })
  }

  #pause(machine: Machine): void {
    if (machine.paused) return
    machine.pause()
    this.#deps.loop.after(500 + this.#upTo(40_000), () => {
      this.#deps.trace.line(machine.name, 'goes on')
      if (machine.paused) machine.resume()
    })
  }

  /** The wall clock is set again and again, each time by less than anyone would take for a pause. */
  #stepWall(machine: Machine, left: number): void {
    machine.stepWall(this.#upTo(4_500) - (this.#deps.random.unit() < 0.1 ? 3_000 : 0))
    if (left === 0 || this.#over) return
    this.#deps.loop.after(200 + this.#upTo(800), () => {
      this.#stepWall(machine, left - 1)
    })
  }

  #upTo(ms: number): number {
    return this.#deps.random.unit() * ms
  }

  #oneOf<T>(all: readonly T[]): T {
    return all[Math.floor(this.#deps.random.unit() * all.length)] as T
  }
}
