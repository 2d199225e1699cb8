/** What of the embedded store can be set. Durations in milliseconds, sizes in bytes. */
import { DAY, LEASE, SECOND } from '../../core/lease.ts'

const MIB = 1_048_576

export interface StoreSettings {
  /** How long a task that is not idempotent stays `suspect` before it fails with `worker_lost`. */
  readonly lostGraceMs: number
  /** How often workers renew. A pause of this process longer than half of it is not held against them. */
  readonly renewEveryMs: number
  /** How often the store looks at its own monotonic clock to notice such a pause. */
  readonly pulseMs: number
  /** How long an idempotency key is kept at least. It also lives as long as its task is not ended. */
  readonly keyTtlMs: number
  /** Steps committed together at most, and how long a group may collect. */
  readonly groupMaxSteps: number
  readonly groupMaxMs: number
  /** Queued and running tasks at most; a submit beyond it is answered `queue_full`. */
  readonly maxUnfinished: number
  /** Below this much free space submits are refused, so that what runs can still be settled. */
  readonly freeFloorBytes: number
  /** A file that is given up when the disk is full, so that settling works once more. 0 keeps none. */
  readonly ballastBytes: number
}

export const STORE_DEFAULTS: StoreSettings = {
  lostGraceMs: LEASE.lostGraceMs,
  renewEveryMs: LEASE.renewEveryMs,
  pulseMs: SECOND,
  keyTtlMs: DAY,
  groupMaxSteps: 256,
  groupMaxMs: 5,
  maxUnfinished: 2_000_000,
  freeFloorBytes: 256 * MIB,
  ballastBytes: 64 * MIB,
}
