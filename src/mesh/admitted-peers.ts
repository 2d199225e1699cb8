/** The peers that have proven membership: for each exactly one live channel, on one connection. */
import type { Connection } from '@libp2p/interface'
import { errorText } from '../core/errors.ts'
import type { PeerId } from '../core/ids.ts'
import type { Logger } from '../core/ports/clock.ts'
import type { AdmittedPeer, Channel } from '../core/ports/mesh.ts'

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

  /** The newer channel replaces an older one: a peer greets anew only when it has lost the other. */
  add(peer: AdmittedPeer, channel: Channel, connection: Connection): void {
    const id = peer.peer
    const older = this.#live.get(id)
    if (older !== undefined) {
      this.#remove(older, new Error('the peer connected anew'))
      older.channel.abort(new Error('the peer connected anew'))
    }
    const live = { peer, channel, connection }
    this.#live.set(id, live)
    channel.onClose((cause) => this.#remove(live, cause))
    this.#log.info('peer.admitted', { peer: id, runner: peer.runnerName, address: peer.address, source: peer.source })
    this.#tell(this.#joined, (joined) => joined(peer, channel))
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
