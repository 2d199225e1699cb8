/**
 * Requests to GitHub's REST API, at the pace of request-pace.ts. None is repeated by itself: an answer that is lost after a
 * POST was heard would leave the comment there twice. The date of the answers is the one clock that all peers of a registry
 * share.
 */
import { Octokit } from '@octokit/rest'
import { z } from 'zod'
import { errorText } from '../core/errors.ts'
import { SECOND } from '../core/lease.ts'
import type { Clock } from '../core/ports/clock.ts'
import { TimeLimit } from '../core/time-limit.ts'
import { GitHubError, refusedBy } from './github-error.ts'
import type { RequestPace } from './request-pace.ts'

/** The version of the API this is written for; without it GitHub would move us along some day. */
const API_VERSION = '2022-11-28'
const REQUEST_TIMEOUT_MS = 10 * SECOND

export interface GitHubRequestsOptions {
  /** Never logged, and sent to `apiUrl` alone. */
  readonly token: string
  /** Of GitHub, or of an Enterprise server such as https://github.example/api/v3. */
  readonly apiUrl: string
  readonly userAgent: string
  readonly pace: RequestPace
  readonly clock: Clock
  readonly fetch?: typeof fetch
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | undefined>>
  readonly data: unknown
}

export interface Asked {
  /** In words, for messages. */
  readonly what: string
  readonly kind: 'read' | 'write' | 'goodbye'
}

export class GitHubRequests {
  readonly octokit: Octokit
  readonly #options: GitHubRequestsOptions
  #aheadMs = 0
  #scopes: readonly string[] | undefined

  constructor(options: GitHubRequestsOptions) {
    const { token, apiUrl, userAgent, fetch: fetched } = options
    this.#options = options
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
    this.octokit = new Octokit({
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

  /** What a classic token may do, as GitHub's last answer told; undefined for tokens of another kind, of which it tells nothing. */
  scopes(): readonly string[] | undefined {
    return this.#scopes
  }

  /** @throws GitHubError */
  async ask(
    asked: Asked,
    signal: AbortSignal,
    send: (headers: Record<string, string>, request: { signal: AbortSignal }) => Promise<Answer>,
    tag?: string,
  ): Promise<Answer> {
    const { pace, clock } = this.#options
    const release = await pace.turn(asked.kind, signal)
    using limit = new TimeLimit(clock, REQUEST_TIMEOUT_MS, 'no answer within 10 s')
    const headers = {
      'x-github-api-version': API_VERSION,
      ...(tag === undefined ? {} : { 'if-none-match': tag }),
    }
    try {
      const request = { signal: limit.or(signal) }
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
      release()
    }
  }

  #heard({ headers }: Answer): void {
    const date = Date.parse(String(headers['date'] ?? ''))
    if (!Number.isNaN(date)) this.#aheadMs = aheadOf(date, this.#options.clock.now())
    const scopes = headers['x-oauth-scopes']
    if (typeof scopes === 'string') this.#scopes = scopes.split(',').flatMap((scope) => scope.trim() || [])
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

/** @throws GitHubError unanswered */
export function parsed<T>(schema: z.ZodType<T>, data: unknown, { what }: Asked): T {
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
