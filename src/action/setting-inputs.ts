/**
 * Inputs of the Action that are settings of a peer, as the command line and the environment give them too. The post step
 * reads them too: nothing heavy is imported here.
 */
import { getInput, setSecret } from '@actions/core'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { environmentName, type Environment } from '../app/settings/environment.ts'

/** Inputs that are settings of the same name. */
export const SETTING_STEMS = [
  'key',
  'registry',
  'registry-issue-title',
  'registry-announce',
  'github-token',
  'bootstrap',
  'listen',
  'http',
  'run-for-seconds',
  'runner-name',
  'labels',
  'slots',
  'docker-host',
  'state-dir',
  'log-level',
] as const

/** Inputs whose values nobody may read in the log. */
const SECRET_INPUTS = ['key', 'github-token'] as const

/** To be called before anything else can print them. */
export function maskSecrets(): void {
  for (const name of SECRET_INPUTS) {
    const value = getInput(name)
    if (value !== '') setSecret(value)
  }
}

/** The settings of this step's peer; what the machine's own environment says counts where an input is silent. */
export function readSettings(environment: Environment): Environment {
  const given = SETTING_STEMS.flatMap((stem) => {
    const value = getInput(stem)
    return value === '' ? [] : [[environmentName(stem), value] as const]
  })
  const stateDir = defaultStateDir(environment)
  return {
    ...(stateDir === undefined ? {} : { [environmentName('state-dir')]: stateDir }),
    ...environment,
    ...(Object.fromEntries(given) as Environment),
  }
}

/** Beside the runner's tool cache: it is the runner's own and outlives jobs, so that the runner stays one peer. */
function defaultStateDir(environment: Environment): string | undefined {
  const { RUNNER_TOOL_CACHE: toolCache, RUNNER_TEMP: temp, RUNNER_NAME: name = '' } = environment
  const base = toolCache ?? temp
  if (base === undefined || base === '') return undefined
  // Several runners of one machine may share a tool cache.
  const own = /^[A-Za-z0-9_-]{1,64}$/.test(name) ? name : createHash('sha256').update(name).digest('hex').slice(0, 16)
  return join(base, 'runner-mesh', own)
}
