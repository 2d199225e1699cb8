/**
 * `npm run check`: everything that is not a test, cheap first. Each step is an npm script of its own; all of them run, so
 * that one look shows everything that is red.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ROOT } from './setup/checkout.mjs'
import { refuse } from './setup/launch.mjs'
import { prepare } from './setup/prepare.mjs'

const STEPS = ['format:check', 'docs:check', 'layers', 'types', 'dead', 'dist:check', 'lint']

/** @type {{ scripts: Record<string, string> }} */
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const { env } = await prepare().catch(refuse)
const PATH = [join(ROOT, 'node_modules', '.bin'), env['PATH']].join(delimiter)

const red = STEPS.filter((step) => !isGreen(step))
process.stdout.write(red.length === 0 ? 'check: all green\n' : `check: red: ${red.join(', ')}\n`)
process.exitCode = red.length === 0 ? 0 : 1

/** @param {string} step */
function isGreen(step) {
  const startedAt = Date.now()
  const command = scripts[step] ?? `echo "package.json has no script ${step}"; false`
  const { status, stdout, stderr } = spawnSync(command, {
    cwd: ROOT,
    env: { ...env, PATH },
    shell: true,
    encoding: 'utf8',
  })
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  if (status !== 0) process.stdout.write(`${stdout}${stderr}`)
  process.stdout.write(`${status === 0 ? '✔' : '✖'} ${step} (${seconds} s)\n`)
  return status === 0
}
