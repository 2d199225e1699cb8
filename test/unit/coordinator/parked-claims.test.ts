import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { systemClock, systemRandom } from '../../../src/app/system.ts'
import { Home } from '../../../src/coordinator/home.ts'
import { ParkedClaims } from '../../../src/coordinator/parked-claims.ts'
import { Scheduler } from '../../../src/coordinator/scheduler/scheduler.ts'
import { sha256 } from '../../../src/coordinator/scheduler/sha256.ts'
import { Events } from '../../../src/core/events.ts'
import { LEASE } from '../../../src/core/lease.ts'
import type { Grant } from '../../../src/core/ports/task-store.ts'
import { hammingDistance } from '../../../src/core/scheduler/preferred-peer.ts'
import { createSqliteTaskStore } from '../../../src/store/sqlite/sqlite-task-store.ts'
import { openLogSync } from '../../../src/store/sqlite/log-sync.ts'
import { openLogAtOnce } from '../../support/log-at-once.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { randomRuns } from '../../support/random-runs.ts'
import { sampleOffer, sampleTask } from '../../support/sample-task.ts'

const LONG_MS = 60_000

async function startHome(t: TestContext, openLog: typeof openLogSync = openLogSync): Promise<Home> {
  const directory = await mkdtemp(join(tmpdir(), 'runner-mesh-home-'))
  const log = new RecordingLog()
  const store = createSqliteTaskStore({ directory, clock: systemClock, random: systemRandom, log, openLog })
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

test('with 50 parked and 1 task exactly 1 is answered and 49 stay parked, in each of 10,000 rounds', async (t) => {
  const home = await startHome(t, openLogAtOnce)
  const signal = new AbortController().signal
  const rounds = randomRuns(10_000).numRuns
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
    const [settled] = await home.settle([{ taskId: grant.task.id, fence: grant.fence, status: 'completed' }])
    assert.equal(settled?.outcome, 'settled')
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
    for (const { task, fence } of grants) await home.settle([{ taskId: task.id, fence, status: 'completed' }])
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
    await home.settle([{ taskId: grant.task.id, fence: grant.fence, status: 'completed' }])
    assert.equal(home.parkedClaims, 0)
  }
})

