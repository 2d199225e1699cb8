/**
 * `npm run nightly [-- --quick] [-- --only names]`: everything that is too long for the suite, one after the other: tests,
 * hostile peers, a full load over a relay, chaos, soak, all benchmarks, a million simulated tasks. Figures go to docs/BENCHMARKS.md, docs/soak.md and docs/soak.svg.
 * All steps run; a red one ends it with 1. With --quick each is minutes at most and writes nothing, to see that all works.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from './setup/checkout.mjs'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } } })
const { quick } = values
const seed = String(Date.now() % 1_000_000)
/** @type {Readonly<Record<string, readonly string[]>>} */
const STEPS = {
  tests: ['nightly-tests', 'random', ...(quick ? ['1'] : [])],
  hostile: ['nightly-tests', 'hostile'],
  relay: ['nightly-tests', 'relay'],
  chaos: ['chaos', '--seed', seed, '--minutes', quick ? '0.5' : '30'],
  'shared-home': ['chaos', '--shared-home', '--seed', seed, '--seconds', quick ? '20' : '600'],
  soak: ['soak', ...(quick ? ['--minutes', '2'] : ['--minutes', '60', '--save'])],
  bench: ['bench', 'all', ...(quick ? ['--quick'] : ['--save'])],
  scale: ['bench', 'scale', ...(quick ? ['--quick'] : ['--peers', '10,100,1000', '--tasks', '1000000'])],
}
const names = values.only?.split(',') ?? Object.keys(STEPS)
const unknown = names.filter((name) => !(name in STEPS))
if (unknown.length > 0) {
  process.stderr.write(`There is no step ${unknown.join(', ')}. There are: ${Object.keys(STEPS).join(', ')}\n`)
  process.exit(64)
}
/** What the tests of a quick night try for seconds instead of minutes. */
const env = quick
  ? {
      RUNNER_MESH_TEST_ATTACK_SECONDS: '3',
      RUNNER_MESH_TEST_FUZZ_SECONDS: '2',
      RUNNER_MESH_TEST_OUTPUT_SHARE: '0.1',
    }
  : {}

const verdicts = names.map((name) => {
  const [script, ...args] = STEPS[name] ?? []
  const startedAt = Date.now()
  process.stdout.write(`\n── ${name}: npm run ${String(script)} -- ${args.join(' ')}\n`)
  const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts', `${String(script)}.mjs`), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...env, ...process.env },
  })
  return { name, isGreen: status === 0, minutes: ((Date.now() - startedAt) / 60_000).toFixed(1) }
})
process.stdout.write('\n')
for (const { name, isGreen, minutes } of verdicts) {
  process.stdout.write(`${isGreen ? '✔' : '✖'} ${name} (${minutes} min)\n`)
}
process.exitCode = verdicts.every(({ isGreen }) => isGreen) ? 0 : 1
