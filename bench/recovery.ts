/**
 * `npm run bench -- recovery`: what is promised in seconds when something goes wrong, with real peers and containers.
 * Workers are killed with -9 in the middle of a task: until the home offers it again, and until its container is gone
 * although nobody is left to run the worker. Then tasks that ignore TERM are cancelled: until their container is proven gone
 * and the cancel is told.
 *
 * --workers N (4)  --cancels N (8)  --lease-seconds N (30)  --quick  --json
 */
import { parseArgs } from 'node:util'
import { systemClock } from '../src/app/system.ts'
import { LEASE, SECOND } from '../src/core/lease.ts'
import { BUSYBOX, docker, prepareBusybox } from '../test/support/container-runs.ts'
import { quantile, Report, round } from './queue/report.ts'
import { startMeshPair, type SmallMesh } from './task/mesh-pair.ts'

const { values } = parseArgs({
  options: {
    workers: { type: 'string' },
    cancels: { type: 'string' },
    'lease-seconds': { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const workers = Number(values.workers ?? (values.quick ? 2 : 4))
const cancels = Number(values.cancels ?? (values.quick ? 2 : 8))
const leaseS = Number(values['lease-seconds'] ?? (values.quick ? 10 : LEASE.leaseMs / SECOND))
const GRACE_S = 2
const LOOK_EVERY_MS = 20
/** Beyond the lease; what takes longer hangs. */
const PATIENCE_MS = 120 * SECOND
const report = new Report(values.json)

await prepareBusybox()
await measureLosses()
await measureCancels()

async function measureLosses(): Promise<void> {
  await using mesh = await startMeshPair({ workers, args: ['--lease-seconds', String(leaseS)] })
  const tasks = await Promise.all(
    mesh.workers.map(async ({ ready }) => {
      const id = await submit(mesh, 'sleep 600', { idempotent: true, requires: { peers: [ready.peer_id] } })
      await until(() => isUp(id))
      return id
    }),
  )
  const lostAt = performance.now()
  await Promise.all(mesh.workers.map((worker) => worker.kill()))
  const isClaimable = async (id: string): Promise<boolean> => {
    const { task } = await mesh.link.call('p2p_taskqueue_get_task', { task_id: id })
    return task.status === 'queued' && task.phase === 'ready'
  }
  const since = async (isOver: () => Promise<boolean>): Promise<number> => {
    await until(isOver)
    return (performance.now() - lostAt) / SECOND
  }
  const [claimable, gone] = await Promise.all([
    Promise.all(tasks.map((id) => since(() => isClaimable(id)))),
    Promise.all(tasks.map((id) => since(async () => !(await isThere(id))))),
  ])
  add('worker-lost-claimable', 'worker lost → task claimable again', claimable, { lease_s: leaseS, most_s: leaseS + 2 })
  add('worker-lost-container', 'worker lost → container gone', gone, { lease_s: leaseS, most_s: leaseS + 90 })
  for (const id of tasks) await mesh.link.call('p2p_taskqueue_cancel', { task_id: id })
}

async function measureCancels(): Promise<void> {
  await using mesh = await startMeshPair()
  const took: number[] = []
  for (let time = 0; time < cancels; time += 1) {
    const id = await submit(mesh, 'trap "" TERM; while :; do sleep 1; done', {
      clocks: { grace_ms: GRACE_S * SECOND },
    })
    await until(() => isUp(id))
    const from = performance.now()
    await mesh.link.call('p2p_taskqueue_cancel', { task_id: id })
    const { task } = await mesh.link.call('p2p_taskqueue_wait_task', { task_id: id, timeout_s: 60 })
    const seconds = (performance.now() - from) / SECOND
    if (task.status !== 'cancelled') throw new Error(`A cancelled task ended as ${task.status}.`)
    // It is told only once the container is proven gone.
    if (await isThere(id)) throw new Error(`Task ${id} was told to be cancelled, and its container is there.`)
    took.push(seconds)
  }
  add('cancel-container-gone', 'cancel → container proven gone and told, TERM ignored', took, {
    ...{ grace_s: GRACE_S, most_s: GRACE_S + 2 },
  })
}

function add(name: string, words: string, took: readonly number[], more: Readonly<Record<string, number>>): void {
  const [p50, most, p99] = [quantile(took, 0.5), Math.max(...took), quantile(took, 0.99)].map(round)
  report.add(
    { name, figure: most, unit: 's', n: took.length, p50, p99, ...more },
    `${words.padEnd(52)} p50 ${String(p50)} s, at most ${String(most)} s (to reach: ${String(more['most_s'])} s)`,
  )
}

async function submit(mesh: SmallMesh, script: string, options: object): Promise<string> {
  const command = ['sh', '-c', script]
  const { task_id: id } = await mesh.link.call('p2p_taskqueue_submit_docker_hub', {
    image: BUSYBOX,
    command,
    ...options,
  })
  return id
}

async function containersOf(id: string, all: boolean): Promise<number> {
  return (await docker.listContainers({ all, filters: { label: [`runner-mesh.task=${id}`] } })).length
}

async function isUp(id: string): Promise<boolean> {
  return (await containersOf(id, false)) > 0
}

async function isThere(id: string): Promise<boolean> {
  return (await containersOf(id, true)) > 0
}

async function until(isOver: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS + leaseS * SECOND
  while (!(await isOver())) {
    if (performance.now() > end) throw new Error('It takes too long.')
    await systemClock.sleep(LOOK_EVERY_MS)
  }
}
