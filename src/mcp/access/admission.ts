/**
 * Who may speak MCP here, judged from the head of a request before its body is read: known Host and Origin (DNS
 * rebinding), known path, then a bearer token, always, on loopback too: other processes of the machine are no friends.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization
 */
import { hostHeaderValidationResponse, originValidationResponse } from '@modelcontextprotocol/server'
import type { Access } from '../../core/operations/operation.ts'
import type { Credential, Seat } from '../seat.ts'
import { findView, narrowView, type ViewBound } from '../tools/tool-sets.ts'

/** @returns undefined for a token nobody was given; its compare takes constant time */
export type Authenticate = (token: string) => Promise<Credential | undefined>

/** Set when tokens come from an authorization server that clients can be sent to. */
export interface ProtectedResource {
  /** The URL of this endpoint as clients know it; tokens are issued for it. */
  readonly resource: string
  readonly authorizationServers: readonly string[]
  /** What a client asks for first; a call that needs more says so. */
  readonly scopes: readonly Access[]
}

export interface AdmissionSettings {
  /** Hostnames, without ports, under which this peer is reached. IPv6 in brackets. */
  readonly allowedHosts: readonly string[]
  /** Hostnames of web pages that may call; requests without an Origin are no browser’s and pass. */
  readonly allowedOrigins: readonly string[]
  readonly bound: ViewBound
  readonly protectedResource?: ProtectedResource
}

const BEARER = /^Bearer +(?<token>[\w.~+/-]+=*) *$/i

export const METADATA_PATH = '/.well-known/oauth-protected-resource'

export async function admit(
  request: Request,
  settings: AdmissionSettings,
  authenticate: Authenticate,
): Promise<Seat | Response> {
  const refused = checkOrigin(request, settings)
  if (refused !== undefined) return refused
  const shown = findView(new URL(request.url).pathname, settings.bound)
  if (shown === undefined)
    return rpcError(404, -32000, 'No MCP endpoint here. Use /mcp, /mcp/x/worker, /mcp/x/scheduler or /mcp/x/all.')
  const view = narrowView(shown, request.headers)
  if (typeof view === 'string') return rpcError(400, -32000, view)
  const header = request.headers.get('authorization')
  if (header === null) return unauthorized(settings, 'Send the token of this runner as Authorization: Bearer <token>.')
  const token = BEARER.exec(header)?.groups?.['token']
  const credential = token === undefined ? undefined : await authenticate(token)
  if (credential === undefined || credential.ended?.aborted === true) return invalidToken(settings)
  return { ...credential, view }
}

export function checkOrigin(
  request: Request,
  { allowedHosts, allowedOrigins }: Pick<AdmissionSettings, 'allowedHosts' | 'allowedOrigins'>,
): Response | undefined {
  return (
    hostHeaderValidationResponse(request, [...allowedHosts]) ?? originValidationResponse(request, [...allowedOrigins])
  )
}

export function invalidToken(settings: AdmissionSettings): Response {
  return unauthorized(settings, 'The bearer token is not valid here.', { error: 'invalid_token' })
}

function unauthorized(
  { protectedResource }: AdmissionSettings,
  message: string,
  parts: Readonly<Record<string, string>> = {},
): Response {
  const scope = protectedResource === undefined ? {} : { scope: protectedResource.scopes.join(' ') }
  return challenged(rpcError(401, -32000, message), { ...parts, ...scope }, protectedResource)
}

/** The token is good and not for this: the client may ask its user for more. */
export function insufficientScope(
  scope: Access,
  { protectedResource }: AdmissionSettings,
  id: string | number | null,
): Response {
  const message = `forbidden: this needs the right ${scope}, which the token does not have. Ask for a token with that scope.`
  const response = rpcError(403, -32000, message, id)
  return challenged(response, { error: 'insufficient_scope', scope, error_description: message }, protectedResource)
}

/** RFC 6750 §3. Resource metadata is named only where there is an authorization server to send anybody to. */
function challenged(
  response: Response,
  parts: Readonly<Record<string, string>>,
  resource: ProtectedResource | undefined,
): Response {
  const all = {
    realm: 'runner-mesh',
    ...parts,
    ...(resource === undefined ? {} : { resource_metadata: metadataUrl(resource) }),
  }
  const challenge = Object.entries(all)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')
  response.headers.set('WWW-Authenticate', `Bearer ${challenge}`)
  return response
}

/** RFC 9728 §3.1: the well-known path goes between the host and the path of the resource. */
function metadataUrl({ resource }: ProtectedResource): string {
  const { origin, pathname } = new URL(resource)
  return `${origin}${METADATA_PATH}${pathname === '/' ? '' : pathname}`
}

/** RFC 9728 §2: whose tokens are good here, and for what. Open to everybody. */
export function describeResource({ resource, authorizationServers }: ProtectedResource, scopes: readonly Access[]) {
  return {
    resource,
    authorization_servers: authorizationServers,
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
    resource_name: 'runner-mesh',
  }
}

/** A JSON-RPC error outside any exchange. */
export function rpcError(status: number, code: number, message: string, id: string | number | null = null): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id }, { status })
}
