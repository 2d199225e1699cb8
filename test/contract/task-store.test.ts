import { MemoryTaskStore } from '../fakes/memory-task-store.ts'
import { createSqliteTaskStore } from '../../src/store/sqlite/sqlite-task-store.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { RecordingLog } from '../support/recording-log.ts'
import { scratchDirectory } from '../support/scratch-directory.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { describeTaskStore } from './task-store.ts'

const LOST_GRACE_MS = 45_000

/** The wall clock of this machine cannot be trusted: an hour is gone each time somebody looks. Leases must not notice. */
class HastyClock extends ManualClock {
  #looks = 0

  override now(): number {
    this.#looks += 1
    return super.now() + this.#looks * 3_600_000
  }
}

describeTaskStore('the fake in memory', async () => {
  const clock = new ManualClock()
  const store = new MemoryTaskStore({ clock, random: new SeededRandom(), lostGraceMs: LOST_GRACE_MS })
  await store.start()
  return {
    store,
    lostGraceMs: LOST_GRACE_MS,
    passLeaseTime: (ms) => clock.advance(ms),
    restart: async () => {
      await store.stop()
      await store.start()
    },
    [Symbol.asyncDispose]: () => store.stop(),
  }
})

describeTaskStore('node:sqlite', async () => {
  const directory = await scratchDirectory('memory')
  const clock = new HastyClock()
  const random = new SeededRandom()
  const settings = { lostGraceMs: LOST_GRACE_MS, ballastBytes: 0 }
  const open = () =>
    createSqliteTaskStore({ directory: directory.path, clock, random, log: new RecordingLog(), settings })
  let store = open()
  await store.start()
  return {
    get store() {
      return store
    },
    lostGraceMs: LOST_GRACE_MS,
    passLeaseTime: (ms) => clock.advance(ms),
    restart: async () => {
      await store.stop()
      store = open()
      await store.start()
    },
    [Symbol.asyncDispose]: async () => {
      await store.stop()
      await directory[Symbol.asyncDispose]()
    },
  }
})
