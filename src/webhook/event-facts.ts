/**
 * What rules look at in an event, whatever its kind. A tolerant reader: GitHub's payloads grow and shrink with its versions,
 * so only what is used is asked for. What tells who caused an event and where it comes from makes it start nothing when it
 * is missing.
 */
import { z } from 'zod'
import type { Json, JsonObject } from '../core/task.ts'
import { isEventKind, type EventKind } from './rules/rules-schema.ts'

export interface EventFacts {
  readonly kind: EventKind
  readonly action: string
  /** `owner/name`. */
  readonly repository: string
  readonly defaultBranch: string
  readonly sender: { readonly login: string; readonly isBot: boolean }
  /** The association of whoever caused it with the repository; undefined where the payload does not tell it. */
  readonly association: string | undefined
  /** Whether only people with write access can cause such an event at all. */
  readonly needsWriteAccess: boolean
  readonly branch: string | undefined
  readonly tag: string | undefined
  /** Of what the event is about, 40 hexadecimal digits. */
  readonly sha: string | undefined
  readonly ref: string | undefined
  /** Why it starts nothing, whatever the rules say. */
  readonly barred: string | undefined
  readonly labels: readonly string[]
  /** Changed by a push; undefined when the payload does not tell all of them. */
  readonly paths: readonly string[] | undefined
  /** Of a workflow, by name or path. */
  readonly workflow: string | undefined
  readonly conclusion: string | undefined
  readonly schedule: { readonly cron: string; readonly timezone: string } | undefined
  readonly issue: number | undefined
  readonly comment: { readonly id: number; readonly text: string } | undefined
  /** When it happened, as far as it tells; epoch milliseconds. */
  readonly at: number | undefined
  readonly payload: JsonObject
}

/** A field of another form is as good as none. */
const soft = <S extends z.ZodType>(schema: S) => schema.optional().catch(undefined)
const text = soft(z.string())
const repositoryName = soft(z.object({ full_name: text }).nullable())
const labelled = soft(z.array(z.object({ name: z.string() })))
const branchOf = soft(z.object({ ref: text, sha: text, repo: repositoryName }))
const changes = soft(z.array(z.string()))

const eventPayload = z.object({
  action: text,
  repository: z.object({
    full_name: z.string(),
    default_branch: text,
    pushed_at: soft(z.union([z.number(), z.string()])),
  }),
  sender: soft(z.object({ login: z.string(), type: text })),
  ref: text,
  after: text,
  deleted: soft(z.boolean()),
  commits: soft(z.array(z.object({ added: changes, modified: changes, removed: changes }))),
  head_commit: soft(z.object({ timestamp: text }).nullable()),
  pull_request: soft(
    z.object({
      number: soft(z.int()),
      head: branchOf,
      base: branchOf,
      labels: labelled,
      author_association: text,
      user: soft(z.object({ login: text })),
      updated_at: text,
    }),
  ),
  issue: soft(
    z.object({
      number: z.int(),
      labels: labelled,
      author_association: text,
      user: soft(z.object({ login: text })),
      updated_at: text,
    }),
  ),
  comment: soft(
    z.object({
      id: z.int(),
      body: text,
      author_association: text,
      user: soft(z.object({ login: text })),
      created_at: text,
      updated_at: text,
    }),
  ),
  release: soft(z.object({ tag_name: text, target_commitish: text, published_at: soft(z.string().nullable()) })),
  workflow_run: soft(
    z.object({
      name: text,
      conclusion: soft(z.string().nullable()),
      head_branch: soft(z.string().nullable()),
      head_sha: text,
      head_repository: repositoryName,
      updated_at: text,
    }),
  ),
  workflow_job: soft(
    z.object({
      labels: changes,
      head_branch: soft(z.string().nullable()),
      head_sha: text,
      workflow_name: soft(z.string().nullable()),
      created_at: text,
    }),
  ),
  workflow: soft(z.string().nullable()),
  branch: text,
  schedule: soft(z.object({ cron: z.string(), timezone: z.string() })),
})
type Payload = z.output<typeof eventPayload>

/** Of GitHub's commit lists, which end at this many without a word. */
const MOST_COMMITS = 2_048
const SHA = /^[0-9a-f]{40}$/

/** @returns undefined for events that no rule can name, and for payloads that are none */
export function readFacts(event: string, json: unknown): EventFacts | undefined {
  if (!isEventKind(event)) return undefined
  const parsed = eventPayload.safeParse(json)
  if (!parsed.success) return undefined
  const kind = event
  const payload = parsed.data
  const place = placeOf(kind, payload)
  const { action = '', repository, sender } = payload
  return {
    ...{ kind, repository: repository.full_name, payload: json as JsonObject },
    action: action === '' && kind === 'issue_comment' ? 'created' : action,
    defaultBranch: repository.default_branch ?? 'main',
    sender: { login: sender?.login ?? '', isBot: sender?.type === 'Bot' },
    association: associationOf(kind, payload),
    needsWriteAccess: ['push', 'release', 'repository_dispatch', 'workflow_dispatch', 'schedule'].includes(kind),
    ...place,
    sha: place.sha !== undefined && SHA.test(place.sha) && !/^0+$/.test(place.sha) ? place.sha : undefined,
    barred: whyBarred(kind, payload),
    labels:
      (payload.pull_request?.labels ?? payload.issue?.labels)?.map(({ name }) => name) ??
      payload.workflow_job?.labels ??
      [],
    paths: pathsOf(payload),
    workflow: payload.workflow_run?.name ?? payload.workflow_job?.workflow_name ?? payload.workflow ?? undefined,
    conclusion: payload.workflow_run?.conclusion ?? undefined,
    schedule: payload.schedule,
    issue: payload.issue?.number ?? payload.pull_request?.number,
    comment: payload.comment === undefined ? undefined : { id: payload.comment.id, text: payload.comment.body ?? '' },
    at: instantOf(kind, payload),
  }
}

