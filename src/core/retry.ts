/** When a failed attempt is tried again, and how far ahead it is put off. */
import { MINUTE, SECOND } from './lease.ts'
import type { RetryClass, TaskReason } from './task.ts'

/** What is known of an attempt that did not complete. */
export interface AttemptFailure {
  readonly reason: TaskReason
  readonly exitCode?: number
}

/** Whether the task's own list names this kind of failure. Budgets are counted elsewhere. */
export function isRetryable(failure: AttemptFailure, retryOn: readonly RetryClass[]): boolean {
  if (failure.reason === 'policy' || failure.reason === 'cancelled' || failure.reason === 'dependency') return false
  return retryOn.some((kind) => {
    switch (kind) {
      case 'any':
        return true
      case 'worker_lost':
        return failure.reason === 'worker_lost'
      case 'pull_failed':
        return failure.reason === 'pull'
      case 'oom':
        return failure.reason === 'oom'
      case 'exit':
        return failure.reason === 'exit' || failure.reason === 'signal'
      default:
        return failure.reason === 'exit' && kind === `exit:${String(failure.exitCode)}`
    }
  })
}

export const BACKOFF = { firstMs: 2 * SECOND, longestMs: 15 * MINUTE } as const

/**
 * Exponential back-off with full jitter.
 * @param failures how many attempts have failed, from 1
 * @param unit a number from 0 up to, but not including, 1
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(failures: number, unit: number): number {
  const ceiling = Math.min(BACKOFF.longestMs, BACKOFF.firstMs * 2 ** Math.min(failures - 1, 30))
  return Math.round(ceiling * unit)
}
