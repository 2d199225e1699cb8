/** Entry of the Action's main step. */
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { RunnerMeshError } from '../core/errors.ts'
import { runMain } from './run-main.ts'

const cancelled = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    cancelled.abort(new RunnerMeshError('cancelled', `The job sent ${signal}.`))
  })
}
process.exit(
  await runMain({
    environment: process.env,
    program: [process.execPath, fileURLToPath(new URL('./cli.js', import.meta.url))],
    signal: cancelled.signal,
  }),
)
