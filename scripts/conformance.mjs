/** `npm run conformance`: the protocol's own suites against the MCP door, in the two jobs that scripts/conformance names. */
import { launch } from './setup/launch.mjs'

await launch('scripts/conformance/main.ts', process.argv.slice(2), {})
