/**
 * The two questions that building a repository asks of GitHub's REST API: which commit a ref names, and where the files
 * of a commit are. Without a token it sees public repositories.
 * @see https://docs.github.com/en/rest/commits/commits#get-a-commit
 * @see https://docs.github.com/en/rest/repos/contents#download-a-repository-archive-tar
 */
import { errorText, RunnerMeshError } from '../core/errors.ts'
import { SECOND } from '../core/lease.ts'
import type { Clock } from '../core/ports/clock.ts'
import { TimeLimit } from '../core/time-limit.ts'
import type { RepositoryName } from './github-client.ts'
import { GitHubError, refusedBy, type GitHubRefusal } from './github-error.ts'
import type { RequestPace } from './request-pace.ts'

export interface RepositoryApiOptions {
  /** Never logged, and sent to `apiUrl` alone. */
  readonly token?: string
  readonly apiUrl: string
  readonly userAgent: string
  readonly pace: RequestPace
  readonly clock: Clock
}

const API_VERSION = '2022-11-28'
const REQUEST_TIMEOUT_MS = 10 * SECOND
const COMMIT = /^[0-9a-f]{40}$/

export class RepositoryApi {
  readonly #options: RepositoryApiOptions

  constructor(options: RepositoryApiOptions) {
    this.#options = options
  }

  /** @throws RunnerMeshError bad_request, forbidden, unauthorized, rate_limited, peer_unreachable */
  async commitOf({ owner, repo }: RepositoryName, ref: string, signal: AbortSignal): Promise<string> {
    const asked = `find ${ref} in ${owner}/${repo}`
    const path = `/repos/${owner}/${repo}/commits/${encodeURIComponent(ref)}`
    const answer = await this.#get(path, 'application/vnd.github.sha', asked, signal)
    const text = answer.status === 200 ? (await bodyText(answer, asked)).trim() : ''
    if (!COMMIT.test(text)) throw incomplete(asked)
    return text
  }

  /**
   * @returns an address that gives the archive to whoever asks, for a few minutes: it takes no token, and is a secret
   * @throws RunnerMeshError bad_request, forbidden, unauthorized, rate_limited, peer_unreachable
   */
  async archiveOf({ owner, repo }: RepositoryName, commit: string, signal: AbortSignal): Promise<URL> {
    const asked = `fetch ${owner}/${repo} at ${commit.slice(0, 12)}`
    const path = `/repos/${owner}/${repo}/tarball/${commit}`
    const answer = await this.#get(path, 'application/vnd.github+json', asked, signal)
    await answer.body?.cancel()
    const url = URL.parse(answer.headers.get('location') ?? '')
    const isPlain = new URL(this.#options.apiUrl).protocol === 'http:'
    if (answer.status !== 302 || url === null || (url.protocol !== 'https:' && !isPlain)) throw incomplete(asked)
    return url
  }

  async #get(path: string, accept: string, asked: string, signal: AbortSignal): Promise<Response> {
    const { apiUrl, token, userAgent, pace, clock } = this.#options
    const release = await pace.turn('read', signal)
    using limit = new TimeLimit(clock, REQUEST_TIMEOUT_MS, 'no answer within 10 s')
    try {
      const answer = await fetch(`${apiUrl.replace(/\/+$/, '')}${path}`, {
        // A redirect could carry the token to another host.
        redirect: 'manual',
        signal: limit.or(signal),
        headers: {
          accept,
          'user-agent': userAgent,
          'x-github-api-version': API_VERSION,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      })
      if (answer.status === 200 || answer.status === 302) {
        pace.accepted()
        return answer
      }
      throw await this.#refusal(answer, asked)
    } catch (thrown) {
      if (signal.aborted) throw signal.reason
      if (thrown instanceof GitHubError) {
        pace.refused(thrown)
        throw inWordsOfRepositories(thrown, asked, token !== undefined)
      }
      throw thrown instanceof RunnerMeshError ? thrown : unanswered(thrown, asked)
    } finally {
      release()
    }
  }

  async #refusal(answer: Response, asked: string): Promise<GitHubError> {
    const body = await answer.json().catch(() => undefined)
    const message = (body as { message?: unknown } | undefined)?.message
    const resetAt = headerNumber(answer, 'x-ratelimit-reset')
    return refusedBy({
      status: answer.status,
      message: typeof message === 'string' ? message : 'no reason given',
      retryAfterSeconds: headerNumber(answer, 'retry-after'),
      remaining: headerNumber(answer, 'x-ratelimit-remaining'),
      resetInMs: resetAt === undefined ? undefined : Math.max(0, resetAt * SECOND - this.#options.clock.now()),
      asked,
    })
  }
}

async function bodyText(answer: Response, asked: string): Promise<string> {
  try {
    return await answer.text()
  } catch (thrown) {
    throw unanswered(thrown, asked)
  }
}

/** The table of refusals is written for the registry; what to do about those of repositories is something else. */
const ADVICE: Partial<Readonly<Record<GitHubRefusal, string>>> = {
  missing: 'There is no such repository or commit, or the token cannot see it. Check the name, or the token.',
  invalid: 'There is no such branch, tag or commit. Check the ref.',
  forbidden: 'Give the token the permission contents: read.',
}

function inWordsOfRepositories(error: GitHubError, asked: string, hasToken: boolean): RunnerMeshError {
  const advice = ADVICE[error.refusal]
  if (advice === undefined) return error
  const token =
    hasToken || error.refusal !== 'missing' ? '' : ' This peer has no token: it sees public repositories only.'
  const code = error.refusal === 'forbidden' ? 'forbidden' : 'bad_request'
  return new RunnerMeshError(code, `GitHub cannot ${asked}: ${advice}${token}`, { cause: error })
}

function unanswered(thrown: unknown, asked: string): GitHubError {
  const { cause } = thrown instanceof Error ? thrown : {}
  const why = errorText(cause ?? thrown)
  return new GitHubError('unanswered', `GitHub did not answer when asked to ${asked}: ${why}.`, { cause: thrown })
}

function incomplete(asked: string): GitHubError {
  return new GitHubError('unanswered', `GitHub's answer was of another form when asked to ${asked}.`)
}

function headerNumber(answer: Response, name: string): number | undefined {
  const text = answer.headers.get(name)
  const number = text === null || text === '' ? NaN : Number(text)
  return Number.isFinite(number) ? number : undefined
}
