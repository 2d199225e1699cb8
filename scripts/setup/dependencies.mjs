import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './checkout.mjs'
import { runCommand } from './command.mjs'
import { EXIT_INFRASTRUCTURE, SetUpError } from './report.mjs'
import { environmentWith } from './runtime.mjs'

/** @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean }>} LockedPackages */

/**
 * Whether node_modules holds what the lockfile says. npm writes down what it installed as the last thing it does, so an
 * interrupted installation never looks complete, and one made by a later `npm install` is as good as ours.
 */
export function dependenciesMatch(root = ROOT) {
  const installed = join(root, 'node_modules', '.package-lock.json')
  return existsSync(installed) && isInstalled(packagesOf(join(root, 'package-lock.json')), packagesOf(installed))
}

/**
 * @param {LockedPackages} locked
 * @param {LockedPackages} installed
 */
export function isInstalled(locked, installed) {
  const paths = Object.keys(locked).filter((path) => path !== '')
  const missing = paths.some((path) => {
    const wanted = locked[path]
    const found = installed[path]
    // Optional packages are those of other platforms.
    if (found === undefined) return wanted?.optional !== true
    return found.version !== wanted?.version || found.integrity !== wanted?.integrity
  })
  return !missing && Object.keys(installed).every((path) => path in locked)
}

/** @param {string} node */
export async function installDependencies(node) {
  const env = environmentWith(node)
  // Nothing we use needs an install script, so none runs.
  const { code, output } = await runCommand('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    env,
  })
  if (code !== 0) throw new SetUpError(`npm ci failed:\n${npmErrors(output)}`, EXIT_INFRASTRUCTURE)
}

/**
 * npm says what is wrong first and how to call it afterwards.
 *
 * @param {string} output
 */
function npmErrors(output) {
  return output
    .split('\n')
    .filter((line) => line.startsWith('npm error'))
    .slice(0, 15)
    .join('\n')
}

/**
 * @param {string} path
 * @returns {LockedPackages}
 */
function packagesOf(path) {
  /** @type {{ packages: LockedPackages }} */
  const lockfile = JSON.parse(readFileSync(path, 'utf8'))
  return lockfile.packages
}
