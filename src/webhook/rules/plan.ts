/** From rules and one event to the tasks it makes. Pure: who caused the event has been judged before. */
import { CONTAINER_TYPES } from '../../core/container-task.ts'
import { containerPayload } from '../../coordinator/submission.ts'
import { errorText, RunnerMeshError, toRunnerMeshError } from '../../core/errors.ts'
import type { PlannedTask } from '../../core/ports/delivery-inbox.ts'
import type { Json, JsonObject } from '../../core/task.ts'
import { commandContext, readCommand } from '../command.ts'
import { githubContext, type EventFacts } from '../event-facts.ts'
import { whyNoMatch } from './match.ts'
import { combinationsOf, type Combination } from './matrix.ts'
import { orderOf, type Rule, type Rules } from './rules-schema.ts'
import { fillIn, fillInList, hasExpression, holds, type Context } from './template.ts'

export interface ReportWish {
  readonly as: 'check' | 'status' | 'comment' | 'none'
  readonly name: string
  readonly sha?: string
  readonly issue?: number
  /** The comment that asked. */
  readonly comment?: number
  readonly dispatch?: string
}

export interface Plan {
  readonly tasks: readonly PlannedTask[]
  readonly skipped: readonly { readonly rule: string; readonly why: string }[]
}

export interface PlanInput {
  readonly rules: Rules
  readonly facts: EventFacts
  /** Id of the delivery. */
  readonly delivery: string
  /** When the event tells no time of its own. */
  readonly receivedAt: number
  /** Whether who caused it may start this rule. @returns why not */
  readonly whyUntrusted: (rule: Rule) => string | undefined
}

/** @throws RunnerMeshError bad_request, unknown_field, quota_exceeded: a rule that makes no task of this event */
export function planTasks(input: PlanInput): Plan {
  const { rules, facts } = input
  const made = new Map<string, readonly PlannedTask[]>()
  const skipped: { rule: string; why: string }[] = []
  for (const name of orderOf(rules.rules) ?? []) {
    const rule = rules.rules[name]
    if (rule === undefined) continue
    const missing = (rule.needs ?? []).find((need) => !made.has(need))
    const why =
      whyNoMatch(rule, facts) ??
      input.whyUntrusted(rule) ??
      (missing === undefined ? undefined : `it needs ${missing}, which makes no task`)
    if (why !== undefined) {
      skipped.push({ rule: name, why })
      continue
    }
    const needs = (rule.needs ?? []).flatMap((need) => (made.get(need) ?? []).map(({ key }) => key))
    const tasks = tasksOf(name, rule, needs, input)
    if (tasks.length === 0) skipped.push({ rule: name, why: 'its if does not hold' })
    else made.set(name, tasks)
  }
  const tasks = [...made.values()].flat()
  const most = rules.limits['tasks-per-event']
  if (tasks.length > most) {
    throw new RunnerMeshError(
      'quota_exceeded',
      `One event would make ${String(tasks.length)} tasks; tasks-per-event allows ${String(most)}.`,
    )
  }
  return { tasks, skipped }
}

function tasksOf(name: string, rule: Rule, needs: readonly string[], input: PlanInput): readonly PlannedTask[] {
  const { facts, delivery, receivedAt } = input
  const command = readCommand(facts.comment?.text ?? '')
  const shared: Context = {
    github: githubContext(facts, delivery),
    ...(command === undefined || 'fault' in command ? {} : { command: commandContext(command) }),
  }
  const combinations = combinationsOf(rule.matrix)
  return combinations.flatMap((combination, at) => {
    const context = { ...shared, matrix: combination }
    try {
      if (rule.if !== undefined && !holds(rule.if, context)) return []
      const group = rule.concurrency === undefined ? undefined : fillIn(rule.concurrency.group, context)
      const key = combinations.length === 1 ? name : `${name}#${String(at + 1)}`
      const planned: PlannedTask = {
        key,
        needs,
        submit: submitOf(rule, facts, context, group),
        ...(group !== undefined && rule.concurrency?.['cancel-in-progress'] === true ? { supersedes: group } : {}),
        eventAt: facts.at ?? receivedAt,
        report: wishOf(name, rule, facts, combination) as unknown as Json,
      }
      return [planned]
    } catch (error) {
      const { code, message } =
        error instanceof RunnerMeshError
          ? toRunnerMeshError(error)
          : { code: 'bad_request' as const, message: errorText(error) }
      throw new RunnerMeshError(code, `Rule ${name} makes no task of this event: ${message}`, { cause: error })
    }
  })
}

function submitOf(rule: Rule, facts: EventFacts, context: Context, group: string | undefined): JsonObject {
  const {
    image,
    dockerfile,
    context: folder,
    ref,
    build_args: args,
    command,
    entrypoint,
    environment,
    stdin,
    ...rest
  } = rule.task
  const wordsOf = (words: typeof command): string | string[] | undefined => {
    if (words === undefined || typeof words === 'string') {
      return words !== undefined && hasExpression(words) ? fillInList(words, context) : words
    }
    return words.map((word) => fillIn(word, context))
  }
  const valuesOf = (values: Readonly<Record<string, string>> | undefined) =>
    values && Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fillIn(value, context)]))
  const container = defined({
    ...rest,
    command: wordsOf(command),
    entrypoint: wordsOf(entrypoint),
    environment: valuesOf(environment),
    stdin: stdin === undefined ? undefined : fillIn(stdin, context),
  })
  // A job does not tell whether its commit is a fork's.
  const commit = facts.kind === 'workflow_job' ? undefined : facts.sha
  const repository = defined({
    repo_url: facts.repository,
    ref: ref ?? commit ?? facts.tag ?? (facts.kind === 'workflow_job' ? facts.defaultBranch : facts.branch),
    commit: ref === undefined ? commit : undefined,
    dockerfile_path: dockerfile,
    context_path: folder,
    build_args: valuesOf(args),
  })
  const type = image === undefined ? CONTAINER_TYPES.repository : CONTAINER_TYPES.image
  const payload =
    image === undefined ? { ...container, ...repository } : { ...container, image: fillIn(image, context) }
  containerPayload(type, payload)
  return defined({
    ...rule.options,
    task_type: type,
    payload,
    workflow_id: rule.options?.workflow_id ?? facts.repository,
    // One home serves several repositories: their groups are not each other's.
    concurrency_group: group && { key: `${facts.repository}:${group}`.slice(0, 256), max: rule.concurrency?.max ?? 1 },
  })
}

function wishOf(name: string, { report }: Rule, facts: EventFacts, combination: Combination): ReportWish {
  const values = Object.values(combination)
  const usual = facts.kind === 'issue_comment' ? 'comment' : facts.sha === undefined ? 'none' : 'check'
  const as = report.as ?? usual
  return {
    as: (as === 'comment' && facts.issue === undefined) || (as !== 'comment' && facts.sha === undefined) ? 'none' : as,
    name: `${report.name ?? name}${values.length === 0 ? '' : ` (${values.join(', ')})`}`,
    ...(facts.sha === undefined ? {} : { sha: facts.sha }),
    ...(facts.issue === undefined ? {} : { issue: facts.issue }),
    ...(facts.comment === undefined ? {} : { comment: facts.comment.id }),
    ...(report.dispatch === undefined ? {} : { dispatch: report.dispatch }),
  }
}

function defined(fields: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject
}
