/**
 * Which operations are tools, and who sees which. The names are fixed: agents of the predecessor know them. An operation
 * that joins the catalog under one of them becomes a tool by that alone; any other operation never does.
 *
 *   /mcp                 the agent set             /mcp/x/<set>     worker, scheduler or all
 *   …/readonly           only tools that look      a caller sees of each set what its rights allow
 */

export const TOOL_NAMES = [
  'p2p_taskqueue_status',
  'p2p_taskqueue_submit_docker_hub',
  'p2p_taskqueue_submit_docker_github',
  'p2p_taskqueue_submit',
  'p2p_taskqueue_wait_task',
  'p2p_taskqueue_get_task',
  'p2p_taskqueue_list_tasks',
  'p2p_taskqueue_complete_task',
  'list_peers',
  'p2p_check_workflow_tags',
  'p2p_taskqueue_claim_next',
  'p2p_taskqueue_heartbeat',
  'p2p_taskqueue_cache_get',
  'p2p_taskqueue_cache_set',
  'p2p_taskqueue_call_tool',
  'p2p_scheduler_status',
  'p2p_submit_task',
  'p2p_get_next_task',
  'p2p_mark_task_complete',
  'p2p_update_peer_state',
  'p2p_get_merkle_clock',
] as const
export type ToolName = (typeof TOOL_NAMES)[number]

export const TOOL_SETS = ['agent', 'worker', 'scheduler', 'all'] as const
export type ToolSet = (typeof TOOL_SETS)[number]

const MEMBERS: Readonly<Record<ToolSet, ReadonlySet<string>>> = {
  agent: new Set<ToolName>([
    'p2p_taskqueue_status',
    'p2p_taskqueue_submit_docker_hub',
    'p2p_taskqueue_submit_docker_github',
    'p2p_taskqueue_submit',
    'p2p_taskqueue_wait_task',
    'p2p_taskqueue_get_task',
    'p2p_taskqueue_list_tasks',
    'p2p_taskqueue_complete_task',
    'list_peers',
    'p2p_check_workflow_tags',
  ]),
  worker: new Set<ToolName>([
    'p2p_taskqueue_status',
    'p2p_taskqueue_get_task',
    'p2p_taskqueue_list_tasks',
    'p2p_taskqueue_complete_task',
    'list_peers',
    'p2p_taskqueue_claim_next',
    'p2p_taskqueue_heartbeat',
    'p2p_taskqueue_cache_get',
    'p2p_taskqueue_cache_set',
  ]),
  scheduler: new Set<ToolName>([
    'p2p_check_workflow_tags',
    'p2p_scheduler_status',
    'p2p_submit_task',
    'p2p_get_next_task',
    'p2p_mark_task_complete',
    'p2p_update_peer_state',
    'p2p_get_merkle_clock',
  ]),
  all: new Set(TOOL_NAMES),
}

/** What one endpoint shows, before the caller's rights narrow it further. */
export interface View {
  readonly set: ToolSet
  readonly readOnly: boolean
}

export function isInSet(set: ToolSet, name: string): boolean {
  return MEMBERS[set].has(name)
}

const PATH = /^\/mcp(?:\/x\/(?<set>[a-z]{1,16}))?(?<readOnly>\/readonly)?\/?$/

/** @returns undefined for a path that is no MCP endpoint */
export function findView(path: string): View | undefined {
  const match = PATH.exec(path)
  if (match === null) return undefined
  const set = TOOL_SETS.find((name) => name === (match.groups?.['set'] ?? 'agent'))
  return set === undefined ? undefined : { set, readOnly: match.groups?.['readOnly'] !== undefined }
}

/** Equal text for equal views. */
export function viewKey(view: View): string {
  return view.readOnly ? `${view.set}/readonly` : view.set
}
