/**
 * Which operations are tools, and who sees which. The names are fixed: agents of the predecessor know them. An operation
 * that joins the catalog under one of them becomes a tool by that alone; any other operation never does.
 *
 *   /mcp                 the agent set             /mcp/x/<set>     worker, scheduler or all
 *   …/readonly           only tools that look      a caller sees of each set what its rights allow
 *
 * The peer's own settings are the upper bound; a path and the headers X-MCP-Toolsets and X-MCP-Readonly only narrow it.
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
  /** Lists of sets; a tool must be in one of each list. */
  readonly within?: readonly (readonly ToolSet[])[]
}

/** The most that this peer shows to anybody. */
export interface ViewBound {
  readonly sets: readonly ToolSet[]
  readonly readOnly: boolean
}

export const UNBOUND: ViewBound = { sets: ['all'], readOnly: false }

export function isInView({ set, within = [] }: View, name: string): boolean {
  return MEMBERS[set].has(name) && within.every((sets) => sets.some((one) => MEMBERS[one].has(name)))
}

const PATH = /^\/mcp(?:\/x\/(?<set>[a-z]{1,16}))?(?<readOnly>\/readonly)?\/?$/

/** @returns undefined for a path that is no MCP endpoint, or one of a set that the bound leaves out */
export function findView(path: string, bound: ViewBound = UNBOUND): View | undefined {
  const match = PATH.exec(path)
  if (match === null) return undefined
  const unbound = bound.sets.includes('all')
  const named = match.groups?.['set']
  const asked = named ?? (unbound || bound.sets.includes('agent') ? 'agent' : 'all')
  const set = TOOL_SETS.find((name) => name === asked)
  if (set === undefined || !(unbound || set === 'all' || bound.sets.includes(set))) return undefined
  return {
    set,
    readOnly: bound.readOnly || match.groups?.['readOnly'] !== undefined,
    ...(unbound ? {} : { within: [bound.sets] }),
  }
}

/**
 * `X-MCP-Toolsets` and `X-MCP-Readonly` of a request; they only ever narrow what its path shows.
 * @returns a sentence for a set that is none
 */
export function narrowView(view: View, headers: Headers): View | string {
  const names = (headers.get('x-mcp-toolsets') ?? '').split(',').map((name) => name.trim())
  const asked = names.filter((name) => name !== '')
  const sets = TOOL_SETS.filter((name) => asked.includes(name))
  if (sets.length < new Set(asked).size) return `X-MCP-Toolsets takes ${TOOL_SETS.join(', ')}, comma separated.`
  const readOnly = /^(?:true|1|on|yes)$/i.test(headers.get('x-mcp-readonly') ?? '')
  return {
    ...view,
    readOnly: view.readOnly || readOnly,
    ...(sets.length === 0 ? {} : { within: [...(view.within ?? []), sets] }),
  }
}

/** Equal text for equal views. */
export function viewKey({ set, readOnly, within = [] }: View): string {
  return [set, ...(readOnly ? ['readonly'] : []), ...within.map((sets) => sets.toSorted().join('+'))].join('/')
}
