/**
 * Everything a command needs before it can do its work, installed where it is missing. Two passes: the first only looks
 * and, if this machine lacks something that we may not or cannot install, says all of it at once and touches nothing.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCommand } from './command.mjs'
import { RUNTIME_FOLDER } from './checkout.mjs'
import { dependenciesMatch, installDependencies } from './dependencies.mjs'
import { engineAddress, engineState, startEngine } from './engine.mjs'
import { oneAtATime } from './one-at-a-time.mjs'
import { ENGINE_PACKAGE, PACKAGES } from './packages.mjs'
import { EXIT_CONFIGURATION, SetUpError, timed } from './report.mjs'
import { environmentWith, installRuntime, node24 } from './runtime.mjs'
import { installPackages, installer } from './system-packages.mjs'

/**
 * @typedef {object} Wish
 * @property {boolean} [engine]     a running Docker engine, and an image to run without a registry
 * @property {boolean} [testTools]  what the tests use besides
 */

/** Packages and the engine belong to the machine, not to the checkout: their lock does too. */
export const MACHINE_LOCK = join(tmpdir(), 'runner-mesh-set-up.lock')
const CHECKOUT_LOCK = join(RUNTIME_FOLDER, 'set-up.lock')

/**
 * @param {Wish} [wish]
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>} a Node that runs our TypeScript, and an environment in which it is `node`
 */
export async function prepare(wish = {}) {
  const machine = await lookAtMachine(wish)
  refuseWhatWeCannot(machine)
  const node = await prepareCheckout()
  if (!machine.complete) {
    await oneAtATime(MACHINE_LOCK, async () => prepareMachine(await lookAtMachine(wish)))
  }
  return { node, env: environmentWith(node) }
}

async function prepareCheckout() {
  const present = node24()
  if (present !== undefined && dependenciesMatch()) return present
  return oneAtATime(CHECKOUT_LOCK, async () => {
    if (node24() === undefined) await timed('fetched a Node runtime into .runtime', installRuntime)
    const node = /** @type {string} */ (node24())
    if (!dependenciesMatch()) await timed('installed dependencies with npm ci', () => installDependencies(node))
    return node
  })
}

/** @param {Awaited<ReturnType<typeof lookAtMachine>>} machine */
async function prepareMachine({ missing, engine }) {
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(' ')
    await timed(`installed ${names}`, () => installPackages(missing))
  }
  if (engine === 'down') await timed('started the Docker engine', startEngine)
}

/** @param {Wish} wish */
async function lookAtMachine({ engine: wantsEngine = false, testTools = false }) {
  const engine = wantsEngine ? await engineState() : 'ready'
  const mayInstallEngine = engine === 'down' && engineAddress().chosen === undefined
  const missing = [
    ...(mayInstallEngine && findCommand('dockerd') === undefined
      ? [{ name: ENGINE_PACKAGE, purpose: 'the Docker engine' }]
      : []),
    ...PACKAGES.filter(({ neededBy, isPresent }) => {
      const needed = (wantsEngine && neededBy.includes('demo')) || (testTools && neededBy.includes('test'))
      return needed && !isPresent()
    }),
  ]
  return { missing, engine, complete: missing.length === 0 && engine === 'ready' }
}

/** @param {Awaited<ReturnType<typeof lookAtMachine>>} machine */
function refuseWhatWeCannot({ missing, engine }) {
  const faults = []
  const { debian, able, because } = installer()
  if (Number(process.versions.node.split('.')[0]) < 20) {
    faults.push(`Node ${process.versions.node} is too old: install Node 20 or newer.`)
  }
  if (findCommand('npm') === undefined && (node24() === undefined || !dependenciesMatch())) {
    faults.push('npm is not on PATH: install it (it comes with Node).')
  }
  if (missing.length > 0 && !able) {
    const list = missing.map(({ name, purpose }) => `    ${name.padEnd(16)}${purpose}`).join('\n')
    const command = `\n  as root: apt-get install --no-install-recommends ${missing.map(({ name }) => name).join(' ')}`
    faults.push(
      `These must be installed by you, because ${because} (names as in Debian and Ubuntu):\n${list}${debian ? command : ''}`,
    )
  }
  faults.push(...engineFaults(engine, missing))
  if (faults.length === 0) return
  throw new SetUpError(
    `This machine is not ready:\n${faults.map((fault) => `- ${fault}`).join('\n')}`,
    EXIT_CONFIGURATION,
  )
}

/**
 * @param {import('./engine.mjs').EngineState} engine
 * @param {readonly { name: string }[]} missing
 */
function engineFaults(engine, missing) {
  const { chosen, url } = engineAddress()
  if (engine === 'forbidden') {
    return [
      `The Docker engine at ${url} refuses this user. As root: usermod --append --groups docker <user>, then log in again.`,
    ]
  }
  if (engine === 'ready') return []
  if (chosen !== undefined)
    return [`No Docker engine answers at DOCKER_HOST=${chosen}. Start it, or unset DOCKER_HOST.`]
  if (process.getuid?.() === 0) return []
  const absent = missing.some(({ name }) => name === ENGINE_PACKAGE)
  return [
    `${absent ? 'Then start' : 'Start'} the Docker engine as root, because you are not: systemctl start docker (or run dockerd). ` +
      'Your user must be in the group docker.',
  ]
}
