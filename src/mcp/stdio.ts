/** MCP over a pipe: `runner-mesh mcp` as an agent's host starts it. The caller is whoever started the process. */
import { Readable, Writable } from 'node:stream'
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import type { Operations } from '../core/operations/invoke.ts'
import type { Caller } from '../core/operations/operation.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import { createCatalogTools } from './tools/catalog-tools.ts'
import { ResourceUpdates, type ChangeSource } from './resources/resource-updates.ts'
import { createServer } from './server.ts'
import type { Extension, ServerDeps } from './server-deps.ts'
import type { View } from './tools/tool-sets.ts'

export interface McpStdioDeps {
  readonly operations: Pick<Operations, 'invoke'>
  /** Without it resources can be read and not subscribed to. */
  readonly events?: ChangeSource
  readonly version: string
  readonly clock: Clock
  /** Never to stdout: that is the wire. */
  readonly log: Logger
  readonly caller: Caller
  readonly input: Readable
  readonly output: Writable
  readonly extension?: Extension
}

export interface McpStdio {
  /** Resolves when the client closed its end, or after stop. */
  readonly closed: Promise<void>
  stop(): Promise<void>
}

/** The largest message taken in, bytes. */
const MAX_MESSAGE_BYTES = 1_048_576

export function createMcpStdio(deps: McpStdioDeps, view: View): McpStdio {
  const { events, clock, log, caller } = deps
  const serverDeps: ServerDeps = {
    ...deps,
    tools: createCatalogTools(),
    ...(events === undefined ? {} : { updates: new ResourceUpdates(events, clock) }),
  }
  const closed = Promise.withResolvers<undefined>()
  const transport = new StdioServerTransport(deps.input, deps.output, { maxBufferSize: MAX_MESSAGE_BYTES })
  const handle = serveStdio(({ era }) => createServer(serverDeps, { caller, view }, era, 'stdio'), {
    transport,
    onerror: (error) => log.warn('mcp.stdio_fault', { error }),
  })
  const onEnd = (): void => closed.resolve(undefined)
  deps.input.once('end', onEnd).once('close', onEnd)
  deps.output.once('close', onEnd)
  return {
    closed: closed.promise,
    stop: async () => {
      await handle.close()
      onEnd()
    },
  }
}
