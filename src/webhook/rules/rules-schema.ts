/**
 * `.github/runner-mesh.yml`: which events of a repository make which tasks. What workflow files have too is spelled as there;
 * a task is spelled as p2p_taskqueue_submit takes it.
 */
import { z } from 'zod'
import { parseSchedule } from '../../coordinator/cron/schedule.ts'
import { errorText } from '../../core/errors.ts'
import { imageTask, repositoryTask } from '../../core/container-task.ts'
import { PRIORITY } from '../../core/task.ts'
import { submitOptions } from '../../core/operations/views.ts'
import { WORKFLOW_TAGS } from '../../core/scheduler/workflow-tags.ts'
import { faultOfWords } from './shell-guard.ts'
import { faultOfCondition, faultOfTemplate, hasExpression } from './template.ts'

export const RULES_PATH = '.github/runner-mesh.yml'
export const MOST_TASKS = 256

const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'is not a name of letters, digits, - and _')
  .describe('Name of the rule')

const patterns = z.array(z.string().min(1).max(256)).min(1).max(64)
const words = z.array(z.string().min(1).max(128)).min(1).max(64)

/** A text that may hold expressions. */
const template = z
  .string()
  .max(65_536)
  .superRefine((text, context) => {
    const fault = faultOfTemplate(text)
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault })
  })
const plain = (what: string) => z.string().refine((text) => !hasExpression(text), `${what} takes no expression`)
const scalar = z.union([template, z.number(), z.boolean()]).transform(String)

const branchFilters = {
  branches: patterns.optional().describe('Branches, as patterns; ! takes away'),
  'branches-ignore': patterns.optional(),
} as const

const pathFilters = {
  paths: patterns.optional().describe('A changed file must fit one of these patterns'),
  'paths-ignore': patterns.optional().describe('A changed file must fit none of these'),
} as const

const schedule = z
  .strictObject({ cron: z.string().min(1).max(128), timezone: z.string().min(1).max(64).default('UTC') })
  .superRefine(({ cron, timezone }, context) => {
    try {
      parseSchedule(cron, timezone)
    } catch (error) {
      context.addIssue({ code: 'custom', message: errorText(error) })
    }
  })

const events = z
  .strictObject({
    push: z
      .strictObject({
        ...branchFilters,
        tags: patterns.optional(),
        ...pathFilters,
      })
      .describe('Commits pushed by people with write access'),
    pull_request: z
      .strictObject({
        types: words.default(['opened', 'synchronize', 'reopened']),
        ...branchFilters,
        ...pathFilters,
        labels: words.optional().describe('At least one of them'),
      })
      .describe('Pull requests from branches of the repository itself; forks start nothing'),
    issue_comment: z
      .strictObject({ command: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'is not a word of small letters') })
      .describe('A comment that begins with /mesh and this word'),
    issues: z.strictObject({ types: words.default(['opened']), labels: words.optional() }),
    release: z.strictObject({ types: words.default(['published']) }),
    workflow_run: z.strictObject({
      types: words.default(['completed']),
      workflows: words.optional().describe('By name'),
      conclusions: words.optional(),
      ...branchFilters,
    }),
    workflow_job: z
      .strictObject({
        types: words.default(['queued']),
        tags: z
          .array(z.enum(WORKFLOW_TAGS))
          .min(1)
          .optional()
          .describe('At least one of them. Default: p2p-only, p2p-eligible'),
      })
      .describe('A job of a workflow whose labels carry workflow tags. The job itself is left alone'),
    repository_dispatch: z.strictObject({ types: words.optional() }),
    workflow_dispatch: z.strictObject({
      workflows: words.optional().describe('By path, such as .github/workflows/x.yml'),
    }),
    schedule: z.array(schedule).min(1).max(16).describe('By the clock, on the default branch'),
  })
  .partial()

export type EventKind = keyof z.output<typeof events>
export const EVENT_NAMES = Object.keys(events.shape) as readonly EventKind[]

export function isEventKind(name: string): name is EventKind {
  return Object.hasOwn(events.shape, name)
}

/** One event, a list of them, or a mapping with filters. */
const on = z.preprocess(
  (value) => {
    const empty = (kind: unknown): [string, object] => [String(kind), {}]
    if (typeof value === 'string') return Object.fromEntries([empty(value)])
    if (Array.isArray(value)) return Object.fromEntries(value.map(empty))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([kind, filters]: [string, unknown]) => [kind, filters ?? {}]))
  },
  events.refine((found) => EVENT_NAMES.some((kind) => found[kind] !== undefined), 'names no event'),
)

const argv = z.array(scalar).max(1024)
const commandWords = z.union([
  argv.min(1),
  z
    .string()
    .max(65_536)
    .refine(
      (text) => !hasExpression(text) || (/^\s*\$\{\{.*\}\}\s*$/s.test(text) && faultOfTemplate(text) === undefined),
      'is a string with an expression in it, which would become program text. Write a list of words, or one expression that makes a list',
    ),
])

const environment = z.record(z.string().max(256), scalar)

/** Of a container's payload, those that rules or the door fill in. */
const FILLED_IN: ReadonlySet<string> = new Set([
  ...['image', 'digest', 'repo_url', 'ref', 'commit', 'context_path', 'dockerfile_path', 'build_args'],
  ...['command', 'entrypoint', 'environment', 'stdin'],
])
const OF_BUILDS: ReadonlySet<string> = new Set(['context', 'ref', 'build_args', 'submodules', 'target'])

