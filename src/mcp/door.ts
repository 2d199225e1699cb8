/**
 * The door for agents over HTTP: one URL for every revision of the protocol. A request of 2026-07-28 is answered by a
 * server built for it alone; older clients get a session. `http` mounts it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  isJsonContentType,
  isLegacyRequest,
  readRequestBody,
  type ServerEventBus,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { cleanLine } from '../core/clean-text.ts'
import { ERRORS, RunnerMeshError } from '../core/errors.ts'
import type { Events } from '../core/events.ts'
import type { Operations } from '../core/operations/invoke.ts'
import { ACCESS } from '../core/operations/operation.ts'
import type { Clock, Logger, Random } from '../core/ports/clock.ts'
import type { PeerTools } from '../core/ports/peer-tools.ts'
import {
  admit,
  checkOrigin,
  describeResource,
  insufficientScope,
  invalidToken,
  METADATA_PATH,
  rpcError,
  type AdmissionSettings,
  type Authenticate,
} from './access/admission.ts'
import { createCatalogTools } from './tools/catalog-tools.ts'
import { findMissingScope } from './access/missing-scope.ts'
import { RATE_LIMIT_SETTINGS, RateLimit, type RateLimitSettings } from './access/rate-limit.ts'
import { canRead } from './resources/resources.ts'
import { relayed } from './peers/relayed.ts'
import { ResourceUpdates } from './resources/resource-updates.ts'
import { findSeat, toAuthInfo, type Seat } from './seat.ts'
import { createServer } from './server.ts'
import type { Extension, ServerDeps } from './server-deps.ts'
import { LAST_WORD_MS, LegacySessions, SESSION_SETTINGS, type SessionSettings } from './sessions.ts'
import { UNBOUND } from './tools/tool-sets.ts'

export interface McpDoorSettings extends AdmissionSettings {
  /** The largest request body. */
  readonly maxBodyBytes: number
  readonly maxSubscriptions: number
  readonly sessions: SessionSettings
  readonly rate: RateLimitSettings
}

const MAX_LISTEN_URIS = 256

/** Loopback only, as the peer binds by default. */
export const MCP_DOOR_SETTINGS: McpDoorSettings = {
  allowedHosts: ['localhost', '127.0.0.1', '[::1]'],
  allowedOrigins: ['localhost', '127.0.0.1', '[::1]'],
  bound: UNBOUND,
  maxBodyBytes: 1_048_576,
  maxSubscriptions: 1024,
  sessions: SESSION_SETTINGS,
  rate: RATE_LIMIT_SETTINGS,
}

export interface McpDoorDeps {
  readonly operations: Pick<Operations, 'invoke'>
  /** Where calls that name another peer go; without it they are refused. */
  readonly peerTools?: PeerTools
  /** Source of resource updates. */
  readonly events: Events
  readonly version: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly authenticate: Authenticate
  readonly extension?: Extension
}

export interface McpDoor {
  /** Answers whatever it is sent; never throws. */
  fetch(request: Request): Promise<Response>
  /** The same for node:http, for every path below `/mcp`. The body is read only once the token is known. */
  node(req: IncomingMessage, res: ServerResponse): Promise<void>
  /** Ends sessions, streams and calls under way. May be called twice. */
  stop(): Promise<void>
}

