import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { scratchDirectory, type ScratchDirectory } from '../../support/scratch-directory.ts'
import { GUARDS, type Guard } from './mutants/guards.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const COPIED = ['package.json', 'src/core', 'src/store', 'test/contract', 'test/fakes', 'test/support']
const COPIED_TESTS = ['test/unit/store', 'test/integration/store']

/** A copy of the store and of the tests that hold it, in which a guard may be taken away. */
async function copySources(): Promise<ScratchDirectory> {
  const copy = await scratchDirectory('memory')
  for (const path of [...COPIED, ...COPIED_TESTS]) {
    await cp(join(ROOT, path), join(copy.path, path), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(copy.path, 'node_modules'))
  return copy
}

interface Verdict {
  readonly passed: number
  readonly failed: number
  readonly output: string
}

/** Runs the tests of one file whose names begin in one of the ways given, in a process of its own. */
function runTests(directory: string, file: string, beginnings: readonly string[]): Promise<Verdict> {
  const escaped = beginnings.map((beginning) => beginning.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const args = ['--test-reporter=tap', `--test-name-pattern=^(?:${escaped.join('|')})`, file]
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: directory, timeout: 50_000, env: {} }, (_error, stdout, stderr) => {
      const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1] ?? NaN)
      resolve({ passed: count('pass'), failed: count('fail'), output: `${stdout}${stderr}` })
    })
  })
}

async function takeAway({ file, from, to }: Guard, directory: string): Promise<void> {
  const path = join(directory, file)
  const source = await readFile(path, 'utf8')
  assert.equal(source.split(from).length - 1, 1, `${file} holds this once: ${from}`)
  const mutant = source.replace(from, () => to)
  // It must at least be a program, or every test is red for no reason.
  stripTypeScriptTypes(mutant)
  await writeFile(path, mutant)
}

test(
  'with every guard of the store in place its tests pass in a copy of the sources',
  { timeout: 120_000 },
  async () => {
    await using copy = await copySources()
    for (const [file, guards = []] of Object.entries(Object.groupBy(GUARDS, (guard) => guard.test))) {
      const beginnings = [...new Set(guards.map(({ caughtBy }) => caughtBy))]
      const { passed, failed, output } = await runTests(copy.path, file, beginnings)
      assert(passed >= beginnings.length && failed === 0, output)
    }
  },
)

describe('without a guard of the store a test turns red', { concurrency: 2, timeout: 300_000 }, () => {
  for (const guard of GUARDS) {
    test(`${guard.promise}: ${guard.caughtBy}`, async () => {
      await using copy = await copySources()
      await takeAway(guard, copy.path)
      const { failed, output } = await runTests(copy.path, guard.test, [guard.caughtBy])
      // A mutant may also bring the whole process down, so that there is nothing to count.
      assert(failed !== 0, `it passes all the same:\n${output}`)
    })
  }
})
