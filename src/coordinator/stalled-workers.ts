/**
 * Workers that take work and let its lease lapse. It happens to a good one whose machine was cut off; one to which it
 * happens again before it has ended any attempt gets no work for a while, longer each time, so that it cannot use up the
 * lost-runner budget of every task there is. One ended attempt clears its name.
 */
import type { Events } from '../core/events.ts'
import type { Fence, PeerId, TaskId } from '../core/ids.ts'
import { MINUTE } from '../core/lease.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { Rejections } from '../core/rejections.ts'

export interface StalledWorkersDeps {
  readonly events: Events
  readonly clock: Clock
  readonly log: Logger
  readonly rejections: Rejections
  /** Lapses within one lease count as one: a lost machine loses all it has at once. */
  readonly leaseMs: number
}

interface Lapses {
  readonly count: number
  /** Monotonic. */
  readonly lastAt: number
  readonly heldUntil: number
}

const LONGEST_HOLD_MS = 10 * MINUTE
/** Forgiven without consequence. */
const FREE_LAPSES = 1
const MOST_KEPT = 2000

export class StalledWorkers {
  readonly #deps: StalledWorkersDeps
  readonly #holders = new Map<TaskId, { readonly worker: PeerId; readonly fence: Fence }>()
  readonly #lapses = new Map<PeerId, Lapses>()

  constructor(deps: StalledWorkersDeps) {
    this.#deps = deps
    deps.events.listen((event) => {
      switch (event.name) {
        case 'task.claimed': {
          const { taskId, worker, fence } = event
          const before = this.#holders.get(taskId)
          // The same grant is told again when a claim is repeated.
          if (before !== undefined && before.fence !== fence) this.#lapsed(before.worker)
          this.#holders.set(taskId, { worker, fence })
          break
        }
        case 'task.suspected':
          this.#gone(event.taskId, true)
          break
        case 'task.settled':
          this.#gone(event.taskId, event.reason === 'worker_lost')
          break
        case 'task.retried':
          this.#gone(event.taskId, false)
          break
        case 'task.released':
          this.#holders.delete(event.taskId)
          break
        default:
          break
      }
    })
  }

  /**
   * Keeps a claim of a stalled worker waiting for as long as it would have been parked, so that it does not ask without
   * pause.
   * @returns whether the claim is to be answered without grants
   */
  async holdsBack(worker: PeerId, waitMs: number, signal: AbortSignal): Promise<boolean> {
    const { clock, rejections } = this.#deps
    const leftMs = (this.#lapses.get(worker)?.heldUntil ?? 0) - clock.mono()
    if (leftMs <= 0) return false
    rejections.count('stalled_worker')
    if (waitMs > 0) await clock.sleep(Math.min(waitMs, leftMs), signal).catch(() => undefined)
    return true
  }

  #gone(taskId: TaskId, isLapsed: boolean): void {
    const holder = this.#holders.get(taskId)
    this.#holders.delete(taskId)
    if (holder === undefined) return
    if (isLapsed) this.#lapsed(holder.worker)
    else this.#lapses.delete(holder.worker)
  }

  #lapsed(worker: PeerId): void {
    const { clock, log, leaseMs } = this.#deps
    const before = this.#lapses.get(worker)
    const now = clock.mono()
    if (before !== undefined && now - before.lastAt < leaseMs) return
    const count = (before?.count ?? 0) + 1
    const over = count - FREE_LAPSES
    const holdMs = over <= 0 ? 0 : Math.min(LONGEST_HOLD_MS, leaseMs * 2 ** Math.min(over, 16))
    this.#lapses.delete(worker)
    this.#lapses.set(worker, { count, lastAt: now, heldUntil: now + holdMs })
    for (const oldest of [...this.#lapses.keys()].slice(0, -MOST_KEPT)) this.#lapses.delete(oldest)
    if (holdMs > 0) log.warn('worker.held_back', { worker, lapses: count, ms: holdMs })
  }
}
