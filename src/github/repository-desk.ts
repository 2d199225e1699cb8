/** A repository as the webhook door needs it, over GitHub's REST API. */
import { z } from 'zod'
import { RunnerMeshError } from '../core/errors.ts'
import type { Check, HookDelivery, RepositoryDesk } from '../core/ports/repository-desk.ts'
import type { RepositoryName } from './github-client.ts'
import { GitHubError } from './github-error.ts'
import { parsed, type Answer, type Asked, type GitHubRequests } from './github-requests.ts'

/** What a call hands to the vendor beside its own fields. */
interface Extras {
  readonly headers: Record<string, string>
  readonly request: { readonly signal: AbortSignal }
}
type Rest = GitHubRequests['octokit']['rest']

const withId = z.object({ id: z.int() })
const hookDelivery = withId
  .extend({ guid: z.string(), event: z.string(), delivered_at: z.string(), status_code: z.number() })
  .transform(({ id, guid, event, delivered_at: at, status_code: statusCode }): HookDelivery => {
    const isSuccess = statusCode >= 200 && statusCode < 300
    return { id, guid, event, statusCode, isSuccess, deliveredAt: Date.parse(at) }
  })
const PAGE = 100
const MOST_PAGES = 10
const LONGEST_FILE = 262_144
/** GitHub's own limits. @see https://docs.github.com/en/rest/checks/runs */
const LONGEST_TEXT = 60_000

