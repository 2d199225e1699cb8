/** The operations of the simulated GitHub. */
import type { Account, Accounts } from './accounts.ts'
import type { Operation } from './contract.ts'
import { HOOK_ROUTES } from './hook-routes.ts'
import type { Limits } from './limits.ts'
import { Refusal, type Issue, type Repository } from './repository.ts'
import { commitOf, fileOf, type Archives } from './sources.ts'
import type { Views } from './views.ts'

export interface Call {
  readonly operation: Operation
  readonly query: URLSearchParams
  readonly body: unknown
  readonly account: Account
  readonly accept: string
  /** The path as it was asked for, for links. */
  readonly repository: Repository | undefined
}

export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface World {
  readonly accounts: Accounts
  readonly limits: Limits
  readonly views: Views
  readonly archives: Archives
  /** Lists of issues show what is at least this old: GitHub's index lags behind its writes. */
  readonly listedBefore: () => number
}

/** The media type of a commit's id and nothing else. */
const SHA = 'application/vnd.github.sha'

export type Route = (world: World, call: Call, repository: Repository) => Answer

const ROUTES: Readonly<Record<string, Route>> = {
  'repos/get': ({ views, accounts }, _call, repository) => {
    const owner = accounts.findByLogin(repository.owner)
    if (owner === undefined) throw new Error(`The simulated GitHub has no account ${repository.owner}.`)
    return { status: 200, body: views.repository(repository, owner) }
  },
  'repos/get-collaborator-permission-level': ({ accounts, views }, { operation }) => {
    const account = accounts.findByLogin(decodeURIComponent(operation.path['username'] ?? ''))
    if (account === undefined) throw new Refusal(404, 'Not Found')
    return { status: 200, body: views.permission(account) }
  },
  'repos/get-commit': (_world, { operation, accept }, repository) => {
    if (accept !== SHA) throw new Error(`The simulated GitHub tells of commits as ${SHA} alone.`)
    const ref = decodeURIComponent(operation.path['ref'] ?? '')
    return { status: 200, body: commitOf(repository, ref), headers: { 'content-type': SHA } }
  },
  'repos/download-tarball-archive': ({ views, archives }, { operation }, repository) =>
    archives.offer(views.base, repository, commitOf(repository, decodeURIComponent(operation.path['ref'] ?? ''))),
  'repos/get-content': ({ views }, { operation, query }, repository) => {
    const path = decodeURIComponent(operation.path['path'] ?? '')
    return { status: 200, body: views.file(repository, path, fileOf(repository, path, query.get('ref') ?? 'HEAD')) }
  },
  'checks/create': ({ views }, { account, body }, repository) => {
    demandWrite(account)
    return {
      status: 201,
      body: views.check(repository, repository.createCheck(account, body as Record<string, unknown>)),
    }
  },
  'checks/update': ({ views }, { operation, account, body }, repository) => {
    demandWrite(account)
    const check = repository.updateCheck(numberOf(operation, 'check_run_id'), body as Record<string, unknown>)
    return { status: 200, body: views.check(repository, check) }
  },
  'checks/list-for-ref': ({ views }, { operation, query }, repository) => {
    const name = query.get('check_name')
    const found = repository.checks.filter(
      ({ fields }) => fields['head_sha'] === operation.path['ref'] && (name === null || fields['name'] === name),
    )
    const runs = found.toReversed().map((check) => views.check(repository, check))
    return { status: 200, body: { total_count: runs.length, check_runs: runs } }
  },
  'repos/create-dispatch-event': (_world, { account, body }, repository) => {
    demandWrite(account)
    repository.dispatches.push(body as Record<string, unknown>)
    return { status: 204 }
  },
  'issues/list-for-repo': ({ views, listedBefore }, { query }, repository) => {
    if (!repository.hasIssues) throw new Refusal(404, 'Not Found')
    const state = query.get('state') ?? 'open'
    const labels = (query.get('labels') ?? '').split(',').filter((label) => label !== '')
    const found = repository.issues
      .filter((issue) => isListed(issue) && issue.createdAt <= listedBefore())
      .filter((issue) => state === 'all' || issue.state === state)
      .filter((issue) => labels.every((name) => issue.labels.some((label) => label.name === name)))
    const ordered = query.get('direction') === 'asc' ? found : found.toReversed()
    return paged(views.base, `repositories/${repository.id}/issues`, query, ordered, (issue) =>
      views.issue(repository, issue),
    )
  },
  'issues/create': ({ views }, { account, body }, repository) => {
    const { title, body: text = '', labels = [] } = body as { title: string; body?: string; labels?: string[] }
    demandWrite(account)
    return {
      status: 201,
      body: views.issue(repository, repository.createIssue(account, { title, body: text, labels })),
    }
  },
  'issues/get': ({ views }, { operation }, repository) => {
    const issue = repository.getIssue(numberOf(operation, 'issue_number'))
    return moved(views, issue) ?? { status: 200, body: views.issue(repository, issue) }
  },
  'issues/update': ({ views }, { operation, account, body }, repository) => {
    demandWrite(account)
    const issue = repository.getIssue(numberOf(operation, 'issue_number'))
    const change = body as Parameters<Repository['updateIssue']>[2]
    return (
      moved(views, issue) ?? {
        status: 200,
        body: views.issue(repository, repository.updateIssue(account, issue.number, change)),
      }
    )
  },
  'issues/list-comments': ({ views }, { operation, query }, repository) => {
    const issue = repository.getIssue(numberOf(operation, 'issue_number'))
    const since = Date.parse(query.get('since') ?? '1970-01-01T00:00:00Z')
    const found = issue.comments.filter(({ updatedAt }) => updatedAt >= since)
    const path = `repositories/${repository.id}/issues/${issue.number}/comments`
    return moved(views, issue) ?? paged(views.base, path, query, found, (comment) => views.comment(repository, comment))
  },
  'issues/create-comment': ({ views }, { operation, account, body }, repository) => {
    demandWrite(account)
    const issue = repository.getIssue(numberOf(operation, 'issue_number'))
    if (issue.transferredTo !== undefined) throw new Refusal(404, 'Not Found')
    const comment = repository.createComment(account, issue.number, (body as { body: string }).body)
    return { status: 201, body: views.comment(repository, comment) }
  },
  'issues/get-comment': ({ views }, { operation }, repository) => ({
    status: 200,
    body: views.comment(repository, repository.getComment(numberOf(operation, 'comment_id'))),
  }),
  'issues/update-comment': ({ views }, { operation, account, body }, repository) => {
    demandWrite(account)
    const text = (body as { body: string }).body
    const comment = repository.updateComment(account, numberOf(operation, 'comment_id'), text)
    return { status: 200, body: views.comment(repository, comment) }
  },
  'issues/delete-comment': (_world, { operation, account }, repository) => {
    demandWrite(account)
    repository.deleteComment(account, numberOf(operation, 'comment_id'))
    return { status: 204 }
  },
  'issues/list-labels-for-repo': ({ views }, { query }, repository) =>
    paged(views.base, `repositories/${repository.id}/labels`, query, repository.labels, (label) =>
      views.label(repository, label),
    ),
  'issues/create-label': ({ views }, { account, body }, repository) => {
    demandWrite(account)
    return { status: 201, body: views.label(repository, repository.createLabel((body as { name: string }).name)) }
  },
  'issues/get-label': ({ views }, { operation }, repository) => {
    const name = decodeURIComponent(operation.path['name'] ?? '')
    const label = repository.labels.find((each) => each.name === name)
    if (label === undefined) throw new Refusal(404, 'Not Found')
    return { status: 200, body: views.label(repository, label) }
  },
}

