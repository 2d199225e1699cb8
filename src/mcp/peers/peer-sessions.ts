/**
 * MCP sessions between peers, each over a mesh stream of its own: what this peer answers to others, and the tools of
 * others that this peer asks. A session is opened when it is first needed and closed when it has been idle.
 *
 * The asking end is the client of `@modelcontextprotocol/sdk`, the answering end the one server of this door; a session
 * opens with `initialize` like any other.
 */
import { cleanLine } from '../../core/clean-text.ts'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import type { PeerId } from '../../core/ids.ts'
import type { Clock, Logger, Startable } from '../../core/ports/clock.ts'
import type { Mesh } from '../../core/ports/mesh.ts'
import type { PeerTarget, PeerToolAnswer, PeerToolCall, PeerTools } from '../../core/ports/peer-tools.ts'
import { MCP_PROTOCOL } from './channel-transport.ts'
import type { PeerToolClient } from './peer-tool-client.ts'

export interface PeerSessionsDeps {
  readonly mesh: Pick<Mesh, 'self' | 'peers' | 'openChannel'>
  readonly version: string
  readonly clock: Clock
  readonly log: Logger
}

const IDLE_MS = 120_000

interface Session {
  readonly client: Promise<PeerToolClient>
  calls: number
  cancelIdle?: (() => void) | undefined
}

export class PeerSessions implements PeerTools, Startable {
  readonly self: PeerId
  readonly #deps: PeerSessionsDeps
  readonly #sessions = new Map<PeerId, Session>()
  #stopped = false

  constructor(deps: PeerSessionsDeps) {
    this.self = deps.mesh.self
    this.#deps = deps
  }

  start(): Promise<void> {
    this.#stopped = false
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    const sessions = [...this.#sessions.values()]
    this.#sessions.clear()
    await Promise.all(sessions.map((session) => this.#close(session)))
  }

  find({ peerId, multiaddr }: PeerTarget): PeerId {
    const { mesh } = this.#deps
    const known = [{ peer: mesh.self, addresses: [] as readonly string[], address: '' }, ...mesh.peers()]
    const found = known.find(
      ({ peer, address, addresses }) =>
        (peerId === undefined || peer === peerId) &&
        (multiaddr === undefined ||
          multiaddr.endsWith(`/p2p/${peer}`) ||
          [address, ...addresses].some((one) => one !== '' && withoutPeer(one) === withoutPeer(multiaddr))),
    )
    if (found !== undefined && (peerId ?? multiaddr) !== undefined) return found.peer
    throw new RunnerMeshError(
      'peer_not_allowed',
      `${cleanLine(peerId ?? multiaddr ?? 'No peer', 120)} is no peer that is connected to this mesh. list_peers shows which are.`,
    )
  }

  async call(peer: PeerId, call: PeerToolCall): Promise<PeerToolAnswer> {
    const session = this.#sessionWith(peer)
    session.calls += 1
    session.cancelIdle?.()
    session.cancelIdle = undefined
    try {
      return await (await session.client).ask(call)
    } finally {
      session.calls -= 1
      if (session.calls === 0) session.cancelIdle = this.#deps.clock.after(IDLE_MS, () => this.#drop(peer, session))
    }
  }

  #sessionWith(peer: PeerId): Session {
    if (this.#stopped) throw new RunnerMeshError('stopping', 'This peer is stopping.')
    const open = this.#sessions.get(peer)
    if (open !== undefined) return open
    const session: Session = { client: this.#open(peer, () => this.#drop(peer, session)), calls: 0 }
    this.#sessions.set(peer, session)
    session.client.catch(() => this.#drop(peer, session))
    return session
  }

  async #open(peer: PeerId, onClosed: () => void): Promise<PeerToolClient> {
    const { mesh, version } = this.#deps
    // Most peers ask no other: the client's library is imported by those that do.
    const { openPeerToolClient } = await import('./peer-tool-client.ts')
    return openPeerToolClient(await mesh.openChannel(peer, MCP_PROTOCOL), version, onClosed)
  }

  #drop(peer: PeerId, session: Session): void {
    if (this.#sessions.get(peer) === session) this.#sessions.delete(peer)
    void this.#close(session)
  }

  async #close(session: Session): Promise<void> {
    session.cancelIdle?.()
    try {
      await (await session.client).close()
    } catch (thrown) {
      this.#deps.log.debug('mcp.peer_session_closed', { error: errorText(thrown) })
    }
  }
}

function withoutPeer(address: string): string {
  return address.replace(/\/p2p\/[^/]+$/, '')
}
