/**
 * `npm run bench -- <name> [flags]`: one benchmark of bench/, paired with its peer in the same run. Without a name it lists
 * them. Plain JavaScript, for any Node that npm came with.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './setup/checkout.mjs'
import { launch } from './setup/launch.mjs'

const [name, ...args] = process.argv.slice(2)
const script = `bench/${name ?? ''}.ts`
if (name === undefined || !existsSync(join(ROOT, script))) {
  const names = readdirSync(join(ROOT, 'bench'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))
  process.stderr.write(`Which benchmark? ${names.join(', ')}\n`)
  process.exit(name === undefined ? 0 : 64)
}
await launch(script, args, { engine: name === 'container', testTools: name === 'container' })
