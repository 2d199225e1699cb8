/**
 * One home and many peers in virtual time: the production queue over its production store, and production workers, on a
 * network that only counts. Tasks do nothing but last; they are not signed, as container tasks are.
 */
import { Links } from '../../src/coordinator/links.ts'
import { Worker } from '../../src/coordinator/worker/worker.ts'
import type { PeerId, TaskId } from '../../src/core/ids.ts'
import { LEASE, SECOND } from '../../src/core/lease.ts'
import { ACCESS, type Call } from '../../src/core/operations/operation.ts'
import type { TaskRunner } from '../../src/core/ports/task-runner.ts'
import type { JournalEntry, WorkJournal } from '../../src/core/ports/work-journal.ts'
import type { Disk } from '../../test/simulation/disk.ts'
import { EventLoop } from '../../test/simulation/event-loop.ts'
import type { History } from '../../test/simulation/history.ts'
import { HomeNode } from '../../test/simulation/home-node.ts'
import type { Process } from '../../test/simulation/machine.ts'
import { Network } from '../../test/simulation/network.ts'
import type { Trace } from '../../test/simulation/trace.ts'
import { RecordingLog } from '../../test/support/recording-log.ts'
import { ANY_NEEDS } from '../../test/support/sample-task.ts'
import { scratchDirectory } from '../../test/support/scratch-directory.ts'
import { SeededRandom } from '../../test/support/seeded-random.ts'
import { ChargedMachine, Charges } from './charges.ts'

/** How long a task takes its worker: shorter than most containers', so that the home has more to do. */
export const TASK_MS = 20 * SECOND
/** Of all peers, how many are at work. */
export const BUSY = 0.8
const DELAY_MS = 2
const SYNC_MS = 1
const GIB = 2 ** 30
const TYPE = 'bench.noop'

export interface Scale {
  readonly peers: number
  readonly tasks: number
  /** Of virtual time, from the first submit to the last end. */
  readonly seconds: number
  readonly messages: number
  readonly bytes: number
  /** Processor time of the home, for all tasks. */
  readonly homeMs: number
  readonly peersMs: number
  /** The same with peers that only wait, a virtual second each: messages, bytes, and milliseconds of the home. */
  readonly idle: { readonly messages: number; readonly bytes: number; readonly homeMs: number }
}

/** Keeps nothing: no peer of this world dies. */
class NoJournal implements WorkJournal {
  readonly start = (): Promise<void> => Promise.resolve()
  readonly stop = (): Promise<void> => Promise.resolve()
  readonly begin = (): Promise<void> => Promise.resolve()
  readonly end = (): Promise<void> => Promise.resolve()
  readonly forget = (): Promise<void> => Promise.resolve()
  readonly entries = (): Promise<readonly JournalEntry[]> => Promise.resolve([])
}

