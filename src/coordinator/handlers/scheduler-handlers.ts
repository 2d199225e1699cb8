/** Handlers of the deterministic scheduler's operations and of heartbeats. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { Fence, PeerId, TaskId } from '../../core/ids.ts'
import type { Handlers, Input, Output } from '../../core/operations/catalog.ts'
import { parseInput } from '../../core/operations/invoke.ts'
import type { Call, Caller } from '../../core/operations/operation.ts'
import { submitTask } from '../../core/operations/submit.ts'
import type { RenewalVerdict } from '../../core/ports/task-store.ts'
import type { JsonObject } from '../../core/task.ts'
import { workflowTaskHash } from '../../core/scheduler/preferred-peer.ts'
import { routeByTags } from '../../core/scheduler/workflow-tags.ts'
import type { Home } from '../home.ts'
import { EXTERNAL_TYPE, ExternalTasks, ownId, toExternal } from '../scheduler/external-tasks.ts'
import { sha256 } from '../scheduler/sha256.ts'
import { pinPayload } from '../pinning.ts'
import { fromGeneric, toNewTask } from '../submission.ts'
import { getHome, isHolder, submissionOf, workerOf, type HandlerDeps } from './context.ts'

type SchedulerOperation =
  | 'p2p_check_workflow_tags'
  | 'p2p_scheduler_status'
  | 'p2p_submit_task'
  | 'p2p_get_next_task'
  | 'p2p_mark_task_complete'
  | 'p2p_update_peer_state'
  | 'p2p_get_merkle_clock'
  | 'p2p_taskqueue_heartbeat'

export function createSchedulerHandlers(deps: HandlerDeps): Pick<Handlers, SchedulerOperation> {
  return {
    p2p_check_workflow_tags: ({ tags }) => {
      const { recognised, unknown, shouldBypassGithub, isP2pOnly } = routeByTags(tags)
      return Promise.resolve({
        should_bypass_github: shouldBypassGithub,
        is_p2p_only: isP2pOnly,
        tags: [...recognised],
        unknown_tags: [...unknown],
      })
    },
    p2p_scheduler_status: async () => {
      const home = getHome(deps)
      const { byStatus } = await home.store.counts()
      return {
        peer_id: deps.mesh.self,
        merkle_clock: home.scheduler.clock(),
        pending_tasks: byStatus.queued,
        assigned_tasks: byStatus.running,
        completed_tasks: byStatus.completed,
        queue_size: byStatus.queued,
        known_peers: home.scheduler.knownPeers().length,
      }
    },
    p2p_submit_task: (input, call) => submit(deps, input, call),
    p2p_get_next_task: async (_input, { caller, signal }) => {
      const grant = await externalTasks(getHome(deps), caller).next(deps.random.uuid(), signal)
      if (grant === undefined) return { task: null, message: 'No external task of yours is waiting.' }
      const { task, fence, leaseMs } = grant
      const [taskId, workflowId] = [ownId(task), task.workflowId ?? '']
      return {
        task: {
          task_id: taskId,
          workflow_id: workflowId,
          name: task.modelName,
          tags: [...task.tags],
          priority: task.priority,
          task_hash: workflowTaskHash({ taskId, workflowId }, sha256),
          assigned_peer: workerOf(caller, undefined),
          queue_task_id: task.id,
          fence,
          lease_ms: leaseMs,
        },
      }
    },
    p2p_mark_task_complete: async (input, { caller }) => {
      const home = getHome(deps)
      const { task, isNew } = await externalTasks(home, caller).complete(input.task_id, input.workflow_id)
      if (isNew) home.scheduler.tick()
      return { success: true, task_id: ownId(task), queue_task_id: task.id }
    },
    p2p_update_peer_state: (input, { caller }) => {
      const { scheduler } = getHome(deps)
      const peer = peerOf(caller, input.peer_id)
      const order = scheduler.merge(input.clock_data)
      scheduler.saw(peer)
      return Promise.resolve({ success: true, peer_id: peer, order, merkle_root: scheduler.clock().merkle_root })
    },
    p2p_get_merkle_clock: () => Promise.resolve(getHome(deps).scheduler.clock()),
    p2p_taskqueue_heartbeat: async (input, { caller }) => {
      const home = getHome(deps)
      const { scheduler } = home
      const peer = peerOf(caller, input.peer_id)
      if (input.clock !== undefined) scheduler.merge(input.clock)
      scheduler.saw(peer)
      await externalTasks(home, caller).renew()
      const verdicts = input.leases === undefined ? {} : { verdicts: await renew(home, input.leases, caller) }
      const known = scheduler.knownPeers().map(({ peer: id, seenAt }) => ({ peer_id: id, seen_at: seenAt }))
      return { peer, scheduler: { clock: scheduler.clock(), known_peers: known }, ...verdicts }
    },
  }
}

async function submit(
  deps: HandlerDeps,
  input: Input<'p2p_submit_task'>,
  call: Call,
): Promise<Output<'p2p_submit_task'>> {
  const home = getHome(deps)
  const { task_id: taskId, workflow_id: workflowId, name, tags, priority, task_type: type, payload } = input
  if (type === undefined && payload !== undefined) {
    throw new RunnerMeshError(
      'bad_request',
      'task_type: needed with a payload, so that a runner can execute it. Leave both out to execute the task yourself.',
    )
  }
  const isExternal = type === undefined
  const own: JsonObject = { task_id: taskId }
  const asked = parseInput(submitTask.input, {
    task_type: type ?? EXTERNAL_TYPE,
    model_name: name,
    payload: isExternal ? own : (payload ?? {}),
    ...{ priority, tags: tags.filter((tag) => tag !== ''), workflow_id: workflowId },
    // Whoever took it and vanished gave it back: nobody else could run it at the same time.
    idempotent: isExternal,
  })
  const submission = fromGeneric(asked)
  const pinned = await pinPayload(submission.type, submission.payload, deps.pins, call.signal)
  const task = await toNewTask({ ...submission, payload: pinned }, call.caller, submissionOf(deps))
  const [submitted] = await home.submit([
    isExternal ? toExternal(task, taskId, workerOf(call.caller, undefined)) : { ...task, alias: taskId },
  ])
  if (submitted === undefined) throw new RunnerMeshError('internal', 'The store answered no submission.')
  if (submitted.created) home.scheduler.tick()
  const status = submitted.created ? 'queued' : ((await home.store.find(submitted.id))?.status ?? 'queued')
  return {
    success: true,
    task_id: taskId,
    task_hash: workflowTaskHash({ taskId, workflowId }, sha256),
    priority,
    queue_task_id: submitted.id,
    created: submitted.created,
    status,
  }
}

function externalTasks(home: Home, caller: Caller): ExternalTasks {
  return new ExternalTasks(home, { principal: caller.principal, worker: workerOf(caller, undefined) })
}

/**
 * The peer that is spoken of. A mesh peer speaks for itself alone; a token may tell of any, as with the predecessor.
 * @throws RunnerMeshError peer_not_allowed
 */
