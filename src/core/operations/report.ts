/** What a peer says of itself to those who look after it. */
import { z } from 'zod'
import { defineOperation, READS } from './operation.ts'
import { jsonObject } from './views.ts'

export const peerReport = defineOperation({
  name: 'p2p_peer_report',
  title: 'Report of this peer',
  description: 'Says how this peer finds others, what keeps it from that, and what its worker can do.',
  access: 'admin',
  hints: READS,
  input: z.strictObject({}),
  output: z.object({
    peer_id: z.string(),
    runner_name: z.string(),
    version: z.string(),
    features: z.array(z.string()),
    addresses: z.array(z.string()),
    connected_peers: z.int(),
    discovery: z.array(
      z.object({
        source: z.string(),
        found: z.int(),
        problem: z.string().optional(),
        problem_code: z.string().optional(),
      }),
    ),
    targets: z.array(
      z.object({
        address: z.string(),
        source: z.string(),
        state: z.enum(['connected', 'dialling', 'waiting']),
        last_error: z.string().optional(),
      }),
    ),
    executor: jsonObject(),
  }),
})
