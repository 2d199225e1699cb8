/**
 * One simulated world: homes, workers and clients on machines of their own, in one process and in virtual time. Everything
 * that happens follows from the seed, so a seed that fails fails again.
 *
 * First things go wrong for a minute or two while clients submit; then all is mended, and whatever was acknowledged has to
 * end. The code of homes, workers, outboxes, journals and stores is the production code.
 */
import { join } from 'node:path'
import type { Logger } from '../../src/core/ports/clock.ts'
import { isTerminal } from '../../src/core/task.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { Containers } from './containers.ts'
import { Disk } from './disk.ts'
import { EventLoop } from './event-loop.ts'
import { FAULT_KINDS, Faults, type FaultKind } from './faults.ts'
import { History } from './history.ts'
import { HomeNode, LOST_GRACE_MS } from './home-node.ts'
import { Machine } from './machine.ts'
import { Network } from './network.ts'
import { Submitter } from './submitter.ts'
import { Trace } from './trace.ts'
import { makeWishes } from './wishes.ts'
import { WorkerNode } from './worker-node.ts'

export interface WorldOptions {
  readonly seed: number
  /** Empty, and the world's own; made and removed by the caller. */
  readonly directory: string
  readonly show?: (line: string) => void
}

export interface WorldEnd {
  readonly violations: readonly string[]
  /** Of everything that happened. */
  readonly hash: string
  readonly events: number
  readonly virtualMs: number
  readonly acknowledged: number
  readonly executions: number
  readonly kinds: readonly FaultKind[]
}

/** After the faults: leases, graces and back-offs run out, and workers that were held back are trusted again. */
const LONGEST_MS = 60 * 60_000
const AFTERMATH_MS = 45_000
const HOUR = 3_600_000

