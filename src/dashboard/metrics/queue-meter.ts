/**
 * Counts what happens to the tasks of this home, from its stream of events alone: nothing is asked of the store, however
 * many tasks pass. What another peer of a shared home did is counted there.
 */
import type { AnyEvent } from '../../core/events.ts'
import type { TaskId } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Sample } from './exposition.ts'
import { Histogram } from './histogram.ts'
import type { RequestBudget } from './request-budget.ts'
import { MinuteHistory } from './minute-history.ts'

/** Tasks whose beginning is remembered; beyond, the oldest are forgotten and counted without a duration. */
const MOST_REMEMBERED = 100_000

const WAIT_SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200]
const ATTEMPT_SECONDS = [0.05, 0.25, 1, 5, 15, 60, 300, 900, 3600, 14_400]
const SYNC_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5]

const UNLABELLED = ['submits', 'claims', 'lease_losses', 'fenced_reports', 'cancel_requests', 'log_bytes'] as const
type Unlabelled = (typeof UNLABELLED)[number]

/** Counts under labels, written as `name=value` pairs once they occur. */
class LabelledCounter {
  readonly #samples = new Map<string, { labels: Readonly<Record<string, string>>; value: number }>()

  count(labels: Readonly<Record<string, string>>): void {
    const key = Object.values(labels).join(' ')
    const sample = this.#samples.get(key) ?? { labels, value: 0 }
    sample.value += 1
    this.#samples.set(key, sample)
  }

  samples(): readonly Sample[] {
    return [...this.#samples.values()].map((sample) => ({ ...sample }))
  }
}

export class QueueMeter {
  readonly #clock: Clock
  readonly wait = new Histogram(WAIT_SECONDS)
  readonly attempt = new Histogram(ATTEMPT_SECONDS)
  readonly sync = new Histogram(SYNC_SECONDS)
  readonly settles = new LabelledCounter()
  readonly retries = new LabelledCounter()
  readonly releases = new LabelledCounter()
  readonly history: MinuteHistory
  githubBudget: RequestBudget | undefined
  readonly #counts = new Map<Unlabelled, number>(UNLABELLED.map((name) => [name, 0]))
  readonly #queuedAt = new Map<TaskId, number>()
  readonly #claimedAt = new Map<TaskId, number>()
  readonly #logBytes = new Map<TaskId, { readonly attempt: number; readonly bytes: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.history = new MinuteHistory(clock)
  }

  count(name: Unlabelled): readonly Sample[] {
    return [{ value: this.#counts.get(name) ?? 0 }]
  }

  sawBudget(budget: RequestBudget): void {
    this.githubBudget = budget
  }

  /** To be given to the stream of events. */
  heard(event: AnyEvent): void {
    if ('elsewhere' in event) return
    switch (event.name) {
      case 'task.submitted':
        this.#add('submits')
        this.history.count('submitted')
        remember(this.#queuedAt, event.taskId, this.#clock.mono())
        break
      case 'task.claimed':
        this.#claimed(event.taskId)
        break
      case 'task.suspected':
        this.#add('lease_losses')
        break
      case 'task.released':
        this.releases.count({ why: event.why })
        this.#again(event.taskId)
        break
      case 'task.retried':
        this.retries.count({ reason: event.reason })
        this.#again(event.taskId)
        break
      case 'task.cancel_requested':
        this.#add('cancel_requests')
        break
      case 'task.fenced':
        this.#add('fenced_reports')
        break
      case 'task.logged':
        this.#logged(event.taskId, event.attempt, event.bytes)
        break
      case 'task.settled':
        this.settles.count({ status: event.status, reason: event.reason ?? 'none' })
        this.history.count(event.status)
        this.#attemptEnded(event.taskId)
        this.#queuedAt.delete(event.taskId)
        this.#logBytes.delete(event.taskId)
        break
      default:
    }
  }

  #claimed(taskId: TaskId): void {
    const now = this.#clock.mono()
    this.#add('claims')
    const queuedAt = this.#queuedAt.get(taskId)
    this.#queuedAt.delete(taskId)
    if (queuedAt !== undefined) {
      this.wait.observe(now - queuedAt)
      this.history.waited(now - queuedAt)
    }
    // Whoever had it has neither settled it nor given it back.
    if (this.#claimedAt.has(taskId)) this.#add('lease_losses')
    remember(this.#claimedAt, taskId, now)
  }

  #again(taskId: TaskId): void {
    this.#attemptEnded(taskId)
    remember(this.#queuedAt, taskId, this.#clock.mono())
  }

  #attemptEnded(taskId: TaskId): void {
    const claimedAt = this.#claimedAt.get(taskId)
    if (claimedAt === undefined) return
    this.#claimedAt.delete(taskId)
    this.attempt.observe(this.#clock.mono() - claimedAt)
  }

  #logged(taskId: TaskId, attempt: number, bytes: number): void {
    const before = this.#logBytes.get(taskId)
    this.#add('log_bytes', Math.max(0, before?.attempt === attempt ? bytes - before.bytes : bytes))
    remember(this.#logBytes, taskId, { attempt, bytes })
  }

  #add(name: Unlabelled, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by)
  }
}

function remember<T>(map: Map<TaskId, T>, taskId: TaskId, value: T): void {
  map.delete(taskId)
  map.set(taskId, value)
  if (map.size <= MOST_REMEMBERED) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
