/**
 * What rules have by the clock. An instant that falls due becomes a delivery of its own, under an id that names repository,
 * schedule and instant: so each makes its tasks once, whatever restarts between. After downtime only the latest instant of
 * a schedule counts.
 */
import { createHash } from 'node:crypto'
import { parseSchedule } from '../coordinator/cron/schedule.ts'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import { MINUTE } from '../core/lease.ts'
import type { Clock, Logger, Startable } from '../core/ports/clock.ts'
import type { DeliveryInbox } from '../core/ports/delivery-inbox.ts'
import type { RepositoryDesk } from '../core/ports/repository-desk.ts'
import type { Rules } from './rules/rules-schema.ts'

export interface SchedulesDeps {
  readonly inbox: Pick<DeliveryInbox, 'accept' | 'note' | 'keepNote'>
  /** Unset without a token for GitHub. */
  readonly desk: Pick<RepositoryDesk, 'defaultBranchOf'> | undefined
  /** Those that are named in full: of others it is not known that they exist. */
  readonly repositories: readonly string[]
  readonly rulesOf: (repository: string, ref: string | undefined, signal: AbortSignal) => Promise<Rules | undefined>
  readonly clock: Clock
  readonly log: Logger
  /** A delivery was put into the inbox. */
  readonly onAccepted: () => void
}

type Schedule = NonNullable<Rules['rules'][string]['on']['schedule']>[number]

interface Known {
  readonly schedules: readonly Schedule[]
  readonly defaultBranch: string
  readonly readAt: number
}

/** How soon a change of the rules counts. */
const REREAD_MS = 5 * MINUTE
/** Wall clocks are set now and then, so none is trusted for longer than this. */
const LONGEST_NAP_MS = MINUTE
const EVENT = 'schedule'

export class Schedules implements Startable {
  readonly #deps: SchedulesDeps
  readonly #known = new Map<string, Known>()
  #stopping = new AbortController()
  #stopTimer: () => void = () => undefined
  #running: Promise<void> | undefined

  constructor(deps: SchedulesDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    this.#stopping = new AbortController()
    this.#lookAfter(0)
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new RunnerMeshError('stopping', 'This peer is stopping.'))
    this.#stopTimer()
    await this.#running
  }

  #lookAfter(ms: number): void {
    this.#stopTimer = this.#deps.clock.after(ms, () => {
      this.#running = this.#look().then((nextMs) => {
        if (!this.#stopping.signal.aborted) this.#lookAfter(nextMs)
      })
    })
  }

  /** @returns when to look again, milliseconds from now */
  async #look(): Promise<number> {
    const { repositories, clock, log } = this.#deps
    let napMs = LONGEST_NAP_MS
    for (const repository of repositories) {
      try {
        const nextAt = await this.#fire(repository)
        napMs = Math.min(napMs, Math.max(0, nextAt - clock.now()))
      } catch (thrown) {
        if (this.#stopping.signal.aborted) return napMs
        log.warn('webhook.schedule_failed', { repository, error: errorText(thrown) })
      }
    }
    return napMs
  }

  /** @returns when the next schedule of this repository falls due */
  async #fire(repository: string): Promise<number> {
    const { inbox, clock, log, onAccepted } = this.#deps
    const { schedules, defaultBranch } = await this.#schedulesOf(repository)
    const now = clock.now()
    const lookedAt = Number(inbox.note(noteOf(repository)) ?? now)
    const instants = schedules.map(({ cron, timezone }) => {
      const schedule = parseSchedule(cron, timezone)
      return { cron, timezone, due: schedule.latest(now), next: schedule.next(now) }
    })
    for (const { cron, timezone, due } of instants) {
      if (due === undefined || due <= lookedAt) continue
      const id = idOf(repository, { cron, timezone }, due)
      const place = { full_name: repository, default_branch: defaultBranch }
      const body = JSON.stringify({ repository: place, schedule: { cron, timezone, due_at: due } })
      if (!(await inbox.accept({ id, event: EVENT, repository, receivedAt: now, body }))) continue
      log.info('webhook.schedule_due', { repository, cron, timezone, due, lateMs: now - due })
      onAccepted()
    }
    // Only now: an instant that is told twice has the same id.
    await inbox.keepNote(noteOf(repository), String(Math.max(now, lookedAt)))
    return Math.min(...instants.map(({ next }) => next))
  }

  async #schedulesOf(repository: string): Promise<Known> {
    const { rulesOf, desk, clock, log } = this.#deps
    const before = this.#known.get(repository)
    if (before !== undefined && clock.mono() - before.readAt < REREAD_MS) return before
    const { signal } = this.#stopping
    try {
      const rules = await rulesOf(repository, undefined, signal)
      const all = Object.values(rules?.rules ?? {}).flatMap(({ on }) => on.schedule ?? [])
      const schedules = [...new Map(all.map((each) => [JSON.stringify(each), each])).values()]
      // Without a token the branch that git calls HEAD.
      const named = schedules.length > 0 ? await desk?.defaultBranchOf(repository, signal) : undefined
      const known = { schedules, defaultBranch: named ?? 'HEAD', readAt: clock.mono() }
      this.#known.set(repository, known)
      return known
    } catch (thrown) {
      if (before === undefined || signal.aborted) throw thrown
      // Those of before go on.
      log.warn('webhook.schedule_rules', { repository, error: errorText(thrown) })
      this.#known.set(repository, { ...before, readAt: clock.mono() })
      return before
    }
  }
}

function noteOf(repository: string): string {
  return `schedule ${repository.toLowerCase()}`
}

function idOf(repository: string, schedule: Schedule, due: number): string {
  const named = JSON.stringify([repository.toLowerCase(), schedule.cron, schedule.timezone])
  return `schedule-${createHash('sha256').update(named).digest('hex').slice(0, 16)}-${String(due)}`
}
