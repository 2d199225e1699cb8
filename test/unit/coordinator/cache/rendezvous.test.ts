import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rankByRendezvous } from '../../../../src/coordinator/cache/rendezvous.ts'
import { randomRuns } from '../../../support/random-runs.ts'

const peers = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 12 })

test('everybody with the same peers in view ranks them alike, whatever the order they are known in', () => {
  fc.assert(
    fc.property(fc.string(), peers, (key, view) => {
      const ranked = rankByRendezvous(key, view)
      assert.deepEqual(rankByRendezvous(key, view.toReversed()), ranked)
      assert.deepEqual(ranked.toSorted(), view.toSorted())
    }),
    randomRuns(200),
  )
})

test('when a peer goes, the others keep their order: only its own keys move', () => {
  fc.assert(
    fc.property(fc.string(), peers, fc.nat(), (key, view, index) => {
      const gone = view[index % view.length]
      const left = view.filter((peer) => peer !== gone)
      const ranked = rankByRendezvous(key, view).filter((peer) => peer !== gone)
      assert.deepEqual(rankByRendezvous(key, left), ranked)
    }),
    randomRuns(200),
  )
})

test('keys are spread evenly', () => {
  const view = ['a', 'b', 'c', 'd', 'e']
  const counts = new Map(view.map((peer) => [peer, 0]))
  for (let index = 0; index < 5_000; index += 1) {
    const [first = ''] = rankByRendezvous(`key ${String(index)}`, view)
    counts.set(first, (counts.get(first) ?? 0) + 1)
  }
  for (const [peer, count] of counts) assert.ok(count > 850 && count < 1_150, `${peer}: ${String(count)}`)
})

test('the ranking is fixed: peers of different versions must agree', () => {
  assert.deepEqual(rankByRendezvous('build/42', ['peer-a', 'peer-b', 'peer-c', 'peer-d']), [
    'peer-c',
    'peer-d',
    'peer-a',
    'peer-b',
  ])
})
