/**
 * The tests of a night, steps of `npm run nightly`, one kind at a time, since the figures of one suffer from another:
 *
 * - random: the random tests of the queue, its simulated worlds (12,000) and of all that is pure, many times over and from
 *   another place than the suite's. A failure prints its seed; RUNNER_MESH_TEST_SEED tries it again.
 * - hostile: each attack of hostile peers for a minute, and what the attacked peer's memory grew by.
 * - relay: a log of 50 MB and an artifact of 200 MB of a real container, from behind two NATs over a relay.
 */
import { launch } from './setup/launch.mjs'
import { findTests } from './test/projects.mjs'

const TIMES = 12
/** @type {Readonly<Record<string, readonly string[]>>} */
const KINDS = {
  random: [
    'unit/store',
    'unit/core',
    'unit/coordinator/cache',
    'unit/coordinator/cron',
    'unit/coordinator/parked-claims',
    'contract',
    'simulation/simulation',
    'integration/store/kill9',
  ],
  hostile: ['integration/mesh/hostile/'],
  relay: ['e2e/behind-routers'],
}

const [kind = '', times] = process.argv.slice(2)
const parts = KINDS[kind]
if (parts === undefined) {
  process.stderr.write(`Which tests of the night? ${Object.keys(KINDS).join(', ')}\n`)
  process.exit(64)
}
process.env['RUNNER_MESH_TEST_RUNS'] ??= times ?? String(TIMES)
process.env['RUNNER_MESH_TEST_SEED'] ??= 'random'
process.env['RUNNER_MESH_TEST_ATTACK_SECONDS'] ??= '60'
process.env['RUNNER_MESH_TEST_OUTPUT_SHARE'] ??= '1'
const { files, needsMachine } = findTests(parts)
await launch('scripts/test/main.ts', files, { engine: kind === 'relay', testTools: needsMachine })
