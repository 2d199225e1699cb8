/**
 * The tokens of a running peer: whose a token is, until when, and that those who hold one hear of its end. It looks again
 * at the folder once a second, and before each answer when the folder has changed.
 */
import { RunnerMeshError } from '../core/errors.ts'
import type { Caller } from '../core/operations/operation.ts'
import type { Clock, Logger, Startable } from '../core/ports/clock.ts'
import type { Credential } from '../mcp/seat.ts'
import { hashOf, listTokens, tokensVersion, type StoredToken } from './access-tokens.ts'

const LOOK_EVERY_MS = 1_000
/** Two changes within a tick of the file system's clock leave the folder with one time of change. */
const TICK_MS = 50

interface Held {
  readonly token: StoredToken
  readonly credential: Credential
  readonly ended: AbortController
}

export interface TokenBookDeps {
  readonly stateDir: string
  readonly clock: Clock
  readonly log: Logger
}

export class TokenBook implements Startable {
  readonly #deps: TokenBookDeps
  #held = new Map<string, Held>()
  #version: string | undefined
  #settledAt = 0
  #cancel: (() => void) | undefined
  #running = false

  constructor(deps: TokenBookDeps) {
    this.#deps = deps
  }

  async start(): Promise<void> {
    if (this.#running) return
    this.#running = true
    await this.#look()
    this.#lookLater()
  }

  stop(): Promise<void> {
    this.#running = false
    this.#cancel?.()
    return Promise.resolve()
  }

  /** @returns undefined for a token that nobody was given, or that has ended */
  async authenticate(token: string): Promise<Credential | undefined> {
    await this.#look()
    // Found by its hash, so that how long it takes tells nothing of the token.
    const held = this.#held.get(hashOf(token))
    return held === undefined || held.ended.signal.aborted ? undefined : held.credential
  }

  #lookLater(): void {
    this.#cancel = this.#deps.clock.after(LOOK_EVERY_MS, () => {
      this.#look()
        .catch((thrown: unknown) => this.#deps.log.error('tokens.unreadable', { thrown }))
        .finally(() => {
          if (this.#running) this.#lookLater()
        })
    })
  }

  async #look(): Promise<void> {
    const { stateDir, clock } = this.#deps
    const version = await tokensVersion(stateDir)
    const now = clock.mono()
    if (version !== this.#version || now < this.#settledAt) {
      const tokens = await listTokens(stateDir)
      if (version !== this.#version) this.#settledAt = now + TICK_MS
      this.#version = version
      this.#hold(tokens)
    }
    for (const held of this.#held.values()) {
      if (held.token.expiresAt !== undefined && held.token.expiresAt <= clock.now()) this.#end(held, 'expired')
    }
  }

  #hold(tokens: readonly StoredToken[]): void {
    const before = this.#held
    this.#held = new Map(tokens.map((token) => [token.hash, before.get(token.hash) ?? hold(token)]))
    for (const [hash, held] of before) if (!this.#held.has(hash)) this.#end(held, 'revoked')
  }

  #end({ token, ended }: Held, how: 'expired' | 'revoked'): void {
    if (ended.signal.aborted) return
    this.#deps.log.info('tokens.ended', { name: token.name, how })
    ended.abort(
      new RunnerMeshError('unauthorized', `The token was ${how === 'revoked' ? 'revoked' : 'good until now'}.`),
    )
  }
}

function hold(token: StoredToken): Held {
  const ended = new AbortController()
  const caller: Caller = { principal: `token:${token.name}`, door: 'mcp', access: new Set(token.access) }
  return { token, ended, credential: { caller, ended: ended.signal, retired: ended.signal } }
}
