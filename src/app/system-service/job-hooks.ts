/**
 * Scripts for ACTIONS_RUNNER_HOOK_JOB_STARTED and _COMPLETED: while GitHub has a job on the runner, the peer of the
 * machine claims nothing. A hook that fails would fail the job, so these never do; a pause ends by itself should the
 * second hook never run.
 * @see https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/run-scripts
 */
import { SERVICE_STATE_DIR } from './service-paths.ts'

export const HOOKS = {
  ACTIONS_RUNNER_HOOK_JOB_STARTED: 'job-started.sh',
  ACTIONS_RUNNER_HOOK_JOB_COMPLETED: 'job-completed.sh',
} as const

/** No job of a self-hosted runner lasts longer. */
const LONGEST_JOB_SECONDS = 5 * 86_400

export function renderHooks({ node, cli }: { readonly node: string; readonly cli: string }): Record<string, string> {
  const call = (words: string): string =>
    [
      '#!/bin/sh',
      '# Several runners of one machine pause under their own names.',
      `${shellWord(node)} ${shellWord(cli)} ${words} --state-dir ${SERVICE_STATE_DIR} --as "runner \${RUNNER_NAME:-unknown}" || echo 'runner-mesh: no peer answers'`,
      'exit 0',
      '',
    ].join('\n')
  return {
    [HOOKS.ACTIONS_RUNNER_HOOK_JOB_STARTED]: call(`pause --for-seconds ${String(LONGEST_JOB_SECONDS)}`),
    [HOOKS.ACTIONS_RUNNER_HOOK_JOB_COMPLETED]: call('resume'),
  }
}

/** The runner's `.env` with our hooks set, and every other line as it was. @param folder undefined takes them out */
export function withHooks(envFile: string, folder: string | undefined): string {
  const others = envFile
    .split('\n')
    .filter((line) => line !== '' && !Object.keys(HOOKS).some((name) => line.startsWith(`${name}=`)))
  const ours = folder === undefined ? [] : Object.entries(HOOKS).map(([name, file]) => `${name}=${folder}/${file}`)
  return [...others, ...ours].map((line) => `${line}\n`).join('')
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
