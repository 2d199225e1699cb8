/**
 * `mcp`: MCP over standard input and output, for agents that start their servers themselves. The agent's session outlives
 * the peer: calls go on with it when it is back, or with another that serves the same home.
 */
import type { Readable, Writable } from 'node:stream'
import { loadConfig } from '../../app/config.ts'
import { createBound } from '../../app/http/http-access.ts'
import { createLogger } from '../../app/logger.ts'
import { serveMcpStdio } from '../../app/mcp-stdio.ts'
import { systemClock } from '../../app/system.ts'
import { SECOND } from '../../core/lease.ts'
import { CATALOG, type OperationName, type RawInput } from '../../core/operations/catalog.ts'
import { openPeer } from '../peer-link.ts'
import type { CommandContext } from '../run-command.ts'
import { SteadyLink } from '../steady-link.ts'

/** Agents give up on an answer after a minute or so. */
const PATIENCE_MS = 30 * SECOND

export async function mcp(
  context: CommandContext,
  pipe: { readonly input: Readable; readonly output: Writable },
  { toolset, readOnly = false }: { readonly toolset: string; readonly readOnly?: boolean },
): Promise<number> {
  const log = createLogger('warn')
  const steady = new SteadyLink(
    {
      open: () => openPeer(context),
      clock: systemClock,
      signal: context.signal,
      status: (line) => log.warn('mcp.peer', { line }),
      patienceMs: PATIENCE_MS,
    },
    await openPeer(context),
  )
  try {
    const bound = createBound(loadConfig(context.environment))
    await serveMcpStdio({
      link: {
        call: (name, input, options) =>
          steady.call(name, input, { ...options, again: (elapsedMs) => askAgain(name, input, elapsedMs) }),
      },
      ...{ ...pipe, log, toolset, signal: context.signal },
      bound: { ...bound, readOnly: bound.readOnly || readOnly },
    })
    return 0
  } finally {
    await steady.close()
  }
}

/** What adds something is repeated only under a key; a wait goes on for what is left of its time. */
function askAgain<N extends OperationName>(name: N, input: RawInput<N>, elapsedMs: number): RawInput<N> | undefined {
  const { idempotency_key: key, timeout_s: seconds } = input as { idempotency_key?: unknown; timeout_s?: unknown }
  if (!CATALOG[name].hints.idempotent && key === undefined) return undefined
  if (typeof seconds !== 'number') return input
  return { ...input, timeout_s: Math.max(0, seconds - elapsedMs / SECOND) }
}
