/** What the steps of a sweep did, and the sweep as the coordinator hears of it. */
import type { TaskId } from '../core/ids.ts'
import type { Sweep } from '../core/ports/task-store.ts'

/** What one step of a sweep did. */
export interface Swept {
  readonly ready: TaskId[]
  readonly suspect: TaskId[]
  readonly ended: TaskId[]
  /** More has fallen due than one step may touch. */
  readonly more: boolean
}

export function nothingSwept(): Swept {
  return { ready: [], suspect: [], ended: [], more: false }
}

/** @param dues milliseconds until the next things fall due; undefined for nothing of a kind */
export function sweepOf(steps: readonly Swept[], dues: readonly (number | undefined)[]): Sweep {
  const next = dues.filter((ms) => ms !== undefined).map((ms) => Math.max(0, ms))
  return {
    ready: steps.flatMap((step) => step.ready),
    suspect: steps.flatMap((step) => step.suspect),
    ended: steps.flatMap((step) => step.ended),
    ...(next.length === 0 ? {} : { nextDueMs: Math.min(...next) }),
  }
}
