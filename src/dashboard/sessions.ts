/**
 * Who is logged in to the dashboard. A session stands for the token it was opened with, and ends with it; only a hash of
 * its cookie is kept, in memory: after a restart people log in again.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { RunnerMeshError } from '../core/errors.ts'
import { HOUR, MINUTE } from '../core/lease.ts'
import type { Caller } from '../core/operations/operation.ts'
import type { Clock, Random } from '../core/ports/clock.ts'
import type { Authenticate } from './observation.ts'

export interface Session {
  readonly caller: Caller
  /** Must come back in a header with whatever changes something: a page of another site cannot read it. */
  readonly csrf: string
  /** Aborted when the token ends or its holder logs out. */
  readonly ended: AbortSignal
}

interface Held extends Session {
  readonly end: AbortController
  readonly until: number
}

export const SESSION_MS = 12 * HOUR
const MOST_SESSIONS = 1_000
/** Wrong tokens from one address in a minute. */
const MOST_FAILURES = 10
const MOST_ADDRESSES = 10_000

export interface SessionsDeps {
  readonly authenticate: Authenticate
  readonly clock: Clock
  readonly random: Random
}

export class Sessions {
  readonly #deps: SessionsDeps
  readonly #held = new Map<string, Held>()
  readonly #failures = new Map<string, { count: number; readonly until: number }>()

  constructor(deps: SessionsDeps) {
    this.#deps = deps
  }

  /**
   * @returns the cookie's value and the session
   * @throws RunnerMeshError unauthorized, rate_limited
   */
  async open(token: string, address: string): Promise<{ readonly cookie: string; readonly session: Session }> {
    const { authenticate, clock, random } = this.#deps
    this.#demandPatience(address)
    const credential = await authenticate(token)
    if (credential === undefined || credential.ended?.aborted === true) {
      this.#failed(address)
      throw new RunnerMeshError(
        'unauthorized',
        'That token is not known here. Its owner finds it in http.token of the state directory.',
      )
    }
    const secret = (): string => Buffer.from(random.bytes(32)).toString('base64url')
    const cookie = secret()
    const end = new AbortController()
    const ended = credential.ended === undefined ? end.signal : AbortSignal.any([credential.ended, end.signal])
    const caller: Caller = { ...credential.caller, door: 'dashboard' }
    const held = { caller, csrf: secret(), end, ended, until: clock.mono() + SESSION_MS }
    this.#forgetOld()
    this.#held.set(hashOf(cookie), held)
    return { cookie, session: held }
  }

  find(cookie: string | undefined): Session | undefined {
    if (cookie === undefined) return undefined
    const held = this.#held.get(hashOf(cookie))
    if (held === undefined) return undefined
    if (!held.ended.aborted && held.until > this.#deps.clock.mono()) return held
    this.close(cookie)
    return undefined
  }

  close(cookie: string): void {
    const key = hashOf(cookie)
    this.#held.get(key)?.end.abort(new RunnerMeshError('unauthorized', 'This session has ended. Log in again.'))
    this.#held.delete(key)
  }

  closeAll(): void {
    for (const { end } of this.#held.values()) end.abort(new RunnerMeshError('stopping', 'The peer is stopping.'))
    this.#held.clear()
  }

  #forgetOld(): void {
    const now = this.#deps.clock.mono()
    for (const [key, held] of this.#held) {
      const isOver = held.ended.aborted || held.until <= now
      if (!isOver && this.#held.size < MOST_SESSIONS) continue
      held.end.abort(new RunnerMeshError('unauthorized', 'This session has ended. Log in again.'))
      this.#held.delete(key)
    }
  }

  #demandPatience(address: string): void {
    const failed = this.#failures.get(address)
    if (failed === undefined || failed.count < MOST_FAILURES || failed.until <= this.#deps.clock.mono()) return
    throw new RunnerMeshError('rate_limited', 'Too many wrong tokens. Try again in a minute.')
  }

  #failed(address: string): void {
    const now = this.#deps.clock.mono()
    const before = this.#failures.get(address)
    const isFresh = before === undefined || before.until <= now
    if (isFresh) this.#failures.delete(address)
    this.#failures.set(address, isFresh ? { count: 1, until: now + MINUTE } : { ...before, count: before.count + 1 })
    if (this.#failures.size <= MOST_ADDRESSES) return
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest)
      return
    }
  }
}

export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(given)), Buffer.from(hashOf(expected)))
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
