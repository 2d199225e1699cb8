import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, mkdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { runCommand, tail } from './command.mjs'
import { ROOT, RUNTIME_FOLDER } from './checkout.mjs'
import { EXIT_CONFIGURATION, EXIT_INFRASTRUCTURE, SetUpError } from './report.mjs'

/** The exact Node that is fetched where the one on PATH is older than the code needs. */
const PINNED = readFileSync(join(ROOT, '.node-version'), 'utf8').trim()
const NEEDED_MAJOR = Number(PINNED.split('.')[0])
const HOME = join(RUNTIME_FOLDER, `node-${PINNED}`)

/** npm's packages of the Node binary; `node` itself only picks one of these with an install script. */
const BINARY_PACKAGE = `${process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'}-${process.platform}-${process.arch}`

/**
 * A Node of the needed major: the running one if it will do, else the fetched one, else nothing yet.
 *
 * @returns {string | undefined}
 */
export function node24() {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) return process.execPath
  return binaryIn(HOME)
}

/**
 * An environment in which `node` means that one, for npm and for what its scripts start.
 *
 * @param {string} node
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentWith(node) {
  return { ...process.env, PATH: [dirname(node), process.env['PATH'] ?? ''].join(delimiter) }
}

/**
 * Fetches the pinned Node beside its final place and moves it there once it runs, so that a broken download is never
 * found by the next start. The platform's own package needs no install script; `node` does, and is the second try for
 * platforms whose package has another name.
 */
export async function installRuntime() {
  mkdirSync(RUNTIME_FOLDER, { recursive: true })
  const draft = mkdtempSync(join(RUNTIME_FOLDER, 'draft-'))
  try {
    const tries = [
      [`${BINARY_PACKAGE}@${PINNED}`, '--ignore-scripts'],
      [`node@${PINNED}`, '--ignore-scripts=false'],
    ]
    let output = ''
    for (const args of tries) {
      output = (
        await runCommand('npm', ['install', '--prefix', draft, '--no-save', '--no-audit', '--no-fund', ...args])
      ).output
      const binary = binaryIn(draft)
      if (binary === undefined) continue
      await mustRun(binary)
      rmSync(HOME, { recursive: true, force: true })
      renameSync(draft, HOME)
      return
    }
    throw new SetUpError(
      `npm could not fetch Node ${PINNED}. Install Node ${NEEDED_MAJOR} or newer yourself, or see what npm said:\n${tail(output)}`,
      EXIT_INFRASTRUCTURE,
    )
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** @param {string} folder */
function binaryIn(folder) {
  return [BINARY_PACKAGE, 'node']
    .map((name) => join(folder, 'node_modules', name, 'bin', 'node'))
    .find((path) => existsSync(path))
}

/** @param {string} binary */
async function mustRun(binary) {
  const { output } = await runCommand(binary, ['--version'])
  if (output.trim() === `v${PINNED}`) return
  throw new SetUpError(
    `The Node ${PINNED} that npm has for this platform does not run here: ${tail(output, 3)}\nInstall Node ${NEEDED_MAJOR} or newer yourself.`,
    EXIT_CONFIGURATION,
  )
}
