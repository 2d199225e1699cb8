/**
 * Streams between admitted peers beside the RPC stream, by protocol. A stream rests on the connection of the admitted
 * peer and ends with it; on any other connection it is refused.
 */
import type { Connection, Stream } from '@libp2p/interface'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import { parsePeerId, type PeerId } from '../core/ids.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { Channel } from '../core/ports/mesh.ts'
import { TimeLimit } from '../core/time-limit.ts'
import type { AdmittedPeers } from './admitted-peers.ts'
import type { MeshLimits } from './protocols.ts'
import { StreamChannel } from './stream-channel.ts'

export interface PeerStreamsDeps {
  readonly peers: AdmittedPeers
  readonly clock: Clock
  readonly log: Logger
  readonly limits: MeshLimits
}

export class PeerStreams {
  readonly #deps: PeerStreamsDeps
  readonly #handlers = new Map<string, (channel: Channel) => void>()
  readonly #open = new Set<StreamChannel>()

  constructor(deps: PeerStreamsDeps) {
    this.#deps = deps
  }

  /** The protocols that inbound streams may name. */
  protocols(): readonly string[] {
    return [...this.#handlers.keys()]
  }

  serve(protocol: string, opened: (channel: Channel) => void): void {
    this.#handlers.set(protocol, opened)
  }

  /** @throws RunnerMeshError peer_unreachable, protocol_mismatch */
  async open(peer: PeerId, protocol: string, signal?: AbortSignal): Promise<Channel> {
    const connection = this.#deps.peers.findConnection(peer)
    if (connection === undefined) {
      throw new RunnerMeshError('peer_unreachable', `Peer ${peer} is not connected. list_peers shows who is.`)
    }
    const { clock, limits } = this.#deps
    using limit = new TimeLimit(clock, limits.dialTimeoutMs, 'it took too long')
    try {
      const stream = await connection.newStream(protocol, {
        signal: limit.or(signal),
        runOnLimitedConnection: true,
      })
      return this.#take(stream, peer)
    } catch (cause) {
      signal?.throwIfAborted()
      if (cause instanceof Error && cause.name === 'UnsupportedProtocolError') {
        throw new RunnerMeshError('protocol_mismatch', `Peer ${peer} does not speak ${protocol}. Update it.`, { cause })
      }
      const message = `Peer ${peer} did not open a ${protocol} stream: ${errorText(cause)}.`
      throw new RunnerMeshError('peer_unreachable', message, { cause })
    }
  }

  /** The handler of an inbound stream. Its peer may still have to read the last word of our HELLO's answer. */
  async answer(protocol: string, stream: Stream, connection: Connection): Promise<void> {
    const { log, limits } = this.#deps
    const peer = parsePeerId(connection.remotePeer.toString())
    const opened = this.#handlers.get(protocol)
    if (opened === undefined || !(await this.#admittedOn(connection, peer, limits.helloDeadlineMs))) {
      log.warn('stream.refused', { peer, protocol, address: connection.remoteAddr.toString() })
      stream.abort(new Error('not admitted'))
      return
    }
    opened(this.#take(stream, peer))
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#open].map((channel) => channel.close()))
  }

  #take(stream: Stream, peer: PeerId): StreamChannel {
    const channel = new StreamChannel(stream, peer, this.#deps)
    channel.admit()
    this.#open.add(channel)
    channel.onClose(() => this.#open.delete(channel))
    return channel
  }

  async #admittedOn(connection: Connection, peer: PeerId, waitMs: number): Promise<boolean> {
    const { peers, clock } = this.#deps
    if (!peers.uses(connection)) {
      const { promise, resolve } = Promise.withResolvers<undefined>()
      const forget = peers.onJoined((joined) => {
        if (joined.peer === peer) resolve(undefined)
      })
      const cancel = clock.after(waitMs, () => resolve(undefined))
      await promise
      forget()
      cancel()
    }
    return peers.uses(connection) && connection.status === 'open'
  }
}
