/**
 * Issues and comments of GitHub, for the registry. Every answer is checked before it is believed.
 * @see https://docs.github.com/en/rest/issues/comments
 */
import type { Octokit } from '@octokit/rest'
import { z } from 'zod'
import { parsed, type Answer, type Asked, type GitHubRequests } from './github-requests.ts'
import { VersionedCache } from './versioned-cache.ts'

export const PAGE_SIZE = 100

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

interface PageKind<T> {
  readonly cache: VersionedCache<Page<T>>
  /** Unset: not worth keeping. */
  readonly key: string | undefined
  readonly item: z.ZodType<T>
}

export class GitHubClient {
  readonly #requests: GitHubRequests
  readonly #octokit: Octokit
  readonly #issuePages = new VersionedCache<Page<GitHubIssue>>()
  readonly #commentPages = new VersionedCache<Page<GitHubComment>>()

  constructor(requests: GitHubRequests) {
    this.#requests = requests
    this.#octokit = requests.octokit
  }

  /** GitHub's wall time as of its last answer, epoch milliseconds; this machine's until then. */
  now(): number {
    return this.#requests.now()
  }

  /** @see GitHubRequests.scopes */
  scopes(): readonly string[] | undefined {
    return this.#requests.scopes()
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
    const answer = await this.#requests.ask(asked, signal, (headers, request) =>
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
    const answer = await this.#requests.ask(asked, signal, (headers, request) =>
      this.#octokit.rest.issues.create({ ...repository, title, body, labels: [...labels], headers, request }),
    )
    return parsed(issue, answer.data, asked)
  }

  async closeIssue(repository: RepositoryName, number: number, signal: AbortSignal): Promise<void> {
    const asked = { what: `close ${nameOf(repository)}#${String(number)}`, kind: 'write' } as const
    await this.#requests.ask(asked, signal, (headers, request) =>
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
    const answer = await this.#requests.ask(asked, signal, (headers, request) =>
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
    const answer = await this.#requests.ask(asked, signal, (headers, request) =>
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
    await this.#requests.ask(asked, signal, (headers, request) =>
      this.#octokit.rest.issues.deleteComment({ ...repository, comment_id: id, headers, request }),
    )
  }

  /** Whether strangers cannot read the repository. */
  async isPrivate(repository: RepositoryName, signal: AbortSignal): Promise<boolean> {
    const asked = { what: `look at ${nameOf(repository)}`, kind: 'read' } as const
    const answer = await this.#requests.ask(asked, signal, (headers, request) =>
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
    const answer = await this.#requests.ask(asked, signal, send, known?.tag)
    if (answer.status === 304 && known !== undefined) return { ...known.value, unchanged: true }
    const items = parsed(z.array(item), answer.data, asked)
    // Only whether there is more is taken from the link: where it leads is not GitHub's to say with our token.
    const page = { items, isLast: !/\brel="?next"?/.test(String(answer.headers['link'] ?? '')), unchanged: false }
    const tag = answer.headers['etag']
    if (key !== undefined && typeof tag === 'string') cache.keep(key, tag, page)
    return page
  }
}

export function nameOf({ owner, repo }: RepositoryName): string {
  return `${owner}/${repo}`
}
