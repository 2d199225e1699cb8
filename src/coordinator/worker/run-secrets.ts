/** The secrets of one attempt: found on this host for the run, and kept out of everything that is told of it. */
import { secretAsks, type ContainerTask } from '../../core/container-task.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import type { RunObserver, SecretValue } from '../../core/ports/executor.ts'
import type { AttemptEnd } from '../../core/ports/work-journal.ts'
import { TASK_TOKEN } from '../../core/task-token.ts'
import { redactJson, redactText, secretPatterns, type SecretPatterns } from '../../core/redactor.ts'

/** Values by their names in the host's secret file. @throws RunnerMeshError policy_refused */
export type FindSecrets = (refs: readonly string[]) => Promise<ReadonlyMap<string, string>>

/** What has to be looked for grows with it: some 40 MB of memory for this much. */
const MOST_CHARACTERS = 65_536

/**
 * @param taskToken makes the token with which the task may submit tasks
 * @throws RunnerMeshError policy_refused: one is not there, or they are too long together
 */
export async function resolveSecrets(
  container: ContainerTask,
  find: FindSecrets,
  taskToken: () => Promise<string>,
): Promise<readonly SecretValue[]> {
  const asks = secretAsks(container)
  if (asks.length === 0) return []
  const refs = asks.map(({ ref }) => ref)
  const values = new Map(await find(refs.filter((ref) => ref !== TASK_TOKEN)))
  if (refs.includes(TASK_TOKEN)) values.set(TASK_TOKEN, await taskToken())
  const secrets = asks.map(({ name, ref, env }) => ({ name, env, value: values.get(ref) ?? '' }))
  if (secrets.reduce((sum, { value }) => sum + value.length, 0) > MOST_CHARACTERS) {
    throw new RunnerMeshError(
      'policy_refused',
      `The secrets of the task are longer than ${String(MOST_CHARACTERS)} characters together.`,
    )
  }
  return secrets
}

export function patternsOf(secrets: readonly SecretValue[]): SecretPatterns {
  return secretPatterns(secrets.map(({ value }) => value))
}

/** Notes of an executor for people: what a build prints may hold a secret too. */
export function redactingNotes(secrets: SecretPatterns, notes: RunObserver['phase']): RunObserver['phase'] {
  return (phase, message, fraction) => {
    notes(phase, redactText(secrets, message), fraction)
  }
}

export function redactEnd(secrets: SecretPatterns, end: AttemptEnd): AttemptEnd {
  return {
    ...end,
    ...(end.error === undefined ? {} : { error: redactText(secrets, end.error) }),
    ...(end.result === undefined ? {} : { result: redactJson(secrets, end.result) }),
  }
}
