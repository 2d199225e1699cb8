/** What the contract suite needs to know of a store beside the port itself. */
import type { TaskStore } from '../../../src/core/ports/task-store.ts'

export interface StoreUnderTest extends AsyncDisposable {
  /** Started. After `restart` it is another object. */
  readonly store: TaskStore
  /** The grace of suspect tasks it was made with, milliseconds. */
  readonly lostGraceMs: number
  /** Leases are kept where the tasks are, so a restart neither ends nor renews them. */
  readonly leasesOutliveRestart?: boolean
  /** Time passes for the leases, as the store measures them. */
  passLeaseTime(ms: number): Promise<void>
  /** Whoever serves the home goes away, and another comes back over what was kept. */
  restart(): Promise<void>
}

export type MakeStore = () => Promise<StoreUnderTest>
