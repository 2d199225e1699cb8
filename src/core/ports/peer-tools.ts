/** The tools of other peers, asked over the mesh. */
import type { PeerId } from '../ids.ts'
import type { Caller, ProgressNote } from '../operations/operation.ts'

/** A peer as a caller names it: by id, by an address it is known under, or by both. */
export interface PeerTarget {
  readonly peerId?: string | undefined
  readonly multiaddr?: string | undefined
}

export interface PeerToolCall {
  readonly tool: string
  readonly args: Readonly<Record<string, unknown>>
  /** On whose behalf; the peer grants no more than it grants us, and no more than this caller has here. */
  readonly caller: Caller
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly progress: (note: ProgressNote) => void
}

/** What came back is foreign. */
export interface PeerToolAnswer {
  readonly isError: boolean
  readonly answer: Readonly<Record<string, unknown>>
}

export interface PeerTools {
  readonly self: PeerId
  /**
   * Only peers that are connected to this mesh are found; nothing is ever dialled for a caller.
   * @throws RunnerMeshError peer_not_allowed
   */
  find(target: PeerTarget): PeerId
  /** @throws RunnerMeshError peer_unreachable, protocol_mismatch, timeout, cancelled */
  call(peer: PeerId, call: PeerToolCall): Promise<PeerToolAnswer>
}

/** What may be called by name on behalf of this peer's own callers. */
export interface CallableTools {
  readonly peers: PeerTools
  /** Names of tools; none by default. */
  readonly allowed: ReadonlySet<string>
}