type Place = Pick<EventFacts, 'branch' | 'tag' | 'sha' | 'ref'>

function placeOf(kind: EventKind, payload: Payload): Place {
  const branch = (name: string | null | undefined, sha: string | undefined): Place =>
    name == null
      ? { branch: undefined, tag: undefined, sha, ref: undefined }
      : { branch: name, tag: undefined, sha, ref: `refs/heads/${name}` }
  const tag = (name: string, sha: string | undefined): Place => ({
    branch: undefined,
    tag: name,
    sha,
    ref: `refs/tags/${name}`,
  })
  const { ref = '', after } = payload
  if (ref.startsWith('refs/tags/')) return tag(ref.slice(10), after)
  if (ref.startsWith('refs/heads/')) return branch(ref.slice(11), after)
  switch (kind) {
    case 'pull_request': {
      const { base, head } = payload.pull_request ?? {}
      return { ...branch(base?.ref, head?.sha), ref: `refs/pull/${String(payload.pull_request?.number ?? 0)}/head` }
    }
    case 'release':
      return payload.release?.tag_name === undefined
        ? branch(undefined, undefined)
        : tag(payload.release.tag_name, undefined)
    case 'workflow_run':
      return branch(payload.workflow_run?.head_branch, payload.workflow_run?.head_sha)
    case 'workflow_job':
      return branch(payload.workflow_job?.head_branch, payload.workflow_job?.head_sha)
    case 'repository_dispatch':
      return branch(payload.branch, undefined)
    default:
      return branch(payload.repository.default_branch, undefined)
  }
}

/** Whoever wrote it must be whoever sends it: a maintainer's label on a stranger's issue is told with the stranger's. */
function associationOf(kind: EventKind, { comment, issue, pull_request: pull, sender }: Payload): string | undefined {
  const source =
    kind === 'issue_comment' ? comment : kind === 'issues' ? issue : kind === 'pull_request' ? pull : undefined
  return source !== undefined && source.user?.login === sender?.login ? source.author_association : undefined
}

function whyBarred(kind: EventKind, payload: Payload): string | undefined {
  const here = payload.repository.full_name
  if (kind === 'push' && payload.deleted === true) return 'the branch was deleted'
  if (kind === 'pull_request' && payload.pull_request?.head?.repo?.full_name !== here) return 'it comes from a fork'
  if (kind === 'workflow_run' && payload.workflow_run?.head_repository?.full_name !== here)
    return 'it comes from a fork'
  if (kind === 'issue_comment') {
    if (payload.action !== 'created') return 'only new comments count'
    const { comment, sender } = payload
    if (comment?.user?.login !== sender?.login) return 'somebody else wrote the comment'
    if (comment?.created_at !== comment?.updated_at) return 'the comment was edited'
  }
  return undefined
}

function pathsOf({ commits }: Payload): readonly string[] | undefined {
  if (commits === undefined || commits.length >= MOST_COMMITS) return undefined
  return [
    ...new Set(commits.flatMap(({ added = [], modified = [], removed = [] }) => [...added, ...modified, ...removed])),
  ]
}

function instantOf(kind: EventKind, payload: Payload): number | undefined {
  const { pushed_at: pushed } = payload.repository
  if (kind === 'push' && typeof pushed === 'number') return pushed * 1_000
  const told = [
    ...[payload.comment?.created_at, payload.pull_request?.updated_at, payload.workflow_run?.updated_at],
    ...[payload.workflow_job?.created_at, payload.release?.published_at, payload.issue?.updated_at],
    payload.head_commit?.timestamp,
  ].find((each) => each != null)
  const at = Date.parse(told ?? '')
  return Number.isNaN(at) ? undefined : at
}

/** What expressions see as `github`, in the words of workflows. */
export function githubContext(facts: EventFacts, delivery: string): Json {
  const [owner = ''] = facts.repository.split('/')
  return {
    event: facts.payload,
    event_name: facts.kind,
    action: facts.action,
    repository: facts.repository,
    repository_owner: owner,
    default_branch: facts.defaultBranch,
    ref: facts.ref ?? '',
    ref_name: facts.branch ?? facts.tag ?? '',
    sha: facts.sha ?? '',
    actor: facts.sender.login,
    delivery,
  }
}
