/**
 * When this peer may speak to GitHub: one request at a time, writes at least a second apart, silence after a refusal, and
 * nothing that can wait once the common budget runs low. Whoever would have to wait longer than a moment is refused with
 * the time to wait, and comes again.
 * @see https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
import { SECOND } from '../core/lease.ts'
import type { Clock } from '../core/ports/clock.ts'
import { GitHubError } from './github-error.ts'

export interface Budget {
  readonly limit: number
  readonly remaining: number
  readonly resetInMs: number
}

export interface RequestPaceDeps {
  readonly clock: Clock
  /** How long after the budget's return this peer waits for its turn, in milliseconds. */
  readonly spreadMs: () => number
  /** Told what GitHub says of the budget, after each answer. */
  readonly sawBudget?: (budget: Budget) => void
}

const BETWEEN_WRITES_MS = 1 * SECOND
/** The last of the budget is for other workflows of the repository. */
const KEPT_FREE = 0.1
const LONGEST_SILENCE_MS = 3_600 * SECOND

export class RequestPace {
  readonly #deps: RequestPaceDeps
  #tail = Promise.resolve()
  #nextWriteAt = -Infinity
  #silentUntil = -Infinity
  #bursts = 0
  #why: GitHubError | undefined

  constructor(deps: RequestPaceDeps) {
    this.#deps = deps
  }

  /**
   * Waits for the turn of one request. @returns what ends the turn
   * @throws GitHubError `budget` or `burst` while GitHub is not to be asked
   */
  async turn(kind: 'read' | 'write' | 'goodbye', signal: AbortSignal): Promise<() => void> {
    const { clock } = this.#deps
    const before = this.#tail
    const { promise: ended, resolve: end } = Promise.withResolvers<undefined>()
    this.#tail = before.then(() => ended)
    const release = (): void => {
      if (kind !== 'read') this.#nextWriteAt = clock.mono() + BETWEEN_WRITES_MS
      end(undefined)
    }
    try {
      if (kind !== 'goodbye') await before
      signal.throwIfAborted()
      this.#demandSpeech()
      const pauseMs = this.#nextWriteAt - clock.mono()
      if (kind === 'write' && pauseMs > 0) await clock.sleep(pauseMs, signal)
      return release
    } catch (thrown) {
      end(undefined)
      throw thrown
    }
  }

  saw(budget: Budget): void {
    const { limit, remaining, resetInMs } = budget
    this.#deps.sawBudget?.(budget)
    if (remaining >= limit * KEPT_FREE) return
    const text = `Only ${String(remaining)} of ${String(limit)} requests of this hour are left; the rest is for others.`
    this.#beSilent(new GitHubError('budget', text, { retryAfterMs: resetInMs + this.#deps.spreadMs() }))
  }

  accepted(): void {
    this.#bursts = 0
  }

  refused(error: GitHubError): void {
    if (error.refusal === 'budget') {
      const retryAfterMs = (error.retryAfterMs ?? 0) + this.#deps.spreadMs()
      this.#beSilent(new GitHubError('budget', error.message, { retryAfterMs }))
    }
    if (error.refusal !== 'burst') return
    // Each time in a row twice as long, and not all peers at the same moment.
    const retryAfterMs = (error.retryAfterMs ?? 0) * 2 ** Math.min(this.#bursts, 6) + this.#deps.spreadMs()
    this.#bursts += 1
    this.#beSilent(
      new GitHubError('burst', error.message, { retryAfterMs: Math.min(retryAfterMs, LONGEST_SILENCE_MS) }),
    )
  }

  #beSilent(why: GitHubError): void {
    const until = this.#deps.clock.mono() + (why.retryAfterMs ?? 0)
    if (until <= this.#silentUntil) return
    this.#silentUntil = until
    this.#why = why
  }

  #demandSpeech(): void {
    const leftMs = this.#silentUntil - this.#deps.clock.mono()
    if (leftMs <= 0 || this.#why === undefined) return
    throw new GitHubError(this.#why.refusal, this.#why.message, { retryAfterMs: leftMs })
  }
}
