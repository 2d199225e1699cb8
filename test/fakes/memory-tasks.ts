/** What happens to one task in memory, and through it to others: back into the queue, or to its end. */
import type { TaskId } from '../../src/core/ids.ts'
import { orderKey } from '../../src/core/order-key.ts'
import type { Clock, Random } from '../../src/core/ports/clock.ts'
import { backoffMs, isRetryable } from '../../src/core/retry.ts'
import type { TaskReason, TerminalStatus } from '../../src/core/task.ts'
import type { Entry, MemoryAttempt } from './memory-entry.ts'

export interface MemoryQueueDeps {
  readonly clock: Pick<Clock, 'mono'>
  readonly random: Pick<Random, 'unit'>
  readonly lostGraceMs: number
  readonly changed: (id: TaskId) => void
}

type Ending = Partial<Pick<Entry, 'reason' | 'result' | 'error' | 'exitCode'>>

export class MemoryTasks {
  protected readonly deps: MemoryQueueDeps
  entries: Entry[] = []
  protected groupMax = new Map<string, number>()

  constructor(deps: MemoryQueueDeps) {
    this.deps = deps
  }

  protected retryOrFail(entry: Entry, how: Ending & { reason: TaskReason }, now: number): void {
    const { maxFailures, retryOn } = entry.asked
    const tryAgain = entry.failures + 1 < maxFailures && isRetryable(how, retryOn)
    if (!tryAgain) {
      this.fail(entry, how, now)
      return
    }
    entry.failures += 1
    this.noteAttempt(entry, { outcome: 'failed', endedAt: now, reason: how.reason })
    this.queue(entry, now + backoffMs(entry.failures, this.deps.random.unit()), now)
  }

  protected fail(entry: Entry, how: Ending, now: number): void {
    entry.failures += 1
    this.endAttempt(entry, 'failed', how, now)
  }

  protected endAttempt(entry: Entry, status: TerminalStatus, how: Ending, now: number): void {
    const { reason } = how
    this.noteAttempt(entry, { outcome: status, endedAt: now, ...(reason === undefined ? {} : { reason }) })
    this.end(entry, status, how, now)
  }

  protected noteAttempt(entry: Entry, end: Partial<MemoryAttempt>): void {
    const last = entry.attempts.at(-1)
    if (last === undefined) return
    delete last.reason
    Object.assign(last, end)
  }

  /** Ends a task; whatever needs it is freed, or fails with it. */
  protected end(entry: Entry, status: TerminalStatus, how: Ending, now: number): void {
    delete entry.phase
    delete entry.lease
    Object.assign(entry, how, { status, finishedAt: now, updatedAt: now })
    this.deps.changed(entry.id)
    for (const child of this.entries.filter(
      ({ phase, asked }) => phase === 'blocked' && asked.needs.includes(entry.id),
    )) {
      if (status !== 'completed') this.end(child, 'failed', { reason: 'dependency' }, now)
      else if (!this.#waits(child)) this.queue(child, Math.max(now, child.readyAt), now)
    }
  }

  #waits(entry: Entry): boolean {
    if (entry.fence !== undefined) return false
    return entry.asked.needs.some((need) => this.find(need)?.status !== 'completed' && this.find(need) !== undefined)
  }

  /** @param place its order key, when it keeps its place in the queue */
  protected queue(entry: Entry, readyAt: number, now: number, place = orderKey(readyAt, entry.asked.priority)): void {
    delete entry.lease
    const phase = this.#waits(entry) ? 'blocked' : readyAt > now ? 'delayed' : 'ready'
    Object.assign(entry, { status: 'queued', phase, readyAt, orderKey: place, updatedAt: now })
    this.deps.changed(entry.id)
  }

  protected stop(entry: Entry, why: NonNullable<Entry['stop']>, now: number): void {
    entry.stop = why
    entry.updatedAt = now
    this.deps.changed(entry.id)
  }

  /** Whether its group has a free slot. */
  hasSlot({ asked: { group } }: Entry): boolean {
    return group === undefined || this.freeSlots(group.key) > 0
  }

  freeSlots(key: string): number {
    const running = this.entries.filter(({ lease, asked }) => lease !== undefined && asked.group?.key === key)
    return this.maxOf(key) - running.length
  }

  maxOf(key: string): number {
    return this.groupMax.get(key) ?? 0
  }

  find(id: TaskId): Entry | undefined {
    return this.entries.find((entry) => entry.id === id)
  }
}
