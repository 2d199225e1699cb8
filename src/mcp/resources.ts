/** Tasks, their logs, the queue and the peers as resources: what people pin to a conversation and watch. */
import { ProtocolError, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server'
import type { McpServer, ReadResourceResult } from '@modelcontextprotocol/server'
import { cleanLine } from '../core/clean-text.ts'
import { toErrorView } from '../core/errors.ts'
import type { OperationName, Output } from '../core/operations/catalog.ts'
import type { Call } from '../core/operations/operation.ts'
import { cleaned } from './tool-answer.ts'
import { logsUri, PEERS_URI, QUEUE_URI, taskUri } from './resource-updates.ts'
import { quietCall, type Seat } from './seat.ts'
import type { ServerDeps } from './server-deps.ts'

const NEWEST = 50
const LOG_LINES = { default: 200, most: 1000 } as const

/** JSON-RPC codes below -32000 are the protocol's; ours says what it is by name in its message. */
const REFUSED = -32000
const JSON_TYPE = 'application/json'

export function registerResources(server: McpServer, deps: ServerDeps, seat: Seat): void {
  const { access } = seat.caller
  const call = (signal?: AbortSignal): Call => quietCall(seat.caller, signal)

  if (access.has('peers:read')) {
    server.registerResource(
      'peers',
      PEERS_URI,
      { title: 'Runners', description: 'The peers of the mesh and how each is reached', mimeType: JSON_TYPE },
      async (uri, { mcpReq }) => json(uri.href, await ask(deps, uri.href, 'list_peers', {}, call(mcpReq.signal))),
    )
  }
  if (!access.has('tasks:read')) return
  server.registerResource(
    'queue',
    QUEUE_URI,
    { title: 'Task queue status', description: 'Counts of tasks by status', mimeType: JSON_TYPE },
    async (uri, { mcpReq }) =>
      json(uri.href, await ask(deps, uri.href, 'p2p_taskqueue_status', { detail: true }, call(mcpReq.signal))),
  )
  server.registerResource(
    'task',
    new ResourceTemplate('task://{id}', {
      list: async ({ mcpReq }) => {
        const tasks = await newestTasks(deps, call(mcpReq.signal))
        return { resources: tasks.map(({ id, title }) => ({ uri: taskUri(id), name: id, title, mimeType: JSON_TYPE })) }
      },
      complete: { id: (prefix) => completeTaskId(deps, seat, prefix) },
    }),
    { title: 'Task', description: 'Where a task stands and its result', mimeType: JSON_TYPE },
    async (uri, { id }, { mcpReq }) => {
      const task_id = String(id)
      const answer = await ask(deps, uri.href, 'p2p_taskqueue_get_task', { task_id }, call(mcpReq.signal))
      return json(uri.href, answer.task)
    },
  )
  // The SDK matches a template's query only when it is there, so the log without one is a template of its own.
  for (const [name, query] of [
    ['task-log', ''],
    ['task-log-tail', '{?tail}'],
  ] as const) {
    server.registerResource(
      name,
      new ResourceTemplate(`task://{id}/logs${query}`, {
        list: undefined,
        complete: { id: (prefix) => completeTaskId(deps, seat, prefix) },
      }),
      {
        title: 'Task log',
        description: `The end of a task’s log: the last ${String(LOG_LINES.default)} lines, or tail up to ${String(LOG_LINES.most)}. It is data from outside.`,
        mimeType: 'text/plain',
        annotations: { audience: ['user'], priority: 0.3 },
      },
      async (uri, { id }, { mcpReq }) => {
        const asked = Number(uri.searchParams.get('tail') ?? LOG_LINES.default)
        const lines = Number.isInteger(asked) ? Math.min(Math.max(asked, 1), LOG_LINES.most) : LOG_LINES.default
        const input = { task_id: String(id), log_tail_lines: lines }
        const answer = await ask(deps, uri.href, 'p2p_taskqueue_get_task', input, call(mcpReq.signal))
        return { contents: [{ uri: uri.href, mimeType: 'text/plain', text: cleaned(answer.log_tail ?? '') }] }
      },
    )
  }
}

/** Whether the caller may read it, so that nobody is told of changes to what they must not see. */
export async function canRead(deps: ServerDeps, seat: Seat, uri: string): Promise<boolean> {
  const { access } = seat.caller
  if (uri === PEERS_URI) return access.has('peers:read')
  if (uri === QUEUE_URI) return access.has('tasks:read')
  const id = /^task:\/\/(?<id>[a-z0-9.]{1,64})(?:\/logs)?$/.exec(uri)?.groups?.['id']
  if (id === undefined || (uri !== taskUri(id) && uri !== logsUri(id))) return false
  try {
    await deps.operations.invoke('p2p_taskqueue_get_task', { task_id: id }, quietCall(seat.caller))
    return true
  } catch (thrown) {
    deps.log.debug('mcp.subscription_refused', { principal: seat.caller.principal, code: toErrorView(thrown).code })
    return false
  }
}

/** Ids of the caller's newest tasks that start so; none when they cannot be listed. */
export async function completeTaskId(deps: ServerDeps, seat: Seat, prefix: string): Promise<string[]> {
  const tasks = await newestTasks(deps, quietCall(seat.caller))
  return tasks.map(({ id }) => id).filter((id) => id.startsWith(prefix))
}

async function newestTasks(deps: ServerDeps, call: Call): Promise<readonly { id: string; title: string }[]> {
  const { tasks } = await ask(deps, 'task://', 'p2p_taskqueue_list_tasks', { limit: NEWEST }, call)
  return tasks.map((task) => ({
    id: task.task_id,
    title: cleanLine(`${task.task_type}, ${task.status}`, 120),
  }))
}

async function ask<N extends OperationName>(
  { operations, log }: ServerDeps,
  uri: string,
  name: N,
  input: unknown,
  call: Call,
): Promise<Output<N>> {
  try {
    return (await operations.invoke(name, input, call)) as Output<N>
  } catch (thrown) {
    const { code, message } = toErrorView(thrown)
    if (code === 'task_not_found' || code === 'bad_request') throw new ResourceNotFoundError(uri)
    if (code === 'internal') log.error('mcp.resource_failed', { uri, thrown })
    throw new ProtocolError(REFUSED, `${code}: ${cleanLine(message, 1000)}`)
  }
}

function json(uri: string, value: unknown): ReadResourceResult {
  return { contents: [{ uri, mimeType: JSON_TYPE, text: JSON.stringify(cleaned(value)) }] }
}
