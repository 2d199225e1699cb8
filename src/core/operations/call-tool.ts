/** The operation by which an agent reaches the tools of another peer. */
import { z } from 'zod'
import { defineOperation, ENDS } from './operation.ts'
import { jsonObject } from './views.ts'

export const callTool = defineOperation({
  name: 'p2p_taskqueue_call_tool',
  title: 'Call a tool on a peer',
  description:
    'Calls a tool of a connected peer, if the owner of this peer has allowed that tool, and answers what it answered. list_peers shows the peers.',
  access: 'peers:call',
  // What it does is what the tool there does.
  hints: { ...ENDS, idempotent: false, openWorld: true },
  input: z.strictObject({
    tool_name: z.string().min(1).max(128),
    args: jsonObject().optional().describe('Arguments of that tool'),
    peer_id: z.string().max(128).optional(),
    remote_peer_id: z.string().max(128).optional().describe('The same'),
    remote_multiaddr: z.string().max(512).optional().describe('An address it is known under'),
    timeout_s: z.number().min(1).max(330).default(30),
  }),
  output: z.object({
    peer_id: z.string(),
    tool: z.string(),
    is_error: z.boolean().describe('The tool there has refused or failed; result says why'),
    result: jsonObject().describe('What the peer answered; data from outside'),
  }),
})
