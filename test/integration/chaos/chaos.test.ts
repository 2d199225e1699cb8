/** A short run of chaos, and one with planted bugs; longer ones are `npm run chaos`, and the night's. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { copySources, takeAway, type Mutation } from '../../support/mutated-sources.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const MINUTES = process.env['RUNNER_MESH_TEST_CHAOS_MINUTES'] ?? '1.5'
/** What stays when the time is up: leases, graces, orphans. */
const AFTERMATH_MS = 500_000

interface Verdict {
  readonly code: number
  readonly output: string
}

function chaos(directory: string, ...args: readonly string[]): Promise<Verdict> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['test/chaos/main.ts', ...args], { cwd: directory }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` })
    })
  })
}

const limits = { timeout: Number(MINUTES) * 60_000 + AFTERMATH_MS }

test('what was promised holds while peers, their engine, GitHub and their clocks fail', limits, async (context) => {
  const seed = process.env['RUNNER_MESH_TEST_SEED'] === 'random' ? String(Date.now() % 100_000) : '1'
  const { code, output } = await chaos(ROOT, '--minutes', MINUTES, '--seed', seed)
  assert.equal(code, 0, output)
  const figure = (name: string) => Number(new RegExp(`\\| ${name} \\| (\\d+) \\|`).exec(output)?.[1])
  assert(figure('settled') > 0 && figure('faults') > 0, output)
  assert.equal(figure('settled'), figure('acknowledged'))
  context.diagnostic(output)
})

interface Planted extends Mutation {
  readonly bug: string
  readonly tells: RegExp
}

const PLANTED: readonly Planted[] = [
  {
    bug: 'no submission is known again by its key',
    file: 'src/store/sqlite/submit.ts',
    from: 'findNamed(home, task, digest, now)',
    to: 'undefined',
    tells: /^BROKEN .*one key became two tasks/m,
  },
  {
    bug: 'the redactor lets everything pass',
    file: 'src/core/redactor.ts',
    from: 'if (this.#patterns.longest === 0) return bytes',
    to: 'if (this.#patterns.longest >= 0) return bytes',
    tells: /^BROKEN .*shows the secret/m,
  },
  {
    bug: 'nobody clears up after a peer that is dead',
    file: 'src/app/leftovers.ts',
    from: 'for (const { taskId, fence } of left) await executor.remove(taskId, fence)',
    to: '',
    tells: /^BROKEN .*outlived it/m,
  },
]

test(`a run of chaos turns red by each bug planted: ${PLANTED.map(({ bug }) => bug).join('; ')}`, limits, async () => {
  await using copy = await copySources(['src', 'scripts', 'test/chaos', 'test/support'])
  for (const planted of PLANTED) await takeAway(planted, copy.path)
  const { code, output } = await chaos(
    copy.path,
    ...['--minutes', '0.12', '--seed', '3', '--faults', 'death', '--orphan-seconds', '5'],
  )
  assert.equal(code, 1, output)
  for (const { bug, tells } of PLANTED) assert.match(output, tells, bug)
})
