/**
 * Sessions of clients that speak a 2025 revision: they open with `initialize`, keep a stream open and expect the server to
 * remember them. Each belongs to the principal and the view that opened it; to anybody else it does not exist.
 *
 *   initialize ─▶ idle ⇄ busy (answers or a stream under way) ─▶ gone: DELETE, idle too long, pushed out, its principal
 *                                                                retired, stop
 */
import { isInitializeRequest, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import type { McpServer } from '@modelcontextprotocol/server'
import type { Clock, Logger, Random } from '../core/ports/clock.ts'
import { rpcError } from './access/admission.ts'
import { relayed } from './peers/relayed.ts'
import { toAuthInfo, type Seat } from './seat.ts'
import { viewKey } from './tools/tool-sets.ts'

export interface SessionSettings {
  readonly maxSessions: number
  readonly maxSessionsPerPrincipal: number
  readonly idleMs: number
  readonly keepAliveMs: number
}

export const SESSION_SETTINGS: SessionSettings = {
  maxSessions: 256,
  maxSessionsPerPrincipal: 64,
  idleMs: 15 * 60_000,
  keepAliveMs: 15_000,
}

/** Between the end of a token and that of its streams, so that refusals of calls under way still arrive. */
export const LAST_WORD_MS = 250

interface Session {
  readonly id: string
  readonly owner: string
  readonly transport: WebStandardStreamableHTTPServerTransport
  readonly server: McpServer
  /** Lets go of what the session listens to. */
  forget?: () => void
  busy: number
  /** On the monotonic clock. */
  usedAt: number
}

export interface SessionDeps {
  readonly create: (seat: Seat) => McpServer
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

export class LegacySessions {
  readonly #deps: SessionDeps
  readonly #settings: SessionSettings
  readonly #sessions = new Map<string, Session>()
  #cancelSweep: (() => void) | undefined
  #stopped = false

  constructor(deps: SessionDeps, settings: SessionSettings) {
    this.#deps = deps
    this.#settings = settings
  }

  get size(): number {
    return this.#sessions.size
  }

  /** @param body the parsed body of a POST */
  async handle(request: Request, seat: Seat, body: unknown): Promise<Response> {
    const id = request.headers.get('mcp-session-id')
    if (id !== null) {
      const session = this.#sessions.get(id)
      if (session?.owner !== ownerOf(seat)) return rpcError(404, -32001, 'Session not found')
      return this.#serve(session, request, seat, body)
    }
    if (request.method !== 'POST' || !opensSession(body)) {
      return rpcError(400, -32000, 'Bad Request: send initialize first, then its Mcp-Session-Id with every request')
    }
    return this.#open(request, seat, body)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelSweep?.()
    this.#cancelSweep = undefined
    await Promise.all([...this.#sessions.values()].map((session) => this.#close(session)))
  }

  async #open(request: Request, seat: Seat, body: unknown): Promise<Response> {
    if (this.#stopped) return rpcError(503, -32000, 'This peer is stopping.')
    if (!(await this.#makeRoom(seat))) {
      return rpcError(429, -32000, 'Too many sessions are open. End one with DELETE, or wait until one falls idle.')
    }
    const id = this.#deps.random.uuid()
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      keepAliveMs: this.#settings.keepAliveMs,
      onsessionclosed: () => this.#forget(id),
    })
    const server = this.#deps.create(seat)
    const session: Session = { id, owner: ownerOf(seat), transport, server, busy: 0, usedAt: this.#deps.clock.mono() }
    this.#sessions.set(id, session)
    this.#sweepLater()
    const { retired } = seat
    // What is under way is given up first, and its callers are told so.
    const retire = (): void => void this.#deps.clock.after(LAST_WORD_MS, () => void this.#close(session))
    retired?.addEventListener('abort', retire, { once: true })
    session.forget = () => retired?.removeEventListener('abort', retire)
    await server.connect(transport)
    const response = await this.#serve(session, request, seat, body)
    if (response.status >= 400) await this.#close(session)
    return response
  }

  async #serve(session: Session, request: Request, seat: Seat, body: unknown): Promise<Response> {
    session.busy += 1
    const done = (): void => {
      session.busy -= 1
      session.usedAt = this.#deps.clock.mono()
    }
    try {
      const response = await session.transport.handleRequest(request, {
        authInfo: toAuthInfo(seat),
        ...(body === undefined ? {} : { parsedBody: body }),
      })
      return relayed(response, { done })
    } catch (thrown) {
      done()
      throw thrown
    }
  }

  /** Who opens one session too many loses its own longest idle one; busy ones are never taken. */
  async #makeRoom(seat: Seat): Promise<boolean> {
    const mine = (session: Session): boolean => session.owner.startsWith(`${seat.caller.principal}\n`)
    const all = [...this.#sessions.values()]
    const candidates =
      all.filter(mine).length >= this.#settings.maxSessionsPerPrincipal
        ? all.filter(mine)
        : all.length >= this.#settings.maxSessions
          ? all
          : undefined
    if (candidates === undefined) return true
    const idle = candidates.filter((session) => session.busy === 0).toSorted((a, b) => a.usedAt - b.usedAt)[0]
    if (idle === undefined) return false
    this.#deps.log.info('mcp.session_pushed_out', { principal: seat.caller.principal })
    await this.#close(idle)
    return true
  }

  #sweepLater(): void {
    if (this.#cancelSweep !== undefined || this.#stopped || this.#sessions.size === 0) return
    this.#cancelSweep = this.#deps.clock.after(Math.max(1, this.#settings.idleMs / 4), () => {
      this.#cancelSweep = undefined
      const before = this.#deps.clock.mono() - this.#settings.idleMs
      for (const session of this.#sessions.values()) {
        if (session.busy === 0 && session.usedAt <= before) void this.#close(session)
      }
      this.#sweepLater()
    })
  }

  async #close(session: Session): Promise<void> {
    this.#forget(session.id)
    try {
      await session.server.close()
    } catch (thrown) {
      this.#deps.log.warn('mcp.session_close_failed', { thrown })
    }
  }

  #forget(id: string): void {
    this.#sessions.get(id)?.forget?.()
    this.#sessions.delete(id)
  }
}

function ownerOf({ caller, view }: Seat): string {
  return `${caller.principal}\n${viewKey(view)}`
}

function opensSession(body: unknown): boolean {
  return isInitializeRequest(Array.isArray(body) && body.length === 1 ? body[0] : body)
}
