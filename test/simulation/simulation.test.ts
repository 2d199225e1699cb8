/**
 * Worlds in which everything goes wrong, by the hundred. A world follows from its seed alone; one that breaks a guarantee
 * prints how to see it again. RUNNER_MESH_TEST_RUNS multiplies how many there are (`npm run nightly`), and
 * RUNNER_MESH_TEST_SEED begins elsewhere.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { randomRuns } from '../support/random-runs.ts'
import { scratchDirectory } from '../support/scratch-directory.ts'
import { runWorld, type WorldEnd } from './world.ts'

const WORLDS = 1_000
/** As many processors as a small machine has; each runs its share of the worlds. */
const SHARES = 2
const RUN_SEEDS = join(import.meta.dirname, 'run-seeds.ts')

interface Report {
  readonly worlds: number
  readonly acknowledged: number
  readonly executions: number
  readonly virtualMs: number
  readonly broken: readonly { readonly seed: number; readonly violations: readonly string[] }[]
}

test('whatever goes wrong, the guarantees of the queue hold', { timeout: 3_600_000 }, async (t) => {
  const { numRuns, seed } = randomRuns(WORLDS)
  const share = Math.ceil(numRuns / SHARES)
  const reports = await Promise.all(
    Array.from({ length: SHARES }, async (_, index): Promise<Report> => {
      const args = [RUN_SEEDS, String(seed + index * share), String(share)]
      const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 })
      return JSON.parse(stdout) as Report
    }),
  )
  const sum = (count: (report: Report) => number): number => reports.reduce((total, one) => total + count(one), 0)
  const broken = reports.flatMap((report) => report.broken)
  const hours = (sum(({ virtualMs }) => virtualMs) / 3_600_000).toFixed(1)
  const [worlds, acknowledged, executions] = [
    sum((report) => report.worlds),
    sum((report) => report.acknowledged),
    sum((report) => report.executions),
  ]
  t.diagnostic(
    `${String(worlds)} worlds, ${hours} hours in them: ${String(acknowledged)} tasks acknowledged, ${String(executions)} runs`,
  )
  const told = broken.map(
    (world) => `${world.violations.join('\n')}\nSee it again: node test/simulation/replay.ts ${String(world.seed)}`,
  )
  assert.deepEqual(told, [])
  assert(worlds >= numRuns && acknowledged > worlds)
})

test('the same seed gives the same world, line by line', async () => {
  const ends: WorldEnd[][] = [[], []]
  for (const again of ends) {
    for (const seed of [3, 20, 32]) {
      await using directory = await scratchDirectory('memory')
      again.push(await runWorld({ seed, directory: directory.path }))
    }
  }
  const [first = [], second = []] = ends
  assert.deepEqual(
    first.map(({ hash, events }) => ({ hash, events })),
    second.map(({ hash, events }) => ({ hash, events })),
  )
  assert.equal(new Set(first.map(({ hash }) => hash)).size, 3)
})
