/**
 * GitHub's REST API for the registry. It never repeats a request by itself: an answer that is lost after a POST was heard
 * would leave the comment there twice. Every answer is checked before it is believed, and its date is the one clock that
 * all peers of a registry share.
 * @see https://docs.github.com/en/rest/issues/comments
 */
import { Octokit } from '@octokit/rest'
import { z } from 'zod'
import { errorText } from '../core/errors.ts'
import { SECOND } from '../core/lease.ts'
import type { Clock } from '../core/ports/clock.ts'
import { VersionedCache } from './versioned-cache.ts'
import { GitHubError, refusedBy } from './github-error.ts'
import type { RequestPace } from './request-pace.ts'

/** The version of the API this is written for; without it GitHub would move us along some day. */
const API_VERSION = '2022-11-28'
const REQUEST_TIMEOUT_MS = 10 * SECOND
export const PAGE_SIZE = 100

export interface GitHubClientOptions {
  /** Never logged, and sent to `apiUrl` alone. */
  readonly token: string
  /** Of GitHub, or of an Enterprise server such as https://github.example/api/v3. */
  readonly apiUrl: string
  readonly userAgent: string
  readonly pace: RequestPace
  readonly clock: Clock
  readonly fetch?: typeof fetch
}

export interface RepositoryName {
  readonly owner: string
  readonly repo: string
}

const user = z.object({ login: z.string(), type: z.string().optional() }).nullable()
const authored = {
  user,
  author_association: z.string().optional(),
  performed_via_github_app: z.object({ slug: z.string().optional() }).nullish(),
}
const issue = z.object({
  ...authored,
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  locked: z.boolean(),
  comments: z.int(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().optional() })])),
})
const comment = z.object({ ...authored, id: z.int(), body: z.string().nullish(), updated_at: z.string() })

export type GitHubIssue = z.output<typeof issue>
export type GitHubComment = z.output<typeof comment>

export interface Page<T> {
  readonly items: readonly T[]
  readonly isLast: boolean
  /** Whether GitHub said that nothing has changed since the same page was read before; it then cost nothing. */
  readonly unchanged: boolean
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | undefined>>
  readonly data: unknown
}

interface PageKind<T> {
  readonly cache: VersionedCache<Page<T>>
  /** Unset: not worth keeping. */
  readonly key: string | undefined
  readonly item: z.ZodType<T>
}

interface Asked {
  /** In words, for messages. */
  readonly what: string
  readonly kind: 'read' | 'write' | 'goodbye'
}

export class GitHubClient {
  readonly #options: GitHubClientOptions
  readonly #octokit: Octokit
  readonly #issuePages = new VersionedCache<Page<GitHubIssue>>()
  readonly #commentPages = new VersionedCache<Page<GitHubComment>>()
  #aheadMs = 0

