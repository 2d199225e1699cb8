/** Entry of the Action's main step. */
import { setFailed } from '@actions/core'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { ERRORS, toRunnerMeshError } from '../core/errors.ts'
import { readSettings } from './inputs.ts'
import { serve } from './serve.ts'

try {
  await serve(
    readSettings(process.env),
    [process.execPath, fileURLToPath(new URL('./cli.js', import.meta.url))],
    (stop) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(`the job sent ${signal}`))
    },
  )
  process.exit()
} catch (thrown) {
  const error = toRunnerMeshError(thrown)
  setFailed(`${error.code}: ${error.message}`)
  process.exit(ERRORS[error.code].exit)
}
