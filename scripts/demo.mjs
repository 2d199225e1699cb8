/** `npm run demo`: from a fresh clone to a mesh that runs a task. Plain JavaScript, for any Node that npm came with. */
import { launch } from './setup/launch.mjs'

await launch('scripts/demo/main.ts', process.argv.slice(2), { engine: true })
