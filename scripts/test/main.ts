/**
 * Runs the given test files with Node's own runner, each in its own process, and ends with the runner's closing lines.
 * The runner is stricter here than by itself: see verdict.ts.
 */
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { pathToFileURL } from 'node:url'
import { TIMES } from '../../test/support/random-runs.ts'
import { Verdict } from './verdict.ts'

/** Two files at a time: each may bring several peers and containers of its own. */
const FILES_AT_A_TIME = 2
/** A night has random tests try many times as much. */
const LONGER = Math.max(1, TIMES)
/** One test. Those that must take longer say so themselves: `test(name, { timeout: … }, …)`. */
const TEST_LIMIT_MS = 60_000 * LONGER
/** The whole suite, also when a file blocks its own process so that no limit inside it can fire. */
const SUITE_LIMIT_MS = 25 * 60_000 * LONGER

/**
 * Tests see the machine, but no Actions job and no peer configuration that happens to surround them; RUNNER_MESH_TEST_… is
 * for the tests themselves.
 */
for (const name of Object.keys(process.env)) {
  if (/^(GITHUB|ACTIONS|INPUT|STATE|CACHE)_|^RUNNER_(?!MESH_TEST_)/.test(name))
    Reflect.deleteProperty(process.env, name)
}

const verdict = new Verdict(process.cwd())
const events = run({
  files: process.argv.slice(2).map((file) => resolve(file)),
  concurrency: FILES_AT_A_TIME,
  execArgv: [
    `--test-timeout=${TEST_LIMIT_MS}`,
    '--import',
    pathToFileURL(resolve(import.meta.dirname, 'leave-nothing-running.ts')).href,
  ],
  signal: AbortSignal.timeout(SUITE_LIMIT_MS),
})

const shown = Readable.from(verdict.withoutClosing(events)).pipe(new spec())
for await (const text of shown) process.stdout.write(String(text))
process.stdout.write(verdict.closing())
process.exitCode = verdict.passed ? 0 : 1
