import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { ROOT } from './checkout.mjs'
import { prepare } from './prepare.mjs'
import { SetUpError } from './report.mjs'

/**
 * Prepares, then hands this process's place to a script under the prepared Node: same terminal, same signals, same exit
 * code.
 *
 * @param {string} script  path from the repository's root
 * @param {readonly string[]} args
 * @param {import('./prepare.mjs').Wish} wish
 */
export async function launch(script, args, wish) {
  const { node, env } = await prepare(wish).catch(refuse)
  const child = spawn(node, [script, ...args], { cwd: ROOT, env, stdio: 'inherit' })
  // A terminal's Ctrl-C reaches the whole group by itself; what is sent to this process alone is passed on.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.once('error', refuse)
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
}

/**
 * @param {unknown} cause
 * @returns {never}
 */
export function refuse(cause) {
  if (!(cause instanceof SetUpError)) throw cause
  process.stderr.write(`${cause.message}\n`)
  process.exit(cause.exitCode)
}