export function createMcpDoor(deps: McpDoorDeps, settings: McpDoorSettings = MCP_DOOR_SETTINGS): McpDoor {
  const { log } = deps
  const updates = new ResourceUpdates(deps.events, deps.clock)
  const tools = createCatalogTools()
  const serverDeps: ServerDeps = { ...deps, tools, updates }
  const onerror = (error: Error): void => log.debug('mcp.exchange_refused', { error })
  const modern = createMcpHandler(
    ({ authInfo }) => {
      const seat = findSeat(authInfo)
      if (seat === undefined) throw new Error('A request reached the MCP server without passing admission.')
      return createServer(serverDeps, seat, 'modern', 'exchange')
    },
    {
      legacy: 'reject',
      bus: toBus(updates),
      maxRequestBodySize: settings.maxBodyBytes,
      maxSubscriptions: settings.maxSubscriptions,
      keepAliveMs: settings.sessions.keepAliveMs,
      onerror,
    },
  )
  const sessions = new LegacySessions(
    { ...deps, create: (seat) => createServer(serverDeps, seat, 'legacy', 'session') },
    settings.sessions,
  )

  const serve = async (request: Request, seat: Seat): Promise<Response> => {
    const body = await readJson(request, settings.maxBodyBytes)
    if (body instanceof Response) return body
    const missing = findMissingScope(body, seat, tools)
    if (missing !== undefined) {
      log.info('mcp.refused', { principal: seat.caller.principal, status: 403, scope: missing.scope })
      return insufficientScope(missing.scope, settings, missing.id)
    }
    if (await isLegacyRequest(request, body)) return sessions.handle(request, seat, body)
    const parsedBody = await withReadable(body, (uri) => canRead(serverDeps, seat, uri))
    const calls = calledTool(parsedBody)
    const exchange = calls === undefined ? seat : { ...seat, calls }
    return modern.fetch(request, { authInfo: toAuthInfo(exchange), parsedBody })
  }
  /** Nothing is answered under a token that has ended meanwhile, and what runs under it is given up. */
  const serveWhileValid = async (request: Request, seat: Seat): Promise<Response> => {
    const { ended } = seat
    if (ended === undefined) return serve(request, seat)
    const [refused, cut] = [Promise.withResolvers<Response>(), new AbortController()]
    const onEnd = (): void => {
      refused.resolve(invalidToken(settings))
      deps.clock.after(LAST_WORD_MS, () => cut.abort(ended.reason))
    }
    if (ended.aborted) onEnd()
    else ended.addEventListener('abort', onEnd, { once: true })
    const bounded = new Request(request, { signal: AbortSignal.any([request.signal, ended]) })
    const response = await Promise.race([serve(bounded, seat), refused.promise])
    return relayed(response, { cut: cut.signal, done: () => ended.removeEventListener('abort', onEnd) })
  }
  const guarded = async (answer: () => Promise<Response>): Promise<Response> => {
    try {
      return await answer()
    } catch (thrown) {
      if (thrown instanceof RunnerMeshError && thrown.retryable) {
        return rpcError(ERRORS[thrown.code].http, -32000, `${thrown.code}: ${thrown.message} Try again later.`)
      }
      log.error('mcp.request_failed', { thrown })
      return rpcError(500, -32603, 'Internal error')
    }
  }
  const limit = new RateLimit(deps.clock, settings.rate)
  const admitted = async (request: Request): Promise<Seat | Response> => {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith(METADATA_PATH)) return serveMetadata(request, settings)
    const seat = await admit(request, settings, deps.authenticate)
    if (seat instanceof Response) {
      log.info('mcp.refused', { status: seat.status, path: cleanLine(pathname, 100) })
      return seat
    }
    const waitMs = limit.take(seat.caller.principal)
    if (waitMs === 0) return seat
    log.info('mcp.refused', { principal: seat.caller.principal, status: 429 })
    return tooMany(waitMs)
  }

  return {
    fetch: (request) =>
      guarded(async () => {
        const seat = await admitted(request)
        return seat instanceof Response ? seat : serveWhileValid(request, seat)
      }),
    node: async (req, res) => {
      let seat: Seat | undefined
      const refusal = await guarded(async () => {
        const result = await admitted(headOf(req))
        if (result instanceof Response) return result
        seat = result
        return new Response(null)
      })
      if (seat === undefined) {
        await refuse(res, refusal)
        return
      }
      const admittedSeat = seat
      const answer = (request: Request): Promise<Response> => guarded(() => serveWhileValid(request, admittedSeat))
      const handle = toNodeHandler({ fetch: answer }, { maxRequestBodySize: settings.maxBodyBytes, onerror })
      await handle(req as NodeIncomingMessageLike, res)
    },
    stop: async () => {
      await Promise.all([modern.close(), sessions.stop()])
    },
  }
}

