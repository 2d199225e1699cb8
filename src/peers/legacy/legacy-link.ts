/**
 * The operations of a node of the predecessor as a link, so that our worker knows no difference between homes. What its
 * queue has no request for is refused as unknown. A node that does not answer several times in a row is let go.
 */
import { createHash } from 'node:crypto'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { homeIdFromBytes, type HomeId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import type { Input, OperationName, Output, RawInput } from '../../core/operations/catalog.ts'
import { CATALOG } from '../../core/operations/catalog.ts'
import { parseInput } from '../../core/operations/invoke.ts'
import type { Logger } from '../../core/ports/clock.ts'
import type { OperationsLink } from '../../core/ports/link.ts'
import type { JsonObject } from '../../core/task.ts'
import { canonicalTaskType } from '../../core/task-aliases.ts'
import { readTask, toView } from './from-record.ts'
import type { NodeCaller } from './node-caller.ts'
import type { NodeWork } from './node-work.ts'
import { isObject, numberOf, pythonInt, textOf } from './python-json.ts'
import { toError } from './replies.ts'
import { CONTAINER_SPELLINGS, toWireType } from './wire-types.ts'

export interface LegacyLink extends OperationsLink {
  /** Runs a tool there. @throws RunnerMeshError what it refuses */
  callTool(tool: string, args: JsonObject, timeoutMs?: number): Promise<JsonObject>
  close(): Promise<void>
}

export interface LegacyLinkDeps {
  readonly home: HomeId
  readonly address: string
  readonly caller: NodeCaller
  readonly work: NodeWork
  readonly log: Logger
}

const SILENCES = 3
const TOOL_MS = 30 * SECOND
/** What a wait is given to be answered beside its own time. */
const WAIT_SLACK_MS = 15 * SECOND

/** The same for a node at the same address, whatever peer id it took at its last start. */
export function homeOfNode(address: string): HomeId {
  const place = address.replace(/\/p2p\/[^/]+$/, '')
  return homeIdFromBytes(createHash('sha256').update(`legacy ${place}`).digest().subarray(0, 10))
}

type Project<N extends OperationName> = (input: Input<N>, signal: AbortSignal) => Promise<Output<N>>
type Projections = { readonly [N in OperationName]?: Project<N> }

export function createLegacyLink(deps: LegacyLinkDeps): LegacyLink {
  const { home, address, caller, log } = deps
  const closed = new AbortController()
  const projections = project(deps)
  let silences = 0
  const watched = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const answer = await work
      silences = 0
      return answer
    } catch (thrown) {
      const isSilent = thrown instanceof RunnerMeshError && thrown.code === 'peer_unreachable'
      silences = isSilent ? silences + 1 : 0
      if (silences >= SILENCES && !closed.signal.aborted) {
        log.warn('legacy.node_gone', { address, error: errorText(thrown) })
        closed.abort(thrown)
      }
      throw thrown
    }
  }
  const call = async <N extends OperationName>(name: N, raw: RawInput<N>, given?: AbortSignal): Promise<Output<N>> => {
    const run = projections[name]
    if (run === undefined) {
      throw new RunnerMeshError('unknown_operation', `A node of ipfs_accelerate_py has no ${name} (${address}).`)
    }
    closed.signal.throwIfAborted()
    const input = parseInput(CATALOG[name].input, raw) as Input<N>
    return watched(run(input, given === undefined ? closed.signal : AbortSignal.any([given, closed.signal])))
  }
  return {
    peer: undefined,
    homes: [home],
    closed: closed.signal,
    call: (name, input, { signal } = {}) => call(name, input, signal),
    callTool: async (tool, args, timeoutMs = TOOL_MS) => {
      const fields = { op: 'call_tool', tool_name: tool, args, timeout_s: timeoutMs / SECOND }
      const reply = await watched(caller.request(fields, { timeoutMs: timeoutMs + WAIT_SLACK_MS }))
      if (reply['ok'] !== true) throw toError(reply, `the tool ${tool}`)
      return isObject(reply['result']) ? reply['result'] : { result: reply['result'] ?? null }
    },
    close: async () => {
      closed.abort(new RunnerMeshError('stopping', 'This peer is stopping.'))
      await caller.close()
    },
  }
}

