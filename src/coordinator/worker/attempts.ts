/**
 * The attempts a worker has begun: each runs while its lease is kept, and its end goes to the outbox. An attempt whose lease
 * is lost is dropped, one that is stopped with the worker is given back.
 */
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { getTaskIdParts, type Fence, type HomeId, type TaskId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import type { GrantView } from '../../core/operations/views.ts'
import type { StopCause } from '../../core/ports/executor.ts'
import type { OperationsLink } from '../../core/ports/link.ts'
import type { CheckedGrant, RunnerObserver } from '../../core/ports/task-runner.ts'
import type { AttemptEnd } from '../../core/ports/work-journal.ts'
import { TimeLimit } from '../../core/time-limit.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import { Outbox } from './outbox.ts'
import type { RunAttempt, WorkerDeps } from './worker-deps.ts'

/** A worker that stops waits no longer for a home that was cut off and is not known to be. */
const RELEASE_MS = 5 * SECOND

export class Attempts {
  readonly #deps: WorkerDeps
  readonly #keeper: LeaseKeeper
  readonly #outbox: Outbox
  readonly #running = new Map<string, { readonly controller: AbortController; readonly done: Promise<void> }>()

  constructor(deps: WorkerDeps) {
    this.#deps = deps
    this.#keeper = new LeaseKeeper(deps)
    this.#outbox = new Outbox(deps)
  }

  get count(): number {
    return this.#running.size
  }

  renewSoon(home: HomeId): void {
    this.#keeper.renewSoon(home)
  }

  /** Tells the homes what a former process has ended and not told. */
  async deliverLeft(): Promise<void> {
    for (const { grant, end } of await this.#deps.journal.entries())
      if (end !== undefined) this.#outbox.deliver(grant, end)
  }

  /** Ends all of them, and gives their ends `graceMs` to be told. */
  async stop(graceMs: number): Promise<void> {
    for (const { controller } of this.#running.values()) controller.abort('stopping' satisfies StopCause)
    await Promise.all([...this.#running.values()].map((attempt) => attempt.done))
    await this.#outbox.stop(graceMs)
  }

  /** @param place gives back the room it was promised, called when its work is over */
  begin(checked: CheckedGrant, place: () => void, run: RunAttempt): void {
    const controller = new AbortController()
    const { grant } = checked
    const key = `${grant.task_id} ${String(grant.fence)}`
    const done = this.#work(checked, controller, run)
      .catch((error: unknown) => {
        this.#deps.log.error('attempt.failed', { taskId: grant.task_id, error: errorText(error) })
      })
      .finally(() => {
        this.#running.delete(key)
        place()
      })
    this.#running.set(key, { controller, done })
  }

  /**
   * An attempt of a former process that left nothing to take up. It may have had effects, so only an idempotent task goes
   * back to the queue; any other has failed.
   */
  async giveUp(grant: GrantView, error: string): Promise<void> {
    const [taskId, fence] = [grant.task_id as TaskId, grant.fence as Fence]
    if (!grant.idempotent) {
      await this.#outbox.post(grant, { status: 'failed', reason: 'worker_lost', error })
      return
    }
    await this.#deps.journal.forget(taskId, fence)
    const { home } = getTaskIdParts(taskId)
    const release = (link: OperationsLink): void => {
      if (!link.homes.includes(home)) return
      unsubscribe()
      void this.#tellReleased(link, taskId, fence)
    }
    const unsubscribe = this.#deps.links.onAdded(release)
    for (const link of this.#deps.links.all()) release(link)
  }

  async #work(checked: CheckedGrant, controller: AbortController, run: RunAttempt): Promise<void> {
    const { log, journal, clock } = this.#deps
    const { grant } = checked
    const [taskId, fence] = [grant.task_id as TaskId, grant.fence as Fence]
    const stop = (cause: StopCause): void => {
      if (!controller.signal.aborted) controller.abort(cause)
    }
    const kept = this.#keeper.keep(getTaskIdParts(taskId).home, grant, stop)
    log.info('attempt.started', { taskId, fence, attempt: grant.attempt })
    const startedAt = clock.mono()
    let end: AttemptEnd
    try {
      const observer: RunnerObserver = {
        progress: (phase, message, logBytes, fraction) => {
          kept.progress({
            phase,
            message: message.slice(0, 200),
            log_bytes: logBytes,
            ...(fraction === undefined ? {} : { fraction }),
          })
        },
      }
      end = await run(checked, observer, controller.signal)
    } catch (error) {
      kept.end()
      log.warn('attempt.not_run', { taskId, fence, error: errorText(error) })
      if (!(error instanceof RunnerMeshError) || error.code !== 'executor_unavailable') throw error
      // A container that may be running still is not ours to give away: that is for the end of its lease.
      if (error.details['started'] !== true) await this.#release(taskId, fence)
      return
    }
    kept.end()
    const cause = causeOf(controller.signal)
    const durationMs = Math.round(clock.mono() - startedAt)
    log.info('attempt.ended', { taskId, fence, status: end.status, reason: end.reason, ms: durationMs, cause })
    this.#deps.onWorked?.({ grant, end, durationMs })
    if (end.status !== 'completed' && cause === 'lease_lost') {
      await journal.forget(taskId, fence)
      return
    }
    if (end.status !== 'completed' && cause === 'stopping') {
      await this.#release(taskId, fence)
      return
    }
    await this.#outbox.post(grant, end)
  }

  /** Gives back what this worker began but did not end. */
  async #release(taskId: TaskId, fence: Fence): Promise<void> {
    const link = this.#deps.links.findByHome(getTaskIdParts(taskId).home)
    if (link !== undefined) await this.#tellReleased(link, taskId, fence)
    await this.#deps.journal.forget(taskId, fence)
  }

  /** A home that cannot be told, or does not answer in time, learns it when the lease ends. */
  async #tellReleased(link: OperationsLink, taskId: TaskId, fence: Fence): Promise<void> {
    const { clock, log } = this.#deps
    using limit = new TimeLimit(clock, RELEASE_MS, 'no answer within 5 s')
    try {
      await link.call('p2p_taskqueue_release', { task_id: taskId, fence }, { signal: limit.signal })
    } catch (error) {
      log.warn('grant.release_failed', { taskId, error: errorText(error) })
    }
  }
}

function causeOf(signal: AbortSignal): StopCause | undefined {
  return signal.aborted ? (signal.reason as StopCause) : undefined
}
