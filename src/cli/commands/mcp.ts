/** `mcp`: MCP over standard input and output, for agents that start their servers themselves. */
import type { Readable, Writable } from 'node:stream'
import { createLogger } from '../../app/logger.ts'
import { serveMcpStdio } from '../../app/mcp-stdio.ts'
import { withPeer } from '../peer-link.ts'
import type { CommandContext } from './tasks.ts'

export async function mcp(
  context: CommandContext,
  pipe: { readonly input: Readable; readonly output: Writable },
  toolset: string,
): Promise<number> {
  return withPeer(context.environment, async (link) => {
    await serveMcpStdio({ link, ...pipe, log: createLogger('warn'), toolset, signal: context.signal })
    return 0
  })
}
