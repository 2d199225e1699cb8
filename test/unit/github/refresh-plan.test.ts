import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PeerId } from '../../../src/core/ids.ts'
import {
  jitteredRefreshMs,
  joinDelayMs,
  lifetimeMs,
  mayWithdraw,
  placeOf,
  pollMs,
  refreshMs,
} from '../../../src/github/refresh-plan.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const HOUR = 3_600_000
const peers = Array.from({ length: 1_000 }, (_, index) => `12D3KooW${index}` as PeerId)

test('a small fleet joins at once and refreshes every 15 minutes; its announcements outlive two lost refreshes', () => {
  assert.deepEqual(
    peers.slice(0, 40).map((peer) => joinDelayMs(peer, 40)),
    Array<number>(40).fill(0),
  )
  assert.equal(refreshMs(1), HOUR / 4)
  assert.equal(refreshMs(90), HOUR / 4)
  assert.equal(lifetimeMs(1), (3 * HOUR) / 4)
})

test('a thousand peers share 370 refreshes an hour', () => {
  assert.equal(refreshMs(1_000), (1_000 / 370) * HOUR)
  assert.equal(lifetimeMs(1_000), 3 * refreshMs(1_000))
})

test('joins of a thousand and the refreshes after them are never more than 430 in an hour', () => {
  const random = new SeededRandom(1)
  const writes = peers.flatMap((peer) => {
    const times: number[] = []
    for (let at = joinDelayMs(peer, 1_000); at < 24 * HOUR; at += jitteredRefreshMs(1_000, random.unit()))
      times.push(at)
    return times
  })
  writes.sort((a, b) => a - b)
  let most = 0
  for (let first = 0, last = 0; last < writes.length; last += 1) {
    while ((writes[first] ?? 0) <= (writes[last] ?? 0) - HOUR) first += 1
    most = Math.max(most, last - first + 1)
  }
  assert.ok(most > 300 && most <= 430, String(most))
})

test('a thousand that join at once come by at most 80 a minute and 250 an hour', () => {
  const delays = peers.map((peer) => joinDelayMs(peer, 1_000)).toSorted((a, b) => a - b)
  const most = (windowMs: number) =>
    Math.max(...delays.map((from) => delays.filter((at) => at >= from && at < from + windowMs).length))
  assert.ok(most(60_000) <= 80, String(most(60_000)))
  assert.ok(most(HOUR) <= 250, String(most(HOUR)))
})

test('places are the peer’s own, and spread evenly', () => {
  assert.equal(placeOf('a' as PeerId), placeOf('a' as PeerId))
  const tenths = Array<number>(10).fill(0)
  for (const peer of peers) tenths[Math.floor(placeOf(peer) * 10)] = (tenths[Math.floor(placeOf(peer) * 10)] ?? 0) + 1
  assert.ok(
    tenths.every((count) => count > 60 && count < 140),
    String(tenths),
  )
})

test('all of a small fleet say goodbye; of a thousand about forty', () => {
  assert.ok(peers.every((peer) => mayWithdraw(peer, 40)))
  const leaving = peers.filter((peer) => mayWithdraw(peer, 1_000)).length
  assert.ok(leaving > 20 && leaving < 60, String(leaving))
})

test('an announcement never lasts longer than a day, and its refresh never comes after it has expired', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (size, unit) => {
      assert.ok(lifetimeMs(size) <= 24 * HOUR)
      assert.ok(2 * jitteredRefreshMs(size, unit) < lifetimeMs(size))
      for (let looks = 0; looks < 20; looks += 1) assert.ok(pollMs(size, looks, unit) >= 1_500)
    }),
  )
})
