/** What a home tells its listeners of its tasks: of each end exactly once, whichever step brought it about. */
import { errorText } from '../core/errors.ts'
import type { Events } from '../core/events.ts'
import type { TaskId } from '../core/ids.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { TaskStore } from '../core/ports/task-store.ts'
import { isTerminal, type Task } from '../core/task.ts'

export interface TaskNewsDeps {
  readonly store: Pick<TaskStore, 'find'>
  readonly events: Events
  readonly clock: Pick<Clock, 'now'>
  readonly log: Logger
}

export class TaskNews {
  readonly #deps: TaskNewsDeps
  readonly #onEnded: () => void
  /** Steps under way that may end more tasks than they name, and every task that changed since the first of them. */
  #ending = 0
  readonly #touched = new Set<TaskId>()

  /** @param onEnded told of each task that stopped running for good */
  constructor(deps: TaskNewsDeps, onEnded: () => void) {
    this.#deps = deps
    this.#onEnded = onEnded
  }

  /** The store changed a task. */
  changed(taskId: TaskId): void {
    if (this.#ending > 0) this.#touched.add(taskId)
  }

  /**
   * The end of one task fails those that need it, which no answer of the store names: so the tasks that changed meanwhile
   * are looked at, each once, however many such steps are under way.
   */
  async ends<T>(step: () => Promise<T>): Promise<T> {
    this.#ending += 1
    try {
      return await step()
    } finally {
      this.#ending -= 1
      const touched = [...this.#touched]
      this.#touched.clear()
      for (const taskId of touched) {
        const task = await this.#deps.store.find(taskId)
        if (task !== undefined && isTerminal(task.status) && task.reason === 'dependency') this.settled(task)
      }
    }
  }

  settled({ id, status, reason }: Task): void {
    if (!isTerminal(status)) return
    this.tell({ name: 'task.settled', taskId: id, status, ...(reason === undefined ? {} : { reason }) })
    this.#onEnded()
  }

  /** Another peer that serves this home changed a task: those who wait here are told where it stands now. */
  async heardElsewhere(taskId: TaskId): Promise<void> {
    try {
      const task = await this.#deps.store.find(taskId)
      if (task === undefined) return
      const { status, reason, worker, fence, attempt, progress } = task
      const elsewhere = true
      if (isTerminal(status)) {
        this.tell({ name: 'task.settled', taskId, status, ...(reason === undefined ? {} : { reason }), elsewhere })
        this.#onEnded()
      } else if (status === 'running' && worker !== undefined && fence !== undefined) {
        if (task.cancelRequested) this.tell({ name: 'task.cancel_requested', taskId, worker, elsewhere })
        if (progress === undefined) this.tell({ name: 'task.claimed', taskId, fence, worker, attempt, elsewhere })
        else this.tell({ name: 'task.progressed', taskId, worker, progress, elsewhere })
      }
    } catch (error) {
      this.#deps.log.warn('home.elsewhere_failed', { taskId, error: errorText(error) })
    }
  }

  tell(event: DistributiveOmit<Parameters<Events['emit']>[0], 'at'>): void {
    this.#deps.events.emit({ ...event, at: this.#deps.clock.now() })
  }
}

type DistributiveOmit<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never
