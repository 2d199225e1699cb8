/** Tasks, their logs, the queue and the peers as resources: what people pin to a conversation and watch. */
import { ResourceTemplate } from '@modelcontextprotocol/server'
import type { McpServer } from '@modelcontextprotocol/server'
import { cleanLine } from '../../core/clean-text.ts'
import { toErrorView } from '../../core/errors.ts'
import type { Call } from '../../core/operations/operation.ts'
import { registerOutputs } from './output-resources.ts'
import { askFor, JSON_TYPE, jsonResource } from './resource-answer.ts'
import { PEERS_URI, QUEUE_URI, taskUri } from './resource-updates.ts'
import { quietCall, type Seat } from '../seat.ts'
import type { ServerDeps } from '../server-deps.ts'

const NEWEST = 50

export function registerResources(server: McpServer, deps: ServerDeps, seat: Seat): void {
  const { access } = seat.caller
  const call = (signal?: AbortSignal): Call => quietCall(seat.caller, signal)

  if (access.has('peers:read')) {
    server.registerResource(
      'peers',
      PEERS_URI,
      { title: 'Runners', description: 'The peers of the mesh and how each is reached', mimeType: JSON_TYPE },
      async (uri, { mcpReq }) =>
        jsonResource(uri.href, await askFor(deps, uri.href, 'list_peers', {}, call(mcpReq.signal))),
    )
  }
  if (!access.has('tasks:read')) return
  server.registerResource(
    'queue',
    QUEUE_URI,
    { title: 'Task queue status', description: 'Counts of tasks by status', mimeType: JSON_TYPE },
    async (uri, { mcpReq }) =>
      jsonResource(
        uri.href,
        await askFor(deps, uri.href, 'p2p_taskqueue_status', { detail: true }, call(mcpReq.signal)),
      ),
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
      const answer = await askFor(deps, uri.href, 'p2p_taskqueue_get_task', { task_id }, call(mcpReq.signal))
      return jsonResource(uri.href, answer.task)
    },
  )
  registerOutputs(server, deps, seat, (prefix) => completeTaskId(deps, seat, prefix))
}

/** Whether the caller may read it, so that nobody is told of changes to what they must not see. */
export async function canRead(deps: ServerDeps, seat: Seat, uri: string): Promise<boolean> {
  const { access } = seat.caller
  if (uri === PEERS_URI) return access.has('peers:read')
  if (uri === QUEUE_URI) return access.has('tasks:read')
  const id = /^task:\/\/(?<id>[a-z0-9.]{1,64})(?:\/logs|\/artifacts)?$/.exec(uri)?.groups?.['id']
  if (id === undefined) return false
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
  const { tasks } = await askFor(deps, 'task://', 'p2p_taskqueue_list_tasks', { limit: NEWEST }, call)
  return tasks.map((task) => ({
    id: task.task_id,
    title: cleanLine(`${task.task_type}, ${task.status}`, 120),
  }))
}
