/** Each guard that matters most is taken away in a copy of the sources, and a world has to notice. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, test } from 'node:test'
import { copySources, takeAway, type Mutation } from '../support/mutated-sources.ts'

interface Mutant extends Mutation {
  readonly promise: string
}

const MUTANTS: readonly Mutant[] = [
  {
    promise: 'fence unchecked',
    file: 'src/store/lifecycle.ts',
    from: 'settlement.fence !== facts.latestFence',
    to: 'false',
  },
  {
    promise: 'fence constant',
    file: 'src/store/sqlite/home.ts',
    from: 'return makeFence(this.epoch, this.#lsn)',
    to: 'return makeFence(this.epoch, 1)',
  },
  {
    promise: 'fence in memory',
    file: 'src/store/sqlite/home.ts',
    from: 'this.#lsn = row.lsn',
    to: 'this.#lsn = 0',
  },
  {
    promise: 'acknowledgement before commit',
    file: 'src/store/sqlite/group-commit.ts',
    from: 'done.push({ step, change, value })',
    to: 'done.push({ step, change, value }); step.resolve(value)',
  },
  {
    promise: 'acknowledgement before the disk has it',
    file: 'src/store/sqlite/group-commit.ts',
    from: 'await this.#deps.sync()',
    to: 'await Promise.resolve(void this.#deps.sync())',
  },
  {
    promise: 'wall clock for leases',
    file: 'src/store/sqlite/home.ts',
    from: 'new LeaseTable(() => this.clock.mono()',
    to: 'new LeaseTable(() => this.clock.now()',
  },
  {
    promise: 'no idempotency key',
    file: 'src/store/sqlite/submit.ts',
    from: 'findNamed(home, task, digest, now)',
    to: 'undefined',
  },
  {
    promise: 'no key is kept',
    file: 'src/coordinator/submission.ts',
    from: 'idempotencyKey: ',
    to: 'unused: ',
  },
  {
    promise: 'lost wake-up: nobody is told',
    file: 'src/coordinator/home.ts',
    from: 'this.#parked.wake(event.needs)',
    to: '',
  },
  {
    promise: 'lost wake-up: a slot of a group becomes free',
    file: 'src/store/sqlite/transitions.ts',
    from: 'if (wasFull && !isFull(lane.group))',
    to: 'if (false)',
  },
  {
    promise: 'a task that may have had effects is offered again',
    file: 'src/store/lifecycle.ts',
    from: "if (facts.idempotent) return { kind: 'offer' }",
    to: "return { kind: 'offer' }",
  },
  {
    promise: 'a repeated claim is granted anew',
    file: 'src/store/sqlite/claim.ts',
    from: 'repeated.length > 0',
    to: 'false',
  },
]

interface Report {
  readonly worlds: number
  readonly broken: readonly { readonly seed: number; readonly violations: readonly string[] }[]
}

const COPIED = ['src/core', 'src/coordinator', 'src/store', 'test/fakes', 'test/support', 'test/simulation']
/** Each mutant is caught within a few worlds; the rest is reserve for when worlds change. */
const WORLDS = 300

/** Worlds from the first on, up to the first that breaks a guarantee. */
function runWorlds(directory: string): Promise<Report> {
  const args = ['test/simulation/run-seeds.ts', '1', String(WORLDS), 'until broken']
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: directory, env: {}, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as Report)
      else reject(new Error(stderr))
    })
  })
}

describe('a world notices when a guarantee is taken away', { concurrency: 2, timeout: 600_000 }, () => {
  for (const mutant of MUTANTS) {
    test(mutant.promise, { timeout: 300_000 }, async (t) => {
      await using copy = await copySources(COPIED)
      await takeAway(mutant, copy.path)
      const { broken } = await runWorlds(copy.path)
      const [first] = broken
      assert(first !== undefined, `${String(WORLDS)} worlds passed all the same`)
      t.diagnostic(`seed ${String(first.seed)}: ${first.violations[0] ?? ''}`)
    })
  }
})