function peerOf({ peer, principal }: Caller, said: string | undefined): string {
  if (peer === undefined) return said ?? principal
  if (said === undefined || said === peer) return peer
  throw new RunnerMeshError(
    'peer_not_allowed',
    `peer_id: a peer speaks for itself alone, and you are ${peer}. Leave it out.`,
  )
}

/** Each lease is renewed under the name it was claimed with. */
async function renew(
  home: Home,
  leases: NonNullable<Input<'p2p_taskqueue_heartbeat'>['leases']>,
  caller: Caller,
): Promise<{ task_id: string; verdict: RenewalVerdict }[]> {
  const holders = new Map<PeerId, { taskId: TaskId; fence: Fence }[]>()
  for (const { task_id: id, fence } of leases) {
    const holder = (await home.store.find(id as TaskId))?.worker
    if (holder === undefined || !isHolder(caller, holder)) continue
    const renewal = { taskId: id as TaskId, fence: fence as Fence }
    holders.set(holder, [...(holders.get(holder) ?? []), renewal])
  }
  const verdicts = new Map<string, RenewalVerdict>()
  for (const [holder, renewals] of holders) {
    const answers = await home.renew(renewals, holder)
    renewals.forEach(({ taskId, fence }, index) => verdicts.set(`${taskId} ${String(fence)}`, answers[index] ?? 'lost'))
  }
  return leases.map(({ task_id: id, fence }) => ({
    task_id: id,
    verdict: verdicts.get(`${id} ${String(fence)}`) ?? 'lost',
  }))
}