/** Checked for good by the schema of the task itself, when it is made: an expression may make anything. */
const container = {
  command: commandWords.optional(),
  entrypoint: commandWords.optional(),
  environment: environment.optional(),
  stdin: template.optional(),
} as const

/** What a submit takes beside, in the words of a submit; defaults are those of a submit too. */
const otherFields: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  Object.entries({ ...imageTask.shape, ...repositoryTask.shape })
    .filter(([field]) => !FILLED_IN.has(field))
    .map(([field, schema]) => [
      field,
      (schema instanceof z.ZodDefault ? (schema.unwrap() as z.ZodType) : schema).optional(),
    ]),
)

const task = z
  .strictObject({
    ...otherFields,
    image: template.optional().describe('Image to run'),
    dockerfile: plain('dockerfile')
      .optional()
      .describe('Dockerfile of the repository to build, at the commit of the event'),
    context: plain('context').optional().describe('Folder to build in'),
    ref: plain('ref').optional().describe('Another branch or tag to build'),
    build_args: environment.optional(),
    ...container,
  })
  .superRefine((found, context) => {
    const fault = (message: string, path: readonly string[] = []): void => {
      context.addIssue({ code: 'custom', path: [...path], message })
    }
    if ((found.image === undefined) === (found.dockerfile === undefined)) fault('needs either image or dockerfile')
    const stray = found.image === undefined ? undefined : Object.keys(found).find((field) => OF_BUILDS.has(field))
    if (stray !== undefined) fault('goes with dockerfile, not with image', [stray])
    const listed = [found.entrypoint, found.command].flatMap((part) => (Array.isArray(part) ? part : []))
    const ofWords = faultOfWords(listed)
    if (ofWords !== undefined) fault(ofWords, ['command'])
    for (const [field, value] of Object.entries(found)) {
      if (!EXPRESSIVE.has(field) && hasExpression(JSON.stringify(value))) fault('takes no expression', [field])
    }
  })

const EXPRESSIVE: ReadonlySet<string> = new Set(['image', 'build_args', ...Object.keys(container)])

const options = z
  .strictObject(submitOptions)
  .omit({ idempotency_key: true, needs: true, concurrency_group: true })
  .partial()
  .extend({ priority: z.int().min(PRIORITY.lowest).max(PRIORITY.highest).optional() })

const matrixValue = z.union([z.string().max(256), z.number(), z.boolean()])
const matrixRow = z.record(z.string(), matrixValue)
const matrix = z
  .object({ include: z.array(matrixRow).optional(), exclude: z.array(matrixRow).optional() })
  .catchall(z.array(matrixValue).min(1).max(MOST_TASKS))

export const REPORTS = ['check', 'status', 'comment', 'none'] as const
const report = z.strictObject({
  as: z.enum(REPORTS).optional().describe('Default: comment for commands, check where there is a commit, else none'),
  name: plain('name').max(100).optional().describe('Of the check or status. Default: the name of the rule'),
  dispatch: plain('dispatch').max(100).optional().describe('Event type of a repository_dispatch at the end'),
})

const rule = z.strictObject({
  on,
  if: z
    .string()
    .max(4096)
    .superRefine((text, context) => {
      const fault = faultOfCondition(text)
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault })
    })
    .optional()
    .describe('An expression; without it the filters alone decide'),
  from: z
    .array(z.enum(['OWNER', 'MEMBER', 'COLLABORATOR', 'CONTRIBUTOR']))
    .min(1)
    .default(['OWNER', 'MEMBER', 'COLLABORATOR'])
    .describe('Author associations that may start it'),
  permission: z.enum(['read', 'write', 'admin']).default('write').describe('What who starts it must have at least'),
  matrix: matrix.optional(),
  needs: z.array(name).max(64).optional().describe('Rules whose tasks must complete first'),
  concurrency: z
    .strictObject({
      group: template.pipe(z.string().min(1)),
      max: z.int().min(1).max(100_000).default(1),
      'cancel-in-progress': z.boolean().default(false),
    })
    .optional(),
  task,
  options: options.optional().describe('Priority, clocks, retries and so on, as a submit takes them'),
  report: report.prefault({}),
})
export type Rule = z.output<typeof rule>

export const rulesSchema = z
  .strictObject({
    version: z.literal(1),
    limits: z
      .strictObject({
        'tasks-per-event': z.int().min(1).max(MOST_TASKS).default(32),
        'open-tasks': z.int().min(1).max(100_000).default(500).describe('Of this repository that have not ended'),
      })
      .prefault({}),
    rules: z.record(name, rule),
  })
  .superRefine(({ rules }, context) => {
    for (const [each, { needs = [] }] of Object.entries(rules)) {
      for (const need of needs) {
        if (rules[need] === undefined) {
          context.addIssue({ code: 'custom', path: ['rules', each, 'needs'], message: `there is no rule ${need}` })
        }
      }
    }
    if (orderOf(rules) === undefined)
      context.addIssue({ code: 'custom', path: ['rules'], message: 'need each other in a circle' })
  })
export type Rules = z.output<typeof rulesSchema>

/** Names so that what is needed comes first; undefined when rules need each other in a circle. */
export function orderOf(rules: Readonly<Record<string, Pick<Rule, 'needs'>>>): readonly string[] | undefined {
  const order: string[] = []
  let left = Object.keys(rules)
  while (left.length > 0) {
    const free = left.filter((each) => (rules[each]?.needs ?? []).every((need) => !left.includes(need)))
    if (free.length === 0) return undefined
    order.push(...free)
    left = left.filter((each) => !free.includes(each))
  }
  return order
}