const SILENT: Logger = {
  child: () => SILENT,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

export async function runWorld({ seed, directory, show }: WorldOptions): Promise<WorldEnd> {
  const chance = new SeededRandom(seed * 7919 + 1)
  const unit = (): number => chance.unit()
  const loop = new EventLoop()
  const trace = new Trace(loop, show)
  const log = show === undefined ? SILENT : shownLog(show)
  const count = (least: number, most: number): number => least + Math.floor(unit() * (most - least + 1))
  const calm = { faults: true }
  const duplicates = unit() < 0.5 ? 0.1 : 0
  const slowness = unit() < 0.3 ? 0.05 : 0
  // Reports so long under way that the lease they speak of is over.
  const straying = unit() < 0.4 ? 0.25 : 0
  const network = new Network(
    loop,
    {
      delayMs: (what) => {
        if (calm.faults && what.includes('_settle ') && unit() < straying) return 25_000 + 35_000 * unit()
        return calm.faults && unit() < slowness ? 4_000 * unit() : 0.2 + unit() * unit() * 30
      },
      isDuplicated: () => calm.faults && unit() < duplicates,
      keepAliveMs: () => 4_000 + unit() * 10_000,
      redialMs: () => 200 + unit() * 1_500,
    },
    trace,
  )
  const badClocks = unit() < 0.5
  const machine = (name: string): Machine =>
    new Machine(name, loop, {
      rate: badClocks ? 0.8 + 0.4 * unit() : 1,
      wallOffset: badClocks ? (unit() - 0.5) * 8 * HOUR : 0,
    })
  const random = (): SeededRandom => new SeededRandom(Math.floor(unit() * 2 ** 32))
  const disk = (name: string): Disk =>
    new Disk({ directory: join(directory, name), unit, syncMs: () => 0.2 + unit() * (unit() < 0.05 ? 200 : 4) })
  const started = new Set<string>()

  const hosts = Array.from({ length: count(1, 3) }, (_, index) => {
    const name = `worker${String(index)}`
    return { name, containers: new Containers({ loop, trace, machine: name, unit, started }) }
  })
  const homes = Array.from({ length: count(1, 2) }, (_, index) => {
    const name = `home${String(index)}`
    const history = new History({
      trace,
      graceMs: LOST_GRACE_MS,
      isRunning: (taskId, fence) => hosts.some(({ containers }) => containers.isRunning(taskId, fence)),
    })
    const own = disk(name)
    const deps = { machine: machine(name), disk: own, network, random: random(), log, trace, history }
    return { node: new HomeNode(deps), disk: own, history }
  })
  const homeNodes = homes.map(({ node }) => node)
  const workers = hosts.map(({ name, containers }) => {
    const slots = count(1, 3)
    const own = { machine: machine(name), disk: disk(name), network, homes: homeNodes, containers, slots }
    return { node: new WorkerNode({ ...own, random: random(), log, trace }), containers }
  })
  const chaosMs = 30_000 + unit() * 60_000
  const clientMachines = Array.from({ length: count(1, 2) }, (_, index) => machine(`client${String(index)}`))
  const submitters = clientMachines.map(
    (own) => new Submitter({ machine: own, network, homes: homeNodes, random: random(), trace }),
  )
  const workerNodes = workers.map(({ node }) => node)
  const kinds = FAULT_KINDS.filter(() => unit() < 0.4)
  const faults = new Faults({
    loop,
    random: random(),
    network,
    trace,
    homes,
    workers: workerNodes,
    clients: clientMachines,
    kinds,
  })
  trace.line('world', seed, 'faults', kinds.join(','), 'clocks', badClocks, 'duplicates', duplicates)

  for (const node of [...homeNodes, ...workerNodes]) void node.start()
  submitters.forEach((submitter, index) => {
    const settings = { count: count(3, 10), overMs: chaosMs }
    for (const wish of makeWishes(`c${String(index)}`, homeNodes, settings, random())) void submitter.wish(wish)
  })
  faults.begin()
  watchHomes(loop, homeNodes)
  await loop.run(chaosMs, () => false)

  calm.faults = false
  faults.end()
  const limit = loop.now + LONGEST_MS
  await loop.run(limit, () => submitters.every(({ open }) => open === 0))
  await loop.run(loop.now + AFTERMATH_MS, () => false)

  const acknowledged = submitters.flatMap((submitter) => [...submitter.acknowledged.values()])
  const open = submitters.reduce((sum, submitter) => sum + submitter.open, 0)
  if (open > 0) trace.violation(`${String(open)} tasks have not ended an hour after the last fault`)
  const keys = new Set<string>()
  for (const home of homeNodes) {
    for (const task of await home.tasks()) {
      const key = task.payload['key'] as string
      if (keys.has(key)) trace.violation(`${key} was submitted once and is there twice, as ${task.id} too`)
      keys.add(key)
      if (!isTerminal(task.status)) trace.violation(`${task.id} is ${task.status} at the end`)
    }
  }
  for (const { home, taskId, key } of acknowledged) {
    const task = await home.find(taskId)
    if (task === undefined) trace.violation(`${key} was acknowledged as ${taskId} and is lost`)
    else if (task.payload['key'] !== key) trace.violation(`${taskId} was acknowledged for ${key} and is another's`)
  }
  for (const { node, containers } of workers) {
    if (containers.size > 0) trace.violation(`${node.machine.name} has containers left`)
    if (!(await node.isIdle())) trace.violation(`${node.machine.name} still has something to run or to tell`)
  }
  for (const { history } of homes) history.verify()

  const end = {
    violations: trace.violations,
    events: loop.events,
    virtualMs: loop.now,
    acknowledged: acknowledged.length,
    executions: started.size,
    kinds,
  }
  for (const submitter of submitters) submitter.close()
  const closing = Promise.all([...homeNodes, ...workerNodes].map((node) => node.close()))
  await loop.run(loop.now + 1, () => false)
  await closing
  return { ...end, hash: trace.digest() }
}

function watchHomes(loop: EventLoop, homes: readonly HomeNode[]): void {
  loop.after(250, () => {
    for (const home of homes) home.watch(loop.now)
    watchHomes(loop, homes)
  })
}

function shownLog(show: (line: string) => void): Logger {
  const write = (event: string, fields?: unknown): void => {
    show(`  · ${event} ${fields === undefined ? '' : JSON.stringify(fields)}`)
  }
  const logger: Logger = { child: () => logger, debug: write, info: write, warn: write, error: write }
  return logger
}
