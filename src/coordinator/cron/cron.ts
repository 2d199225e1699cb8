/**
 * The schedules of a home. Each instant makes at most one task, whatever restarts between: the store knows which fired.
 * After downtime only the latest instant that was missed fires, so that a week of silence is not followed by a flood.
 *
 * One thing at a time: firing and changing a schedule wait for each other, so none works on what the other has replaced.
 */
import { isContainerType } from '../../core/container-task.ts'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { MINUTE, SECOND } from '../../core/lease.ts'
import type { Clock, Logger, Startable } from '../../core/ports/clock.ts'
import type { CronEntry, NewTask } from '../../core/ports/task-store.ts'
import type { Home } from '../home.ts'
import { parseSchedule } from './schedule.ts'

export interface CronDeps {
  readonly home: Home
  readonly clock: Clock
  readonly log: Logger
  /** Signs a container task from now on. */
  /** What its names mean when it fires. */
  readonly pin: (task: NewTask) => Promise<NewTask>
  readonly seal: (task: NewTask, now: number) => Promise<string>
}

export interface NewSchedule {
  readonly name: string
  readonly expression: string
  readonly timeZone: string
  readonly paused: boolean
  readonly task: NewTask
}

/** Wall clocks are set now and then, so none is trusted for longer than this. */
const LONGEST_NAP_MS = MINUTE
/** After a schedule could not fire, such as with a full queue. */
const RETRY_MS = 10 * SECOND
const MOST_SCHEDULES = 1_000

export class CronSchedules implements Startable {
  readonly #deps: CronDeps
  #running = false
  #stopTimer: () => void = () => undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(deps: CronDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    if (!this.#running) {
      this.#running = true
      this.#wakeAfter(0)
    }
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#stopTimer()
    await this.#last
  }

  list(): Promise<readonly CronEntry[]> {
    return this.#deps.home.store.listCron()
  }

  /** @throws RunnerMeshError bad_request, quota_exceeded */
  save({ name, expression, timeZone, paused, task }: NewSchedule): Promise<CronEntry> {
    return this.#change(async (entries) => {
      const nextAt = parseSchedule(expression, timeZone).next(this.#deps.clock.now())
      if (entries.length >= MOST_SCHEDULES && entries.every((entry) => entry.name !== name)) {
        throw new RunnerMeshError(
          'quota_exceeded',
          `This home keeps ${String(MOST_SCHEDULES)} schedules, its limit. Remove one with p2p_taskqueue_cron_remove.`,
        )
      }
      // It is signed when it fires: a signature has its time.
      const { envelope: _envelope, ...template } = task
      const entry = { name, expression, timeZone, template, nextAt, paused }
      await this.#deps.home.store.saveCron(entry)
      return entry
    })
  }

  remove(name: string): Promise<boolean> {
    return this.#change(() => this.#deps.home.store.removeCron(name))
  }

  /** Resumed, it goes on with the next instant from now. @throws RunnerMeshError bad_request */
  pause(name: string, paused: boolean): Promise<CronEntry> {
    return this.#change(async (entries) => {
      const entry = entries.find((one) => one.name === name)
      if (entry === undefined) {
        throw new RunnerMeshError(
          'bad_request',
          `There is no schedule ${JSON.stringify(name)}. p2p_taskqueue_cron_list names them.`,
        )
      }
      if (entry.paused === paused) return entry
      const { expression, timeZone } = entry
      const nextAt = paused ? entry.nextAt : parseSchedule(expression, timeZone).next(this.#deps.clock.now())
      const changed = { ...entry, paused, nextAt }
      await this.#deps.home.store.saveCron(changed)
      return changed
    })
  }

  async #change<T>(change: (entries: readonly CronEntry[]) => Promise<T>): Promise<T> {
    const changed = await this.#alone(async () => change(await this.list()))
    if (this.#running) this.#wakeAfter(0)
    return changed
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }

  #wakeAfter(ms: number): void {
    this.#stopTimer()
    this.#stopTimer = this.#deps.clock.after(ms, () => {
      void this.#alone(() => this.#tick()).then((nextMs) => {
        if (this.#running) this.#wakeAfter(nextMs)
      })
    })
  }

  /** Fires what is due. @returns when to look again, milliseconds from now */
  async #tick(): Promise<number> {
    const { clock, log } = this.#deps
    try {
      const fired = await Promise.all(
        (await this.list()).filter(({ paused }) => !paused).map((entry) => this.#fire(entry)),
      )
      return Math.max(0, Math.min(LONGEST_NAP_MS, ...fired.map((at) => at - clock.now())))
    } catch (error) {
      log.error('cron.failed', { error: errorText(error) })
      return RETRY_MS
    }
  }

  /** @returns when this schedule is to be looked at again */
  async #fire({ name, expression, timeZone, template: saved, nextAt }: CronEntry): Promise<number> {
    const { home, clock, log, pin, seal } = this.#deps
    const now = clock.now()
    if (nextAt > now) return nextAt
    try {
      const schedule = parseSchedule(expression, timeZone)
      const scheduledAt = Math.max(nextAt, schedule.latest(now) ?? nextAt)
      const then = schedule.next(now)
      const template = await pin(saved)
      const envelope = isContainerType(template.type) ? await seal(template, now) : undefined
      const fired = await home.fireCron(name, { scheduledAt, nextAt: then, template, envelope })
      log.info('cron.fired', {
        name,
        taskId: fired?.id,
        scheduledAt,
        lateMs: now - scheduledAt,
        missed: scheduledAt > nextAt,
      })
      return then
    } catch (error) {
      log.error('cron.not_fired', { name, error: errorText(error) })
      return now + RETRY_MS
    }
  }
}
