import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReadyNotices } from '../../../src/coordinator/ready-notices.ts'
import type { ReadyNotice } from '../../../src/core/ports/link.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'

interface House extends AsyncDisposable {
  readonly clock: ManualClock
  readonly told: { readonly at: number; readonly notice: ReadyNotice }[]
  readonly log: RecordingLog
  /** The queue becomes so, and says that something is ready. */
  ready(notice: ReadyNotice): void
  /** The queue becomes so, and says nothing, as when tasks are taken. */
  quietly(notice: ReadyNotice): void
  looks(): number
  fail(): void
}

async function openHouse(): Promise<House> {
  const clock = new ManualClock()
  const log = new RecordingLog()
  const told: { at: number; notice: ReadyNotice }[] = []
  const listeners = new Set<() => void>()
  let now: ReadyNotice = { ready: 0 }
  let [looks, failing] = [0, false]
  const notices = new ReadyNotices({
    home: {
      onReady: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      readyNotice: () => {
        looks += 1
        if (failing) return Promise.reject(new Error('closed'))
        return Promise.resolve(now)
      },
    },
    clock,
    log,
    tell: (notice) => told.push({ at: clock.mono(), notice }),
  })
  await notices.start()
  await clock.advance(2_000)
  return {
    clock,
    told,
    log,
    ready: (notice) => {
      now = notice
      for (const listener of listeners) listener()
    },
    quietly: (notice) => {
      now = notice
    },
    looks: () => looks,
    fail: () => {
      failing = true
    },
    [Symbol.asyncDispose]: async () => {
      await notices.stop()
      assert.equal(clock.pending, 0)
      assert.equal(listeners.size, 0)
    },
  }
}

test('peers are told at the start, and after a silence within a moment', async () => {
  await using house = await openHouse()
  assert.deepEqual(
    house.told.map(({ notice }) => notice),
    [{ ready: 0 }],
  )
  house.ready({ ready: 1, oldest_ready_at: 5, top_priority: 7 })
  await house.clock.advance(100)
  assert.deepEqual(house.told[1]?.notice, { ready: 1, oldest_ready_at: 5, top_priority: 7 })
})

test('however much happens, peers are told at most once a second, and of the last state in the end', async () => {
  await using house = await openHouse()
  for (let step = 1; step <= 500; step += 1) {
    house.ready({ ready: step })
    await house.clock.advance(10)
  }
  await house.clock.advance(1_000)
  const times = house.told.slice(1).map(({ at }) => at)
  assert.ok(times.length >= 5 && times.length <= 7, `told ${String(times.length)} times in 6 s`)
  assert.ok(times.every((at, index) => index === 0 || at - (times[index - 1] ?? 0) >= 1_000))
  assert.deepEqual(house.told.at(-1)?.notice, { ready: 500 })
})

test('that all was taken is told too, though nothing says so; an empty queue is not looked at again', async () => {
  await using house = await openHouse()
  house.ready({ ready: 3 })
  await house.clock.advance(100)
  house.quietly({ ready: 0 })
  await house.clock.advance(1_100)
  assert.deepEqual(house.told.at(-1)?.notice, { ready: 0 })
  const looks = house.looks()
  await house.clock.advance(60_000)
  assert.equal(house.looks(), looks)
})

test('a state that has not changed is not told again', async () => {
  await using house = await openHouse()
  house.ready({ ready: 3 })
  await house.clock.advance(30_000)
  assert.equal(house.told.length, 2)
})

test('a look that fails is logged, and the next change is told again', async () => {
  await using house = await openHouse()
  house.fail()
  house.ready({ ready: 1 })
  await house.clock.advance(2_000)
  assert.deepEqual(
    house.log.lines.map(({ event }) => event),
    ['home.notice_failed'],
  )
  const looks = house.looks()
  house.ready({ ready: 2 })
  await house.clock.advance(2_000)
  assert.equal(house.looks(), looks + 1)
})
