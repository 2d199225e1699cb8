/** Takes each guard of a table away in a copy of the sources, and sees that the test it names turns red. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, test } from 'node:test'
import { copySources, takeAway } from '../../../support/mutated-sources.ts'
import type { ScratchDirectory } from '../../../support/scratch-directory.ts'
import type { Guard } from './guards.ts'

const COPIED = [
  '.node-version',
  'src/app/system.ts',
  'src/core',
  'src/store',
  'test/contract',
  'test/fakes',
  'test/support',
  'scripts',
]
const COPIED_TESTS = ['test/unit/store', 'test/integration/store']

/** Of the process that tests a copy. */
export type Env = () => Promise<Readonly<Record<string, string>>>

interface Verdict {
  readonly passed: number
  readonly failed: number
  readonly output: string
}

/** A copy of the store and of the tests that hold it. */
function copyStore(): Promise<ScratchDirectory> {
  return copySources([...COPIED, ...COPIED_TESTS])
}

/** Runs the tests of one file whose names begin in one of the ways given, in a process of its own. */
function runTests(
  directory: string,
  file: string,
  beginnings: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Verdict> {
  const escaped = beginnings.map((beginning) => beginning.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const args = ['--test-reporter=tap', `--test-name-pattern=^(?:${escaped.join('|')})`, file]
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: directory, timeout: 110_000, env }, (_error, stdout, stderr) => {
      const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1] ?? NaN)
      resolve({ passed: count('pass'), failed: count('fail'), output: `${stdout}${stderr}` })
    })
  })
}

export function holdGuards(what: string, guards: readonly Guard[], env: Env = () => Promise.resolve({})): void {
  test(
    `with every guard of ${what} in place its tests pass in a copy of the sources`,
    { timeout: 240_000 },
    async () => {
      await using copy = await copyStore()
      for (const [file, own = []] of Object.entries(Object.groupBy(guards, (guard) => guard.test))) {
        const beginnings = [...new Set(own.map(({ caughtBy }) => caughtBy))]
        const { passed, failed, output } = await runTests(copy.path, file, beginnings, await env())
        assert(passed >= beginnings.length && failed === 0, output)
      }
    },
  )

  describe(`without a guard of ${what} a test turns red`, { concurrency: 2, timeout: 600_000 }, () => {
    for (const guard of guards) {
      test(`${guard.promise}: ${guard.caughtBy}`, async () => {
        await using copy = await copyStore()
        await takeAway(guard, copy.path)
        const { failed, output } = await runTests(copy.path, guard.test, [guard.caughtBy], await env())
        // A mutant may also bring the whole process down, so that there is nothing to count.
        assert(failed !== 0, `it passes all the same:\n${output}`)
      })
    }
  })
}
