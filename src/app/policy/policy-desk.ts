/** What a host policy says of a task, asked by hand: from the files of this machine, without a running peer. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { fromGeneric, needsOf, SUBMISSION } from '../../coordinator/submission.ts'
import { isContainerType } from '../../core/container-task.ts'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { submitTask } from '../../core/operations/submit.ts'
import { parseInput } from '../../core/operations/invoke.ts'
import { judge, type RuleVerdict } from '../../core/policy/verdict.ts'
import type { HostPolicy } from '../../core/policy/host-policy.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Requirements } from '../../core/task.ts'
import { TASK_TOKEN } from '../../core/task-token.ts'
import type { Config } from '../config.ts'
import { makeStateDirectory, stateDirectory } from '../state-directory.ts'
import { parseTaskFile } from '../task-file.ts'
import { loadPolicy, POLICY_FILE, secretNamesOf, summaryOf, whyClosedNow } from './policy-keeper.ts'
import { STARTING_POLICY } from './starting-policy.ts'

export interface PolicyView {
  /** The file in force; undefined when plain settings are. */
  readonly file: string | undefined
  readonly digest: string
  readonly policy: HostPolicy
  /** Names in the secret file, never values. */
  readonly secretNames: readonly string[]
  /** Why the host takes no work at this time, whatever the task. */
  readonly closed: string | undefined
}

export interface Asker {
  /** The peer that would accept and sign the task; unset leaves the rule `submitters` open. */
  readonly signer?: string
  readonly submitter?: string
  readonly depth?: number
}

export interface TaskVerdict {
  readonly allowed: boolean
  readonly rules: readonly RuleVerdict[]
}

/** @throws RunnerMeshError config_invalid */
export async function showPolicy(config: Config, clock: Pick<Clock, 'now'>): Promise<PolicyView> {
  const stateDir = stateDirectory(config)
  const { policy, path, exists } = await loadPolicy(config, stateDir)
  const names = await secretNamesOf(config, stateDir)
  return {
    file: exists ? path : undefined,
    digest: summaryOf(policy, names).digest,
    policy,
    secretNames: [...names],
    closed: whyClosedNow(policy, clock),
  }
}

/**
 * @param text of a file: YAML or JSON, a task as a submit takes it, or a container's payload alone
 * @throws RunnerMeshError bad_request, unknown_field: the task; config_invalid: the policy
 */
export function checkTask(
  { policy, secretNames }: Pick<PolicyView, 'policy' | 'secretNames'>,
  text: string,
  asker: Asker,
): TaskVerdict {
  const { signer = '', submitter = '', depth = 0 } = asker
  const needs = needsOfFile(text, { signer, submitter, depth })
  const rules = judge(policy, needs).map((verdict): RuleVerdict => {
    if (verdict.rule === 'submitters' && asker.signer === undefined && policy.submitters !== 'mesh')
      return { ...verdict, allowed: true, message: 'depends on the peer that accepts the task: name it with --signer' }
    const missing = needs.asks?.secrets?.find(({ ref }) => ref !== TASK_TOKEN && !secretNames.includes(ref))
    if (verdict.rule === 'secrets' && verdict.allowed && missing !== undefined)
      return { ...verdict, allowed: false, message: `${missing.ref} is not in the secrets file of this host` }
    return verdict
  })
  return { allowed: rules.every(({ allowed }) => allowed), rules }
}

/** @returns the path of the new file. @throws RunnerMeshError config_invalid: there is one already, or no right to write */
export async function writeStartingPolicy(config: Config): Promise<string> {
  const stateDir = stateDirectory(config)
  const path = config.policyFile ?? join(stateDir, POLICY_FILE)
  if (config.policyFile === undefined) await makeStateDirectory(stateDir)
  let file
  try {
    file = await open(path, 'wx', 0o644)
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
    throw new RunnerMeshError(
      'config_invalid',
      isThere ? `There is a policy file already: ${path}. Edit it.` : `Cannot write ${path}: ${errorText(cause)}.`,
      { cause },
    )
  }
  try {
    await file.writeFile(STARTING_POLICY)
  } finally {
    await file.close()
  }
  return path
}

function needsOfFile(text: string, by: Required<Asker>): Requirements {
  const submission = fromGeneric(parseInput(submitTask.input, parseTaskFile(text)))
  if (!isContainerType(submission.type)) {
    throw new RunnerMeshError('bad_request', `A host policy is about containers, not about ${submission.type}.`)
  }
  return needsOf(submission, SUBMISSION.clocks, by)
}
