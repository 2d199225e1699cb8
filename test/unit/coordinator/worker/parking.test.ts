import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BARREN_AFTER_MS, BARREN_FOR_MS, Parking, PLACES } from '../../../../src/coordinator/worker/parking.ts'
import type { HomeId, PeerId } from '../../../../src/core/ids.ts'
import type { OperationsLink } from '../../../../src/core/ports/link.ts'
import { ManualClock, settle } from '../../../support/manual-clock.ts'
import { randomRuns } from '../../../support/random-runs.ts'

const SELF = 'self' as PeerId
const EMPTY = { ready: 0 }

function link(peer: string): OperationsLink {
  return {
    peer: peer as PeerId,
    homes: ['home' as HomeId],
    closed: new AbortController().signal,
    call: () => Promise.reject(new Error('not called')),
  }
}

function bestOf(parking: Parking, links: readonly OperationsLink[]): readonly (string | undefined)[] {
  return links.filter((one) => parking.isBest(one)).map(({ peer }) => peer)
}

function open(names: readonly string[], self = SELF) {
  const clock = new ManualClock()
  const parking = new Parking({ self, clock })
  const links = names.map(link)
  const leave = links.map((one) => parking.join(one))
  const get = (name: string): OperationsLink => {
    const found = links.find(({ peer }) => peer === name)
    assert.ok(found !== undefined)
    return found
  }
  return { clock, parking, links, leave, get, best: () => bestOf(parking, links) }
}

test('with few homes a worker waits at all of them, whatever they say', () => {
  const { parking, get, best } = open(['self', 'a', 'b'])
  parking.heard(get('a'), EMPTY)
  assert.deepEqual(best(), ['self', 'a', 'b'])
})

test('its own home always has a place, and no more than the best others are waited at', () => {
  const { parking, links, best } = open(['a', 'b', 'c', 'd', 'e', 'self'])
  for (const one of links) parking.heard(one, one.peer === SELF ? EMPTY : { ready: 5, oldest_ready_at: 1 })
  assert.equal(best().length, PLACES)
  assert.ok(best().includes('self'))
})

test('a home that comes to have work displaces one that has none', () => {
  const { parking, links, best, get } = open(['self', 'a', 'b', 'c', 'd'])
  for (const one of links) parking.heard(one, EMPTY)
  const [idle] = ['a', 'b', 'c', 'd'].filter((name) => !best().includes(name))
  assert.ok(idle !== undefined)
  parking.heard(get(idle), { ready: 1, oldest_ready_at: 1 })
  assert.ok(best().includes(idle))
  assert.equal(best().length, PLACES)
})

test('of those with work the one where the most urgent task waits comes first', () => {
  const { parking, links, best, get } = open(['self', 'a', 'b', 'c', 'd'])
  for (const one of links) parking.heard(one, EMPTY)
  const at = 1_800_000_000_000
  const idle = ['a', 'b', 'c', 'd'].filter((name) => !best().includes(name))
  const [first = '', second = ''] = idle
  const busy = ['a', 'b', 'c', 'd'].filter((name) => best().includes(name))
  for (const name of busy) parking.foundBarren(get(name))
  parking.heard(get(first), { ready: 9, oldest_ready_at: at, top_priority: 5 })
  parking.heard(get(second), { ready: 1, oldest_ready_at: at, top_priority: 8 })
  assert.deepEqual([...best()].sort(), ['self', first, second].sort())
})

test('a home whose work does not fit loses its place to the next that has work, and is tried again later', async () => {
  const { clock, parking, links, best, get } = open(['self', 'a', 'b', 'c', 'd'])
  for (const one of links) parking.heard(one, { ready: 1, oldest_ready_at: 1 })
  const first = best().filter((name) => name !== 'self')
  const answered = first.map((name) => parking.waits(get(name ?? '')))
  await clock.advance(BARREN_AFTER_MS)
  const second = best().filter((name) => name !== 'self')
  assert.deepEqual([...first, ...second].sort(), ['a', 'b', 'c', 'd'])
  for (const stop of answered) stop()
  await clock.advance(BARREN_FOR_MS)
  for (const name of second) parking.foundBarren(get(name ?? ''))
  assert.deepEqual([...best()].filter((name) => name !== 'self').sort(), [...first].sort())
})

