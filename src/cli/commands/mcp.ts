/** `mcp`: MCP over standard input and output, for agents that start their servers themselves. */
import type { Readable, Writable } from 'node:stream'
import { loadConfig } from '../../app/config.ts'
import { createHttpAccess } from '../../app/http/http-access.ts'
import { createLogger } from '../../app/logger.ts'
import { serveMcpStdio } from '../../app/mcp-stdio.ts'
import { withPeer } from '../peer-link.ts'
import type { CommandContext } from '../run-command.ts'

export async function mcp(
  context: CommandContext,
  pipe: { readonly input: Readable; readonly output: Writable },
  { toolset, readOnly = false }: { readonly toolset: string; readonly readOnly?: boolean },
): Promise<number> {
  return withPeer(context, async (link) => {
    const { bound } = createHttpAccess(loadConfig(context.environment)).admission
    await serveMcpStdio({
      ...{ link, ...pipe, log: createLogger('warn'), toolset, signal: context.signal },
      bound: { ...bound, readOnly: bound.readOnly || readOnly },
    })
    return 0
  })
}
