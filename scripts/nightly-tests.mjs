/**
 * The tests of a night, a step of `npm run nightly`: the random tests of the queue, its simulated worlds (12,000) and of all
 * that is pure, many times over and from another place than the suite's; each attack of hostile peers for a minute; each
 * parser of foreign bytes for two. A failure prints its seed; RUNNER_MESH_TEST_SEED tries it again.
 */
import { launch } from './setup/launch.mjs'
import { findTests } from './test/projects.mjs'

const TIMES = 12
const RANDOM = [
  'unit/store',
  'unit/core',
  'unit/coordinator/cache',
  'unit/coordinator/cron',
  'unit/coordinator/parked-claims',
  'contract',
  'simulation/simulation',
  'integration/store/kill9',
  'integration/mesh/hostile/',
  'integration/fuzz/',
]

process.env['RUNNER_MESH_TEST_RUNS'] ??= process.argv[2] ?? String(TIMES)
process.env['RUNNER_MESH_TEST_SEED'] ??= 'random'
process.env['RUNNER_MESH_TEST_ATTACK_SECONDS'] ??= '60'
process.env['RUNNER_MESH_TEST_FUZZ_SECONDS'] ??= '120'
const { files, needsMachine } = findTests(RANDOM)
await launch('scripts/test/main.ts', files, { engine: false, testTools: needsMachine })
