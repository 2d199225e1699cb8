/**
 * `npm run bench -- noop`: tasks that do nothing, from a submit at the home to their settlement by a worker in another
 * process over libp2p, every answer durable. Container tasks are signed, these are not: it measures queue and mesh alone.
 *
 * --tasks N (20000)  --in-flight N (64)  --batch N (grants per claim, 1)  --json
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
import { Links } from '../src/coordinator/links.ts'
import { PeerBook } from '../src/coordinator/peer-book.ts'
import { SUBMISSION } from '../src/coordinator/submission.ts'
import { Worker } from '../src/coordinator/worker/worker.ts'
import { Events } from '../src/core/events.ts'
import { LEASE } from '../src/core/lease.ts'
import { createOperations } from '../src/core/operations/invoke.ts'
import { ACCESS, type Caller } from '../src/core/operations/operation.ts'
import type { TaskRunner } from '../src/core/ports/task-runner.ts'
import { loadIdentity } from '../src/mesh/identity.ts'
import { createLibp2pMesh } from '../src/mesh/libp2p-mesh.ts'
import { newMeshKey, parseMeshKey } from '../src/mesh/mesh-key.ts'
import { createPeersDoor } from '../src/peers/peers-door.ts'
import { createSqliteTaskStore } from '../src/store/sqlite/sqlite-task-store.ts'
import { createSqliteWorkJournal } from '../src/store/sqlite/work-journal.ts'
import { ANY_NEEDS } from '../test/support/sample-task.ts'
import { RecordingLog } from '../test/support/recording-log.ts'

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '20000' },
    'in-flight': { type: 'string', default: '64' },
    batch: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    worker: { type: 'string' },
  },
})
const [tasks, inFlight, batch] = [Number(values.tasks), Number(values['in-flight']), Number(values.batch)]
const [clock, random, log] = [systemClock, systemRandom, new RecordingLog()]

if (values.worker === undefined) await home()
else await worker(JSON.parse(values.worker) as { folder: string; key: string; address: string })

async function home(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-'))
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
    } as Parameters<typeof createHandlers>[0]),
  )
  createPeersDoor({ mesh, operations, access: () => new Set(ACCESS), events, clock, log })
  await mesh.start()
  const child = fork(new URL(import.meta.url).pathname, [
    ...['--in-flight', String(inFlight), '--batch', String(batch)],
    ...['--worker', JSON.stringify({ folder, key, address: mesh.addresses()[0] })],
  ])
  const caller: Caller = { principal: 'bench', door: 'cli', access: new Set(ACCESS) }
  const call = { caller, signal: new AbortController().signal, progress: () => undefined }
  const submittedAt = new Map<string, number>()
  const latencies: number[] = []
  let settled = 0
  const { promise: done, resolve } = Promise.withResolvers<undefined>()
  const wanted = tasks
  let submitted = 0
  const submit = async (): Promise<void> => {
    submitted += 1
    const at = performance.now()
    const { task_id: id } = await operations.call(
      'p2p_taskqueue_submit',
      { task_type: 'bench.noop', payload: {} },
      call,
    )
    submittedAt.set(id, at)
  }
  events.listen((event) => {
    if (event.name !== 'task.settled') return
    settled += 1
    const at = submittedAt.get(event.taskId)
    if (at !== undefined) latencies.push(performance.now() - at)
    submittedAt.delete(event.taskId)
    if (settled === wanted) resolve(undefined)
    else if (submitted < wanted) void submit()
  })
  while (queue.parkedClaims === 0) await clock.sleep(5)
  await askCpu(child)
  const cpuFrom = process.cpuUsage()
  const startedAt = performance.now()
  for (let index = 0; index < inFlight; index += 1) void submit()
  await done
  const seconds = (performance.now() - startedAt) / 1000
  const perTask = ({ user, system }: NodeJS.CpuUsage): number => Number(((user + system) / wanted).toFixed(1))
  const [homeCpu, workerCpu] = [perTask(process.cpuUsage(cpuFrom)), perTask(await askCpu(child))]
  const sorted = latencies.sort((a, b) => a - b)
  const at = (share: number): number => Number((sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2))
  const result = {
    name: 'noop-tasks-over-mesh',
    unit: 'tasks/s',
    figure: Math.round(wanted / seconds),
    n: wanted,
    in_flight: inFlight,
    batch,
    p50_ms: at(0.5),
    p99_ms: at(0.99),
    home_cpu_us: homeCpu,
    worker_cpu_us: workerCpu,
    machine: `${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}`,
  }
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result)}\n`
      : `${String(result.figure)} tasks/s over libp2p, synchronous=FULL, ${String(inFlight)} in flight; submit → settled p50 ${String(result.p50_ms)} ms, p99 ${String(result.p99_ms)} ms; CPU per task ${String(homeCpu)} µs at the home, ${String(workerCpu)} µs at the worker\n`,
  )
  child.kill('SIGTERM')
  await once(child, 'exit')
  await mesh.stop()
  await queue.stop()
  await rm(folder, { recursive: true, force: true })
}

/** What the worker process has spent since it was last asked. */
async function askCpu(child: ChildProcess): Promise<NodeJS.CpuUsage> {
  child.send('cpu')
  const [answer] = (await once(child, 'message')) as [NodeJS.CpuUsage]
  return answer
}

async function worker({ folder, key, address }: { folder: string; key: string; address: string }): Promise<void> {
  const stateDir = join(folder, 'worker')
  const mesh = await createLibp2pMesh({
    identity: await loadIdentity({ stateDir, random }),
    meshKeys: [parseMeshKey(key)],
    listen: [],
    announce: [],
    hello: () => ({ homes: [], features: ['worker'], runnerName: 'worker' }),
    ...{ clock, random, log },
  })
  const links = new Links()
  const events = new Events((error) => {
    throw error
  })
  const door = createPeersDoor({
    mesh,
    operations: createOperations({} as never),
    access: () => new Set(),
    events,
    clock,
    log,
  })
  door.onLink((link) => {
    links.add(link)
  })
  const noop: TaskRunner = {
    types: () => ['bench.noop'],
    check: (grant) => Promise.resolve({ grant, needs: { ...ANY_NEEDS, taskType: 'bench.noop' } }),
    run: () => Promise.resolve({ status: 'completed' }),
  }
  const journal = createSqliteWorkJournal(stateDir, clock)
  await journal.start()
  const working = new Worker({
    self: mesh.self,
    links,
    runners: [noop],
    journal,
    ...{ clock, random, log },
    lease: LEASE,
    capacity: { slots: inFlight * 2, cpus: 1, memoryBytes: 1, diskBytes: 1, gpus: 0 },
    settings: {
      labels: [],
      os: 'linux',
      arch: 'x64',
      trust: 'trusted',
      policy: { digest: 'bench', profile: 'strict', networks: ['none'] },
      parkMs: 25_000,
      claimBatch: batch,
    },
  })
  mesh.addTarget(address, 'bootstrap')
  await mesh.start()
  await working.start()
  let cpuFrom = process.cpuUsage()
  process.on('message', () => {
    process.send?.(process.cpuUsage(cpuFrom))
    cpuFrom = process.cpuUsage()
  })
  const alive = setInterval(() => undefined, 60_000)
  process.once('SIGTERM', () => {
    clearInterval(alive)
    void working
      .stop()
      .then(() => mesh.stop())
      .then(() => journal.stop())
      .then(() => process.exit())
  })
}