export function answer(world: World, call: Call): Answer {
  if (call.operation.id === 'rate-limit/get') {
    return { status: 200, body: world.views.rateLimit(world.limits.primary(call.account)) }
  }
  const route = ROUTES[call.operation.id] ?? HOOK_ROUTES[call.operation.id]
  if (route === undefined) throw new Error(`The simulated GitHub does not know ${call.operation.id} yet.`)
  if (call.repository === undefined || (call.repository.private && call.account.permission === 'none')) {
    throw new Refusal(404, 'Not Found')
  }
  return route(world, call, call.repository)
}

/** An app whose job was given no `issues: write` may read only. */
export function demandWrite(account: Account): void {
  if (account.app !== undefined && account.permission !== 'write' && account.permission !== 'admin') {
    throw new Refusal(403, 'Resource not accessible by integration')
  }
}

function isListed({ deleted, transferredTo }: Issue): boolean {
  return !deleted && transferredTo === undefined
}

/** A transferred issue is answered with where it is now. */
function moved({ base }: Views, { transferredTo, number }: Issue): Answer | undefined {
  if (transferredTo === undefined) return undefined
  const url = `${base}/repos/${transferredTo}/issues/${number}`
  return { status: 301, headers: { location: url }, body: { message: 'Moved Permanently', url } }
}

export function numberOf(operation: Operation, name: string): number {
  return Number(operation.path[name])
}

/** At most 100 per page, 30 when nothing is said; links in the numeric form that GitHub's own have. */
export function paged<T>(
  base: string,
  path: string,
  query: URLSearchParams,
  all: readonly T[],
  view: (item: T) => object,
): Answer {
  const size = Math.min(100, Math.max(1, Number(query.get('per_page') ?? 30)))
  const page = Math.max(1, Number(query.get('page') ?? 1))
  const last = Math.max(1, Math.ceil(all.length / size))
  const link = (rel: string, to: number): string => {
    const parameters = new URLSearchParams(query)
    parameters.set('page', String(to))
    return `<${base}/${path}?${parameters.toString()}>; rel="${rel}"`
  }
  const links = [
    ...(page > 1 ? [link('prev', page - 1)] : []),
    ...(page < last ? [link('next', page + 1), link('last', last)] : []),
    ...(page > 1 ? [link('first', 1)] : []),
  ]
  return {
    status: 200,
    body: all.slice((page - 1) * size, page * size).map(view),
    ...(links.length === 0 ? {} : { headers: { link: links.join(', ') } }),
  }
}
