/** Who may be a member beside holding the mesh key, as the owner of this peer says. It can change at any time. */
import type { PeerId } from '../ids.ts'

export interface RevokedPeer {
  readonly peer: PeerId
  /** What the owner noted, cleaned. */
  readonly note?: string
}

export interface Membership {
  /** Why that peer may not be a member, as a sentence; undefined when it may. */
  refusal(peer: PeerId): string | undefined
  /** Hears of every change, after it is in force. @returns a function that ends the subscription */
  onChange(changed: () => void): () => void
  revoked(): readonly RevokedPeer[]
  /** The only peers that may be members; undefined: all that hold the key. */
  allowed(): readonly PeerId[] | undefined
  /**
   * In force when it resolves, and after every restart.
   * @returns false when it was revoked already
   * @throws RunnerMeshError storage_failed
   */
  revoke(peer: PeerId, note?: string): Promise<boolean>
  /** @returns false when it was not revoked. @throws RunnerMeshError storage_failed, bad_request: revoked by a setting */
  restore(peer: PeerId): Promise<boolean>
}
