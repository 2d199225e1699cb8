/**
 * The libp2p node: tcp, relays, noise, yamux, identify and ping, with the library's own connection policy switched off.
 * Why each setting is what it is stands beside it; each was measured with libp2p 3.3.
 */
import type { Server } from 'node:net'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify, type Identify } from '@libp2p/identify'
import { FaultTolerance, type Connection, type Libp2p, type Listener, type Transport } from '@libp2p/interface'
import { ping, type Ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import { parsePeerId, type PeerId } from '../core/ids.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { Rejections } from '../core/rejections.ts'
import type { Dht } from './dht.ts'
import { withFewerWindowUpdates, withJoinedChunks } from './fewer-writes.ts'
import type { Identity } from './identity.ts'
import type { HostFaults } from './host-faults.ts'
import { InboundGate } from './inbound-gate.ts'
import { hostOf } from './crowd.ts'
import { Liveness } from './liveness.ts'
import { guardMuxer } from './muxer-guard.ts'
import { guardEncrypter, guardUpgrader } from './negotiation-guard.ts'
import type { MeshLimits } from './protocols.ts'
import { createRelayService, type RelayedPeers } from './relays/relay-service.ts'
import { createRelayTransport, type Reservations } from './relays/relay-transport.ts'
import { SILENT_LIBRARY } from './silent-library.ts'

const ENCRYPTION = '/noise'
const MUXER = '/yamux/1.0.0'
/** A stranger's streams without end cost as much as several of its connections. */
const STREAM_FLOOD_FAULTS = 5

export interface Libp2pNode {
  readonly libp2p: Libp2p<{ ping: Ping; identify: Identify }>
  /** Where it listens now, wildcards resolved to the addresses of this machine; without peer id. */
  listening(): readonly string[]
  /** At relays, for this peer. */
  readonly reservations: Reservations
  /** Peers that have reserved here. */
  readonly relayed: RelayedPeers
  /** @throws RunnerMeshError address_in_use, config_invalid: naming the address; nothing stays open then */
  start(): Promise<void>
  stop(): Promise<void>
}

export interface Libp2pNodeOptions {
  readonly identity: Identity
  readonly listen: readonly string[]
  readonly announce: readonly string[]
  readonly limits: MeshLimits
  /** Set for a node that takes part in the DHT of its members. */
  readonly dht?: Dht | undefined
  readonly rejections: Rejections
  readonly faults: HostFaults
  readonly clock: Clock
  readonly log: Logger
  readonly isAdmitted: (peer: PeerId) => boolean
  /** Whether a connection has proven what it had to. */
  readonly isProven: (connection: Connection) => boolean
  /** Full multiaddrs of this peer. */
  readonly addresses: () => readonly string[]
  /** Whether this peer relays for others now. */
  readonly isRelay: () => boolean
}

/** @throws RunnerMeshError config_invalid for an address that is none */
export async function createLibp2pNode(options: Libp2pNodeOptions): Promise<Libp2pNode> {
  const { identity, listen, announce, limits, dht, rejections, faults, clock, log } = options
  const { isAdmitted, isProven, addresses, isRelay } = options
  const isMember = (peer: { toString(): string }): boolean => isAdmitted(parsePeerId(peer.toString()))
  const through = createRelayTransport({ isAdmitted, guard: (upgrader) => guardUpgrader(upgrader, ENCRYPTION) })
  const relayed = createRelayService({ isAdmitted, limits })
  const inbound = new InboundGate({ mostPending: limits.maxUnadmitted, rejections, faults, log })
  const liveness = new Liveness({
    connections: () => libp2p.getConnections(),
    pingEveryMs: limits.pingEveryMs,
    clock,
    log,
  })
  const listeners = new Set<Listener>()
  const failures: { readonly address: string; readonly cause: unknown }[] = []
  const libp2p: Libp2p<{ ping: Ping; identify: Identify }> = await createLibp2p({
    start: false,
    logger: SILENT_LIBRARY,
    privateKey: identity.privateKey,
    addresses: { listen: [...listen], appendAnnounce: [...announce] },
    // Otherwise one address that cannot be listened on hides which; ours is the clearer error, in `start`.
    transportManager: { faultTolerance: FaultTolerance.NO_FATAL },
    transports: [(components) => watchListeners(tcp()(components), { listeners, failures, inbound }), through.create],
    connectionGater: {
      denyInboundRelayReservation: () => !isRelay(),
      denyOutboundRelayedConnection: (from, to) => !isMember(from) || !isMember(to),
    },
    connectionEncrypters: [(components) => guardEncrypter(withJoinedChunks(noise()(components)), MUXER)],
    streamMuxers: [
      () =>
        guardMuxer(
          // A window beyond the read buffer lets a paused stream be reset by what is already on its way.
          withFewerWindowUpdates(
            liveness.listenIn(
              yamux({ streamOptions: { maxStreamWindowSize: 4 << 20, maxReadBufferLength: 16 << 20 } })(),
            ),
          ),
          {
            protocols: () => libp2p.getProtocols(),
            connections: () => libp2p.getConnections(),
            isProven,
            proven: { most: limits.streamsPerConnection, turnedAway: limits.streamsTurnedAway },
            unproven: { most: limits.streamsUnproven, turnedAway: limits.streamsUnproven },
            onGivenUp: (connection) => {
              if (connection === undefined || isProven(connection)) return
              faults.fault(hostOf(connection.remoteAddr.toString()), STREAM_FLOOD_FAULTS)
            },
            rejections,
          },
        ),
    ],
    connectionManager: {
      maxConnections: limits.maxConnections,
      // The default of 5 a second and address turns away a fleet behind one router.
      inboundConnectionThreshold: limits.inboundPerSecond,
      // The gate before it decides, by whose they are; this is but a stop behind it.
      maxIncomingPendingConnections: 2 * limits.maxUnadmitted,
      addressDialTimeout: limits.dialTimeoutMs,
      dialTimeout: limits.dialTimeoutMs,
      inboundUpgradeTimeout: limits.helloDeadlineMs,
      // The reconciler dials again; the library would give up after half a minute.
      reconnectRetries: 0,
    },
    // Only so that something arrives on connections that live; which do not is told by `Liveness`.
    connectionMonitor: { pingInterval: limits.pingEveryMs, abortConnectionOnPingFailure: false },
    // Who is not admitted is not asked anything: its answer would be read before it has proven itself.
    services: {
      identify: identify({ runOnConnectionOpen: false }),
      ping: ping(),
      relay: relayed.create,
      ...(dht === undefined ? {} : { dht: dht.create({ isAdmitted, addresses, rejections }) }),
    },
  }).catch((cause: unknown) => {
    throw new RunnerMeshError('config_invalid', `Cannot set up the mesh: ${errorText(cause)}`, { cause })
  })
  return {
    libp2p,
    reservations: through.reservations,
    relayed,
    listening: () => [...listeners].flatMap((listener) => listener.getAddrs().map(String)),
    start: async () => {
      failures.length = 0
      await libp2p.start()
      const failure = failures.find(({ address, cause }) => !lacksIpv6(address, cause) || listeners.size === 0)
      if (failure === undefined) {
        liveness.start()
        return
      }
      await libp2p.stop()
      throw listenError(failure.address, failure.cause)
    },
    stop: async () => {
      liveness.stop()
      await libp2p.stop()
    },
  }
}

interface Watched {
  readonly listeners: Set<Listener>
  readonly failures: { readonly address: string; readonly cause: unknown }[]
  readonly inbound: InboundGate
}

/** Guards what it negotiates. The transport manager keeps its listeners and their errors to itself, so they are noted here. */
function watchListeners(transport: Transport, { listeners, failures, inbound }: Watched): Transport {
  const [createListener, dial] = [transport.createListener.bind(transport), transport.dial.bind(transport)]
  transport.dial = (address, options) =>
    dial(address, { ...options, upgrader: guardUpgrader(options.upgrader, ENCRYPTION) })
  transport.createListener = (options) => {
    const listener = createListener({ ...options, upgrader: guardUpgrader(options.upgrader, ENCRYPTION, inbound) })
    inbound.guardServer((listener as Listener & { readonly server: Server }).server)
    const listenOn = listener.listen.bind(listener)
    listener.listen = async (address) => {
      try {
        await listenOn(address)
        listeners.add(listener)
      } catch (cause) {
        failures.push({ address: address.toString(), cause })
        throw cause
      }
    }
    listener.addEventListener('close', () => listeners.delete(listener))
    return listener
  }
  return transport
}

/** A machine without IPv6 can still listen on IPv4 alone. */
function lacksIpv6(address: string, cause: unknown): boolean {
  return address.startsWith('/ip6/') && /EAFNOSUPPORT|EADDRNOTAVAIL/.test(errorText(cause))
}

function listenError(address: string, cause: unknown): RunnerMeshError {
  const text = errorText(cause)
  if (text.includes('EADDRINUSE')) {
    const message = `Cannot listen on ${address}: another process uses that port. Stop it, or choose another listen address.`
    return new RunnerMeshError('address_in_use', message, { cause })
  }
  const message = `Cannot listen on ${address}: ${text}. Choose a listen address of this machine, such as /ip4/0.0.0.0/tcp/0.`
  return new RunnerMeshError('config_invalid', message, { cause })
}