  constructor(options: GitHubClientOptions) {
    const { token, apiUrl, userAgent, fetch: fetched } = options
    this.#options = options
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
    this.#octokit = new Octokit({
      auth: token,
      baseUrl: apiUrl.replace(/\/+$/, ''),
      userAgent,
      log: silent,
      // A redirect could carry the token to another host.
      request: { redirect: 'manual', ...(fetched === undefined ? {} : { fetch: fetched }) },
    })
  }

  /** GitHub's wall time as of its last answer, epoch milliseconds; this machine's until then. */
  now(): number {
    return this.#options.clock.now() + this.#aheadMs
  }

  /** Open issues with this label, oldest first. */
  async listIssues(repository: RepositoryName, labels: string, signal: AbortSignal): Promise<readonly GitHubIssue[]> {
    const asked = { what: `list the issues of ${nameOf(repository)}`, kind: 'read' } as const
    const list = {
      ...repository,
      labels,
      state: 'open',
      sort: 'created',
      direction: 'asc',
      per_page: PAGE_SIZE,
    } as const
    const key = `issues ${nameOf(repository)} ${labels}`
    const page = await this.#page({ cache: this.#issuePages, key, item: issue }, asked, signal, (headers, request) =>
      this.#octokit.rest.issues.listForRepo({ ...list, headers, request }),
    )
    return page.items
  }

  async getIssue(repository: RepositoryName, number: number, signal: AbortSignal): Promise<GitHubIssue> {
    const asked = { what: `look at ${nameOf(repository)}#${String(number)}`, kind: 'read' } as const
    const answer = await this.#ask(asked, signal, (headers, request) =>
      this.#octokit.rest.issues.get({ ...repository, issue_number: number, headers, request }),
    )
    return parsed(issue, answer.data, asked)
  }

  async createIssue(
    repository: RepositoryName,
    { title, body, labels }: { readonly title: string; readonly body: string; readonly labels: readonly string[] },
    signal: AbortSignal,
  ): Promise<GitHubIssue> {
    const asked = { what: `open an issue in ${nameOf(repository)}`, kind: 'write' } as const
    const answer = await this.#ask(asked, signal, (headers, request) =>
      this.#octokit.rest.issues.create({ ...repository, title, body, labels: [...labels], headers, request }),
    )
    return parsed(issue, answer.data, asked)
  }

  async closeIssue(repository: RepositoryName, number: number, signal: AbortSignal): Promise<void> {
    const asked = { what: `close ${nameOf(repository)}#${String(number)}`, kind: 'write' } as const
    await this.#ask(asked, signal, (headers, request) =>
      this.#octokit.rest.issues.update({ ...repository, issue_number: number, state: 'closed', headers, request }),
    )
  }

  /** @param page from 1 @param since only what was changed at or after this instant, epoch milliseconds */
  listComments(
    repository: RepositoryName,
    number: number,
    { page, since }: { readonly page: number; readonly since?: number },
    signal: AbortSignal,
  ): Promise<Page<GitHubComment>> {
    const asked = { what: `read the comments of ${nameOf(repository)}#${String(number)}`, kind: 'read' } as const
    const list = {
      ...{ ...repository, issue_number: number, per_page: PAGE_SIZE, page },
      ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
    }
    const key = since === undefined ? `comments ${nameOf(repository)}#${String(number)} ${String(page)}` : undefined
    return this.#page({ cache: this.#commentPages, key, item: comment }, asked, signal, (headers, request) =>
      this.#octokit.rest.issues.listComments({ ...list, headers, request }),
    )
  }

  async createComment(
    repository: RepositoryName,
    number: number,
    body: string,
    signal: AbortSignal,
  ): Promise<GitHubComment> {
    const asked = { what: `write a comment to ${nameOf(repository)}#${String(number)}`, kind: 'write' } as const
    const answer = await this.#ask(asked, signal, (headers, request) =>
      this.#octokit.rest.issues.createComment({ ...repository, issue_number: number, body, headers, request }),
    )
    return parsed(comment, answer.data, asked)
  }

  async updateComment(
    repository: RepositoryName,
    id: number,
    body: string,
    signal: AbortSignal,
  ): Promise<GitHubComment> {
    const asked = { what: `update comment ${String(id)} of ${nameOf(repository)}`, kind: 'write' } as const
    const answer = await this.#ask(asked, signal, (headers, request) =>
      this.#octokit.rest.issues.updateComment({ ...repository, comment_id: id, body, headers, request }),
    )
    return parsed(comment, answer.data, asked)
  }

  /** @param kind `goodbye` does not wait for its turn: who is told to stop has seconds */
  async deleteComment(
    repository: RepositoryName,
    id: number,
    signal: AbortSignal,
    kind: 'write' | 'goodbye' = 'write',
  ): Promise<void> {
    const asked = { what: `delete comment ${String(id)} of ${nameOf(repository)}`, kind }
    await this.#ask(asked, signal, (headers, request) =>
      this.#octokit.rest.issues.deleteComment({ ...repository, comment_id: id, headers, request }),
    )
  }

  /** Whether strangers cannot read the repository. */
  async isPrivate(repository: RepositoryName, signal: AbortSignal): Promise<boolean> {
    const asked = { what: `look at ${nameOf(repository)}`, kind: 'read' } as const
    const answer = await this.#ask(asked, signal, (headers, request) =>
      this.#octokit.rest.repos.get({ ...repository, headers, request }),
    )
    return parsed(z.object({ private: z.boolean() }), answer.data, asked).private
  }

  /** Forgets the pages kept for 304s: a connected peer reads no more. */
  forgetPages(): void {
    this.#issuePages.clear()
    this.#commentPages.clear()
  }

  async #page<T>(
    { cache, key, item }: PageKind<T>,
    asked: Asked,
    signal: AbortSignal,
    send: (headers: Record<string, string>, request: { signal: AbortSignal }) => Promise<Answer>,
  ): Promise<Page<T>> {
    const known = key === undefined ? undefined : cache.find(key)
    const answer = await this.#ask(asked, signal, send, known?.tag)
    if (answer.status === 304 && known !== undefined) return { ...known.value, unchanged: true }
    const items = parsed(z.array(item), answer.data, asked)
    // Only whether there is more is taken from the link: where it leads is not GitHub's to say with our token.
    const page = { items, isLast: !/\brel="?next"?/.test(String(answer.headers['link'] ?? '')), unchanged: false }
    const tag = answer.headers['etag']
    if (key !== undefined && typeof tag === 'string') cache.keep(key, tag, page)
    return page
  }

  async #ask(
    asked: Asked,
    signal: AbortSignal,
    send: (headers: Record<string, string>, request: { signal: AbortSignal }) => Promise<Answer>,
    tag?: string,
  ): Promise<Answer> {
    const { pace, clock } = this.#options
    const release = await pace.turn(asked.kind, signal)
    const timeout = new AbortController()
    const cancelTimer = clock.after(REQUEST_TIMEOUT_MS, () => timeout.abort(new Error('no answer within 10 s')))
    const headers = {
      'x-github-api-version': API_VERSION,
      ...(tag === undefined ? {} : { 'if-none-match': tag }),
    }
    try {
      const request = { signal: AbortSignal.any([signal, timeout.signal]) }
      const answer = await send(headers, request).catch((thrown: unknown) => answerOf(thrown, asked))
      this.#heard(answer)
      if (answer.status < 300 || answer.status === 304) {
        pace.accepted()
        return answer
      }
      throw refusedBy({ ...this.#refusal(answer), asked: asked.what })
    } catch (thrown) {
      if (signal.aborted) throw signal.reason
      if (thrown instanceof GitHubError) pace.refused(thrown)
      throw thrown
    } finally {
      cancelTimer()
      release()
    }
  }

  #heard({ headers }: Answer): void {
    const date = Date.parse(String(headers['date'] ?? ''))
    if (!Number.isNaN(date)) this.#aheadMs = aheadOf(date, this.#options.clock.now())
    const [limit, remaining, resetAt] = ['limit', 'remaining', 'reset'].map((name) =>
      numeric(headers[`x-ratelimit-${name}`]),
    )
    if (limit === undefined || remaining === undefined || resetAt === undefined) return
    this.#options.pace.saw({ limit, remaining, resetInMs: Math.max(0, resetAt * SECOND - this.now()) })
  }

  #refusal({ status, headers, data }: Answer) {
    const message = z.object({ message: z.string() }).safeParse(data)
    const resetAt = numeric(headers['x-ratelimit-reset'])
    return {
      status,
      message: message.success ? message.data.message : 'no reason given',
      retryAfterSeconds: numeric(headers['retry-after']),
      remaining: numeric(headers['x-ratelimit-remaining']),
      resetInMs: resetAt === undefined ? undefined : Math.max(0, resetAt * SECOND - this.now()),
    }
  }
}

