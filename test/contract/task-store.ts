/** What every TaskStore does, whatever it is made of. Each part is a list of tests over a store made afresh for each. */
import { describe } from 'node:test'
import { testClaiming } from './task-store/claiming.ts'
import { testClaimingAtOnce } from './task-store/claiming-at-once.ts'
import { testClocks } from './task-store/clocks.ts'
import { testLeases } from './task-store/leases.ts'
import { testNeeds } from './task-store/needs.ts'
import { testReading } from './task-store/reading.ts'
import { testRestarting } from './task-store/restarting.ts'
import { testScheduling } from './task-store/scheduling.ts'
import { testSettling } from './task-store/settling.ts'
import type { MakeStore } from './task-store/store-under-test.ts'
import { testStopping } from './task-store/stopping.ts'
import { testSubmitting } from './task-store/submitting.ts'

const PARTS = {
  submitting: testSubmitting,
  claiming: testClaiming,
  'claiming at once': testClaimingAtOnce,
  settling: testSettling,
  leases: testLeases,
  clocks: testClocks,
  stopping: testStopping,
  needs: testNeeds,
  reading: testReading,
  scheduling: testScheduling,
  restarting: testRestarting,
}

export function describeTaskStore(name: string, make: MakeStore): void {
  describe(`task store: ${name}`, () => {
    for (const [part, testPart] of Object.entries(PARTS)) describe(part, () => testPart(make))
  })
}