test('a claim that is answered in time leaves its home in place', async () => {
  const { clock, parking, links, best, get } = open(['self', 'a', 'b', 'c', 'd'])
  for (const one of links) parking.heard(one, { ready: 1, oldest_ready_at: 1 })
  const before = best()
  const answered = parking.waits(get(before.find((name) => name !== 'self') ?? ''))
  await clock.advance(BARREN_AFTER_MS - 1)
  answered()
  await clock.advance(BARREN_AFTER_MS)
  assert.deepEqual(best(), before)
  assert.equal(clock.pending, 0)
})

test('waiting for a place ends with the place, or with the signal; a home that leaves makes room', async () => {
  const { parking, leave, links, best } = open(['self', 'a', 'b', 'c'])
  const outside = links.find((one) => !parking.isBest(one))
  assert.ok(outside !== undefined)
  const gone = new AbortController()
  const given = parking.whenBest(outside, gone.signal)
  gone.abort(new Error('stopping'))
  await assert.rejects(given, /stopping/)
  let placed = false
  const waiting = parking.whenBest(outside, new AbortController().signal).then(() => (placed = true))
  await settle()
  assert.equal(placed, false)
  const leaving = links.findIndex((one) => one !== outside && one.peer !== SELF)
  leave[leaving]?.()
  await waiting
  assert.equal(best().length, PLACES)
})

test('what a home said before it was joined counts', () => {
  const parking = new Parking({ self: SELF, clock: new ManualClock() })
  const links = ['a', 'b', 'c', 'd', 'e'].map(link)
  for (const one of links) parking.heard(one, one.peer === 'e' ? { ready: 1, oldest_ready_at: 1 } : EMPTY)
  for (const one of links) parking.join(one)
  assert.ok(parking.isBest(links[4] ?? link('none')))
})

test('idle workers spread over idle homes', () => {
  const homes = Array.from({ length: 12 }, (_, index) => `home ${String(index)}`)
  const waited = new Set<string | undefined>()
  for (let worker = 0; worker < 40; worker += 1) {
    const { parking, links, best } = open(homes, `worker ${String(worker)}` as PeerId)
    for (const one of links) parking.heard(one, EMPTY)
    for (const name of best()) waited.add(name)
  }
  assert.equal(waited.size, homes.length)
})

test('a home with a task that fits is reached in bounded time, however busy others are with tasks that do not', async () => {
  const count = fc.integer({ min: 1, max: 12 })
  await fc.assert(
    fc.asyncProperty(count, fc.nat(), fc.array(fc.nat(), { maxLength: 40 }), async (homes, pick, noise) => {
      const names = ['self', ...Array.from({ length: homes }, (_, index) => `home ${String(index)}`)]
      const { clock, parking, links, get } = open(names)
      const fitting = get(`home ${String(pick % homes)}`)
      for (const one of links) parking.heard(one, { ready: 1, oldest_ready_at: 1 })
      let found = false
      const answered = new Map<OperationsLink, () => void>()
      // Every promising home may need its time, two at a time, and each worker loop notices a second later at most.
      const seconds = 2 * homes + 2
      for (let second = 0; second < seconds && !found; second += 1) {
        for (const one of links) {
          if (parking.isBest(one) && !answered.has(one)) answered.set(one, parking.waits(one))
        }
        found = answered.has(fitting)
        const loud = links[(noise[second] ?? second) % links.length]
        if (loud !== undefined && loud !== fitting) {
          parking.heard(loud, { ready: second + 2, oldest_ready_at: 1, top_priority: 10 })
        }
        await clock.advance(1_000)
        for (const [one, stop] of answered) {
          if (parking.isBest(one)) continue
          stop()
          answered.delete(one)
        }
      }
      assert.ok(found, `not within ${String(seconds)} s`)
    }),
    randomRuns(60),
  )
})
