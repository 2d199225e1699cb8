/**
 * Removes the containers nobody follows: those of its own runner that stay unfollowed for a while (a restarted peer gets
 * its chance to adopt them first), and those of any runner whose deadline has passed, because their peer is dead. Live
 * containers of other peers on the host are never touched.
 */
import { errorText } from '../../core/errors.ts'
import type { Fence, TaskId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock, Logger, Startable } from '../../core/ports/clock.ts'
import { EngineContainer } from '../engine/engine-container.ts'
import type { Engine } from '../engine/engine.ts'
import { removeVolumes } from './task-volumes.ts'
import { listOurs, type OurContainer } from './our-containers.ts'

export interface ReaperDeps {
  readonly executor: {
    readonly runner: string
    readonly engine: Engine
    isFollowed(taskId: TaskId, fence: Fence): boolean
  }
  readonly clock: Clock
  readonly log: Logger
  readonly settings?: Partial<ReaperSettings>
}

export interface ReaperSettings {
  readonly everyMs: number
  /** How long a container of this runner may go unfollowed before it is an orphan. */
  readonly unfollowedMs: number
}

/** Together below the 90 s within which an orphan must be gone. */
const REAPER_DEFAULTS: ReaperSettings = { everyMs: 60 * SECOND, unfollowedMs: 25 * SECOND }

export interface Reaper extends Startable {
  /** @returns how many containers it removed. @throws RunnerMeshError executor_unavailable */
  sweep(): Promise<number>
}

export function createReaper(deps: ReaperDeps): Reaper {
  return new EngineReaper(deps, { ...REAPER_DEFAULTS, ...deps.settings })
}

class EngineReaper implements Reaper {
  readonly #deps: ReaperDeps
  readonly #settings: ReaperSettings
  /** Since when, on the monotonic clock, each unfollowed container of ours is known. */
  readonly #unfollowedSince = new Map<string, number>()
  #sweeping: Promise<unknown> = Promise.resolve()
  #stopTimer: (() => void) | undefined

  constructor(deps: ReaperDeps, settings: ReaperSettings) {
    this.#deps = deps
    this.#settings = settings
  }

  /** The first sweep is over when this resolves; without an engine there is nothing to sweep yet. */
  async start(): Promise<void> {
    if (this.#stopTimer !== undefined) return
    this.#stopTimer = () => undefined
    await this.#sweepAndGoOn()
  }

  async stop(): Promise<void> {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    await this.#sweeping
  }

  async sweep(): Promise<number> {
    const { clock, log } = this.#deps
    const orphans = this.#orphansOf(await listOurs(this.#deps.executor.engine))
    let removed = 0
    for (const { id, mark } of orphans) {
      // Between the listing and now somebody may have taken it up.
      if (this.#isFollowed({ mark })) continue
      try {
        await new EngineContainer(this.#deps.executor.engine, clock, id).remove()
        await removeVolumes(this.#deps.executor.engine, mark.taskId, mark.fence)
        removed += 1
        log.warn('container.reaped', { container: id.slice(0, 12), task: mark.taskId, runner: mark.runner })
      } catch (error) {
        log.warn('container.reap_failed', { container: id.slice(0, 12), why: errorText(error) })
      }
    }
    return removed
  }

  #orphansOf(all: readonly OurContainer[]): readonly OurContainer[] {
    const { clock, executor } = this.#deps
    const [wall, mono] = [clock.now(), clock.mono()]
    const unfollowed = all.filter((one) => !this.#isFollowed(one))
    const own = unfollowed.filter(({ mark }) => mark.runner === executor.runner)
    const known = new Set(own.map(({ id }) => id))
    for (const id of this.#unfollowedSince.keys()) if (!known.has(id)) this.#unfollowedSince.delete(id)
    for (const { id } of own) if (!this.#unfollowedSince.has(id)) this.#unfollowedSince.set(id, mono)
    const isOrphan = ({ id, mark }: OurContainer): boolean => {
      if (mark.deadline < wall) return true
      const since = this.#unfollowedSince.get(id)
      return since !== undefined && mono - since >= this.#settings.unfollowedMs
    }
    return unfollowed.filter(isOrphan)
  }

  #isFollowed({ mark }: Pick<OurContainer, 'mark'>): boolean {
    const { executor } = this.#deps
    return mark.runner === executor.runner && executor.isFollowed(mark.taskId, mark.fence)
  }

  async #sweepAndGoOn(): Promise<void> {
    const { clock, log } = this.#deps
    const sweep = this.sweep().catch((error: unknown) => {
      log.debug('reaper.sweep_failed', { why: errorText(error) })
    })
    this.#sweeping = sweep
    await sweep
    // Seen unfollowed for the first time: look again as soon as it may be removed, not a whole round later.
    const pauseMs = this.#unfollowedSince.size > 0 ? this.#settings.unfollowedMs : this.#settings.everyMs
    if (this.#stopTimer !== undefined) this.#stopTimer = clock.after(pauseMs, () => void this.#sweepAndGoOn())
  }
}
