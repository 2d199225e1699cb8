/** The door for agents that come through the mesh: whoever is admitted may open MCP sessions over streams of its own. */
import { errorText } from '../../core/errors.ts'
import type { Channel } from '../../core/ports/mesh.ts'
import { MCP_PROTOCOL } from './channel-transport.ts'
import type { McpPeerDoorDeps, ServePeer } from './peer-server.ts'

/** To be created before the mesh starts. A session ends with its stream. */
export function createMcpPeerDoor(deps: McpPeerDoorDeps): void {
  let serving: Promise<ServePeer> | undefined
  /** The server and its tools are imported with the first session: most workers have none. */
  const serve = async (channel: Channel): Promise<void> => {
    serving ??= import('./peer-server.ts').then(({ createPeerServer }) => createPeerServer(deps))
    await (
      await serving
    )(channel)
  }
  deps.mesh.onChannel(MCP_PROTOCOL, (channel) => {
    serve(channel).catch((thrown: unknown) => {
      deps.log.warn('mcp.peer_session_failed', { peer: channel.remote, error: errorText(thrown) })
      channel.abort(new Error('no MCP session came about'))
    })
  })
}
