/** Submits, claims and settles one after the other, and says `acknowledged` on standard output the moment each is answered. */
import assert from 'node:assert/strict'
import { writeSync } from 'node:fs'
import type { PeerId } from '../../../../src/core/ids.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { sampleTask } from '../../../support/sample-task.ts'
import { openHome } from '../open-home.ts'

const [directory, rounds] = process.argv.slice(2)
assert(directory !== undefined)
const clock = new ManualClock()
await using home = await openHome(directory, {}, clock)
const { store } = home

function acknowledged(): void {
  writeSync(1, 'acknowledged\n')
}

for (let round = 0; round < Number(rounds); round += 1) {
  await store.submit([sampleTask()], clock.now())
  acknowledged()
  const request = { worker: 'w' as PeerId, requestId: String(round), max: 1, leaseMs: 1e6, policyDigest: 'p' }
  const [grant] = await store.claim({ ...request, fits: () => true }, clock.now())
  acknowledged()
  assert(grant !== undefined)
  await store.settle([{ taskId: grant.task.id, fence: grant.fence, status: 'completed' }], clock.now())
  acknowledged()
}
