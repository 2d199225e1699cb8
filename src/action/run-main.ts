/** The main step: masks secrets, refuses untrusted triggers, and hands over to its mode. */
import { getInput } from '@actions/core'
import { readFile } from 'node:fs/promises'
import type { Environment } from '../app/config.ts'
import { systemRandom } from '../app/system.ts'
import { ERRORS, RunnerMeshError, toRunnerMeshError } from '../core/errors.ts'
import { readStepInputs } from './inputs.ts'
import { ReportedError } from './reported-error.ts'
import { maskSecrets, readSettings } from './setting-inputs.ts'
import type { StepGround } from './step-ground.ts'
import { createStepLog } from './step-log.ts'
import { untrustedBecause } from './trigger.ts'

export interface MainSurroundings {
  readonly environment: Environment
  /** How the command line of this package is started. */
  readonly program: readonly [string, ...string[]]
  readonly signal: AbortSignal
}

/** @returns the exit code; it never throws */
export async function runMain({ environment, program, signal }: MainSurroundings): Promise<number> {
  const log = createStepLog(systemRandom)
  try {
    maskSecrets()
    const inputs = readStepInputs()
    await refuseUntrusted(environment, inputs['allow-public-repositories'])
    return await runMode({ environment: readSettings(environment), inputs, program, log, signal })
  } catch (thrown) {
    if (thrown instanceof ReportedError) return thrown.exitCode
    if (signal.aborted) {
      log.say('the job was cancelled')
      return ERRORS.cancelled.exit
    }
    const error = toRunnerMeshError(thrown)
    log.fail(`${error.code}: ${error.message}`)
    if (error.code === 'internal' && error.cause instanceof Error) log.quote(error.cause.stack ?? error.cause.message)
    return ERRORS[error.code].exit
  }
}

/** Each mode is loaded when it is asked for: a step that submits needs no engine, one in the background no mesh. */
async function runMode(ground: StepGround): Promise<number> {
  switch (ground.inputs.mode) {
    case 'serve':
      return (await import('./serve.ts')).serve(ground)
    case 'background':
      return (await import('./background.ts')).background(ground)
    case 'submit':
      return (await import('./submit.ts')).submit(ground)
    case 'host':
      return (await import('./host.ts')).host(ground, getInput('state-dir'))
  }
}

/** @throws RunnerMeshError policy_refused */
async function refuseUntrusted(environment: Environment, allowedPublic: readonly string[]): Promise<void> {
  const { GITHUB_EVENT_PATH: path = '', GITHUB_EVENT_NAME: name = '', GITHUB_REPOSITORY: repository = '' } = environment
  const payload: unknown = await readFile(path, 'utf8')
    .then((text) => JSON.parse(text) as unknown)
    .catch(() => undefined)
  const why = untrustedBecause({ name, repository, payload }, allowedPublic)
  if (why !== undefined) throw new RunnerMeshError('policy_refused', why)
}
