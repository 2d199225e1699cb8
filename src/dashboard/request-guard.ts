/**
 * Which requests of browsers are answered at all. The Host must be a name this peer goes by, or a page elsewhere could
 * reach it by a name of its own that resolves to this machine (DNS rebinding).
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ERRORS, RunnerMeshError, toErrorView } from '../core/errors.ts'

/** @param allowedHosts host names without ports, IPv6 in brackets */
export function demandKnownHost(req: IncomingMessage, allowedHosts: readonly string[]): void {
  const name = hostNameOf(`http://${req.headers.host ?? ''}`)
  if (name !== undefined && allowedHosts.includes(name)) return
  throw new RunnerMeshError(
    'forbidden',
    `This peer does not go by the name in the Host header. Add it with --http-allowed-hosts.`,
  )
}

/** What changes something must come from a page of this very origin; a browser always says from which. */
export function demandOwnOrigin(req: IncomingMessage): void {
  const { origin, host } = req.headers
  const site = req.headers['sec-fetch-site']
  const isOwn = origin === undefined || hostOf(origin) === host
  if (isOwn && (site === undefined || site === 'same-origin')) return
  throw new RunnerMeshError('forbidden', 'A page of another site asked for this. Use the page of this peer.')
}

/** @returns undefined without a well-formed bearer token */
export function bearerOf(req: IncomingMessage): string | undefined {
  return /^Bearer +(?<token>[\w.~+/-]+=*) *$/i.exec(req.headers.authorization ?? '')?.groups?.['token']
}

/** The answer to what was refused, as the table of errors says. */
export function sendRefusal(res: ServerResponse, thrown: unknown): void {
  const { code, message } = toErrorView(thrown)
  sendBody(res, ERRORS[code].http, { error: { code, message } })
}

export function sendBody(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 401 ? { 'www-authenticate': 'Bearer realm="runner-mesh"' } : {}),
  })
  res.end(JSON.stringify(body))
}

function hostNameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}