export function createRepositoryDesk(requests: GitHubRequests): RepositoryDesk {
  const { rest } = requests.octokit
  const ask = (
    what: string,
    kind: Asked['kind'],
    signal: AbortSignal,
    send: (rest: Rest, extras: Extras) => Promise<Answer>,
  ): Promise<Answer> =>
    requests.ask({ what, kind }, signal, (headers, request) => send(rest, { headers, request })).catch(inOtherWords)

  return {
    fileAt: async (repository, path, ref, signal) => {
      const what = `read ${path} of ${repository}`
      try {
        const answer = await ask(what, 'read', signal, (api, extras) =>
          api.repos.getContent({ ...split(repository), path, ...(ref === undefined ? {} : { ref }), ...extras }),
        )
        const file = z.object({ type: z.literal('file'), encoding: z.literal('base64'), content: z.string() })
        const { content } = parsed(file, answer.data, { what, kind: 'read' })
        const text = Buffer.from(content, 'base64').toString()
        if (text.length <= LONGEST_FILE) return text
        throw new RunnerMeshError('too_large', `${path} of ${repository} is longer than ${String(LONGEST_FILE)} bytes.`)
      } catch (thrown) {
        if (thrown instanceof RunnerMeshError && thrown.details['refusal'] === 'missing') return undefined
        throw thrown
      }
    },
    defaultBranchOf: async (repository, signal) => {
      const what = `look at ${repository}`
      const answer = await ask(what, 'read', signal, (api, extras) =>
        api.repos.get({ ...split(repository), ...extras }),
      )
      return parsed(z.object({ default_branch: z.string() }), answer.data, { what, kind: 'read' }).default_branch
    },
    changedPaths: async (repository, pull, signal) => {
      const what = `list the files of ${repository}#${String(pull)}`
      const paths: string[] = []
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const answer = await ask(what, 'read', signal, (api, extras) =>
          api.pulls.listFiles({ ...split(repository), pull_number: pull, per_page: PAGE, page, ...extras }),
        )
        const list = z.array(z.object({ filename: z.string(), previous_filename: z.string().optional() }))
        const files = parsed(list, answer.data, { what, kind: 'read' })
        // A file that was moved is gone where it was.
        paths.push(
          ...files.flatMap(({ filename, previous_filename: former }) => [filename, ...(former ? [former] : [])]),
        )
        if (files.length < PAGE) return paths
      }
      return undefined
    },
    permissionOf: async (repository, login, signal) => {
      const what = `ask for the permission of ${login} in ${repository}`
      try {
        const answer = await ask(what, 'read', signal, (api, extras) =>
          api.repos.getCollaboratorPermissionLevel({ ...split(repository), username: login, ...extras }),
        )
        const { permission } = parsed(z.object({ permission: z.string() }), answer.data, { what, kind: 'read' })
        return z.enum(['read', 'write', 'admin']).catch('read').or(z.literal('none')).parse(permission)
      } catch (thrown) {
        if (thrown instanceof RunnerMeshError && thrown.details['refusal'] === 'missing') return 'none'
        throw thrown
      }
    },
    createCheck: async (repository, check, signal) => {
      const what = `open a check in ${repository}`
      const answer = await ask(what, 'write', signal, (api, extras) =>
        api.checks.create({ ...split(repository), head_sha: check.sha, ...fieldsOf(check), ...extras }),
      )
      return parsed(withId, answer.data, { what, kind: 'write' }).id
    },
    updateCheck: async (repository, id, check, signal) => {
      await ask(`update a check in ${repository}`, 'write', signal, (api, extras) =>
        api.checks.update({ ...split(repository), check_run_id: id, ...fieldsOf(check), ...extras }),
      )
    },
    findCheck: async (repository, { sha, name, externalId }, signal) => {
      const what = `look for a check in ${repository}`
      const answer = await ask(what, 'read', signal, (api, extras) =>
        api.checks.listForRef({ ...split(repository), ref: sha, check_name: name, per_page: PAGE, ...extras }),
      )
      const list = z.object({ check_runs: z.array(withId.extend({ external_id: z.string().nullish() })) })
      const { check_runs: runs } = parsed(list, answer.data, { what, kind: 'read' })
      return runs.find((run) => run.external_id === externalId)?.id
    },
    setStatus: async (repository, { sha, context, state, description, targetUrl }, signal) => {
      const url = targetUrl === undefined ? {} : { target_url: targetUrl }
      await ask(`set a status in ${repository}`, 'write', signal, (api, extras) =>
        api.repos.createCommitStatus({
          ...{ ...split(repository), sha, context, state, description: description.slice(0, 140), ...url, ...extras },
        }),
      )
    },
    createComment: async (repository, issue, body, signal) => {
      const what = `write a comment to ${repository}#${String(issue)}`
      const answer = await ask(what, 'write', signal, (api, extras) =>
        api.issues.createComment({ ...split(repository), issue_number: issue, body, ...extras }),
      )
      return parsed(withId, answer.data, { what, kind: 'write' }).id
    },
    updateComment: async (repository, id, body, signal) => {
      await ask(`update a comment of ${repository}`, 'write', signal, (api, extras) =>
        api.issues.updateComment({ ...split(repository), comment_id: id, body, ...extras }),
      )
    },
    findComment: async (repository, issue, { text, since }, signal) => {
      const what = `look for a comment of ${repository}#${String(issue)}`
      const from = { issue_number: issue, since: new Date(since).toISOString(), per_page: PAGE }
      const answer = await ask(what, 'read', signal, (api, extras) =>
        api.issues.listComments({ ...split(repository), ...from, ...extras }),
      )
      const comments = parsed(z.array(withId.extend({ body: z.string().nullish() })), answer.data, {
        what,
        kind: 'read',
      })
      return comments.find(({ body }) => body?.includes(text) === true)?.id
    },
    react: async (repository, comment, content, signal) => {
      await ask(`react to a comment of ${repository}`, 'write', signal, (api, extras) =>
        api.reactions.createForIssueComment({ ...split(repository), comment_id: comment, content, ...extras }),
      )
    },
    dispatch: async (repository, eventType, payload, signal) => {
      const event = { event_type: eventType, client_payload: payload as Record<string, unknown> }
      await ask(`dispatch an event to ${repository}`, 'write', signal, (api, extras) =>
        api.repos.createDispatchEvent({ ...split(repository), ...event, ...extras }),
      )
    },
    hooks: async (repository, signal) => {
      const what = `list the webhooks of ${repository}`
      const answer = await ask(what, 'read', signal, (api, extras) =>
        api.repos.listWebhooks({ ...split(repository), per_page: PAGE, ...extras }),
      )
      const list = z.array(withId.extend({ active: z.boolean(), config: z.object({ url: z.string().optional() }) }))
      return parsed(list, answer.data, { what, kind: 'read' }).map(({ id, active, config }) => ({
        ...{ id, active, url: config.url ?? '' },
      }))
    },
    hookDeliveries: async (repository, hook, since, signal) => {
      const what = `list the deliveries of a webhook of ${repository}`
      const found: HookDelivery[] = []
      let cursor: string | undefined
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const from = { per_page: PAGE, ...(cursor === undefined ? {} : { cursor }) }
        const answer = await ask(what, 'read', signal, (api, extras) =>
          api.repos.listWebhookDeliveries({ ...split(repository), hook_id: hook, ...from, ...extras }),
        )
        const deliveries = parsed(z.array(hookDelivery), answer.data, { what, kind: 'read' })
        found.push(...deliveries.filter(({ deliveredAt }) => deliveredAt >= since))
        cursor = cursorOf(answer)
        if (cursor === undefined || deliveries.some(({ deliveredAt }) => deliveredAt < since)) break
      }
      return found
    },
    redeliver: async (repository, hook, delivery, signal) => {
      await ask(`redeliver to a webhook of ${repository}`, 'write', signal, (api, extras) =>
        api.repos.redeliverWebhookDelivery({ ...split(repository), hook_id: hook, delivery_id: delivery, ...extras }),
      )
    },
  }
}

