/** The operations of one peer, this one or another: what a worker claims through and a command line asks. */
import type { OperationName, Output, RawInput } from '../operations/catalog.ts'
import type { ProgressNote } from '../operations/operation.ts'
import type { HomeId, PeerId } from '../ids.ts'

export interface LinkCallOptions {
  /** Aborting gives the call up here and tells the other side with `$/cancel`. */
  readonly signal?: AbortSignal
  readonly onProgress?: (note: ProgressNote) => void
}

/** What a home says of its queue to those connected, so that idle workers park where work is. */
export interface ReadyNotice {
  readonly ready: number
  readonly oldest_ready_at?: number
  readonly top_priority?: number
}

export interface OperationsLink {
  /** Undefined for a link that is not a mesh peer, such as the local socket. */
  readonly peer: PeerId | undefined
  readonly homes: readonly HomeId[]
  /** Aborted, with the cause as its reason, once the link is gone; calls under way reject with `peer_unreachable`. */
  readonly closed: AbortSignal
  /** @throws RunnerMeshError what the other side refused, or `peer_unreachable` */
  call<N extends OperationName>(name: N, input: RawInput<N>, options?: LinkCallOptions): Promise<Output<N>>
}
