import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { systemClock, systemRandom } from '../../../src/app/system.ts'
import { Home } from '../../../src/coordinator/home.ts'
import { Events } from '../../../src/core/events.ts'
import { LEASE } from '../../../src/core/lease.ts'
import type { Grant } from '../../../src/core/ports/task-store.ts'
import { createSqliteTaskStore } from '../../../src/store/sqlite/sqlite-task-store.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { sampleOffer, sampleTask } from '../../support/sample-task.ts'

const LONG_MS = 60_000

async function startHome(t: TestContext): Promise<Home> {
  const directory = await mkdtemp(join(tmpdir(), 'runner-mesh-home-'))
  const log = new RecordingLog()
  const store = createSqliteTaskStore({ directory, clock: systemClock, random: systemRandom, log })
  const events = new Events((thrown) => {
    throw thrown
  })
  const home = new Home({ store, events, clock: systemClock, log, lease: LEASE })
  await home.start()
  t.after(async () => {
    await home.stop()
    await rm(directory, { recursive: true, force: true })
  })
  return home
}

let requests = 0
function claimCall(worker: string, changes: Partial<Parameters<Home['claim']>[0]> = {}): Parameters<Home['claim']>[0] {
  requests += 1
  const offer = sampleOffer(worker)
  return { worker: offer.peer, requestId: String(requests), offer, max: 1, waitMs: LONG_MS, ...changes }
}

/** Resolves once so many claims wait. */
async function untilParked(home: Home, count: number): Promise<void> {
  while (home.parkedClaims !== count) await new Promise((resolve) => setImmediate(resolve))
}

test('with 50 parked and 1 task exactly 1 is answered and 49 stay parked, in every round', async (t) => {
  const home = await startHome(t)
  const signal = new AbortController().signal
  const rounds = 10_000
  const answered: Grant[] = []
  const park = (worker: string): void => {
    void home.claim(claimCall(worker), signal).then((grants) => answered.push(...grants))
  }
  for (let index = 0; index < 50; index += 1) park(`worker-${String(index)}`)
  await untilParked(home, 50)
  for (let round = 1; round <= rounds; round += 1) {
    await home.submit([sampleTask()])
    while (answered.length < round) await new Promise((resolve) => setImmediate(resolve))
    await untilParked(home, 49)
    assert.equal(answered.length, round)
    const grant = answered.at(-1)
    assert.ok(grant?.task.worker)
    const settled = await home.settle({ taskId: grant.task.id, fence: grant.fence, status: 'completed' })
    assert.equal(settled.outcome, 'settled')
    assert.equal(home.parkedClaims, 49)
    park(grant.task.worker)
    await untilParked(home, 50)
  }
})

test('tasks and claims that arrive together all meet: no wake-up is lost', async (t) => {
  const home = await startHome(t)
  const signal = new AbortController().signal
  for (let round = 0; round < 200; round += 1) {
    const count = 1 + (round % 16)
    const claims = Array.from({ length: count }, (_, index) => home.claim(claimCall(`worker-${String(index)}`), signal))
    const submits = Array.from({ length: count }, () => home.submit([sampleTask()]))
    await Promise.all(submits)
    const grants = (await Promise.all(claims)).flat()
    assert.equal(new Set(grants.map((grant) => grant.task.id)).size, count)
    for (const { task, fence } of grants) await home.settle({ taskId: task.id, fence, status: 'completed' })
  }
})

test('a task wakes a claim that fits it and leaves one that does not', async (t) => {
  const home = await startHome(t)
  const patience = new AbortController()
  const small = home.claim(claimCall('small', { offer: sampleOffer('small', { cpus: 1 }) }), patience.signal)
  const large = home.claim(claimCall('large'), patience.signal)
  await untilParked(home, 2)
  await home.submit([sampleTask({ requirements: { ...sampleTask().requirements, cpus: 4 } })])
  assert.equal((await large).length, 1)
  assert.equal(home.parkedClaims, 1)
  patience.abort()
  assert.deepEqual(await small, [])
})

test('a claim whose caller gives up leaves nothing behind, and a task it was given meanwhile goes to the next', async (t) => {
  const home = await startHome(t)
  for (let round = 0; round < 100; round += 1) {
    const gone = new AbortController()
    const given = home.claim(claimCall('gone'), gone.signal)
    if (round % 2 === 0) await untilParked(home, 1)
    const submitted = home.submit([sampleTask()])
    gone.abort()
    assert.deepEqual(await given, [])
    await submitted
    const [grant] = await home.claim(claimCall('stays'), new AbortController().signal)
    assert.ok(grant)
    assert.equal(grant.task.lost, 0)
    assert.equal(grant.task.failures, 0)
    await home.settle({ taskId: grant.task.id, fence: grant.fence, status: 'completed' })
    assert.equal(home.parkedClaims, 0)
  }
})

test('a claim that waits in vain is answered with nothing when its time is up', async (t) => {
  const home = await startHome(t)
  assert.deepEqual(await home.claim(claimCall('early', { waitMs: 20 }), new AbortController().signal), [])
  assert.deepEqual(await home.claim(claimCall('never', { waitMs: 0 }), new AbortController().signal), [])
  assert.equal(home.parkedClaims, 0)
})

test('a stopping home answers every parked claim with nothing', async (t) => {
  const home = await startHome(t)
  const claims = ['a', 'b', 'c'].map((worker) => home.claim(claimCall(worker), new AbortController().signal))
  await untilParked(home, 3)
  await home.stop()
  assert.deepEqual(await Promise.all(claims), [[], [], []])
})
