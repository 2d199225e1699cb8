/** Handlers of the operations that only look. */
import { canonicalTaskType } from '../../core/task-aliases.ts'
import type { AnyEvent } from '../../core/events.ts'
import type { PeerId, TaskId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import type { Handlers, Input, Output } from '../../core/operations/catalog.ts'
import type { Caller, ProgressNote } from '../../core/operations/operation.ts'
import type { AttemptView } from '../../core/operations/views.ts'
import type { TaskFilter } from '../../core/ports/task-store.ts'
import { watch } from '../change-watch.ts'
import { explain } from '../explain.ts'
import { listPeers } from '../peer-book.ts'
import { logTail, toAttemptView } from '../task-view.ts'
import { waitForEnd } from '../waiting.ts'
import { getHome, getVisibleTask, viewOf, type HandlerDeps } from './context.ts'

type ReadOperation =
  | 'p2p_taskqueue_status'
  | 'p2p_taskqueue_get_task'
  | 'p2p_taskqueue_wait_task'
  | 'p2p_taskqueue_list_tasks'
  | 'p2p_taskqueue_explain'
  | 'p2p_taskqueue_watch'
  | 'list_peers'

export function createReadHandlers(deps: HandlerDeps): Pick<Handlers, ReadOperation> {
  const { peers, clock, events } = deps
  const nameOf = (peer: string): string => peers.runnerName(peer) ?? peer
  return {
    p2p_taskqueue_status: ({ detail }) => statusOf(deps, detail),
    p2p_taskqueue_get_task: async (input, { caller }) => {
      const task = await getVisibleTask(deps, input.task_id, caller)
      const tail = logTail(task.result, input.log_tail_lines)
      return {
        task: viewOf(deps, task),
        ...(tail === undefined ? {} : { log_tail: tail }),
        ...(input.attempts ? { attempts: await attemptsOf(deps, task.id) } : {}),
      }
    },
    p2p_taskqueue_wait_task: async (input, { caller, signal, progress }) => {
      const { task, timedOut } = await waitForEnd(
        { clock, events, find: () => getVisibleTask(deps, input.task_id, caller) },
        input.task_id as TaskId,
        {
          timeoutMs: input.timeout_s * SECOND,
          signal,
          onEvent: (event) => {
            const message = describe(event, nameOf)
            if (message !== undefined) progress({ message, ...progressOf(event, input.task_id) })
          },
        },
      )
      const tail = logTail(task.result, input.log_tail_lines)
      return { task: viewOf(deps, task), timed_out: timedOut, ...(tail === undefined ? {} : { log_tail: tail }) }
    },
    p2p_taskqueue_list_tasks: async (input, { caller }) => {
      const filter = filterOf(input, caller)
      if (filter === undefined) return { tasks: [] }
      const page = await getHome(deps).store.list(filter, input.limit, input.cursor)
      return {
        tasks: page.tasks.map((task) => viewOf(deps, task, false)),
        ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
      }
    },
    p2p_taskqueue_explain: async (input, { caller }) => {
      const task = await getVisibleTask(deps, input.task_id, caller)
      return explain(task, peers.offers(), await getHome(deps).store.refusals(task.id))
    },
    p2p_taskqueue_watch: async (input, call) => ({ changes: await watch(deps, input.wait_s * SECOND, call) }),
    list_peers: ({ limit }, { caller, signal }) => listPeers(deps, { limit, asks: caller.peer === undefined }, signal),
  }
}

async function attemptsOf(deps: HandlerDeps, taskId: TaskId): Promise<AttemptView[]> {
  const attempts = await getHome(deps).store.attempts(taskId)
  return attempts.map((attempt) => toAttemptView(attempt, (peer) => deps.peers.runnerName(peer)))
}

/** @returns undefined when nothing of what is asked for may be seen */
function filterOf(input: Input<'p2p_taskqueue_list_tasks'>, caller: Caller): TaskFilter | undefined {
  const types = (input.task_types ?? []).map(canonicalTaskType)
  const statuses = [...(input.status === undefined ? [] : [input.status]), ...(input.statuses ?? [])]
  // Others' tasks are for administrators.
  const submitter = caller.access.has('admin') ? input.submitter : caller.principal
  if (input.submitter !== undefined && input.submitter !== submitter) return undefined
  return {
    ...(statuses.length === 0 ? {} : { statuses }),
    ...(types.length === 0 ? {} : { types }),
    ...(input.workflow_id === undefined ? {} : { workflowId: input.workflow_id }),
    ...(input.tag === undefined ? {} : { tag: input.tag }),
    ...(submitter === undefined ? {} : { submitter }),
    ...(input.worker_id === undefined ? {} : { worker: input.worker_id as PeerId }),
  }
}

async function statusOf(
  { home, mesh, peering, version, executorStatus }: HandlerDeps,
  detail: boolean,
): Promise<Output<'p2p_taskqueue_status'>> {
  const counts = await home?.store.counts()
  return {
    peer_id: mesh.self,
    ...(home === undefined ? {} : { home_id: home.store.homeId }),
    version,
    queued: counts?.byStatus.queued ?? 0,
    running: counts?.byStatus.running ?? 0,
    completed: counts?.byStatus.completed ?? 0,
    failed: counts?.byStatus.failed ?? 0,
    cancelled: counts?.byStatus.cancelled ?? 0,
    ...(counts === undefined ? {} : { suspect: counts.suspect }),
    parked_claims: home?.parkedClaims ?? 0,
    connected_peers: mesh.peers().length,
    ...(counts?.oldestReadyAt === undefined ? {} : { oldest_ready_at: counts.oldestReadyAt }),
    ...(detail && counts !== undefined
      ? {
          queued_by_phase: { ...counts.queuedByPhase },
          queued_by_type: { ...counts.queuedByType },
          running_by_type: { ...counts.runningByType },
        }
      : {}),
    ...(detail
      ? {
          executor: { ...executorStatus() },
          capabilities: await peering.capabilities.own(),
          discovery: peering.sources.list().map((way) => ({ ...way })),
          rejected: peering.rejections.list(),
        }
      : {}),
  }
}

/** One line for people of what happened to a task. */
/** What a caller needs to render it itself: the phase, and how much of a pull or build is done where that is known. */
function progressOf(event: AnyEvent, taskId: string): Pick<ProgressNote, 'fraction' | 'data'> {
  if (event.name !== 'task.progressed') return { data: { task_id: taskId } }
  const { phase, fraction } = event.progress
  return { ...(fraction === undefined ? {} : { fraction }), data: { task_id: taskId, phase } }
}

function describe(event: AnyEvent, name: (peer: string) => string): string | undefined {
  switch (event.name) {
    case 'task.claimed':
      return `claimed by ${name(event.worker)}, attempt ${String(event.attempt)}`
    case 'task.progressed':
      return `${event.progress.phase} on ${name(event.worker)}${event.progress.message === '' ? '' : `: ${event.progress.message}`}`
    case 'task.retried':
      return `failed (${event.reason}), queued again`
    case 'task.suspected':
      return 'its worker has not been heard of since its lease ended'
    case 'task.released':
      return `given back by ${name(event.worker)}`
    case 'task.cancel_requested':
      return 'cancel requested'
    case 'task.settled':
      return `${event.status}${event.reason === undefined ? '' : ` (${event.reason})`}`
    default:
      return undefined
  }
}