/** The request line and headers, with nothing of the body. */
function headOf(req: IncomingMessage): Request {
  const headers = new Headers()
  for (let at = 0; at + 1 < req.rawHeaders.length; at += 2) {
    headers.append(req.rawHeaders[at] ?? '', req.rawHeaders[at + 1] ?? '')
  }
  const path = req.url?.startsWith('/') === true ? req.url : '/'
  return new Request(new URL(path, 'http://peer.invalid'), { headers })
}

/** RFC 9728: whose tokens are good here. Nothing is there to tell where this peer’s own tokens are the only ones. */
function serveMetadata(request: Request, settings: McpDoorSettings): Response {
  const refused = checkOrigin(request, settings)
  if (refused !== undefined) return refused
  const { protectedResource } = settings
  if (protectedResource === undefined) return rpcError(404, -32000, 'This peer has no authorization server.')
  const document = describeResource(protectedResource, ACCESS)
  return Response.json(document, { headers: { 'cache-control': 'max-age=3600' } })
}

function tooMany(waitMs: number): Response {
  const seconds = Math.ceil(waitMs / 1000)
  const response = rpcError(429, -32000, `rate_limited: too many requests. Try again in ${String(seconds)} s.`)
  response.headers.set('Retry-After', String(seconds))
  return response
}

/** The body of a refused request stays unread, so its connection cannot be used again. */
async function refuse(res: ServerResponse, refusal: Response): Promise<void> {
  res.writeHead(refusal.status, { ...Object.fromEntries(refusal.headers), connection: 'close' })
  res.end(await refusal.text())
}

/** @returns undefined for a request that has no body */
async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  if (request.method !== 'POST') return undefined
  if (!isJsonContentType(request.headers.get('content-type'))) {
    return rpcError(415, -32000, 'Unsupported Media Type: Content-Type must be application/json')
  }
  const body = await readRequestBody(request, maxBytes)
  if (body.tooLarge)
    return rpcError(413, -32000, `Payload Too Large: the body must not exceed ${String(maxBytes)} bytes`)
  try {
    return JSON.parse(body.text) as unknown
  } catch {
    return rpcError(400, -32700, 'Parse error: the body is not JSON')
  }
}

/** Streams of `subscriptions/listen` hear of changes as long as they are open; nobody else publishes. */
function toBus(updates: ResourceUpdates): ServerEventBus {
  return {
    publish: () => undefined,
    subscribe: (listener) => updates.subscribe((uri) => listener({ kind: 'resource_updated', uri })),
  }
}

const listenRequest = z.looseObject({
  method: z.literal('subscriptions/listen'),
  params: z.looseObject({
    notifications: z.looseObject({ resourceSubscriptions: z.array(z.string()) }),
  }),
})

/** A `subscriptions/listen` without the resources that its caller may not read; the answer names those it took. */
async function withReadable(body: unknown, canReadUri: (uri: string) => Promise<boolean>): Promise<unknown> {
  const listen = listenRequest.safeParse(body)
  if (!listen.success) return body
  const { params } = listen.data
  const asked = [...new Set(params.notifications.resourceSubscriptions)].slice(0, MAX_LISTEN_URIS)
  const readable: string[] = []
  for (const uri of asked) if (await canReadUri(uri)) readable.push(uri)
  const notifications = { ...params.notifications, resourceSubscriptions: readable }
  return { ...listen.data, params: { ...params, notifications } }
}

const toolCall = z.object({ method: z.literal('tools/call'), params: z.object({ name: z.string() }) })

function calledTool(body: unknown): string | undefined {
  return toolCall.safeParse(body).data?.params.name
}
