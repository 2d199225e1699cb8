/**
 * `npm run bench -- queue`: our queue beside others on the same disk in the same run. Submit, claim and settle of tasks that
 * do nothing, one by one and in batches, by 1 to 128 callers; then what a claim costs in a queue of up to a million.
 * The others are real and fetched at exact versions; one that cannot be had is named with the reason.
 *
 * --json  --quick
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createBullMq } from './queue/bullmq.ts'
import { measureClaims } from './queue/claims.ts'
import type { Contestant, Missing } from './queue/contestant.ts'
import { createGraphileWorkers } from './queue/graphile.ts'
import { Leftovers } from './queue/leftovers.ts'
import { createOurOperations, createOurStore } from './queue/ours.ts'
import { createPlainjob } from './queue/plainjob.ts'
import { Report } from './queue/report.ts'
import { reportRounds, runRounds } from './queue/rounds.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
})
const plan = values.quick
  ? { rounds: 2, ms: 400, backlogs: [1000, 20_000], claims: 200 }
  : { rounds: 5, ms: 1500, backlogs: [1000, 100_000, 1_000_000], claims: 2000 }

const leftovers = new Leftovers()
const missing: Missing[] = []

/** A peer that cannot be had costs its own lines, not the run. */
async function tryPeer(name: string, create: () => Promise<readonly Contestant[]>): Promise<readonly Contestant[]> {
  try {
    return await create()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    missing.push({ name, missing: why.replaceAll(/\s+/g, ' ').slice(0, 400) })
    return []
  }
}

try {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-'))
  leftovers.add(() => rm(folder, { recursive: true, force: true }))
  const report = new Report(values.json)
  report.addMachine(folder)
  const contestants = [
    await createOurStore(folder, leftovers),
    await createOurOperations(folder, leftovers),
    ...(await tryPeer('plainjob', async () => [
      await createPlainjob(folder, 'FULL', leftovers),
      await createPlainjob(folder, 'NORMAL', leftovers),
    ])),
    ...(await tryPeer('graphile-worker', () => createGraphileWorkers(leftovers))),
    ...(await tryPeer('BullMQ', async () => [await createBullMq(leftovers)])),
  ]
  reportRounds(report, await runRounds(contestants, plan), missing)
  await measureClaims(report, folder, plan, leftovers)
} finally {
  // When a signal began it, it also ends the process.
  await leftovers.remove()
}
