/** Announcements under the peer's signature and the mesh key. */
import {
  encodeAnnouncement,
  isExpiredAnnouncement,
  parseAnnouncement,
  type Announcement,
  type SealedAnnouncement,
} from '../core/announcement.ts'
import { RunnerMeshError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { AnnouncementSeal } from '../core/ports/discovery.ts'
import type { Signer } from '../core/ports/mesh.ts'
import type { Rejections } from '../core/rejections.ts'
import { announcementMac, isAnnouncementMac, type MeshKey } from './mesh-key.ts'

export interface AnnouncementSealDeps {
  readonly signer: Signer
  readonly meshKeys: readonly [MeshKey, ...MeshKey[]]
  readonly clock: Clock
  /** Where to count what is no announcement of a member. */
  readonly rejections?: Rejections
}

export function createAnnouncementSeal({
  signer,
  meshKeys,
  clock,
  rejections,
}: AnnouncementSealDeps): AnnouncementSeal {
  // A key that is being replaced is still held by everybody: announcing under the oldest accepted one reaches all.
  const announcing = meshKeys.at(-1) ?? meshKeys[0]
  const open = async ({ envelope, mac }: SealedAnnouncement): Promise<Announcement> => {
    // The cheap check first: whoever has no key costs no signature.
    if (!isAnnouncementMac(meshKeys, Buffer.from(envelope), mac)) {
      throw new RunnerMeshError('signature_invalid', 'The announcement was not made by a member of this mesh.')
    }
    const { peer, payload } = await signer.open('announcement', envelope)
    return parseAnnouncement(payload, {
      signer: peer,
      meshes: meshKeys.map(({ meshId }) => meshId),
      now: clock.now(),
    })
  }
  return {
    seal: async (announcement) => {
      const envelope = await signer.seal('announcement', encodeAnnouncement(announcement, announcing.meshId))
      return { envelope, mac: announcementMac(announcing, Buffer.from(envelope)) }
    },
    open: async (sealed) => {
      try {
        return await open(sealed)
      } catch (cause) {
        // One that is only too old was genuine, and lies about in every registry.
        if (!isExpiredAnnouncement(cause)) rejections?.count('bad_announcement')
        throw cause
      }
    },
  }
}
