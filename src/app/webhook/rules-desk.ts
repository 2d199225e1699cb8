/** Rules, asked by hand: whether a file is one, and what it makes of an event. Without a peer, and without GitHub. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/task.ts'
import { checkEvent, eventOf } from '../../webhook/rules/check-event.ts'
import { rulesJsonSchema } from '../../webhook/rules/json-schema.ts'
import { EVENT_NAMES, isEventKind } from '../../webhook/rules/rules-schema.ts'
import type { Permission } from '../../webhook/trust.ts'
import { readRulesFile } from './rules-file.ts'
import { readPayload } from './send-delivery.ts'

export interface RulesQuestion {
  /** A payload of GitHub; without one the file alone is checked. */
  readonly payloadFile: string | undefined
  /** Its event, where the payload does not tell. */
  readonly event: string | undefined
  readonly permission: string
  readonly paths: readonly string[] | undefined
}

export interface RulesAnswer {
  readonly rules: readonly { readonly rule: string; readonly events: readonly string[] }[]
  readonly checked?: CheckedView
}

export interface CheckedView {
  readonly event: string
  readonly tasks: readonly TaskToMake[]
  readonly skipped: readonly { readonly rule: string; readonly why: string }[]
}

export interface TaskToMake {
  /** Rule and place in its matrix. */
  readonly key: string
  /** As p2p_taskqueue_submit takes it. */
  readonly submit: JsonObject
  readonly needs: readonly string[]
  /** Its concurrency group, where older tasks of it are cancelled. */
  readonly supersedes?: string
  readonly report: Json
}

/** Where the schema of the rules is published. */
export const RULES_SCHEMA_URL =
  'https://raw.githubusercontent.com/runner-mesh/runner-mesh/main/docs/runner-mesh.schema.json'

export function rulesSchemaDocument(): object {
  return rulesJsonSchema(RULES_SCHEMA_URL)
}

/** @throws RunnerMeshError config_invalid: the rules; bad_request: the payload, or a rule that makes no task of it */
export async function checkRules(path: string, question: RulesQuestion): Promise<RulesAnswer> {
  const { payloadFile, permission, paths } = question
  const rules = await readRulesFile(path)
  const named = Object.entries(rules.rules).map(([rule, { on }]) => ({ rule, events: Object.keys(on) }))
  if (payloadFile === undefined) return { rules: named }
  const payload = await readPayload(payloadFile)
  const event = question.event ?? eventOf(payload)
  if (event === undefined || !isEventKind(event)) {
    throw new RunnerMeshError(
      'bad_request',
      `${event === undefined ? `Which event ${payloadFile} is of cannot be told` : `${event} is no event of rules`}. Name it with --name: ${EVENT_NAMES.join(', ')}.`,
    )
  }
  const { tasks, skipped } = checkEvent(rules, { event, payload, permission: permission as Permission, paths })
  const views = tasks.map(({ key, submit, needs, supersedes, report }) => ({
    ...{ key, submit, needs, report },
    ...(supersedes === undefined ? {} : { supersedes }),
  }))
  return { rules: named, checked: { event, tasks: views, skipped } }
}
