import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerId } from '../../../src/core/ids.ts'
import { RelaySlots, RESERVE_PAUSE } from '../../../src/mesh/relays/relay-slots.ts'
import { ManualClock, settle } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'

const [A, B, C] = ['a' as PeerId, 'b' as PeerId, 'c' as PeerId]

function setUp(slots: number) {
  const clock = new ManualClock()
  const reserved = new Set<PeerId>()
  const refusing = new Set<PeerId>()
  const asked: PeerId[] = []
  const relays = { now: [A, B, C] as readonly PeerId[] }
  const kept: RelaySlots = new RelaySlots({
    slots,
    reservations: {
      reserve: (relay) => {
        asked.push(relay)
        if (refusing.has(relay)) return Promise.reject(new Error('no'))
        reserved.add(relay)
        return Promise.resolve()
      },
      drop: (relay) => void reserved.delete(relay),
      list: () => [...reserved],
      onLost: () => undefined,
    },
    onChange: () => kept.fill(relays.now),
    clock,
    log: new RecordingLog(),
  })
  const fill = async () => {
    kept.fill(relays.now)
    await settle()
  }
  return { clock, reserved, refusing, asked, relays, kept, fill }
}

test('as many relays are asked as slots are free, the best first', async () => {
  const { reserved, asked, kept, fill } = setUp(2)
  await fill()
  await fill()
  assert.deepEqual([asked, [...reserved], kept.hasFree()], [[A, B], [A, B], false])
})

test('one that refuses gives its slot to the next, and is asked again ever more seldom', async () => {
  const { clock, reserved, refusing, asked, relays, fill } = setUp(1)
  refusing.add(A)
  await fill()
  assert.deepEqual([asked, [...reserved]], [[A, B], [B]])
  reserved.clear()
  relays.now = [A]
  const pauses: number[] = []
  let before = clock.mono()
  for (let attempt = 0; attempt < 11; attempt += 1) {
    const count = asked.length
    while (asked.length === count) await clock.advance(500)
    pauses.push(clock.mono() - before)
    before = clock.mono()
  }
  assert.deepEqual(pauses.slice(0, 4), [1000, 2000, 4000, 8000])
  assert.equal(pauses.at(-1), RESERVE_PAUSE.longestMs)
})

test('a relay that was lost is asked again at once when it is back, whatever it said before', async () => {
  const { reserved, refusing, asked, relays, kept, fill } = setUp(1)
  relays.now = [A]
  refusing.add(A)
  await fill()
  refusing.clear()
  await fill()
  assert.deepEqual(asked, [A], 'it has refused a moment ago')
  kept.forget(A)
  await fill()
  assert.deepEqual([asked, [...reserved]], [[A, A], [A]])
  kept.stop()
})