function fieldsOf({ name, externalId, status, conclusion, detailsUrl, startedAt, completedAt, ...check }: Check) {
  const { annotation } = check
  return {
    ...{ name, status, external_id: externalId },
    ...(conclusion === undefined ? {} : { conclusion }),
    ...(detailsUrl === undefined ? {} : { details_url: detailsUrl }),
    ...(startedAt === undefined ? {} : { started_at: new Date(startedAt).toISOString() }),
    ...(completedAt === undefined ? {} : { completed_at: new Date(completedAt).toISOString() }),
    output: {
      title: check.title,
      summary: check.summary.slice(0, LONGEST_TEXT),
      ...(check.log === undefined ? {} : { text: fenced(check.log) }),
      ...(annotation === undefined
        ? {}
        : {
            annotations: [
              {
                ...annotation,
                start_line: 1,
                end_line: 1,
                annotation_level: 'failure' as const,
                title: name.slice(0, 255),
              },
            ],
          }),
    },
  }
}

/** In a fence that nothing inside can close. */
export function fenced(text: string): string {
  const tail = text.slice(-LONGEST_TEXT)
  const longest = Math.max(2, ...[...tail.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${tail}\n${fence}`
}

/** Where the next page begins. Only this word is taken from the link: where it leads is not GitHub's to say with our token. */
function cursorOf({ headers }: Answer): string | undefined {
  const [, link] = /<([^>]*)>;\s*rel="?next"?/.exec(String(headers['link'] ?? '')) ?? []
  return link === undefined ? undefined : (new URL(link).searchParams.get('cursor') ?? undefined)
}

function split(repository: string): RepositoryName {
  const [owner = '', repo = ''] = repository.split('/')
  return { owner, repo }
}

/** The table of refusals is written for the registry. */
function inOtherWords(thrown: unknown): never {
  if (thrown instanceof GitHubError && thrown.refusal === 'forbidden') {
    throw new RunnerMeshError(
      'forbidden',
      `${thrown.message.replace(/ Give the token .*$/, '')} Give the token contents: read, checks: write, statuses: write, issues: write and, for the sweep, webhooks: write.`,
      { cause: thrown },
    )
  }
  throw thrown
}
