/**
 * `.github/runner-mesh.yml`: which events of a repository make which tasks. What workflow files have too is spelled as there;
 * a task is spelled as p2p_taskqueue_submit takes it.
 */
import { z } from 'zod'
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

const events = z
  .strictObject({
    push: z
      .strictObject({
        ...branchFilters,
        tags: patterns.optional(),
        paths: patterns.optional(),
        'paths-ignore': patterns.optional(),
      })
      .describe('Commits pushed by people with write access'),
    pull_request: z
      .strictObject({
        types: words.default(['opened', 'synchronize', 'reopened']),
        ...branchFilters,
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
    schedule: z
      .array(z.strictObject({ cron: z.string().min(1).max(128), timezone: z.string().min(1).max(64).default('UTC') }))
      .min(1)
      .max(16),
  })
  .partial()

const eventNames = Object.keys(events.shape) as readonly EventKind[]
export type EventKind = keyof z.output<typeof events>

/** One event, a list of them, or a mapping with filters. */
const on = z.preprocess(
  (value) => {
    const empty = (kind: unknown): [string, object] => [String(kind), {}]
    if (typeof value === 'string') return Object.fromEntries([empty(value)])
    if (Array.isArray(value)) return Object.fromEntries(value.map(empty))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([kind, filters]: [string, unknown]) => [kind, filters ?? {}]))
  },
  events.refine((found) => eventNames.some((kind) => found[kind] !== undefined), 'names no event'),
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

/** Checked for good by the schema of the task itself, when it is made. */
const container = {
  command: commandWords.optional(),
  entrypoint: commandWords.optional(),
  environment: environment.optional(),
  stdin: template.optional(),
} as const

const task = z
  .looseObject({
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
    if ((found.image === undefined) === (found.dockerfile === undefined)) {
      context.addIssue({ code: 'custom', message: 'needs either image or dockerfile' })
    }
    const listed = [found.entrypoint, found.command].flatMap((part) => (Array.isArray(part) ? part : []))
    const fault = faultOfWords(listed)
    if (fault !== undefined) context.addIssue({ code: 'custom', path: ['command'], message: fault })
    for (const [field, value] of Object.entries(found)) {
      if (!EXPRESSIVE.has(field) && hasExpression(JSON.stringify(value))) {
        context.addIssue({ code: 'custom', path: [field], message: 'takes no expression' })
      }
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
    for (const [each, { needs = [], on: events }] of Object.entries(rules)) {
      if (events.schedule !== undefined) {
        const message = 'is not served yet. Save it with: runner-mesh cron'
        context.addIssue({ code: 'custom', path: ['rules', each, 'on', 'schedule'], message })
      }
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
