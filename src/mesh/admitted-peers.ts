/** The peers that have proven membership: for each exactly one live channel, on one connection. */
import type { Connection } from '@libp2p/interface'
import { errorText } from '../core/errors.ts'
import type { PeerId } from '../core/ids.ts'
import type { Logger } from '../core/ports/clock.ts'
import type { AdmittedPeer, Channel } from '../core/ports/mesh.ts'

/** How a peer is connected. */
export type Way = 'direct' | 'relayed'

interface Live {
  readonly peer: AdmittedPeer
  readonly channel: Channel
  readonly connection: Connection
}

type Joined = (peer: AdmittedPeer, channel: Channel) => void
type Left = (peer: PeerId, cause?: Error) => void

export class AdmittedPeers {
  readonly #log: Logger
  readonly #live = new Map<PeerId, Live>()
  readonly #joined = new Set<Joined>()
  readonly #left = new Set<Left>()

  constructor(log: Logger) {
    this.#log = log
  }

  /** @returns a function that ends the subscription */
  onJoined(joined: Joined): () => void {
    this.#joined.add(joined)
    return () => this.#joined.delete(joined)
  }

  /** @returns a function that ends the subscription */
  onLeft(left: Left): () => void {
    this.#left.add(left)
    return () => this.#left.delete(left)
  }

  has(peer: PeerId): boolean {
    return this.#live.has(peer)
  }

  uses(connection: Connection): boolean {
    return this.#live.values().some((live) => live.connection === connection)
  }

  wayTo(peer: PeerId): Way | undefined {
    const live = this.#live.get(peer)
    return live === undefined ? undefined : live.peer.relayed ? 'relayed' : 'direct'
  }

  findConnection(peer: PeerId): Connection | undefined {
    return this.#live.get(peer)?.connection
  }

  /** With the newest round trip that the connection has measured. */
  list(): AdmittedPeer[] {
    return [...this.#live.values()].map(({ peer, connection: { rtt } }) =>
      rtt === undefined ? peer : { ...peer, rttMs: rtt },
    )
  }

  channels(): Channel[] {
    return [...this.#live.values()].map(({ channel }) => channel)
  }

  /**
   * The newer channel replaces an older one: a peer greets anew when it has lost the other, or when the older came through
   * a relay and the newer did not. Then the older has its orderly end.
   */
  add(peer: AdmittedPeer, channel: Channel, connection: Connection): void {
    const id = peer.peer
    const older = this.#live.get(id)
    if (older !== undefined) {
      const isBetter = older.peer.relayed && !peer.relayed
      const cause = new Error(isBetter ? 'a direct connection has replaced the relayed one' : 'the peer connected anew')
      this.#remove(older, cause)
      if (isBetter) void older.channel.close()
      else older.channel.abort(cause)
    }
    const live = { peer, channel, connection }
    this.#live.set(id, live)
    channel.onClose((cause) => this.#remove(live, cause))
    this.#log.info('peer.admitted', { peer: id, runner: peer.runnerName, address: peer.address, source: peer.source })
    this.#tell(this.#joined, (joined) => joined(peer, channel))
  }

  /** Ends its channel and its connection at once. */
  expel(peer: PeerId, cause: Error): void {
    const live = this.#live.get(peer)
    if (live === undefined) return
    this.#remove(live, cause)
    live.channel.abort(cause)
    live.connection.abort(cause)
  }

  #remove(live: Live, cause?: Error): void {
    const id = live.peer.peer
    if (this.#live.get(id) !== live) return
    this.#live.delete(id)
    this.#log.info('peer.gone', { peer: id, ...(cause === undefined ? {} : { cause: errorText(cause) }) })
    this.#tell(this.#left, (left) => left(id, cause))
  }

  #tell<L>(listeners: ReadonlySet<L>, call: (listener: L) => void): void {
    for (const listener of listeners) {
      try {
        call(listener)
      } catch (fault) {
        this.#log.error('peer.listener_failed', { error: errorText(fault) })
      }
    }
  }
}
