/** Requests of workers: claim, complete, release, heartbeat. */
import type { LegacyWork } from '../../coordinator/legacy-work.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import type { Output } from '../../core/operations/catalog.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Caller } from '../../core/operations/operation.ts'
import type { JsonObject, TerminalStatus } from '../../core/task.ts'
import { legacyWorkerName } from '../../coordinator/legacy-work.ts'
import type { KnownWorkers } from './known-workers.ts'
import type { PromptSeal } from './prompt-seal.ts'
import { isObject, textOf } from './python-json.ts'
import { claimLabels } from './queue-keys.ts'
import { done, failed, type Reply } from './replies.ts'
import type { Asked, Handle } from './requests.ts'
import { seconds, toClaimed } from './task-record.ts'
import { progressless } from './task-requests.ts'
import { expandTaskTypes, toOurTypes, typeNames } from './wire-types.ts'

export interface WorkerRequestsDeps {
  readonly operations: Operations
  readonly caller: Caller
  readonly work: LegacyWork
  readonly known: KnownWorkers
  readonly prompts: PromptSeal
}

const LONGEST_NAME = 100

export function createWorkerRequests(deps: WorkerRequestsDeps): Readonly<Record<string, Handle>> {
  const one: Handle = async (request, asked) => {
    const claimed = await claim(deps, request, asked)
    return claimed === undefined ? failed('missing_worker_id') : done({ task: claimed[0] ?? null })
  }
  // One task at a time, whatever is asked: nobody renews those that would wait behind the first.
  const many: Handle = async (request, asked) => {
    const claimed = await claim(deps, request, asked)
    return claimed === undefined ? failed('missing_worker_id') : done({ tasks: claimed })
  }
  const complete: Handle = (request) => completeTask(deps, request)
  const release: Handle = (request) => releaseTask(deps, request)
  const heartbeat: Handle = (request, asked) => beat(deps, request, asked)
  return {
    ...{ claim: one, claim_next: one, claim_many: many, claim_batch: many },
    ...{ complete, 'task.complete': complete, complete_task: complete },
    ...{ release, 'task.release': release, release_task: release },
    ...{ 'peer.heartbeat': heartbeat, heartbeat, peer: heartbeat },
  }
}

/** @returns undefined when the worker does not say who it is */
async function claim(deps: WorkerRequestsDeps, request: JsonObject, asked: Asked): Promise<JsonObject[] | undefined> {
  const worker = textOf(request['worker_id']).slice(0, LONGEST_NAME)
  if (worker === '') return undefined
  const hint = textOf(request['peer']) || textOf(request['peer_id'])
  const types = expandTaskTypes(typeNames(request['supported_task_types'] ?? request['task_types']))
  deps.known.saw({ peer: hint || worker, worker, types, transport: asked.transport, hint })
  await tellClock(deps, hint || worker, request, asked)
  const session = ['session_id', 'session', 'p2p_session']
    .map((name) => textOf(request[name]))
    .find((one) => one !== '')
  const labels = claimLabels(session ?? '', worker)
  const grant = await deps.work.claim({ worker, taskTypes: toOurTypes(types), labels }, asked.signal)
  return grant === undefined ? [] : [deps.prompts.sealIn(toClaimed(grant, types))]
}

async function completeTask({ work }: WorkerRequestsDeps, request: JsonObject): Promise<Reply> {
  const taskId = textOf(request['task_id'])
  if (taskId === '') return failed('missing_task_id')
  const result = request['result'] ?? undefined
  const ok = await work.complete({
    taskId,
    status: toStatus(textOf(request['status']) || 'completed'),
    result: result === undefined || isObject(result) ? result : { result },
    error: textOf(request['error']) || undefined,
  })
  return { ok, task_id: taskId }
}

/** Any other word than these three means failed, as its queue has it. */
function toStatus(word: string): TerminalStatus {
  return word === 'completed' || word === 'cancelled' ? word : 'failed'
}

async function releaseTask({ work }: WorkerRequestsDeps, request: JsonObject): Promise<Reply> {
  const taskId = textOf(request['task_id'])
  if (taskId === '') return failed('missing_task_id')
  const worker = textOf(request['worker_id']) || textOf(request['assigned_worker'])
  if (worker === '') return failed('missing_worker_id')
  return { ok: await work.release(taskId, worker.slice(0, LONGEST_NAME)), task_id: taskId }
}

async function beat(deps: WorkerRequestsDeps, request: JsonObject, asked: Asked): Promise<Reply> {
  const hint = textOf(request['peer']) || textOf(request['peer_id'])
  const peer = hint || asked.transport
  deps.known.saw({ peer, worker: '', types: [], transport: asked.transport, hint })
  const { scheduler } = await tellClock(deps, peer, request, asked)
  return done({ peer, scheduler: toSchedulerView(scheduler) })
}

type Heard = Output<'p2p_taskqueue_heartbeat'>

/** A clock that is none is passed over, as its queue does. */
async function tellClock(deps: WorkerRequestsDeps, peer: string, request: JsonObject, asked: Asked): Promise<Heard> {
  const call = progressless(asked, deps.caller)
  const name = peer.slice(0, 256)
  const { clock } = request
  if (isObject(clock)) {
    try {
      return await deps.operations.call('p2p_taskqueue_heartbeat', { peer_id: name, clock }, call)
    } catch (error) {
      if (!(error instanceof RunnerMeshError) || (error.code !== 'bad_request' && error.code !== 'too_large'))
        throw error
    }
  }
  return deps.operations.call('p2p_taskqueue_heartbeat', { peer_id: name }, call)
}

export function toSchedulerView({ clock, known_peers: known }: Heard['scheduler']): JsonObject {
  const peers = new Map(known.map(({ peer_id: id, seen_at: at }) => [legacyWorkerName(id), seconds(at)]))
  return { clock, known_peers: [...peers].map(([id, at]) => ({ peer_id: id, last_seen: at })) }
}