export async function measureScale(peers: number, tasks: number): Promise<Scale> {
  await using scratch = await scratchDirectory('memory')
  const [loop, charges, random, log] = [new EventLoop(), new Charges(), new SeededRandom(1), new RecordingLog()]
  const counted = { messages: 0, bytes: 0 }
  const lines = {
    delayMs: (what: string) => {
      counted.messages += 1
      counted.bytes += what.length
      return DELAY_MS
    },
    isDuplicated: () => false,
    keepAliveMs: () => 10 * SECOND,
    redialMs: () => 500 * random.unit(),
  }
  const trace = {
    line: () => undefined,
    violation: (what: string) => {
      throw new Error(what)
    },
  } as unknown as Trace
  const network = new Network(loop, lines, trace)
  const disk = {
    directory: scratch.path,
    openLog: (process: Process) => () => ({ sync: () => process.sleep(SYNC_MS), close: () => undefined }),
    release: () => undefined,
  } as unknown as Disk
  const history = { observe: <S>(store: S) => store, restarted: () => undefined } as unknown as History
  const machine = new ChargedMachine('home', loop, charges, 'home')
  const home = new HomeNode({ machine, disk, network, random, log, trace, history })
  const starting = home.start()
  await loop.run(loop.now + SECOND, () => home.serving() !== undefined)
  await starting
  const running = home.serving()
  if (running === undefined) throw new Error('The home does not serve.')

  const runner = (process: Process): TaskRunner => ({
    types: () => [TYPE],
    check: (grant) => Promise.resolve({ grant, needs: { ...ANY_NEEDS, taskType: TYPE } }),
    run: async () => {
      await process.sleep(TASK_MS)
      return { status: 'completed' }
    },
  })
  for (let index = 0; index < peers; index += 1) startPeer(index)

  function startPeer(index: number): void {
    const name = `p${String(index)}`
    const own = new ChargedMachine(name, loop, charges, 'peers')
    const [process, links] = [own.process(), new Links()]
    const self = `12D3KooW${name}`.padEnd(52, 'P') as PeerId
    const worker = new Worker({
      ...{ self, links, runners: [runner(process)], journal: new NoJournal(), clock: process },
      ...{ random: new SeededRandom(index), log, lease: LEASE },
      capacity: { slots: 1, cpus: 4, memoryBytes: 16 * GIB, diskBytes: 64 * GIB, gpus: 0 },
      settings: {
        ...{ labels: [], os: 'linux', arch: 'x64', trust: 'trusted' as const, parkMs: 25 * SECOND, claimBatch: 1 },
        policy: { digest: 'bench', profile: 'strict' as const, networks: ['none' as const] },
      },
    })
    void worker.start()
    const access = new Set(['tasks:read', 'tasks:work'] as const)
    const caller = { principal: `peer:${self}`, door: 'peers' as const, access, peer: self }
    network.dial({ machine: own, process, caller, onLink: (link) => links.add(link) }, home)
  }

  const { home: queue, operations, store } = running
  await loop.run(loop.now + 600 * SECOND, () => queue.parkedClaims >= peers)
  const restAt = loop.now
  const take = (): Omit<Scale['idle'], never> => {
    charges.turn('peers')
    const taken = { ...counted, homeMs: charges.ms.home }
    Object.assign(counted, { messages: 0, bytes: 0 })
    charges.clear()
    return taken
  }
  take()
  // Two rounds of parking.
  await loop.run(restAt + 50 * SECOND, () => false)
  const rest = take()
  const restSeconds = (loop.now - restAt) / SECOND

  const call: Call = {
    caller: { principal: 'bench', door: 'cli', access: new Set(ACCESS) },
    signal: new AbortController().signal,
    progress: () => undefined,
  }
  const submitEveryMs = TASK_MS / (peers * BUSY)
  let [submitted, last] = [0, undefined as TaskId | undefined]
  const clock = machine.process()
  const submit = (): void => {
    if (submitted === tasks) return
    submitted += 1
    void operations.call('p2p_taskqueue_submit', { task_type: TYPE, payload: {} }, call).then(({ task_id: id }) => {
      last = id as TaskId
    })
    clock.after(submitEveryMs, submit)
  }
  const beganAt = loop.now
  let ended = 0
  const unsubscribe = running.events.listen((event) => {
    if (event.name === 'task.settled') ended += 1
  })
  submit()
  await loop.run(beganAt + submitEveryMs * tasks + 600 * SECOND, () => ended >= tasks)
  unsubscribe()
  if (ended < tasks) throw new Error(`${String(ended)} of ${String(tasks)} tasks ended.`)
  const end = last === undefined ? undefined : await store.find(last)
  if (end?.status !== 'completed') throw new Error(`The last task is ${String(end?.status)}.`)
  const peersMs = charges.ms.peers
  const work = take()
  const seconds = (loop.now - beganAt) / SECOND
  const closing = home.close()
  await loop.run(loop.now + 1, () => false)
  await closing
  return {
    ...{ peers, tasks, seconds, messages: work.messages, bytes: work.bytes, homeMs: work.homeMs, peersMs },
    idle: {
      messages: rest.messages / restSeconds,
      bytes: rest.bytes / restSeconds,
      homeMs: rest.homeMs / restSeconds,
    },
  }
}
