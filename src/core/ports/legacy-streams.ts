/**
 * Byte streams of the predecessor's two protocols. Its nodes know no HELLO, so they are never admitted: such a stream
 * gives access to what the legacy bridge offers on it, and to nothing else of this peer.
 */

export const LEGACY_PROTOCOLS = { mcp: '/mcp+p2p/1.0.0', lines: '/ipfs-datasets/task-queue/1.0.0' } as const
export type LegacyProtocol = (typeof LEGACY_PROTOCOLS)[keyof typeof LEGACY_PROTOCOLS]

export interface LegacyStream {
  /** Peer id of the connection's other end: the predecessor takes a new one at every start, its client at every call. */
  readonly remote: string
  readonly protocol: LegacyProtocol
  /** Resolves when more may follow (back-pressure). @throws RunnerMeshError peer_unreachable once it is gone */
  send(bytes: Uint8Array): Promise<void>
  /** Called with what arrives, in order; set once. */
  onBytes(receive: (bytes: Uint8Array) => void): void
  /** Called once: the other side sends no more, though it may still read. */
  onEnd(ended: () => void): void
  /** Called once, whoever closed. */
  onClose(closed: (cause?: Error) => void): void
  /** The other side has proven that it knows the token: its connection is kept while streams come. Without, it is closed soon. */
  trust(): void
  close(): Promise<void>
  abort(cause: Error): void
}

/** A node of the predecessor that was dialled. */
export interface LegacyNode {
  readonly address: string
  readonly peer: string
  /** @throws RunnerMeshError peer_unreachable */
  open(signal?: AbortSignal): Promise<LegacyStream>
}

/** To be set up before the mesh starts. Without a call of `serve` the protocols are not spoken here; without `onNode` not there. */
export interface LegacyStreams {
  serve(opened: (stream: LegacyStream) => void): void
  /** Told of every dial that met a node which speaks these protocols and none of ours. */
  onNode(found: (node: LegacyNode) => void): void
}
