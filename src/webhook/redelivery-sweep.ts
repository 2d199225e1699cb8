/**
 * Asks GitHub for deliveries to this peer that failed, and to send them again: GitHub does so only when asked, and for
 * three days. A redelivery has the id of the first, so one that came through meanwhile is known and changes nothing.
 * @see https://docs.github.com/en/webhooks/using-webhooks/automatically-redelivering-failed-deliveries-for-a-repository-webhook
 */
import { errorText, RunnerMeshError, toRunnerMeshError } from '../core/errors.ts'
import { DAY, SECOND } from '../core/lease.ts'
import type { Clock, Logger, Startable } from '../core/ports/clock.ts'
import type { DeliveryInbox } from '../core/ports/delivery-inbox.ts'
import type { HookDelivery, RepositoryDesk } from '../core/ports/repository-desk.ts'

export interface RedeliverySweepDeps {
  readonly inbox: Pick<DeliveryInbox, 'knows'>
  readonly desk: RepositoryDesk
  readonly repositories: readonly string[]
  /** Where GitHub reaches this peer's listener. */
  readonly url: string
  readonly everyMs: number
  readonly clock: Clock
  readonly log: Logger
}

/** How long GitHub knows a delivery. */
const KEPT_MS = 3 * DAY
/** How often one delivery is asked for. */
const MOST_ATTEMPTS = 4
/** Statuses by which we said that we do not want it. */
const UNWANTED: ReadonlySet<number> = new Set([400, 404, 413, 415])

export class RedeliverySweep implements Startable {
  readonly #deps: RedeliverySweepDeps
  #stopping = new AbortController()
  #running: Promise<void> | undefined
  #stopTimer: () => void = () => undefined

  constructor(deps: RedeliverySweepDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    this.#stopping = new AbortController()
    this.#plan(SECOND)
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new RunnerMeshError('stopping', 'This peer is stopping.'))
    this.#stopTimer()
    await this.#running
  }

  /** Once over all repositories. @returns how many deliveries GitHub was asked for */
  async sweep(): Promise<number> {
    const { desk, repositories, url, clock, log } = this.#deps
    const since = clock.now() - KEPT_MS
    const signal = this.#stopping.signal
    let asked = 0
    for (const repository of repositories) {
      try {
        const ours = (await desk.hooks(repository, signal)).filter((hook) => hook.active && hook.url === url)
        for (const { id } of ours) {
          for (const missed of this.#missed(await desk.hookDeliveries(repository, id, since, signal))) {
            await desk.redeliver(repository, id, missed.id, signal)
            asked += 1
          }
        }
      } catch (thrown) {
        if (signal.aborted) return asked
        const { code } = toRunnerMeshError(thrown)
        log.warn('webhook.sweep_failed', { repository, code, error: errorText(thrown) })
      }
    }
    if (asked > 0) log.info('webhook.redelivery_asked', { deliveries: asked })
    return asked
  }

  /** The last attempt of each delivery that never came through. */
  #missed(deliveries: readonly HookDelivery[]): readonly HookDelivery[] {
    const { inbox, clock } = this.#deps
    return [...Map.groupBy(deliveries, ({ guid }) => guid).values()].flatMap((attempts) => {
      const [last] = attempts.toSorted((a, b) => b.deliveredAt - a.deliveredAt)
      if (last === undefined || inbox.knows(last.guid) || attempts.some(({ isSuccess }) => isSuccess)) return []
      if (attempts.length >= MOST_ATTEMPTS || UNWANTED.has(last.statusCode)) return []
      return clock.now() - last.deliveredAt > KEPT_MS ? [] : [last]
    })
  }

  #plan(waitMs: number): void {
    this.#stopTimer = this.#deps.clock.after(waitMs, () => {
      this.#running = this.sweep().then(() => {
        if (!this.#stopping.signal.aborted) this.#plan(this.#deps.everyMs)
      })
    })
  }
}
