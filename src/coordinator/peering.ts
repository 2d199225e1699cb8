/** What a peer knows of its own membership of the mesh: whom it lets in, how it finds others, what it turned away. */
import type { Membership } from '../core/ports/membership.ts'
import type { Rejections } from '../core/rejections.ts'
import type { PeerCapabilities } from './peer-capabilities.ts'
import type { RendezvousBook } from './rendezvous-book.ts'

/** One way of finding peers. */
export interface SourceView {
  readonly source: string
  /** Addresses it knows now. */
  readonly found: number
  readonly problem?: string
}

export interface Peering {
  readonly membership: Membership
  readonly rejections: Rejections
  /** Undefined on a peer that is none: one that keeps no queue, or was told not to. */
  readonly rendezvous: RendezvousBook | undefined
  readonly capabilities: PeerCapabilities
  readonly sources: {
    list(): readonly SourceView[]
    /** All that know an address of that peer. */
    of(peer: string): readonly string[]
  }
}