function project({ caller, work }: LegacyLinkDeps): Projections {
  const ask = async (
    fields: JsonObject & { readonly op: string },
    what: string,
    options?: Parameters<NodeCaller['request']>[1],
  ): Promise<JsonObject> => {
    const reply = await caller.request(fields, options)
    if (reply['ok'] !== true) throw toError(reply, what)
    return reply
  }
  const submit = async (type: string, model: string, payload: JsonObject): Promise<Output<'p2p_taskqueue_submit'>> => {
    const theirs = toWireType(type)
    const { task_id: id } = await ask({ op: 'submit', task_type: theirs, model_name: model, payload }, 'a task')
    return { task_id: textOf(id), created: true, durability: 'local', status: 'queued', task_type: type }
  }
  const find = async (fields: JsonObject & { readonly op: string }, signal: AbortSignal, timeoutMs?: number) => {
    const { task } = await ask(fields, 'a task', { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) })
    if (task !== null && task !== undefined) return toView(readTask(task), true)
    throw new RunnerMeshError('task_not_found', `The node knows no task ${textOf(fields['task_id']).slice(0, 64)}.`)
  }
  return {
    p2p_taskqueue_claim_next: (input, signal) => work.claim(input, signal),
    p2p_taskqueue_renew: (input) => work.renew(input),
    p2p_taskqueue_complete_task: (input) => work.complete(input),
    p2p_taskqueue_release: (input) => work.release(input),
    p2p_taskqueue_submit: ({ task_type: type, model_name: model, payload, ...options }) =>
      submit(canonicalTaskType(type), model || 'docker', { ...payload, ...queueKeys(options) }),
    p2p_taskqueue_get_task: async ({ task_id: id }, signal) => ({
      task: await find({ op: 'get', task_id: id }, signal),
    }),
    p2p_taskqueue_wait_task: async ({ task_id: id, timeout_s: seconds }, signal) => {
      // Its 0 means a minute.
      const timeout = Math.max(0.001, seconds)
      const task = await find({ op: 'wait', task_id: id, timeout_s: timeout }, signal, seconds * SECOND + WAIT_SLACK_MS)
      return { task, timed_out: task.status === 'queued' || task.status === 'running' }
    },
    p2p_taskqueue_list_tasks: async ({ status, task_types: types = [], limit }, signal) => {
      const names = types.flatMap((type) => CONTAINER_SPELLINGS[canonicalTaskType(type)] ?? [type])
      const fields = { op: 'list', status: status ?? null, limit, task_types: names }
      const { tasks } = await ask(fields, 'a list', { signal })
      const rows = Array.isArray(tasks) ? (tasks as JsonObject[]) : []
      return { tasks: rows.map((row) => toView(readTask(row), false)).toReversed() }
    },
    p2p_taskqueue_cancel: async ({ task_id: id }, signal) => {
      const { cancelled } = await ask({ op: 'cancel', task_id: id, reason: 'cancelled' }, 'a cancel', { signal })
      const { status } = await find({ op: 'get', task_id: id }, signal)
      // A running task cannot be stopped there.
      if (cancelled !== true && status === 'running') {
        throw new RunnerMeshError('invalid_transition', 'The node cannot cancel a task that runs.')
      }
      return { outcome: cancelled === true ? 'cancelled' : 'terminal', status }
    },
    p2p_taskqueue_heartbeat: async ({ peer_id: peer = '', clock }, signal) => {
      const fields = { op: 'peer.heartbeat', ...(peer === '' ? {} : { peer_id: peer }), clock: clock ?? null }
      return readHeartbeat(await ask(fields, 'a heartbeat', { signal }))
    },
    p2p_taskqueue_status: async (_input, signal) =>
      readStatus(await ask({ op: 'status', detail: true }, 'a look', { signal })),
    p2p_taskqueue_cache_get: async ({ key }, signal) => {
      const { hit, value } = await ask({ op: 'cache.get', key }, 'a read', { signal })
      return { key, hit: hit === true, ...(hit === true && value !== undefined ? { value: value as never } : {}) }
    },
    p2p_taskqueue_cache_has: async ({ key }, signal) => {
      const { hit } = await ask({ op: 'cache.has', key }, 'a look', { signal })
      return { key, hit: hit === true }
    },
    p2p_taskqueue_cache_set: async ({ key, value, ttl_s: ttl }, signal) => {
      await ask({ op: 'cache.set', key, value, ttl_s: ttl > 0 ? ttl : null }, 'a write', { signal })
      return { key, stored: true }
    },
    p2p_taskqueue_cache_delete: async ({ key }, signal) => {
      const { deleted } = await ask({ op: 'cache.delete', key }, 'a removal', { signal })
      return { key, deleted: deleted === true }
    },
  }
}

/** Its queue reads them in the payload alone. */
function queueKeys(
  options: Pick<Input<'p2p_taskqueue_submit'>, 'priority' | 'idempotency_key' | 'max_failures'>,
): JsonObject {
  const { priority, idempotency_key: key, max_failures: attempts } = options
  return { priority, max_attempts: attempts, ...(key === undefined ? {} : { idempotency_key: key }) }
}

function readHeartbeat({ peer, scheduler }: JsonObject): Output<'p2p_taskqueue_heartbeat'> {
  const { clock, known_peers: known } = isObject(scheduler) ? scheduler : {}
  const { node_id: node, vector, merkle_root: root } = isObject(clock) ? clock : {}
  const counts = Object.entries(isObject(vector) ? vector : {}).map(([id, count]) => [id, pythonInt(count) ?? 0])
  const peers = Array.isArray(known) ? (known as JsonObject[]) : []
  return {
    peer: textOf(peer),
    scheduler: {
      clock: {
        node_id: textOf(node),
        vector: Object.fromEntries(counts) as Record<string, number>,
        merkle_root: textOf(root),
      },
      known_peers: peers.map((one) => ({
        peer_id: textOf(one['peer_id']),
        seen_at: Math.round((numberOf(one['last_seen']) ?? 0) * SECOND),
      })),
    },
  }
}

function readStatus({ peer_id: peer, queue, scheduler }: JsonObject): Output<'p2p_taskqueue_status'> {
  const { queued, running, queued_by_type: byType } = isObject(queue) ? queue : {}
  const { known_peers: known } = isObject(scheduler) ? scheduler : {}
  const types = Object.entries(isObject(byType) ? byType : {}).map(([type, count]) => [type, pythonInt(count) ?? 0])
  return {
    ...{ peer_id: textOf(peer), version: 'ipfs_accelerate_py' },
    ...{ queued: pythonInt(queued) ?? 0, running: pythonInt(running) ?? 0 },
    // Ended tasks are not counted there.
    ...{ completed: 0, failed: 0, cancelled: 0, parked_claims: 0 },
    connected_peers: Array.isArray(known) ? known.length : 0,
    queued_by_type: Object.fromEntries(types) as Record<string, number>,
  }
}
