/** What every MCP server of this peer is built from. */
import type { McpServer, ServerContext } from '@modelcontextprotocol/server'
import type { Operations } from '../core/operations/invoke.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { PeerTools } from '../core/ports/peer-tools.ts'
import type { CatalogTools } from './tools/catalog-tools.ts'
import type { ResourceUpdates } from './resources/resource-updates.ts'

/** What a protocol test suite brings along: the fixtures that it calls by name. The product has none. */
export interface Extension {
  add(server: McpServer, era: Era): void
  /** @throws for a state that no fixture has sealed */
  verifyState(state: string, context: ServerContext): Promise<unknown>
}

export interface ServerDeps {
  readonly operations: Pick<Operations, 'invoke'>
  readonly tools: CatalogTools
  /** Where calls that name another peer go; without it they are refused. */
  readonly peerTools?: PeerTools
  readonly version: string
  readonly clock: Clock
  readonly log: Logger
  /** What changed, for subscribers; without it nothing can be subscribed to. */
  readonly updates?: ResourceUpdates
  readonly extension?: Extension
}

/** The 2026-07-28 revision, or one of those before it that open with `initialize`. */
export type Era = 'modern' | 'legacy'

/** Where it is connected: for one exchange over HTTP, or for as long as a session or a pipe lasts. */
export type Connection = 'exchange' | 'session' | 'stdio'