/** The vendor throws answers that are no success; an answer that never came is a refusal of its own. */
function answerOf(thrown: unknown, { what }: Asked): Answer {
  if (thrown instanceof Error && 'response' in thrown && thrown.response !== undefined) return thrown.response as Answer
  throw new GitHubError('unanswered', `GitHub did not answer when asked to ${what}: ${reasonOf(thrown)}.`, {
    cause: thrown,
  })
}

function reasonOf(thrown: unknown): string {
  const { cause } = thrown instanceof Error ? thrown : {}
  return cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : errorText(thrown)
}

function parsed<T>(schema: z.ZodType<T>, data: unknown, { what }: Asked): T {
  const result = schema.safeParse(data)
  if (result.success) return result.data
  const message = `GitHub's answer was incomplete or of another form when asked to ${what}.`
  throw new GitHubError('unanswered', message, { cause: result.error })
}

/** Its date has whole seconds: this machine's clock counts while the two agree within one. */
function aheadOf(date: number, now: number): number {
  return now >= date && now < date + SECOND ? 0 : date - now
}

function numeric(value: string | number | undefined): number | undefined {
  const number = value === undefined || value === '' ? NaN : Number(value)
  return Number.isFinite(number) ? number : undefined
}

function nameOf({ owner, repo }: RepositoryName): string {
  return `${owner}/${repo}`
}
