/**
 * Ended attempts on their way to the home that decides. An end is on disk before the home hears of it, and stays there
 * until the home has answered, so an hour of work survives an outage of the home and a restart of the worker.
 */
import { artifactsOf } from '../../core/artifact.ts'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import type { Fence, HomeId, TaskId } from '../../core/ids.ts'
import { getTaskIdParts } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import type { GrantView } from '../../core/operations/views.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import type { OperationsLink } from '../../core/ports/link.ts'
import type { AttemptEnd, WorkJournal } from '../../core/ports/work-journal.ts'
import type { Links } from '../links.ts'
import type { AttemptOutputs } from './attempt-outputs.ts'
import { SettlementReports } from './settlement-reports.ts'

export interface OutboxDeps {
  readonly journal: WorkJournal
  readonly links: Links
  readonly clock: Clock
  readonly log: Logger
  /** What an end names must be at home before the end is told. */
  readonly outputs?: Pick<AttemptOutputs, 'ensureAtHome'> | undefined
}

const RETRY_MS = { first: SECOND / 2, longest: 15 * SECOND } as const

export class Outbox {
  readonly #deps: OutboxDeps
  readonly #stopping = new AbortController()
  readonly #deliveries = new Set<Promise<void>>()
  readonly #reports = new WeakMap<OperationsLink, SettlementReports>()

  constructor(deps: OutboxDeps) {
    this.#deps = deps
  }

  /**
   * Resolves once the end is on disk; delivery goes on by itself. A disk that refuses it costs the end its safety against a
   * restart, not the task its result.
   */
  async post(grant: GrantView, end: AttemptEnd): Promise<void> {
    try {
      await this.#deps.journal.end(grant, end)
    } catch (error) {
      this.#deps.log.error('outbox.not_durable', { taskId: grant.task_id, error: errorText(error) })
    }
    this.deliver(grant, end)
  }

  /** Delivers an end that is on disk already, as after a restart. */
  deliver(grant: GrantView, end: AttemptEnd): void {
    const delivery = this.#deliver(grant, end)
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted)
          this.#deps.log.error('outbox.failed', { taskId: grant.task_id, error: errorText(error) })
      })
      .finally(() => this.#deliveries.delete(delivery))
    this.#deliveries.add(delivery)
  }

  /** Gives deliveries under way `graceMs` to be answered; the rest stay on disk for the next start. */
  async stop(graceMs: number): Promise<void> {
    const stopTimer = this.#deps.clock.after(graceMs, () => {
      this.#stopping.abort(new Error('stopping'))
    })
    await Promise.all(this.#deliveries)
    stopTimer()
    this.#stopping.abort(new Error('stopping'))
  }

  async #deliver(grant: GrantView, end: AttemptEnd): Promise<void> {
    const { log, journal } = this.#deps
    const [taskId, fence] = [grant.task_id as TaskId, grant.fence as Fence]
    const { signal } = this.#stopping
    const { home } = getTaskIdParts(taskId)
    const asked = new Set<OperationsLink>()
    for (let pauseMs: number = RETRY_MS.first; ;) {
      signal.throwIfAborted()
      const link = this.#deps.links.findByHome(home)
      try {
        const outcome = link === undefined ? undefined : await this.#tell(link, grant, end, signal)
        if (outcome !== undefined) {
          log.info('attempt.settled', { taskId, fence, status: end.status, outcome })
          await journal.forget(taskId, fence)
          return
        }
      } catch (error) {
        if (signal.aborted) throw error
        const definite = error instanceof RunnerMeshError && !error.retryable && error.code !== 'internal'
        log[definite ? 'error' : 'warn']('attempt.settle_refused', { taskId, fence, error: errorText(error) })
        if (definite) {
          await journal.forget(taskId, fence)
          return
        }
        if (link !== undefined) {
          asked.add(link)
          this.#deps.links.putLast(link)
        }
      }
      // Another peer that serves the home is told at once.
      const next = this.#deps.links.findByHome(home)
      if (next !== undefined && !asked.has(next)) continue
      asked.clear()
      await this.#pause(pauseMs, home)
      pauseMs = Math.min(pauseMs * 2, RETRY_MS.longest)
    }
  }

  async #tell(link: OperationsLink, grant: GrantView, end: AttemptEnd, signal: AbortSignal): Promise<string> {
    const key = { taskId: grant.task_id as TaskId, attempt: grant.attempt }
    await this.#deps.outputs?.ensureAtHome(key, artifactsOf(end.result), signal)
    let reports = this.#reports.get(link)
    if (reports === undefined) this.#reports.set(link, (reports = new SettlementReports(link, this.#stopping.signal)))
    const outcome = await reports.report(grant, end)
    signal.throwIfAborted()
    return outcome
  }

  /** Until it is time to try again, or the home's link is back. */
  async #pause(ms: number, home: HomeId): Promise<void> {
    const back = new AbortController()
    const stopListening = this.#deps.links.onAdded((link) => {
      if (link.homes.includes(home)) back.abort(new Error('back'))
    })
    await this.#deps.clock.sleep(ms, AbortSignal.any([back.signal, this.#stopping.signal])).catch(() => undefined)
    stopListening()
  }
}
