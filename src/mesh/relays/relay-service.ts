/**
 * This peer as a relay (circuit-relay-v2): admitted peers reserve, and admitted peers are connected to those that have.
 * Reservations carry no limit of data or time; the admission is what keeps it from being an open proxy.
 *
 * The library joins the two streams of a relayed connection by a queue without bounds, and keeps in a second one, which
 * nobody reads, all that the first peer ever sends (measured with circuit-relay-v2 4.2: 1 GB sent is 1 GB kept). So each
 * of the two streams is paused while the other cannot take more, and the second queue gets nothing.
 * @see https://github.com/libp2p/specs/blob/master/relay/circuit-v2.md
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { circuitRelayServer, type CircuitRelayService } from '@libp2p/circuit-relay-v2'
import type { Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { PeerId } from '../../core/ids.ts'
import type { MeshLimits } from '../protocols.ts'
import { only, withOwn } from './library-parts.ts'

type Create = ReturnType<typeof circuitRelayServer>

/** What the service calls on itself when it joins two peers, beyond what its type says. */
type Joining = CircuitRelayService & {
  stopHop(...question: readonly unknown[]): Promise<Stream | undefined>
}

/**
 * The longest a timer can be: some 24 days. A reservation ends with its peer's connection, not by time; the library would
 * cut the connections made under one that was renewed more than once.
 */
const RESERVATION_MS = 2 ** 31 - 1

/** Until the first message of a stream has come. */
const FIRST_MESSAGE_MS = 5_000

export interface RelayServiceOptions {
  readonly isAdmitted: (peer: PeerId) => boolean
  readonly limits: MeshLimits
}

export interface RelayedPeers {
  readonly create: Create
  /** Ends the reservation of a peer that has gone. */
  forget(peer: PeerId): void
  count(): number
}

export function createRelayService({ isAdmitted, limits }: RelayServiceOptions): RelayedPeers {
  const asking = new AsyncLocalStorage<Stream>()
  let service: CircuitRelayService | undefined
  const create: Create = (components) => {
    const registrar = only(isAdmitted, components.registrar)
    const joining = circuitRelayServer({
      hopTimeout: FIRST_MESSAGE_MS,
      reservations: {
        applyDefaultLimit: false,
        maxReservations: limits.relayedPeers,
        reservationTtl: RESERVATION_MS,
      },
      maxInboundHopStreams: limits.relayedStreamsPerPeer,
      maxOutboundHopStreams: limits.relayedStreamsPerPeer,
      maxOutboundStopStreams: limits.relayedStreamsPerPeer,
    })(
      withOwn(components, {
        registrar: withOwn(registrar, {
          handle: (protocol, handler, options) =>
            registrar.handle(
              protocol,
              (stream, connection) => asking.run(stream, () => handler(stream, connection)),
              options,
            ),
          unhandle: (protocol, options) => registrar.unhandle(protocol, options),
        }),
      }),
    ) as Joining
    const stopHop = joining.stopHop.bind(joining)
    joining.stopHop = async (...question) => {
      const [one, other] = [asking.getStore(), await stopHop(...question)]
      if (one !== undefined && other !== undefined) {
        hearOnce(one)
        keepPace(one, other)
        keepPace(other, one)
      }
      return other
    }
    service = joining
    return joining
  }
  return {
    create,
    forget: (peer) => {
      const id = peerIdFromString(peer)
      service?.reservations.get(id)?.signal.clear()
      service?.reservations.delete(id)
    },
    count: () => service?.reservations.size ?? 0,
  }
}

/** What is read from a stream goes to the first that wants it, and to no second. */
function hearOnce(stream: Stream): void {
  const listen = stream.addEventListener.bind(stream)
  let heard = false
  stream.addEventListener = (type: Parameters<typeof listen>[0], ...rest: readonly unknown[]): void => {
    if (type === 'message' && heard) return
    heard ||= type === 'message'
    Reflect.apply(listen, stream, [type, ...rest])
  }
}

/** Reads from one stream only while the other takes what was read. */
function keepPace(from: Stream, to: Stream): void {
  const send = to.send.bind(to)
  to.send = (data) => {
    const more = send(data)
    if (!more && from.readStatus === 'readable') from.pause()
    return more
  }
  to.addEventListener('drain', () => {
    if (from.readStatus === 'paused') from.resume()
  })
}
