/** How peers talk once connected: admitted peers, and ordered duplex channels of whole messages between them. */
import type { StandingCapabilities } from '../capabilities.ts'
import type { EnvelopeKind } from '../envelope.ts'
import type { ErrorCode } from '../errors.ts'
import type { HomeId, PeerId } from '../ids.ts'
import type { Startable } from './clock.ts'
import type { LegacyStreams } from './legacy-streams.ts'

/**
 * One ordered, reliable, bidirectional stream of frames. A frame is u32 big-endian length and that many bytes.
 * `send` resolves when the bytes may be followed by more (back-pressure), and rejects once the channel is closed.
 */
export interface Channel {
  readonly remote: PeerId
  send(frame: Uint8Array): Promise<void>
  /** Called for each frame in order; set once, before any frame is lost. */
  onFrame(receive: (frame: Uint8Array) => void): void
  /** Called once, whoever closed. `cause` is unset for an orderly end. */
  onClose(closed: (cause?: Error) => void): void
  close(): Promise<void>
  abort(cause: Error): void
}

/** What an admitted peer said of itself in its HELLO. */
export interface PeerHello {
  readonly peer: PeerId
  readonly versions: readonly string[]
  /** The highest version both speak. */
  readonly version: string
  readonly homes: readonly HomeId[]
  readonly features: readonly string[]
  readonly runnerName: string
  /** Full multiaddrs under which it says it can be dialled; empty when it only dials. */
  readonly addresses: readonly string[]
  /** Unset for peers of a version that tells none. */
  readonly capabilities?: StandingCapabilities
}

export interface AdmittedPeer extends PeerHello {
  /** Whether traffic passes through a relay; the truth of this connection, not a guess. */
  readonly relayed: boolean
  readonly address: string
  /** Where its address came from: bootstrap, inbound, registry, … */
  readonly source: string
  readonly connectedAt: number
  /** Round trip of the last ping in milliseconds, once measured. */
  readonly rttMs?: number
}

/** What this peer says of itself. */
export interface SelfHello {
  readonly homes: readonly HomeId[]
  readonly features: readonly string[]
  readonly runnerName: string
  /** Told to members only, when both have proven themselves. */
  readonly capabilities?: StandingCapabilities
}

/** What others' records claim of themselves, signed by their keys; see the envelope format. */
export interface Signer {
  readonly peer: PeerId
  /** @returns base64url of the sealed envelope of kind `runner-mesh/<kind>/1` */
  seal(kind: EnvelopeKind, payload: Uint8Array): Promise<string>
  /** @throws RunnerMeshError signature_invalid */
  open(kind: EnvelopeKind, envelope: string): Promise<{ readonly peer: PeerId; readonly payload: Uint8Array }>
}

/** From how far away others have proven to reach a peer: the internet, another private network, nobody, or nobody tried. */
export type Reachable = 'internet' | 'networks' | 'no' | 'unknown'

export interface Mesh extends Startable {
  readonly self: PeerId
  /** 16 base32 characters derived from the current mesh key. */
  readonly meshId: string
  /** The mesh ids of all keys this peer holds, the current one first: while keys are being changed there are several. */
  readonly meshIds: readonly [string, ...string[]]
  readonly signer: Signer
  readonly legacy: LegacyStreams
  /** The libp2p protocol ids that this peer serves. */
  protocols(): readonly string[]
  /** Full multiaddrs, with /p2p/<id>, under which this peer can be dialled now. */
  addresses(): readonly string[]
  /** Called when `addresses` may have changed: the machine has moved, a relay came or went, others have shown a way here. */
  onAddresses(changed: () => void): void
  reachable(): Reachable
  /** Under this address the internet sees this machine: it is told to others until somebody finds that it leads nowhere. */
  sawPublicIp(ip: string): void
  /** Whether this peer relays for others now. */
  isRelay(): boolean
  peers(): readonly AdmittedPeer[]
  /** Each admitted connection's RPC channel, whoever dialled. One live channel per peer. */
  onPeer(joined: (peer: AdmittedPeer, channel: Channel) => void): void
  onPeerGone(left: (peer: PeerId, cause?: Error) => void): void
  /**
   * A stream of its own to an admitted peer, beside its RPC channel; it ends with the peer's connection.
   * @throws RunnerMeshError peer_unreachable, protocol_mismatch
   */
  openChannel(peer: PeerId, protocol: string, signal?: AbortSignal): Promise<Channel>
  /** Every stream of that protocol that an admitted peer opens here. To be said before the mesh starts. */
  onChannel(protocol: string, opened: (channel: Channel) => void): void
  /** A target the reconciler keeps dialling until it is removed. */
  addTarget(multiaddr: string, source: string): void
  removeTarget(multiaddr: string): void
  /** What became of each target, for `doctor`, `list_peers` and start-up messages. */
  targets(): readonly {
    readonly address: string
    readonly source: string
    readonly state: 'connected' | 'dialling' | 'waiting'
    readonly lastError?: string
    readonly lastErrorCode?: ErrorCode
  }[]
}
