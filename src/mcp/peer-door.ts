/** The door for agents that come through the mesh: whoever is admitted may open MCP sessions over streams of its own. */
import { errorText } from '../core/errors.ts'
import type { Events } from '../core/events.ts'
import type { PeerId } from '../core/ids.ts'
import type { Operations } from '../core/operations/invoke.ts'
import type { Access } from '../core/operations/operation.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { Channel, Mesh } from '../core/ports/mesh.ts'
import { createCatalogTools } from './catalog-tools.ts'
import { ChannelTransport, MCP_PROTOCOL } from './channel-transport.ts'
import { ResourceUpdates } from './resource-updates.ts'
import type { Seat } from './seat.ts'
import { createServer } from './server.ts'
import type { ServerDeps } from './server-deps.ts'

export interface McpPeerDoorDeps {
  readonly mesh: Pick<Mesh, 'onChannel'>
  readonly operations: Pick<Operations, 'invoke'>
  readonly events: Events
  readonly version: string
  readonly clock: Clock
  readonly log: Logger
  /** What a member may do here. */
  readonly access: (peer: PeerId) => ReadonlySet<Access>
}

/** To be created before the mesh starts. A session ends with its stream. */
export function createMcpPeerDoor(deps: McpPeerDoorDeps): void {
  const { mesh, log, access } = deps
  const updates = new ResourceUpdates(deps.events, deps.clock)
  const serverDeps: ServerDeps = { ...deps, tools: createCatalogTools(), updates }
  mesh.onChannel(MCP_PROTOCOL, (channel: Channel) => {
    const peer = channel.remote
    const caller = { principal: `peer:${peer}`, door: 'mcp', access: access(peer), peer } as const
    const seat: Seat = { caller, view: { set: 'all', readOnly: false } }
    const server = createServer(serverDeps, seat, 'legacy', 'session')
    server.connect(new ChannelTransport(channel)).catch((thrown: unknown) => {
      log.warn('mcp.peer_session_failed', { peer, error: errorText(thrown) })
      channel.abort(new Error('no MCP session came about'))
    })
  })
}
