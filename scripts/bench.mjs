/**
 * `npm run bench -- <name> [flags]`: one benchmark of bench/, paired with its peer in the same run; `all` runs every one
 * and, with --save, writes docs/BENCHMARKS.md. Without a name it lists them. Plain JavaScript, for any Node that npm came
 * with.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './setup/checkout.mjs'
import { launch } from './setup/launch.mjs'

const NEED_ENGINE = ['all', 'container', 'recovery', 'task']

const [name, ...args] = process.argv.slice(2)
const script = name === 'all' ? 'scripts/bench/main.ts' : `bench/${name ?? ''}.ts`
if (name === undefined || !existsSync(join(ROOT, script))) {
  const names = readdirSync(join(ROOT, 'bench'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))
  process.stderr.write(`Which benchmark? ${names.join(', ')}, or all of them: all\n`)
  process.exit(name === undefined ? 0 : 64)
}
const needsEngine = NEED_ENGINE.includes(name)
await launch(script, args, { engine: needsEngine, testTools: needsEngine })