test('what was granted while its caller went stays with whoever asked for it again by the same id', async (t) => {
  const home = await startHome(t)
  const [granted, answer] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
  const claim = home.store.claim.bind(home.store)
  // As slow as a home that stands still, or a database that is cut off, makes it.
  home.store.claim = async (...asked) => {
    home.store.claim = claim
    const grants = await claim(...asked)
    granted.resolve(undefined)
    await answer.promise
    return grants
  }
  const [{ id } = {}] = await home.submit([sampleTask({ idempotent: false })])
  assert.ok(id)
  const [call, gone] = [claimCall('cut off', { mayAskAgain: true }), new AbortController()]
  const lost = home.claim(call, gone.signal)
  await granted.promise
  gone.abort()
  const [again] = await home.claim(call, new AbortController().signal)
  answer.resolve(undefined)
  assert.deepEqual(await lost, [])
  const task = await home.store.find(id)
  assert.deepEqual([again?.task.id, task?.status, task?.fence], [id, 'running', again?.fence])
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

test('of those parked the preferred peer is given the task, however many claims each has and in whatever order they came', async (t) => {
  const home = await startHome(t)
  const signal = new AbortController().signal
  const workers = Array.from({ length: 8 }, (_, index) => `worker-${String(index)}`)
  const winners = new Map<string, number>()
  for (let round = 0; round < 60; round += 1) {
    const order = round % 2 === 0 ? workers : workers.toReversed()
    const answers: Grant[] = []
    for (const worker of order) {
      // One peer has ten times the claims of the others, and wins no more for it.
      const claims = worker === 'worker-3' ? 10 : 1
      for (let claim = 0; claim < claims; claim += 1)
        void home.claim(claimCall(worker), signal).then((grants) => answers.push(...grants))
    }
    await untilParked(home, 17)
    const [submitted] = await home.submit([sampleTask()])
    while (answers.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const [grant] = answers
    assert.ok(grant !== undefined && submitted !== undefined)
    assert.equal(grant.task.id, submitted.id)
    const { merkle_root: root } = home.scheduler.clock()
    const taskHash = sha256(`${submitted.id}:test.noop:`)
    const distance = (peer: string): number => hammingDistance(sha256(`${root}:${taskHash}`), sha256(peer))
    const nearest = Math.min(...workers.map(distance))
    const { worker = '' } = grant.task
    assert.equal(distance(worker), nearest)
    winners.set(worker, (winners.get(worker) ?? 0) + 1)
    await home.settle([{ taskId: grant.task.id, fence: grant.fence, status: 'completed' }])
    // The rest takes a task each, so that the next round begins with nobody parked.
    await home.submit(Array.from({ length: 16 }, () => sampleTask()))
    while (answers.length < 17) await new Promise((resolve) => setImmediate(resolve))
    for (const { task, fence } of answers.slice(1)) await home.settle([{ taskId: task.id, fence, status: 'completed' }])
    if (round % 20 === 19) home.scheduler.merge({ vector: { somebody: round } })
  }
  assert.ok((winners.get('worker-3') ?? 0) < 30, 'ten claims win no more than one')
})

test('a task that those preferred have turned down goes to the next who is idle', async (t) => {
  const home = await startHome(t)
  const patience = new AbortController()
  const workers = Array.from({ length: 6 }, (_, index) => `worker-${String(index)}`)
  const refused: string[] = []
  const taken: string[] = []
  const work = async (worker: string): Promise<void> => {
    while (!patience.signal.aborted) {
      const [grant] = await home.claim(claimCall(worker), patience.signal)
      if (grant === undefined) return
      const { task, fence } = grant
      if (refused.length < 5) {
        refused.push(worker)
        await home.refuse(task.id, fence, {
          worker: grant.task.worker as never,
          policyDigest: 'test',
          rule: 'not here',
        })
      } else {
        taken.push(worker)
        await home.settle([{ taskId: task.id, fence, status: 'completed' }])
      }
    }
  }
  const working = workers.map(work)
  await untilParked(home, 6)
  await home.submit([sampleTask()])
  while (taken.length === 0) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([...refused, ...taken].toSorted(), workers)
  patience.abort()
  await Promise.all(working)
})

test('tasks that nobody parked is granted are asked for once by each, and again only when something becomes ready', async () => {
  let asked = 0
  const { requirements: needs } = sampleTask()
  const parked = new ParkedClaims({
    clock: systemClock,
    claim: () => {
      asked += 1
      return new Promise((resolve) => setImmediate(() => resolve([])))
    },
    // As with a submitter at its cap: they are ready, and yet not to be had.
    readyClasses: () => [{ needs, count: 5 }],
    nextReady: () => [],
    poolFor: (wanted) => new Scheduler('homehomehomehome', systemClock).poolFor(wanted),
  })
  const patience = new AbortController()
  const claims = Array.from({ length: 12 }, (_, index) => {
    const offer = sampleOffer(`worker-${String(index)}`)
    const request = { worker: offer.peer, requestId: '1', max: 1, leaseMs: 1, fits: () => true, policyDigest: 'test' }
    return parked.park(request, offer, LONG_MS, patience.signal)
  })
  const quiet = async (): Promise<number> => {
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    return asked
  }
  assert.equal(await quiet(), 12)
  for (let round = 1; round <= 3; round += 1) {
    parked.wake(needs)
    assert.equal(await quiet(), 12 + 12 * round)
    assert.equal(parked.size, 12)
  }
  patience.abort()
  await Promise.all(claims)
})

test('a claim that is made again under its id takes the place of the one that waits, with what it offers now', async (t) => {
  const home = await startHome(t)
  const { signal } = new AbortController()
  const needs = { ...sampleTask().requirements, cpus: 4 }
  const small = claimCall('worker', { offer: sampleOffer('worker', { cpus: 1 }) })
  const waiting = home.claim(small, signal)
  await untilParked(home, 1)
  await home.submit([sampleTask({ requirements: needs })])
  void home.claim(claimCall('worker', { offer: sampleOffer('worker', { cpus: 1 }) }), signal)
  await untilParked(home, 2)

  const [grant] = await home.claim({ ...small, offer: sampleOffer('worker', { cpus: 4 }) }, signal)
  assert.equal(grant?.attempt, 1)
  assert.deepEqual(await waiting, [])
  assert.equal(home.parkedClaims, 1, 'the claim of another id waits on')
})

test('a grant that is on its way when its claim is made again reaches both, as one and the same', async (t) => {
  const home = await startHome(t)
  const { signal } = new AbortController()
  await home.submit([sampleTask()])
  const call = claimCall('worker')
  const [first, second] = await Promise.all([home.claim(call, signal), home.claim(call, signal)])
  assert.equal(first.length, 1)
  assert.deepEqual(
    second.map(({ fence }) => fence),
    first.map(({ fence }) => fence),
  )
})

test('each task goes to who fits it, whatever class it is of, when more classes are asked for than are remembered', async (t) => {
  const home = await startHome(t)
  const { signal } = new AbortController()
  const worker = (index: number): string => `worker-${String(index)}`
  const names = Array.from({ length: 40 }, (_, index) => worker(index))
  const offerOf = (name: string) => sampleOffer(name, { labels: [name] })
  const park = (name: string) => home.claim(claimCall(name, { offer: offerOf(name) }), signal)
  const waiting = new Map(names.map((name) => [name, park(name)]))
  await untilParked(home, names.length)
  for (const name of [...names, ...names.toReversed()]) {
    const requirements = { ...sampleTask().requirements, labels: [name] }
    await home.submit([sampleTask({ requirements })])
    const [grant] = (await waiting.get(name)) ?? []
    assert.ok(grant !== undefined)
    assert.equal(grant.task.worker, offerOf(name).peer)
    await home.settle([{ taskId: grant.task.id, fence: grant.fence, status: 'completed' }])
    waiting.set(name, park(name))
    await untilParked(home, names.length)
  }
})
