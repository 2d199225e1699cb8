/**
 * MCP tasks: a client that declares the extension gets a submit answered with a handle of the protocol's own, which it
 * polls, and may cancel, by itself. The MCP task is our task under the same id; there is no second state.
 *
 *   queued, running → working       completed → completed       cancelled → cancelled
 *   failed → completed, with `isError` in the result: the container failed, the protocol did not
 *
 * @see https://modelcontextprotocol.github.io/ext-tasks/specification/2026-07-28/tasks.html
 */
import {
  CLIENT_CAPABILITIES_META_KEY,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type CallToolResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { cleanLine } from '../../core/clean-text.ts'
import { toErrorView } from '../../core/errors.ts'
import type { Output } from '../../core/operations/catalog.ts'
import type { Call } from '../../core/operations/operation.ts'
import type { TaskView } from '../../core/operations/views.ts'
import { isTerminal } from '../../core/task.ts'
import { quietCall, type Seat } from '../seat.ts'
import type { ServerDeps } from '../server-deps.ts'
import { succeeded } from './tool-answer.ts'

export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks'
const POLL_INTERVAL_MS = 2_000
const LOG_LINES = 20
const REFUSED = -32000

const params = z.looseObject({ taskId: z.string().max(64) })
const result = z.looseObject({})
const capabilities = z.looseObject({ extensions: z.record(z.string(), z.unknown()).optional() })

/** For servers of 2026-07-28 only: the tasks of the revision before it are another protocol under the same names. */
export function serveTasks(server: McpServer, deps: ServerDeps, seat: Seat): void {
  const { operations } = deps
  const refuse = (thrown: unknown): never => {
    const { code, message } = toErrorView(thrown)
    if (code === 'internal') deps.log.error('mcp.task_failed', { thrown })
    const number = code === 'task_not_found' || code === 'bad_request' ? ProtocolErrorCode.InvalidParams : REFUSED
    throw new ProtocolError(number, `${code}: ${cleanLine(message, 1000)}`)
  }
  const callOf = ({ mcpReq }: ServerContext): Call => {
    if (!declares(mcpReq)) {
      throw new MissingRequiredClientCapabilityError({
        requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } },
      })
    }
    return quietCall(seat.caller, mcpReq.signal)
  }
  server.server.setRequestHandler('tasks/get', { params, result }, async ({ taskId }, context) => {
    const call = callOf(context)
    return { resultType: 'complete', ...detailOf(await look(deps, taskId, call).catch(refuse)) }
  })
  // No task of ours ever asks for input, so there is nothing to take in.
  server.server.setRequestHandler('tasks/update', { params, result }, async ({ taskId }, context) => {
    await look(deps, taskId, callOf(context)).catch(refuse)
    return { resultType: 'complete' }
  })
  server.server.setRequestHandler('tasks/cancel', { params, result }, async ({ taskId }, context) => {
    await operations.invoke('p2p_taskqueue_cancel', { task_id: taskId }, callOf(context)).catch(refuse)
    return { resultType: 'complete' }
  })
}

/**
 * The answer to a submit as a handle, when the caller can follow one. The task is durable by then.
 * @returns the plain answer otherwise, and for a repeated submit of a task that has ended
 */
export async function asHandle(
  deps: Pick<ServerDeps, 'operations'>,
  seat: Pick<Seat, 'caller'>,
  answer: CallToolResult,
  request: ServerContext['mcpReq'],
): Promise<CallToolResult> {
  const taskId = (answer.structuredContent as { readonly task_id?: unknown } | undefined)?.task_id
  if (answer.isError === true || typeof taskId !== 'string' || !declares(request)) return answer
  if (!seat.caller.access.has('tasks:read')) return answer
  const { task } = await look(deps, taskId, quietCall(seat.caller, request.signal))
  if (isTerminal(task.status)) return answer
  const handle = { ...answer, resultType: 'task', ...stateOf(task) }
  // The SDK's types know the results of the core protocol only; its codec passes an extension's result type through.
  return handle
}

type Looked = Output<'p2p_taskqueue_get_task'>

async function look({ operations }: Pick<ServerDeps, 'operations'>, taskId: string, call: Call): Promise<Looked> {
  const input = { task_id: taskId, log_tail_lines: LOG_LINES }
  return (await operations.invoke('p2p_taskqueue_get_task', input, call)) as Looked
}

function declares({ envelope }: ServerContext['mcpReq']): boolean {
  const declared = capabilities.safeParse(
    (envelope as Record<string, unknown> | undefined)?.[CLIENT_CAPABILITIES_META_KEY],
  )
  return declared.data?.extensions?.[TASKS_EXTENSION] !== undefined
}

function stateOf(task: TaskView): Record<string, unknown> {
  const ended = task.status === 'failed' ? 'completed' : task.status
  return {
    taskId: task.task_id,
    status: isTerminal(task.status) ? ended : 'working',
    statusMessage: cleanLine(task.progress?.message ?? task.error ?? task.phase ?? task.status, 200),
    createdAt: new Date(task.created_at).toISOString(),
    lastUpdatedAt: new Date(task.updated_at).toISOString(),
    // Kept until its retention is over, which is counted from its end and so not yet known.
    ttlMs: null,
    pollIntervalMs: POLL_INTERVAL_MS,
  }
}

function detailOf(looked: Looked): Record<string, unknown> {
  const { task } = looked
  if (task.status !== 'completed' && task.status !== 'failed') return stateOf(task)
  const answer = succeeded('p2p_taskqueue_get_task', { task_id: task.task_id, ...looked })
  return { ...stateOf(task), result: { ...answer, resultType: 'complete', isError: task.status === 'failed' } }
}
