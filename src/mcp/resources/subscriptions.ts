/** Subscriptions of clients whose connection lasts: they name resources one by one and are told over that connection. */
import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError, type McpServer } from '@modelcontextprotocol/server'
import { canRead } from './resources.ts'
import type { ResourceUpdates } from './resource-updates.ts'
import type { Seat } from '../seat.ts'
import type { ServerDeps } from '../server-deps.ts'

const MAX_SUBSCRIPTIONS = 256

/** For one session or stdio connection of a 2025 revision; ends with it. */
export function serveSubscriptions(server: McpServer, deps: ServerDeps, updates: ResourceUpdates, seat: Seat): void {
  const uris = new Set<string>()
  let end: (() => void) | undefined

  server.server.setRequestHandler('resources/subscribe', async ({ params }) => {
    if (!(await canRead(deps, seat, params.uri))) throw new ResourceNotFoundError(params.uri)
    if (uris.size >= MAX_SUBSCRIPTIONS && !uris.has(params.uri)) {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `A session watches at most ${String(MAX_SUBSCRIPTIONS)} resources. Unsubscribe from some.`,
      )
    }
    uris.add(params.uri)
    end ??= updates.subscribe((uri) => {
      if (uris.has(uri)) tell(server, deps, uri)
    })
    return {}
  })
  server.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    uris.delete(params.uri)
    return {}
  })
  onClose(server, () => end?.())
}

/** For a stdio connection of 2026-07-28, where the SDK holds the list of what was asked for and lets only that through. */
export function pushUpdates(server: McpServer, deps: ServerDeps, updates: ResourceUpdates): void {
  onClose(
    server,
    updates.subscribe((uri) => tell(server, deps, uri)),
  )
}

function tell(server: McpServer, deps: ServerDeps, uri: string): void {
  server.server.sendResourceUpdated({ uri }).catch((thrown: unknown) => {
    deps.log.debug('mcp.update_unsent', { uri, thrown })
  })
}

function onClose(server: McpServer, closed: () => void): void {
  const before = server.server.onclose
  server.server.onclose = () => {
    closed()
    before?.()
  }
}
