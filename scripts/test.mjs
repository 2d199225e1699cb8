/** `npm test [-- part-of-a-path …]`: from a fresh clone to the suite's verdict. Plain JavaScript, for any Node that npm came with. */
import { launch } from './setup/launch.mjs'
import { findTests } from './test/projects.mjs'

const filters = process.argv.slice(2)
const { files, needsMachine } = findTests(filters)
if (files.length === 0) {
  process.stderr.write(`No test file has ${filters.join(' or ')} in its path.\n`)
  process.exit(64)
}
await launch('scripts/test/main.ts', files, { engine: needsMachine, testTools: needsMachine })
