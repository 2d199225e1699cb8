/**
 * External tasks: they stand in the queue like any other, and only whoever submitted them may take them, executes them
 * outside the mesh and says when they are done. They go by the submitter's own id within a workflow.
 *
 *   queued ──next──▶ running ──complete──▶ completed
 *     ▲                 │
 *     └── lease ended ──┘     the last holder may still complete it
 */
import { RunnerMeshError } from '../../core/errors.ts'
import { findTaskIdParts, type PeerId, type TaskId } from '../../core/ids.ts'
import { HOUR } from '../../core/lease.ts'
import type { Grant, NewTask } from '../../core/ports/task-store.ts'
import { isTerminal, type Task, type TaskStatus } from '../../core/task.ts'
import type { Home } from '../home.ts'

export const EXTERNAL_TYPE = 'workflow.external'

/** Nobody renews between two questions of an agent, so a lease is long. */
const EXTERNAL_LEASE_MS = HOUR
/** Tasks of one submitter that are looked through for an id without its workflow, newest first. */
const MOST_SEARCHED = 1000

/** The id that the submitter gave it. */
export function ownId({ payload, id }: Pick<Task, 'payload' | 'id'>): string {
  const own = payload['task_id']
  return typeof own === 'string' ? own : id
}

/** @param worker the submitter, as it is named when it claims */
export function toExternal(task: NewTask, alias: string, worker: PeerId): NewTask {
  return { ...task, alias, requirements: { ...task.requirements, peers: [worker] } }
}

export class ExternalTasks {
  readonly #home: Home
  readonly #submitter: string
  readonly #worker: PeerId

  constructor(home: Home, { principal, worker }: { readonly principal: string; readonly worker: PeerId }) {
    this.#home = home
    this.#submitter = principal
    this.#worker = worker
  }

  /** Leases the next one, and renews those held. @returns undefined when none is waiting */
  async next(requestId: string, signal: AbortSignal): Promise<Grant | undefined> {
    await this.renew()
    const any = Number.MAX_SAFE_INTEGER
    const [grant] = await this.#home.claim(
      {
        worker: this.#worker,
        requestId,
        offer: {
          ...{ peer: this.#worker, taskTypes: [EXTERNAL_TYPE], labels: [], os: '', arch: '' },
          ...{ cpus: any, memoryBytes: any, diskBytes: any, gpus: any, trust: 'untrusted' },
          policy: { digest: 'external', profile: 'strict', networks: ['none'] },
        },
        max: 1,
        waitMs: 0,
        leaseMs: EXTERNAL_LEASE_MS,
      },
      signal,
    )
    return grant
  }

  /** A full lease from now for all that is held. */
  async renew(): Promise<void> {
    const held = await this.#list(['running'])
    const renewals = held.flatMap(({ id: taskId, fence }) => (fence === undefined ? [] : [{ taskId, fence }]))
    if (renewals.length > 0) await this.#home.renew(renewals, this.#worker)
  }

  /**
   * @returns the completed task, and whether this call completed it
   * @throws RunnerMeshError task_not_found, invalid_transition, bad_request when two workflows use the id
   */
  async complete(
    id: string,
    workflowId: string | undefined,
  ): Promise<{ readonly task: Task; readonly isNew: boolean }> {
    const task = await this.#find(id, workflowId)
    if (task === undefined) {
      throw new RunnerMeshError(
        'task_not_found',
        `You have no external task ${JSON.stringify(id.slice(0, 80))} here. Submit it with p2p_submit_task.`,
      )
    }
    if (task.status === 'completed') return { task, isNew: false }
    const { fence } = task
    const ends =
      fence === undefined || isTerminal(task.status) ? [] : [{ taskId: task.id, fence, status: 'completed' } as const]
    const [settled] = ends.length === 0 ? [] : await this.#home.settle(ends)
    if (settled?.outcome === 'settled') return { task, isNew: true }
    throw new RunnerMeshError(
      'invalid_transition',
      isTerminal(task.status)
        ? `Task ${task.id} has ended: ${task.status}. It cannot be completed any more.`
        : `Task ${task.id} is ${task.status} and not held by you. Take it with p2p_get_next_task first.`,
    )
  }

  async #find(id: string, workflowId: string | undefined): Promise<Task | undefined> {
    const { store } = this.#home
    if (workflowId !== undefined) {
      const task = await store.findByAlias(this.#submitter, workflowId, id)
      return task?.type === EXTERNAL_TYPE ? task : undefined
    }
    if (findTaskIdParts(id) !== undefined) {
      const task = await store.find(id as TaskId)
      if (task?.type === EXTERNAL_TYPE && task.submitter === this.#submitter) return task
    }
    for (const statuses of [['running'], ['queued'], ['completed', 'failed', 'cancelled']] as const) {
      const named = (await this.#list(statuses)).filter((task) => ownId(task) === id)
      if (named.length > 1) {
        const workflows = named.map((task) => task.workflowId ?? '').slice(0, 8)
        throw new RunnerMeshError(
          'bad_request',
          `workflow_id: needed, because ${String(named.length)} workflows have a task ${JSON.stringify(id.slice(0, 80))}: ${workflows.join(', ')}.`,
        )
      }
      if (named[0] !== undefined) return named[0]
    }
    return undefined
  }

  async #list(statuses: readonly TaskStatus[]): Promise<readonly Task[]> {
    const filter = { statuses, types: [EXTERNAL_TYPE], submitter: this.#submitter }
    return (await this.#home.store.list(filter, MOST_SEARCHED)).tasks
  }
}
