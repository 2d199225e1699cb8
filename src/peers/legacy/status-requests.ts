/** The predecessor's status: what this peer can run, and on request its queue, its clock and who was heard of. */
import type { Operations } from '../../core/operations/invoke.ts'
import type { Caller } from '../../core/operations/operation.ts'
import type { Json, JsonObject } from '../../core/task.ts'
import type { KnownWorkers } from './known-workers.ts'
import { isObject } from './python-json.ts'
import { done, type Reply } from './replies.ts'
import type { Asked, Handle } from './requests.ts'
import { seconds } from './task-record.ts'
import { progressless } from './task-requests.ts'
import { CONTAINER_SPELLINGS, toWireType } from './wire-types.ts'

export interface StatusRequestsDeps {
  readonly operations: Operations
  readonly caller: Caller
  readonly known: KnownWorkers
  /** Container types that a worker of this very peer runs now. */
  readonly ownTypes: () => readonly string[]
  readonly sessions: SessionCounts
}

/** What became of the sessions of the framed protocol; the names are those of its status. */
export interface SessionCounts {
  sessions_started: number
  sessions_closed: number
  initialized_sessions: number
  frame_errors: number
  rate_limited: number
  unauthorized: number
  internal_errors: number
}

export function createStatusRequests(deps: StatusRequestsDeps): Readonly<Record<string, Handle>> {
  const status: Handle = (request, asked) => statusOf(deps, request['detail'] === true, asked)
  return { status, capabilities: status, describe: status }
}

async function statusOf(deps: StatusRequestsDeps, detail: boolean, asked: Asked): Promise<Reply> {
  const own = deps.ownTypes()
  const basic: JsonObject = {
    capabilities: {
      task_types: own.map((type) => toWireType(type)),
      models: [],
      endpoints_by_model: {},
      endpoint_types_by_model: {},
      hwtest: {},
      resource_keys: [],
    },
    nat: { autonat: { supported: false, status: 'unavailable', code: null } },
    session: '',
  }
  if (!detail) return done(basic)
  const call = progressless(asked, deps.caller)
  const counts = await deps.operations.call('p2p_taskqueue_status', { detail: true }, call)
  const clock = await deps.operations.call('p2p_get_merkle_clock', {}, call)
  const peers = deps.known.list().map(({ peer, at, worker, types, transport, hint }): JsonObject => ({
    peer_id: peer,
    last_seen: seconds(at),
    worker_id: worker,
    supported_task_types: [...types],
    transport_peer_id: transport,
    peer_hint: hint,
  }))
  const workers = peers.filter((peer) => peer['worker_id'] !== '')
  return done({
    ...basic,
    queue: {
      queued: counts.queued,
      running: counts.running,
      queued_by_type: byWireType(counts.queued_by_type),
      running_by_type: byWireType(counts.running_by_type),
    },
    scheduler: {
      clock,
      known_peers: peers,
      known_workers: workers,
      counts: {
        peers: peers.length,
        workers: workers.length,
        docker_workers: workers.filter(runsContainers).length,
        docker_workers_configured: 0,
      },
    },
    local_worker: {
      enabled: own.length > 0,
      docker_enabled: own.length > 0,
      supported_task_types: own.flatMap((type) => CONTAINER_SPELLINGS[type] ?? [type]),
    },
    transport: { mcp_p2p: { stats: { ...deps.sessions } } },
  })
}

function byWireType(counts: Readonly<Record<string, number>> | undefined): JsonObject {
  return Object.fromEntries(Object.entries(counts ?? {}).map(([type, count]) => [toWireType(type), count]))
}

const CONTAINER_NAMES: ReadonlySet<Json> = new Set(Object.values(CONTAINER_SPELLINGS).flat())

function runsContainers(worker: JsonObject): boolean {
  const types = isObject(worker) ? worker['supported_task_types'] : undefined
  return Array.isArray(types) && types.some((type: Json) => CONTAINER_NAMES.has(type))
}
