/** MCP over a pipe for the peer of this machine: an agent's host starts it, and every call goes through the local socket. */
import type { Readable, Writable } from 'node:stream'
import { RunnerMeshError } from '../core/errors.ts'
import { isOperationName } from '../core/operations/catalog.ts'
import { ACCESS } from '../core/operations/operation.ts'
import type { Logger } from '../core/ports/clock.ts'
import type { OperationsLink } from '../core/ports/link.ts'
import { createMcpStdio } from '../mcp/stdio.ts'
import { findView, type ViewBound } from '../mcp/tools/tool-sets.ts'
import { ChangeFeed } from './change-feed.ts'
import { systemClock } from './system.ts'
import { VERSION } from './version.ts'

export interface McpStdioOptions {
  readonly link: Pick<OperationsLink, 'call'>
  readonly input: Readable
  readonly output: Writable
  readonly log: Logger
  /** `agent`, `worker`, `scheduler` or `all`, with `/readonly` after it to look only. */
  readonly toolset: string
  /** The most that is shown. */
  readonly bound: ViewBound
  readonly signal: AbortSignal
}

/**
 * Serves until the agent's host closes the pipe.
 * @throws RunnerMeshError bad_request for a tool set that is none
 */
export async function serveMcpStdio({
  link,
  input,
  output,
  log,
  toolset,
  bound,
  signal,
}: McpStdioOptions): Promise<void> {
  const view = findView(`/mcp/x/${toolset}`, bound)
  if (view === undefined) {
    throw new RunnerMeshError(
      'bad_request',
      `There is no tool set ${JSON.stringify(toolset)} here. Choose of agent, worker, scheduler and all what the setting mcp-toolsets allows.`,
    )
  }
  const served = createMcpStdio(
    {
      // The peer checks the input again; its refusals come back as they are.
      operations: {
        invoke: (name, raw, call) =>
          isOperationName(name)
            ? link.call(name, raw as never, { signal: call.signal, onProgress: call.progress })
            : Promise.reject(new RunnerMeshError('unknown_operation', `There is no operation ${name}.`)),
      },
      events: new ChangeFeed({ link, clock: systemClock, log }),
      version: VERSION,
      clock: systemClock,
      log,
      caller: { principal: 'local', door: 'mcp', access: new Set(ACCESS) },
      input,
      output,
    },
    view,
  )
  const stop = (): void => {
    void served.stop()
  }
  signal.addEventListener('abort', stop)
  await served.closed
}
