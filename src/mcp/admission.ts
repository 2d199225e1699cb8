/**
 * Who may speak MCP here, judged from the head of a request before its body is read: known path, known Host and Origin
 * (DNS rebinding), then a bearer token, always, on loopback too: other processes of the machine are no friends.
 */
import { hostHeaderValidationResponse, originValidationResponse } from '@modelcontextprotocol/server'
import type { Caller } from '../core/operations/operation.ts'
import type { Seat } from './seat.ts'
import { findView } from './tool-sets.ts'

/** @returns undefined for a token nobody was given; its compare takes constant time */
export type Authenticate = (token: string) => Promise<Caller | undefined>

export interface AdmissionSettings {
  /** Hostnames, without ports, under which this peer is reached. IPv6 in brackets. */
  readonly allowedHosts: readonly string[]
  /** Hostnames of web pages that may call; requests without an Origin are no browser’s and pass. */
  readonly allowedOrigins: readonly string[]
}

const BEARER = /^Bearer +(?<token>[\w.~+/-]+=*) *$/i

export async function admit(
  request: Request,
  settings: AdmissionSettings,
  authenticate: Authenticate,
): Promise<Seat | Response> {
  const refused =
    hostHeaderValidationResponse(request, [...settings.allowedHosts]) ??
    originValidationResponse(request, [...settings.allowedOrigins])
  if (refused !== undefined) return refused
  const view = findView(new URL(request.url).pathname)
  if (view === undefined)
    return rpcError(404, -32000, 'No MCP endpoint here. Use /mcp, /mcp/x/worker, /mcp/x/scheduler or /mcp/x/all.')
  const header = request.headers.get('authorization')
  if (header === null) return challenge('', 'Send the token of this runner as Authorization: Bearer <token>.')
  const token = BEARER.exec(header)?.groups?.['token']
  const caller = token === undefined ? undefined : await authenticate(token)
  if (caller === undefined) return challenge(', error="invalid_token"', 'The bearer token is not valid here.')
  return { caller, view }
}

/** RFC 6750 §3. No resource metadata is named, since there is no authorization server to send anybody to. */
function challenge(error: string, message: string): Response {
  const response = rpcError(401, -32000, message)
  response.headers.set('WWW-Authenticate', `Bearer realm="runner-mesh"${error}`)
  return response
}

/** A JSON-RPC error outside any exchange. */
export function rpcError(status: number, code: number, message: string, id: string | number | null = null): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id }, { status })
}
