/**
 * `npm run chaos [-- --minutes n --seed n --faults kinds --history file]`: real peers in networks of their own work through
 * mixed tasks while they are killed, frozen and cut off, and what they stand on fails: engine, disk, GitHub, clock. A
 * history is recorded, and judged at the end; a broken promise ends with 1.
 */
import { writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { inspect, parseArgs } from 'node:util'
import { SeededRandom } from '../support/seeded-random.ts'
import { watchStarts } from './container-starts.ts'
import { FAULTS, hurt } from './faults.ts'
import { openGround, type Ground } from './ground.ts'
import { judge, type Event, type Happening } from './history.ts'
import { HomeLink } from './home-link.ts'
import { Workload } from './workload.ts'

/** The last act: a worker that holds work dies, and never comes back. */
const DEATH = 'death'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string', default: [...Object.keys(FAULTS), DEATH].join(',') },
    history: { type: 'string' },
    // A container may outlive its lease by this much.
    'orphan-seconds': { type: 'string', default: '90' },
  },
})
const RUN_MS = Number(values.minutes) * 60_000
const kinds = values.faults.split(',').filter((kind) => kind !== '')
const unknown = kinds.filter((kind) => !(kind in FAULTS) && kind !== DEATH)
if (!(RUN_MS > 0) || unknown.length > 0) {
  const known = [...Object.keys(FAULTS), DEATH].join(', ')
  process.stderr.write(`--minutes takes a number above 0, --faults some of: ${known}.\n`)
  process.exit(64)
}
/** One fault must not fill a short run. */
const LONGEST_FAULT_SHARE = 8
/** After the last fault: leases end, what was lost is offered again, containers are cleared up. */
const SETTLE_MS = 150_000

const random = new SeededRandom(Number(values.seed))
const history: Event[] = []
const startedAt = performance.now()
const record = (happening: Happening): void => {
  history.push({ ...happening, at: Math.round(performance.now() - startedAt) })
}

try {
  await run()
} catch (thrown) {
  // What went wrong while all was taken down stands before what went wrong first.
  let first: unknown = thrown
  while (first instanceof SuppressedError) first = first.suppressed
  process.stderr.write(`${inspect(first)}\n`)
  process.exitCode = 70
}

async function run(): Promise<void> {
  await using ground = await openGround()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Namespaces and processes end with this one; an engine and its disk do not.
    process.once(signal, () => void ground[Symbol.asyncDispose]().then(() => process.exit(130)))
  }
  await using link = new HomeLink(ground.home)
  const watching = await Promise.all(
    ground.engines.map((docker) =>
      watchStarts(docker, (task, container) => record({ kind: 'started', task, container })),
    ),
  )
  const workload = new Workload({ link, random, name: `chaos-${values.seed}`, record })
  // Starting the peers is no part of the run.
  const until = performance.now() + RUN_MS
  const isOver = (): boolean => performance.now() >= until
  const tell = (what: string): void => {
    record({ kind: 'fault', what })
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${what}\n`)
  }

  const failing = { ground, random, tell, mostMs: RUN_MS / LONGEST_FAULT_SHARE }
  const running = kinds.filter((kind) => kind !== DEATH)
  await Promise.all([
    workload.submitUntil(isOver),
    workload.followUntil(isOver),
    running.length === 0 ? pause(RUN_MS) : hurt(failing, running, isOver),
  ])
  await settle(workload)
  if (kinds.includes(DEATH)) await die(ground, workload, tell)
  await lookAgain(workload)
  await clearUp(ground)
  for (const watch of watching) watch.stop()

  const verdict = judge(history)
  const { broken, ends, ...figures } = verdict
  if (values.history !== undefined) {
    writeFileSync(values.history, history.map((event) => `${JSON.stringify(event)}\n`).join(''))
  }
  process.stdout.write(`seed ${values.seed}, ${values.minutes} minutes of ${values.faults}\n`)
  process.stdout.write(`| | |\n|---|--:|\n${toRows(figures)}${toRows(ends)}`)
  for (const line of broken) process.stdout.write(`BROKEN ${line}\n`)
  process.stdout.write(broken.length === 0 ? 'every guarantee held\n' : `${String(broken.length)} guarantees broken\n`)
  process.exitCode = broken.length === 0 && verdict.settled > 0 && workload.pending.size === 0 ? 0 : 1
}

/** Once nothing is hurt any more everything ends. */
async function settle(workload: Workload): Promise<void> {
  const end = performance.now() + SETTLE_MS
  while (workload.pending.size > 0 && performance.now() < end) {
    await workload.look()
    await pause(300)
  }
}

/** What it left must end and be cleared up without it. */
async function die(ground: Ground, workload: Workload, tell: (what: string) => void): Promise<void> {
  const [, worker] = ground.workers
  const { process: peer } = worker
  if (peer === undefined) return
  const task = await workload.submit(`chaos-${values.seed}-last`, {
    asked: { exitCode: 0, idempotent: true, isCancelled: true },
    script: 'sleep 900',
    options: { requires: { peers: [peer.ready.peer_id] } },
  })
  const end = performance.now() + SETTLE_MS
  while (!history.some((event) => event.kind === 'started' && event.task === task) && performance.now() < end) {
    await pause(100)
  }
  tell(`kill -9 of ${worker.name} for good, with a container at work`)
  worker.process = undefined
  await peer.kill()
  if (task !== undefined) await workload.cancel(task)
  await settle(workload)
}

/** What has ended is told at the end as it was told before. */
async function lookAgain(workload: Workload): Promise<void> {
  for (const task of workload.pending) record({ kind: 'unended', task, status: await workload.tellState(task) })
  const acknowledged = new Set(history.flatMap((event) => (event.kind === 'acknowledged' ? [event.task] : [])))
  for (const task of acknowledged) if (!workload.pending.has(task)) await workload.hasEnded(task)
}

async function clearUp(ground: Ground): Promise<void> {
  const end = performance.now() + Number(values['orphan-seconds']) * 1000
  let containers = await ground.containers()
  while (containers.length > 0 && performance.now() < end) {
    await pause(500)
    containers = await ground.containers()
  }
  for (const { id, task } of containers) record({ kind: 'orphan', task, container: id })
}

function toRows(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `| ${name} | ${String(value)} |\n`)
    .join('')
}
