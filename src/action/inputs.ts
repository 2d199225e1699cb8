/** Inputs of the Action as the same settings that the command line and the environment give. */
import { getInput, setSecret } from '@actions/core'
import { join } from 'node:path'
import { environmentName, type Environment } from '../app/config.ts'

const STEMS = [
  'key',
  'registry',
  'registry-issue-title',
  'github-token',
  'bootstrap',
  'run-for-seconds',
  'runner-name',
  'labels',
  'slots',
  'state-dir',
  'log-level',
] as const

/** Secrets are masked before anything else can print them. */
export function readSettings(environment: Environment): Environment {
  for (const secret of [getInput('key'), getInput('github-token')]) if (secret !== '') setSecret(secret)
  const given = STEMS.flatMap((stem) => {
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

/** Beside the runner's tool cache: it is the runner's own, and outlives jobs, so that the runner stays one peer. */
function defaultStateDir({ RUNNER_TOOL_CACHE: toolCache, RUNNER_TEMP: temp }: Environment): string | undefined {
  const base = toolCache ?? temp
  return base === undefined || base === '' ? undefined : join(base, 'runner-mesh')
}
