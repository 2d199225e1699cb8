/** A home on a small disk of its own, given as argument, that somebody else fills to the last byte. Prints `ok` at the end. */
import assert from 'node:assert/strict'
import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { PeerId } from '../../../../src/core/ids.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { sampleTask } from '../../../support/sample-task.ts'
import { openHome } from '../open-home.ts'

const MIB = 1_048_576
const [directory] = process.argv.slice(2)
if (directory === undefined) throw new Error('no directory given')
const ballast = join(directory, 'ballast')
const filler = join(directory, 'filler')
const settings = { ballastBytes: 4 * MIB, freeFloorBytes: 6 * MIB }
const clock = new ManualClock()
const tasks = (count: number) => Array.from({ length: count }, () => sampleTask())

function fillDisk(): void {
  const file = openSync(filler, 'w')
  for (let chunk = MIB; chunk >= 1; chunk = Math.floor(chunk / 2)) {
    try {
      while (writeSync(file, Buffer.alloc(chunk, 1)) === chunk);
    } catch (thrown) {
      assert.equal((thrown as NodeJS.ErrnoException).code, 'ENOSPC')
    }
  }
  closeSync(file)
}

/** It is made in the background. */
async function ballastMade(): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!existsSync(ballast)) {
    assert(Date.now() < deadline, 'no ballast was made')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

await using home = await openHome(directory, settings, clock)
const { store } = home
await store.submit(tasks(400), clock.now())
assert(!existsSync(ballast), 'no ballast is made while a peer starts')
await clock.advance(31_000)
await ballastMade()
const request = {
  worker: 'w' as PeerId,
  requestId: 'r',
  max: 200,
  leaseMs: 60_000,
  fits: () => true,
  policyDigest: 'p',
}
const grants = await store.claim(request, clock.now())
assert.equal(grants.length, 200)
fillDisk()
await clock.advance(2_000)

await assert.rejects(store.submit(tasks(1), clock.now()), { code: 'storage_low' })
assert(existsSync(ballast), 'refusing a submit costs no ballast')

const result = { log: 'x'.repeat(2_000) }
const settled = await Promise.all(
  grants.map(({ task, fence }) => store.settle([{ taskId: task.id, fence, status: 'completed', result }], clock.now())),
)
assert(settled.every(([one]) => one?.outcome === 'settled'))
assert(!existsSync(ballast), 'the ballast was given up')
assert(home.log.some(({ event }) => event === 'store.disk_full'))
assert.deepEqual((await store.counts()).byStatus, { queued: 200, running: 0, completed: 200, failed: 0, cancelled: 0 })
await assert.rejects(store.submit(tasks(1), clock.now()), { code: 'storage_low' })

rmSync(filler)
await clock.advance(2_000)
await store.submit(tasks(1), clock.now())
await ballastMade()
await store.stop()
await store.start()
assert.deepEqual((await store.counts()).byStatus, { queued: 201, running: 0, completed: 200, failed: 0, cancelled: 0 })
writeSync(1, 'ok\n')
