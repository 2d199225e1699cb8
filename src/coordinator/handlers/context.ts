/** What every handler works with, and the one rule of who sees which task. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { Events } from '../../core/events.ts'
import { findTaskIdParts, type PeerId, type TaskId } from '../../core/ids.ts'
import type { LeaseSettings } from '../../core/lease.ts'
import type { Caller } from '../../core/operations/operation.ts'
import type { TaskView } from '../../core/operations/views.ts'
import type { Clock, Random } from '../../core/ports/clock.ts'
import type { CallableTools } from '../../core/ports/peer-tools.ts'
import type { TaskPins } from '../../core/ports/task-pins.ts'
import type { DiscoveryView } from '../../core/ports/discovery.ts'
import type { Mesh } from '../../core/ports/mesh.ts'
import type { Task } from '../../core/task.ts'
import type { MeshCache } from '../cache/mesh-cache.ts'
import type { CronSchedules } from '../cron/cron.ts'
import type { Home } from '../home.ts'
import type { HomeOutputs } from '../home-outputs.ts'
import type { PeerBook } from '../peer-book.ts'
import type { Peering } from '../peering.ts'
import type { StalledWorkers } from '../stalled-workers.ts'
import type { ClaimGate } from '../worker/claim-gate.ts'
import type { SubmissionDeps, SubmissionSettings } from '../submission.ts'
import { toTaskView } from '../task-view.ts'

export interface HandlerDeps {
  /** Undefined on a peer that only works. */
  readonly home: Home | undefined
  /** Set with the home. */
  readonly cron: CronSchedules | undefined
  /** What the home keeps of its tasks' logs and artifacts. */
  readonly outputs?: HomeOutputs | undefined
  readonly cache: MeshCache
  readonly mesh: Mesh
  readonly peers: PeerBook
  readonly peering: Peering
  /** Set with the home: which workers get no work for now. */
  readonly stalled?: StalledWorkers | undefined
  readonly events: Events
  readonly clock: Clock
  readonly random: Random
  readonly lease: LeaseSettings
  readonly submission: SubmissionSettings
  /** How deep tasks of tasks may stand, as the host policy says now. */
  readonly loopDepth?: () => number
  readonly pins: TaskPins
  readonly version: string
  /** Set on a peer that works. */
  readonly claims?: ClaimGate | undefined
  /** How this peer finds others; unset where it does not look. */
  readonly waysOfDiscovery?: () => readonly DiscoveryView[]
  /** What may be called of other peers' tools. */
  readonly callableTools?: CallableTools | undefined
  /** What this peer's own executor can do, for its status. */
  readonly executorStatus: () => Readonly<Record<string, string | number | boolean>>
}

/** @throws RunnerMeshError peer_not_allowed on a peer that keeps no queue */
export function getHome({ home }: Pick<HandlerDeps, 'home'>): Home {
  if (home !== undefined) return home
  throw new RunnerMeshError(
    'peer_not_allowed',
    'This peer only works and keeps no queue. Ask a peer that was started with: runner-mesh up',
  )
}

/** What it takes to make a task of a submit. */
export function submissionOf({ mesh, clock, random, submission, loopDepth }: HandlerDeps): SubmissionDeps {
  const guard = loopDepth === undefined ? {} : { loopDepth }
  return { signer: mesh.signer, meshIds: mesh.meshIds, clock, random, settings: submission, ...guard }
}

/**
 * A foreign task answers as an unknown one does: ids are names, not capabilities.
 * @throws RunnerMeshError task_not_found
 */
export async function getVisibleTask(deps: HandlerDeps, id: string, caller: Caller): Promise<Task> {
  const home = getHome(deps)
  const task = findTaskIdParts(id) === undefined ? undefined : await home.store.find(id as TaskId)
  if (task !== undefined && canSee(caller, task)) return task
  throw new RunnerMeshError(
    'task_not_found',
    `No task ${JSON.stringify(id.slice(0, 80))} here. Task ids come from a submit or from listing tasks.`,
  )
}

export function viewOf({ peers }: Pick<HandlerDeps, 'peers'>, task: Task, bodies = true): TaskView {
  return toTaskView(task, { bodies, runnerName: (peer) => peers.runnerName(peer) })
}

/** A mesh peer is its own id; any other worker is named after its principal, so nobody speaks for another. */
export function workerOf(caller: Caller, name: string | undefined): PeerId {
  if (caller.peer !== undefined) return caller.peer
  return (name === undefined || name === '' ? caller.principal : `${caller.principal}/${name}`) as PeerId
}

/** Whether a worker is this caller, or goes by a name of its principal. */
export function isHolder(caller: Caller, worker: PeerId): boolean {
  if (caller.peer !== undefined) return worker === caller.peer
  return worker === caller.principal || worker.startsWith(`${caller.principal}/`)
}

function canSee(caller: Caller, task: Task): boolean {
  return (
    caller.access.has('admin') ||
    task.submitter === caller.principal ||
    (task.worker !== undefined && isHolder(caller, task.worker))
  )
}
