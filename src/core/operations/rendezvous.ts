/**
 * Rendezvous: members leave their announcements at a home and read there where the others are. The operations and the
 * cookie are those of libp2p's rendezvous protocol; what is registered is our own signed announcement.
 * @see https://github.com/libp2p/specs/blob/master/rendezvous/README.md
 */
import { z } from 'zod'
import { sealedAnnouncement } from '../announcement.ts'
import { CHANGES, defineOperation, READS } from './operation.ts'
import { duration } from './views.ts'

export const registerAtRendezvous = defineOperation({
  name: 'p2p_rendezvous_register',
  title: 'Register at this rendezvous',
  description: 'Keeps the announcement of the calling peer for others to find. One without addresses takes it back.',
  access: 'peers:read',
  hints: CHANGES,
  input: z.strictObject({ announcement: sealedAnnouncement }),
  output: z.object({ ttl_ms: duration().describe('Kept for this long; 0 when it was taken back') }),
})

export const discoverAtRendezvous = defineOperation({
  name: 'p2p_rendezvous_discover',
  title: 'Read the announcements of this rendezvous',
  description: 'Answers the announcements registered since the cookie. Call it again with the new cookie to read on.',
  access: 'peers:read',
  hints: READS,
  input: z.strictObject({
    cookie: z.string().max(64).optional(),
    limit: z.int().min(1).max(500).default(200),
  }),
  output: z.object({ announcements: z.array(sealedAnnouncement), cookie: z.string(), more: z.boolean() }),
})
