/** The answering end of MCP sessions through the mesh: the one server of this room, each session for one peer. */
import type { Events } from '../../core/events.ts'
import type { PeerId } from '../../core/ids.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Access } from '../../core/operations/operation.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import type { Channel, Mesh } from '../../core/ports/mesh.ts'
import { createCatalogTools } from '../tools/catalog-tools.ts'
import { ChannelTransport } from './channel-transport.ts'
import { ResourceUpdates } from '../resources/resource-updates.ts'
import type { Seat } from '../seat.ts'
import { createServer } from '../server.ts'
import type { ServerDeps } from '../server-deps.ts'

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

/** Begins a session over a channel. Rejects when none comes about. */
export type ServePeer = (channel: Channel) => Promise<void>

export function createPeerServer(deps: McpPeerDoorDeps): ServePeer {
  const updates = new ResourceUpdates(deps.events, deps.clock)
  const serverDeps: ServerDeps = { ...deps, tools: createCatalogTools(), updates }
  return async (channel) => {
    const peer = channel.remote
    const caller = { principal: `peer:${peer}`, door: 'mcp', access: deps.access(peer), peer } as const
    const seat: Seat = { caller, view: { set: 'all', readOnly: false } }
    await createServer(serverDeps, seat, 'legacy', 'session').connect(new ChannelTransport(channel))
  }
}
