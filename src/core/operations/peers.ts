/** Operations about single peers: what one can do, and which may be members at all. */
import { z } from 'zod'
import { capabilitiesView } from '../capabilities.ts'
import { CHANGES, defineOperation, ENDS, READS } from './operation.ts'

const peerId = z.string().min(1).max(128).describe('Peer id, as list_peers names it')

export const peerCapabilities = defineOperation({
  name: 'p2p_peer_capabilities',
  title: 'What a peer has and can do',
  description:
    'Answers processors, memory, disk, GPUs, images present and load of this peer, or asks a connected one for its own.',
  access: 'peers:read',
  hints: { ...READS, openWorld: true },
  input: z.strictObject({ peer_id: peerId.optional() }),
  output: z.object({ peer_id: z.string(), capabilities: capabilitiesView }),
})

export const revokePeer = defineOperation({
  name: 'p2p_peer_revoke',
  title: 'Revoke a peer',
  description:
    'Turns a peer away for good, whatever key it holds: its connection ends at once, and it stays out after a restart.',
  access: 'admin',
  hints: ENDS,
  input: z.strictObject({ peer_id: peerId, note: z.string().max(200).default('').describe('Why, for whoever looks') }),
  output: z.object({ revoked: z.boolean().describe('False when it was revoked already') }),
})

export const restorePeer = defineOperation({
  name: 'p2p_peer_restore',
  title: 'Take back a revocation',
  description: 'Lets a revoked peer be a member again, if it holds the mesh key.',
  access: 'admin',
  hints: CHANGES,
  input: z.strictObject({ peer_id: peerId }),
  output: z.object({ restored: z.boolean().describe('False when it was not revoked') }),
})

export const listRevoked = defineOperation({
  name: 'p2p_peers_revoked',
  title: 'List revoked peers',
  description: 'Lists the peers that this one turns away, and the allow-list if there is one.',
  access: 'admin',
  hints: READS,
  input: z.strictObject({}),
  output: z.object({
    revoked: z.array(z.object({ peer_id: z.string(), note: z.string().optional() })),
    allowed: z.array(z.string()).optional().describe('The only peers that may be members'),
  }),
})
