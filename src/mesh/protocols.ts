/** Names and limits of the mesh, in one place. */
import { SECOND } from '../core/lease.ts'

/** HELLO and then JSON-RPC 2.0, in frames of core/frames.ts. */
export const RPC_PROTOCOL = '/runner-mesh/rpc/1.0.0'

export interface MeshLimits {
  /** From the first byte of a stream to the end of its HELLO. */
  readonly helloDeadlineMs: number
  /** One frame of a HELLO. */
  readonly helloFrameBytes: number
  /** Connections in all; further inbound ones are turned away. */
  readonly maxConnections: number
  /** Inbound connections that have not proven membership yet. */
  readonly maxUnadmitted: number
  /** Connections of one address that may prove nothing before its further ones are closed at once. */
  readonly faultsAtOnce: number
  /** How many of those are forgotten in a second. */
  readonly faultsPerSecond: number
  /** New inbound connections per second and address; a fleet behind one router shares an address. */
  readonly inboundPerSecond: number
  /** Streams that one connection may have open at us, whatever their protocols; more are turned away. */
  readonly streamsPerConnection: number
  /** The same until a connection has proven membership, and how many more before it is given up. */
  readonly streamsUnproven: number
  /** Streams turned away before the connection of a member is given up. */
  readonly streamsTurnedAway: number
  /** Streams of one protocol that one connection may open at us. */
  readonly streamsPerPeer: number
  /** The same for streams of admitted peers beside their RPC stream: sessions, logs, artifacts. */
  readonly channelsPerPeer: number
  /** Dials under way at once. */
  readonly parallelDials: number
  /** One address, until it is connected and encrypted. */
  readonly dialTimeoutMs: number
  /** Bytes waiting to be sent to one peer before its senders wait, and before the peer is given up as not reading. */
  readonly sendHighWaterBytes: number
  readonly sendLimitBytes: number
  /** The first of the two on an RPC stream, whose answers know how to wait. */
  readonly rpcHighWaterBytes: number
  /** An orderly end of one stream or of the node. */
  readonly closeTimeoutMs: number
  /** Between pings of each connection; one on which nothing arrives for twice as long is lost. */
  readonly pingEveryMs: number
  /** Peers that this one relays for. */
  readonly relayedPeers: number
  /** Connections through this relay from or to one peer. */
  readonly relayedStreamsPerPeer: number
}

export const MESH_LIMITS: MeshLimits = {
  helloDeadlineMs: 3 * SECOND,
  helloFrameBytes: 16_384,
  maxConnections: 400,
  maxUnadmitted: 100,
  faultsAtOnce: 100,
  faultsPerSecond: 10,
  inboundPerSecond: 100,
  streamsPerConnection: 256,
  streamsUnproven: 8,
  streamsTurnedAway: 100,
  streamsPerPeer: 8,
  channelsPerPeer: 64,
  parallelDials: 4,
  dialTimeoutMs: 2_500,
  sendHighWaterBytes: 1_048_576,
  sendLimitBytes: 16_777_216,
  rpcHighWaterBytes: 262_144,
  closeTimeoutMs: 1 * SECOND,
  pingEveryMs: 10 * SECOND,
  relayedPeers: 256,
  relayedStreamsPerPeer: 200,
}
