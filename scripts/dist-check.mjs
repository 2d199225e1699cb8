/** `npm run dist:check`: dist/ is what the sources make, byte for byte, and it runs where no package is installed. */
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildInto } from './build.mjs'
import { ROOT } from './setup/checkout.mjs'
import { runCommand, tail } from './setup/command.mjs'

const COMMITTED = join(ROOT, 'dist')
const ENTRIES = ['main.js', 'post.js', 'cli.js']
/** A step that is refused before it does anything. */
const STEP = { ...process.env, INPUT_MODE: 'none' }
const workplace = mkdtempSync(join(tmpdir(), 'runner-mesh-dist-'))
try {
  const fresh = join(workplace, 'fresh')
  await buildInto(fresh)
  const faults = existsSync(COMMITTED) ? [...differences(fresh), ...(await startFaults())] : ['dist/ is missing']
  if (faults.length > 0) {
    process.stderr.write(`${faults.map((fault) => `- ${fault}`).join('\n')}\nRun npm run build and commit dist/.\n`)
    process.exitCode = 1
  }
} finally {
  rmSync(workplace, { recursive: true, force: true })
}

/** @param {string} fresh */
function differences(fresh) {
  const names = new Set([...readdirSync(fresh), ...readdirSync(COMMITTED)])
  return [...names].sort().flatMap((name) => {
    const [made, committed] = [fresh, COMMITTED].map((folder) => bytesOf(join(folder, name)))
    if (made === undefined) return [`dist/${name} is made by nothing`]
    if (committed === undefined) return [`dist/${name} is missing`]
    return made.equals(committed) ? [] : [`dist/${name} is not what the sources make`]
  })
}

/**
 * Many a bundle builds well and dies at its first import: each part is imported and each entry started, from a folder of
 * its own where no package is.
 */
async function startFaults() {
  const alone = join(workplace, 'alone')
  cpSync(COMMITTED, join(alone, 'dist'), { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(alone, 'package.json'))
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const parts = readdirSync(COMMITTED).filter((name) => name.endsWith('.js') && !ENTRIES.includes(name))
  const imports = `for (const name of ${JSON.stringify(parts)}) await import(\`./dist/\${name}\`)`
  /** @type {readonly [readonly string[], number, RegExp][]} */
  const starts = [
    [['dist/cli.js', '--version'], 0, new RegExp(`^${version.replaceAll('.', '\\.')}\\s*$`)],
    [['dist/main.js'], 78, /^::error::config_invalid: The input mode must be one of/m],
    [['dist/post.js'], 0, /^$/],
    [['--input-type=module', '--eval', imports], 0, /^$/],
  ]
  const faults = []
  for (const [args, expected, says] of starts) {
    const { code, output } = await runCommand(process.execPath, args, { cwd: alone, env: STEP })
    if (code !== expected || !says.test(output)) faults.push(`${args.join(' ')} ended with ${code}: ${tail(output)}`)
  }
  return faults
}

/** @param {string} path */
function bytesOf(path) {
  return existsSync(path) ? readFileSync(path) : undefined
}
