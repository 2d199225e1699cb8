/** The right to work on a task until an instant. Durations in milliseconds; only durations cross the wire. */

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export interface LeaseSettings {
  /** How long a grant lives without a renewal. */
  readonly leaseMs: number
  /** A third of the lease: one renewal may be lost and a second delayed before the lease ends. */
  readonly renewEveryMs: number
  /** Renewals of many workers must not march in step. */
  readonly renewJitter: number
  /** A worker stops trusting its lease this long before the home does. */
  readonly marginMs: number
  /** How long a task that is not idempotent stays `suspect` before it fails with `worker_lost`. */
  readonly lostGraceMs: number
}

/**
 * How long a grant lives without a renewal: so many milliseconds, or, for a worker that cannot renew, the whole of the
 * task's prepare and run limits and `extraMs` on top, up to `mostMs`.
 */
export type GrantLength = number | { readonly extraMs: number; readonly mostMs: number }

export function leaseMsOf(
  length: GrantLength,
  { prepareMs, runMs }: { readonly prepareMs: number; readonly runMs: number },
): number {
  return typeof length === 'number' ? length : Math.min(length.mostMs, prepareMs + runMs + length.extraMs)
}

export const LEASE: LeaseSettings = {
  leaseMs: 30 * SECOND,
  renewEveryMs: 10 * SECOND,
  renewJitter: 0.2,
  marginMs: 3 * SECOND,
  lostGraceMs: 10 * MINUTE,
}
