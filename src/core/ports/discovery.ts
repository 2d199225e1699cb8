/** How peers find each other before they are connected: each way is one module, best effort, and none is a condition. */
import type { Announcement, SealedAnnouncement } from '../announcement.ts'
import type { ErrorCode } from '../errors.ts'
import type { Startable } from './clock.ts'

export interface FoundPeer {
  /** Multiaddrs, best first; ending in /p2p/<peer id> where the source knows it. */
  readonly addresses: readonly string[]
}

export interface Discovery extends Startable {
  /** Its name in `list_peers`: `bootstrap`, `file`, `mdns`, … */
  readonly source: string
  /**
   * Set once, before start. Called with all that the source knows, whenever that changes: what was named before and is
   * not named any more is lost.
   */
  onFound(found: (peers: readonly FoundPeer[]) => void): void
  /** Lets others find this peer by this way, until it is stopped. A source that only looks does nothing. */
  announce(self: Announcement): Promise<void>
  /** What keeps it from working now, as a sentence; undefined while it works. */
  problem(): string | undefined
  /** Of what kind the problem is, for who has to decide whether waiting helps. */
  problemCode?(): ErrorCode | undefined
}

/** What has become of one way of finding peers. */
export interface DiscoveryView {
  readonly source: string
  readonly found: number
  readonly problem?: string
  readonly problemCode?: ErrorCode
}

/** Makes and checks what an announcement is proven by: the peer's signature and the mesh key. */
export interface AnnouncementSeal {
  seal(announcement: Announcement): Promise<SealedAnnouncement>
  /** @throws RunnerMeshError signature_invalid: forged, foreign, expired */
  open(sealed: SealedAnnouncement): Promise<Announcement>
}
