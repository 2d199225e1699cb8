/**
 * `npm run bench -- takeover`: a home in PostgreSQL that two peers share. What the loss of one of them costs, by `kill -9`
 * under load: until the other has granted a task, and until those who waited have their answer. Then tasks a second beside
 * graphile-worker and pg-boss on the same server, in the same run.
 *
 * --losses N (6)  --callers N (16)  --quick  --json
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../test/support/database-servers.ts'
import type { Contestant, Missing } from './queue/contestant.ts'
import { createGraphileWorkers } from './queue/graphile.ts'
import { Leftovers } from './queue/leftovers.ts'
import { createOurSharedStore } from './queue/ours.ts'
import { createPgBoss } from './queue/pg-boss.ts'
import { quantile, Report, round } from './queue/report.ts'
import { reportRounds, runRounds } from './queue/rounds.ts'
import { measureLosses } from './takeover/loss.ts'

const { values } = parseArgs({
  options: {
    losses: { type: 'string', default: '6' },
    callers: { type: 'string', default: '16' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const callers = Number(values.callers)
const plan = values.quick ? { rounds: 2, ms: 500 } : { rounds: 4, ms: 1500 }
const shapes = [
  { callers: 1, batch: 1 },
  { callers: 64, batch: 1 },
  { callers: 8, batch: 100 },
]

const leftovers = new Leftovers()
try {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-'))
  leftovers.add(() => rm(folder, { recursive: true, force: true }))
  const report = new Report(values.json)
  report.addMachine(folder)
  const server = await startPostgres(leftovers)

  const losses = { rounds: values.quick ? 2 : Number(values.losses), callers, ms: plan.ms }
  const { nextClaim, answers, tasks } = await measureLosses(folder, server, losses, leftovers)
  report.say(`\n${String(nextClaim.length)} peers killed, ${String(callers)} callers, ${String(tasks)} tasks ended`)
  addTimes(report, 'takeover-next-claim', 'loss of a peer → next task granted by the other', nextClaim)
  addTimes(report, 'takeover-answer', 'loss of a peer → answer to a caller who waits', answers)

  const missing: Missing[] = []
  const tryPeer = async (
    name: string,
    create: () => Promise<readonly Contestant[]>,
  ): Promise<readonly Contestant[]> => {
    try {
      return await create()
    } catch (error) {
      missing.push({ name, missing: (error instanceof Error ? error.message : String(error)).slice(0, 400) })
      return []
    }
  }
  const contestants = [
    await createOurSharedStore(server, leftovers),
    ...(await tryPeer('graphile-worker', () => createGraphileWorkers(leftovers, server))),
    ...(await tryPeer('pg-boss', async () => [await createPgBoss(server, leftovers)])),
  ]
  reportRounds(report, await runRounds(contestants, { ...plan, shapes }), missing)
} finally {
  // When a signal began it, it also ends the process.
  await leftovers.remove()
}

function addTimes(report: Report, name: string, words: string, times: readonly number[]): void {
  const [p50, most] = [round(quantile(times, 0.5)), round(Math.max(...times))]
  const line = { name, unit: 'ms', figure: p50, max: most, n: times.length, durability: 'synchronous_commit=on' }
  report.add(line, `  ${words.padEnd(50)} p50 ${String(p50)} ms, at most ${String(most)} ms (${String(times.length)})`)
}
