import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerId } from '../../../src/core/ids.ts'
import type { Clock } from '../../../src/core/ports/clock.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { sampleTask } from '../../support/sample-task.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'
import { openHome } from './open-home.ts'

/** A clock of a process that can be stopped: its time goes on meanwhile, and none of its timers fires. */
class PausingClock implements Clock {
  readonly #running = new ManualClock()
  #pausedMs = 0

  now(): number {
    return this.#running.now() + this.#pausedMs
  }

  mono(): number {
    return this.#running.mono() + this.#pausedMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#running.sleep(ms, signal)
  }

  after(ms: number, callback: () => void): () => void {
    return this.#running.after(ms, callback)
  }

  run(ms: number): Promise<void> {
    return this.#running.advance(ms)
  }

  pause(ms: number): void {
    this.#pausedMs += ms
  }
}

const LEASE_MS = 30_000
const HOUR_MS = 3_600_000
const WORKER = 'worker' as PeerId

async function setUp() {
  const directory = await scratchDirectory()
  const clock = new PausingClock()
  const home = await openHome(directory.path, {}, clock)
  const { store } = home
  await store.submit([sampleTask({ idempotent: true }), sampleTask({ idempotent: true })], clock.now())
  const request = { worker: WORKER, requestId: 'r', max: 2, leaseMs: LEASE_MS, fits: () => true, policyDigest: 'p' }
  const grants = await store.claim(request, clock.now())
  return {
    clock,
    store,
    log: home.log,
    grants,
    sweep: () => store.sweep(clock.now()),
    renew: () =>
      store.renew(
        grants.map(({ task, fence }) => ({ taskId: task.id, fence })),
        WORKER,
        clock.now(),
      ),
    [Symbol.asyncDispose]: async () => {
      await store.stop()
      await directory[Symbol.asyncDispose]()
    },
  }
}

test('R17: a home that slept for an hour ends no lease on waking, and the renewals that lay unread are accepted', async () => {
  await using home = await setUp()
  await home.clock.run(10_000)
  home.clock.pause(HOUR_MS)
  // Timers run before sockets are read: the sweep comes first.
  assert.deepEqual((await home.sweep()).ready, [])
  assert.deepEqual(await home.renew(), ['renewed', 'renewed'])
  assert(home.log.some(({ event, fields }) => event === 'store.paused' && fields['pausedMs'] === HOUR_MS))
})

test('R17: after a pause a lease has what was left of it, so a worker that is gone is still noticed', async () => {
  await using home = await setUp()
  await home.clock.run(10_000)
  home.clock.pause(HOUR_MS)
  await home.sweep()
  await home.clock.run(LEASE_MS - 10_000 - 1)
  assert.deepEqual((await home.sweep()).ready, [])
  await home.clock.run(1)
  assert.equal((await home.sweep()).ready.length, 2)
})

test('R17: a pause is noticed by the pulse of the store, though nobody sweeps', async () => {
  await using home = await setUp()
  home.clock.pause(HOUR_MS)
  await home.clock.run(1_000)
  assert.deepEqual((await home.sweep()).ready, [])
  assert.deepEqual(await home.renew(), ['renewed', 'renewed'])
})

test('a home that runs all the time blames a silent worker in time', async () => {
  await using home = await setUp()
  await home.clock.run(LEASE_MS)
  assert.equal((await home.sweep()).ready.length, 2)
})
