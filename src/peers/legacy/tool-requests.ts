/**
 * Calls of tools by the predecessor's nodes: the operations of the catalog by their names. Tools of workers are answered
 * as the queue's own requests are, because whoever calls them knows no fences. What peers ask each other is not offered.
 */
import { isOperationName, type OperationName } from '../../core/operations/catalog.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Caller } from '../../core/operations/operation.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { JsonObject } from '../../core/task.ts'
import { TimeLimit } from '../../core/time-limit.ts'
import { isObject, numberOf, textOf } from './python-json.ts'
import { done, errorReply, failed, type Reply } from './replies.ts'
import type { Asked, Handle } from './requests.ts'

export interface ToolRequestsDeps {
  readonly operations: Operations
  readonly caller: Caller
  readonly clock: Pick<Clock, 'after'>
  /** Requests that stand for the tools of workers. */
  readonly requests: Readonly<Record<string, Handle>>
}

const DEFAULT_S = 30
const LONGEST_S = 3600

const AS_REQUESTS: Partial<Readonly<Record<OperationName, string>>> = {
  p2p_taskqueue_claim_next: 'claim',
  p2p_taskqueue_complete_task: 'complete',
  p2p_taskqueue_release: 'release',
  p2p_taskqueue_heartbeat: 'heartbeat',
}

const NOT_OFFERED: ReadonlySet<OperationName> = new Set<OperationName>([
  'p2p_taskqueue_renew',
  'p2p_taskqueue_cache_fetch',
  'p2p_taskqueue_cache_store',
])

export function createToolRequests(deps: ToolRequestsDeps): Readonly<Record<string, Handle>> {
  const call: Handle = (request, asked) => callTool(deps, request, asked)
  return { call_tool: call, tool: call, 'tool.call': call }
}

async function callTool(deps: ToolRequestsDeps, request: JsonObject, asked: Asked): Promise<Reply> {
  const tool = textOf(request['tool']) || textOf(request['tool_name']) || textOf(request['name'])
  if (tool === '') return failed('missing_tool_name')
  const given = request['args'] ?? request['arguments'] ?? request['params'] ?? {}
  const args = isObject(given) ? given : {}
  if (!isOperationName(tool) || NOT_OFFERED.has(tool)) return failed('unknown_tool', { tool })
  const seconds = Math.min(LONGEST_S, numberOf(request['timeout_s']) ?? DEFAULT_S)
  using limit = new TimeLimit(deps.clock, Math.max(0, seconds) * SECOND, 'time is up')
  const signal = limit.or(asked.signal)
  try {
    const result = await Promise.race([runTool(deps, tool, args, { ...asked, signal }), whenAborted(limit.signal)])
    return result === undefined ? failed('deadline_exceeded', { tool }) : done({ tool, result })
  } catch (thrown) {
    return { ...errorReply(thrown), tool }
  }
}

async function runTool(deps: ToolRequestsDeps, tool: OperationName, args: JsonObject, asked: Asked) {
  const { operations, caller, requests } = deps
  const handle = requests[AS_REQUESTS[tool] ?? '']
  if (handle !== undefined) return handle(args, asked)
  return (await operations.invoke(tool, args, {
    caller,
    signal: asked.signal,
    progress: () => undefined,
  })) as JsonObject
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}
