/** GitHub's refusals, sorted by what a caller can do about them. Inside this room only; outside they are ordinary errors. */
import { cleanLine } from '../core/clean-text.ts'
import { RunnerMeshError, type ErrorCode } from '../core/errors.ts'

export type GitHubRefusal =
  /** The hourly budget of the token is used up. */
  | 'budget'
  /** Too much in a short time; GitHub does not always say for how long to wait. */
  | 'burst'
  | 'token'
  | 'forbidden'
  | 'locked'
  /** The issue holds as many comments as GitHub allows. */
  | 'full'
  | 'missing'
  /** The issue or the whole repository is somewhere else now. */
  | 'moved'
  | 'invalid'
  /** No answer, half an answer, or GitHub's own failure: what was asked may have happened all the same. */
  | 'unanswered'

const CODES: Readonly<Record<GitHubRefusal, ErrorCode>> = {
  budget: 'rate_limited',
  burst: 'rate_limited',
  token: 'unauthorized',
  forbidden: 'forbidden',
  locked: 'forbidden',
  full: 'rate_limited',
  missing: 'forbidden',
  moved: 'config_invalid',
  invalid: 'bad_request',
  unanswered: 'peer_unreachable',
}

export interface GitHubErrorOptions extends ErrorOptions {
  readonly retryAfterMs?: number
}

export class GitHubError extends RunnerMeshError {
  readonly refusal: GitHubRefusal

  constructor(refusal: GitHubRefusal, message: string, options: GitHubErrorOptions = {}) {
    super(CODES[refusal], message, { ...options, details: { refusal } })
    this.refusal = refusal
  }
}

/** What an answer that is no success means. */
export interface RefusedAnswer {
  readonly status: number
  readonly message: string
  readonly retryAfterSeconds: number | undefined
  /** Requests left this hour. */
  readonly remaining: number | undefined
  /** Until the budget is whole again. */
  readonly resetInMs: number | undefined
  /** In words, such as `write a comment to octo/runners#3`. */
  readonly asked: string
}

/** Without a hint GitHub wants at least a minute of silence, and more each time it has to say it again. */
const SILENCE_MS = 60_000
const SPENT = /rate limit exceeded/i
const BURST = /secondary rate limit|abuse detection/i

export function refusedBy(answer: RefusedAnswer): GitHubError {
  const { status, remaining, retryAfterSeconds, resetInMs, asked } = answer
  const message = cleanLine(answer.message, 200)
  const said = `GitHub answered ${String(status)} (${message}) when asked to ${asked}.`
  if (status === 401) {
    return new GitHubError('token', `${said} Set RUNNER_MESH_GITHUB_TOKEN to a token that is valid.`)
  }
  if (status === 403 || status === 429) {
    if (BURST.test(message) || retryAfterSeconds !== undefined || (status === 429 && remaining !== 0)) {
      const retryAfterMs = retryAfterSeconds === undefined ? SILENCE_MS : retryAfterSeconds * 1_000
      return new GitHubError('burst', `${said} It is asked again later.`, { retryAfterMs })
    }
    if (remaining === 0 || SPENT.test(message)) {
      const text = `${said} The token's requests for this hour are used up; it is asked again when they return.`
      return new GitHubError('budget', text, { retryAfterMs: resetInMs ?? SILENCE_MS })
    }
    if (/locked/i.test(message)) {
      return new GitHubError('locked', `${said} Unlock the issue, or give the token write access to the repository.`)
    }
    if (/2500 comments/.test(message)) return new GitHubError('full', `${said} A new registry issue is opened.`)
    return new GitHubError('forbidden', `${said} Give the token the permission issues: write.`)
  }
  if (status === 404 || status === 410) {
    const text = `${said} It was deleted, issues are disabled, or the token cannot see the repository.`
    return new GitHubError('missing', text)
  }
  if (status >= 300 && status < 400) {
    return new GitHubError('moved', `${said} It has moved; name the repository where it is now.`)
  }
  if (status >= 500) return new GitHubError('unanswered', `${said} It is asked again later.`)
  return new GitHubError('invalid', said)
}
