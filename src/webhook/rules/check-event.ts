/** What rules make of one event, without a peer and without GitHub: for people who write rules. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { PlannedTask } from '../../core/ports/delivery-inbox.ts'
import { readFacts } from '../event-facts.ts'
import { whyUntrusted, type Permission } from '../trust.ts'
import { planTasks } from './plan.ts'
import type { EventKind, Rules } from './rules-schema.ts'

export interface EventToCheck {
  readonly event: EventKind
  readonly payload: unknown
  /** What its sender has in the repository, which GitHub is asked for otherwise. */
  readonly permission: Permission
  /** Files that a pull request changes, which GitHub is asked for otherwise. */
  readonly paths: readonly string[] | undefined
}

export interface CheckedEvent {
  readonly tasks: readonly PlannedTask[]
  readonly skipped: readonly { readonly rule: string; readonly why: string }[]
}

/** @throws RunnerMeshError bad_request: a payload of another kind, or a rule that makes no task of it; see planTasks */
export function checkEvent(rules: Rules, { event, payload, permission, paths }: EventToCheck): CheckedEvent {
  const read = readFacts(event, payload)
  if (read === undefined) {
    throw new RunnerMeshError('bad_request', `The payload is none of ${event}: it names no repository.full_name.`)
  }
  const facts = paths === undefined ? read : { ...read, paths }
  return planTasks({
    ...{ rules, facts, delivery: 'check', receivedAt: 0 },
    whyUntrusted: (rule) => whyUntrusted(rule, facts, permission),
  })
}

/** Which event a payload is of: GitHub tells it in a header alone. @returns undefined where that cannot be told */
export function eventOf(payload: unknown): EventKind | undefined {
  if (typeof payload !== 'object' || payload === null || !('repository' in payload)) return undefined
  const has = (...fields: readonly string[]): boolean => fields.every((field) => field in payload)
  if (has('workflow_job')) return 'workflow_job'
  if (has('workflow_run', 'action') && !has('deployment') && !has('environment') && !has('since')) return 'workflow_run'
  if (has('client_payload')) return 'repository_dispatch'
  if (has('inputs', 'workflow', 'ref')) return 'workflow_dispatch'
  if (has('comment', 'issue')) return 'issue_comment'
  if (has('pull_request', 'action', 'number')) return 'pull_request'
  if (has('release', 'action')) return 'release'
  if (has('issue', 'action') && !has('sub_issue') && !has('blocked_issue') && !has('parent_issue')) return 'issues'
  if (has('ref', 'deleted')) return 'push'
  return has('schedule') ? 'schedule' : undefined
}
