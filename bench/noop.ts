/**
 * `npm run bench -- noop`: tasks that do nothing, from a submit at the home to their settlement by a worker in another
 * process over libp2p, every answer durable. Container tasks are signed, these are not: it measures queue and mesh alone.
 *
 * --rounds N (5)  --ms N (2000)  --in-flight N (64)  --batch N (grants per claim, 16)  --alone  --json
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock, systemRandom } from '../src/app/system.ts'
import { createHandlers } from '../src/coordinator/handlers/create-handlers.ts'
import { Home } from '../src/coordinator/home.ts'
import { PeerBook } from '../src/coordinator/peer-book.ts'
import { SUBMISSION } from '../src/coordinator/submission.ts'
import { Events } from '../src/core/events.ts'
import { LEASE } from '../src/core/lease.ts'
import { createOperations } from '../src/core/operations/invoke.ts'
import { ACCESS, type Caller } from '../src/core/operations/operation.ts'
import { loadIdentity } from '../src/mesh/identity.ts'
import { createLibp2pMesh } from '../src/mesh/libp2p-mesh.ts'
import { newMeshKey, parseMeshKey } from '../src/mesh/mesh-key.ts'
import { createPeersDoor } from '../src/peers/peers-door.ts'
import { createSqliteTaskStore } from '../src/store/sqlite/sqlite-task-store.ts'
import { RecordingLog } from '../test/support/recording-log.ts'
import { NOOP, startNoopWorker } from './mesh/noop-worker.ts'
import { createBullMq } from './queue/bullmq.ts'
import { drive, type Contestant, type Cycle } from './queue/contestant.ts'
import { Leftovers } from './queue/leftovers.ts'
import { quantile, round as round3 } from './queue/report.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    ms: { type: 'string', default: '2000' },
    'in-flight': { type: 'string', default: '64' },
    batch: { type: 'string', default: '16' },
    alone: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    worker: { type: 'string' },
  },
})
const [rounds, ms] = [Number(values.rounds), Number(values.ms)]
const [inFlight, batch] = [Number(values['in-flight']), Number(values.batch)]
const [clock, random, log] = [systemClock, systemRandom, new RecordingLog()]

if (values.worker === undefined) await home()
else await worker(JSON.parse(values.worker) as { folder: string; key: string; address: string })

async function home(): Promise<void> {
  const leftovers = new Leftovers()
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-'))
  leftovers.add(() => rm(folder, { recursive: true, force: true }))
  const key = newMeshKey(random)
  const store = createSqliteTaskStore({ directory: join(folder, 'home'), clock, random, log })
  const events = new Events((error) => {
    throw error
  })
  const queue = new Home({ store, events, clock, log, lease: LEASE })
  await queue.start()
  const mesh = await createLibp2pMesh({
    identity: await loadIdentity({ stateDir: join(folder, 'home'), random }),
    meshKeys: [parseMeshKey(key)],
    listen: ['/ip4/127.0.0.1/tcp/0'],
    announce: [],
    hello: () => ({ homes: [store.homeId], features: ['home'], runnerName: 'home' }),
    ...{ clock, random, log },
  })
  const operations = createOperations(
    createHandlers({
      home: queue,
      mesh,
      peers: new PeerBook(),
      ...{ events, clock, random },
      lease: LEASE,
      submission: SUBMISSION,
      version: 'bench',
      executorStatus: () => ({}),
      peering: {},
    } as Parameters<typeof createHandlers>[0]),
  )
  createPeersDoor({ mesh, operations, access: () => new Set(ACCESS), events, clock, log })
  await mesh.start()
  const child = fork(new URL(import.meta.url).pathname, [
    ...['--in-flight', String(inFlight), '--batch', String(batch)],
    ...['--worker', JSON.stringify({ folder, key, address: mesh.addresses()[0] })],
  ])
  const gone = once(child, 'exit')
  leftovers.add(async () => {
    child.kill('SIGTERM')
    await gone
  })
  const caller: Caller = { principal: 'bench', door: 'cli', access: new Set(ACCESS) }
  const call = { caller, signal: new AbortController().signal, progress: () => undefined }
  const waiting = new Map<string, () => void>()
  events.listen((event) => {
    if (event.name !== 'task.settled') return
    waiting.get(event.taskId)?.()
    waiting.delete(event.taskId)
  })
  const turn = async (): Promise<void> => {
    const { task_id: id } = await operations.call('p2p_taskqueue_submit', { task_type: NOOP, payload: {} }, call)
    // Nobody has claimed it yet: a claim is a step of its own, after this answer.
    await new Promise<void>((resolve) => waiting.set(id, resolve))
  }
  while (queue.parkedClaims === 0) await clock.sleep(5)
  const peer = values.alone ? undefined : await createBullMq(leftovers).catch(whyMissing)
  const load = { callers: inFlight, batch: 1, ms }
  const [ours, theirs, workerCpu]: [Cycle[], Cycle[], number[]] = [[], [], []]
  // The first round warms up, and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    await askCpu(child)
    const cycle = await drive(load, turn)
    const { user, system } = await askCpu(child)
    const other = typeof peer === 'object' ? await peer.cycle(load) : undefined
    if (round === 0) continue
    ours.push(cycle)
    workerCpu.push((user + system) / cycle.tasks)
    if (other !== undefined) theirs.push(other)
  }
  // One after the other: what a task waits for queue, mesh and disks, and not for its neighbours.
  const alone = (await drive({ callers: 1, batch: 1, ms }, turn)).turnsMs
  const rate = ({ tasks, seconds }: Cycle): number => tasks / seconds
  const turns = ours.flatMap(({ turnsMs }) => turnsMs)
  const result = {
    name: 'noop-tasks-over-mesh',
    unit: 'tasks/s',
    figure: Math.round(quantile(ours.map(rate), 0.5)),
    ...(theirs.length === 0
      ? {}
      : {
          ratio: round3(
            quantile(
              theirs.map((other, index) => rate(ours[index] ?? other) / rate(other)),
              0.5,
            ),
          ),
          peer: (peer as Contestant).name,
          peer_figure: Math.round(quantile(theirs.map(rate), 0.5)),
        }),
    ...(typeof peer === 'string' ? { peer: 'BullMQ', missing: peer } : {}),
    durability: 'on disk when answered, at the home and at the worker',
    n: turns.length,
    in_flight: inFlight,
    batch,
    p50: round3(quantile(turns, 0.5)),
    p99: round3(quantile(turns, 0.99)),
    home_cpu_us: round3(
      quantile(
        ours.map(({ cpuSeconds, tasks }) => (cpuSeconds * 1e6) / tasks),
        0.5,
      ),
    ),
    worker_cpu_us: round3(quantile(workerCpu, 0.5)),
    machine: `${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}`,
  }
  const { figure, ratio, peer_figure: peerFigure } = result
  const beside =
    ratio === undefined
      ? typeof peer === 'string'
        ? `\nBullMQ: missing, ${peer}`
        : ''
      : `\n÷ ${result.peer} (${String(peerFigure)} tasks/s) = ${String(ratio)}`
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result)}\n`
      : `${String(figure)} tasks/s over libp2p, an fdatasync before each answer, ${String(inFlight)} in flight; submit → settled p50 ${String(result.p50)} ms, p99 ${String(result.p99)} ms; CPU per task ${String(result.home_cpu_us)} µs at the home, ${String(result.worker_cpu_us)} µs at the worker${beside}\n`,
  )
  const [p50, p99] = [round3(quantile(alone, 0.5)), round3(quantile(alone, 0.99))]
  const line = { name: 'noop-task-alone', figure: p50, unit: 'ms', n: alone.length, p50, p99, machine: result.machine }
  process.stdout.write(
    values.json
      ? `${JSON.stringify(line)}\n`
      : `one at a time: submit → settled p50 ${String(p50)} ms, p99 ${String(p99)} ms\n`,
  )
  child.kill('SIGTERM')
  await gone
  await mesh.stop()
  await queue.stop()
  await leftovers.remove()
}

function whyMissing(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').slice(0, 400)
}

/** What the worker process has spent since it was last asked. */
async function askCpu(child: ChildProcess): Promise<NodeJS.CpuUsage> {
  child.send('cpu')
  const [answer] = (await once(child, 'message')) as [NodeJS.CpuUsage]
  return answer
}

async function worker({ folder, key, address }: { folder: string; key: string; address: string }): Promise<void> {
  const stop = await startNoopWorker({ folder, key, addresses: [address], slots: inFlight * 2, batch })
  let cpuFrom = process.cpuUsage()
  process.on('message', () => {
    process.send?.(process.cpuUsage(cpuFrom))
    cpuFrom = process.cpuUsage()
  })
  const alive = setInterval(() => undefined, 60_000)
  process.once('SIGTERM', () => {
    clearInterval(alive)
    void stop().then(() => process.exit())
  })
}
