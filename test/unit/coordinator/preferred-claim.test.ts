/** Whom a home chooses of those parked is whom the plain rule chooses, however it keeps what it compares. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ParkedClaim } from '../../../src/coordinator/parked-claims.ts'
import { Scheduler } from '../../../src/coordinator/scheduler/scheduler.ts'
import { sha256 } from '../../../src/coordinator/scheduler/sha256.ts'
import { imageMark } from '../../../src/core/image-mark.ts'
import { formatTaskId, type HomeId } from '../../../src/core/ids.ts'
import { hammingDistance } from '../../../src/core/scheduler/preferred-peer.ts'
import type { PolicyAsks, Requirements } from '../../../src/core/task.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { randomRuns } from '../../support/random-runs.ts'
import { ANY_NEEDS, sampleOffer } from '../../support/sample-task.ts'

const home = 'homehomehomehome' as HomeId

/** The rule word for word: of those with the image, else of all, the peer nearest by Hamming distance; its earliest claim. */
function choosePlainly(candidates: readonly ParkedClaim[], root: string, taskId: string, image?: string): ParkedClaim {
  const mark = image === undefined ? undefined : imageMark(image)
  const having = candidates.filter(({ offer }) => mark !== undefined && offer.images?.includes(mark) === true)
  const eligible = having.length > 0 ? having : candidates
  const target = sha256(`${root}:${sha256(`${taskId}:${ANY_NEEDS.taskType}:`)}`)
  const ranked = [...new Set(eligible.map(({ offer }) => offer.peer))]
    .map((peer) => ({ peer, distance: hammingDistance(target, sha256(peer)), lot: sha256(`${target}:${peer}`) }))
    .sort((a, b) => a.distance - b.distance || (a.lot < b.lot ? -1 : 1))
  const claim = eligible.find(({ offer }) => offer.peer === ranked[0]?.peer)
  assert.ok(claim !== undefined)
  return claim
}

const images = ['alpine', 'busybox', 'node']
const offers = fc.array(
  fc.record({
    peer: fc.nat({ max: 120 }).map((peer) => `peer-${String(peer)}`),
    images: fc.option(fc.subarray(images), { nil: undefined }),
    /** Whether it has been taken out again, by the time that somebody is chosen. */
    isGone: fc.boolean(),
  }),
  { minLength: 1, maxLength: 150 },
)

test('the choice of a home is the one of the plain rule, whoever came and went, with image or without', () => {
  const scheduler = new Scheduler(home, new ManualClock())
  const asked = fc.option(fc.constantFrom(...images), { nil: undefined })
  fc.assert(
    fc.property(offers, fc.nat(), asked, (all, seq, image) => {
      const needs: Requirements =
        image === undefined
          ? ANY_NEEDS
          : { ...ANY_NEEDS, asks: { image: { name: image, pinned: false } } as PolicyAsks }
      const pool = scheduler.poolFor(needs)
      const claims = all.map((each, arrival): ParkedClaim => {
        const offer = sampleOffer(each.peer, each.images === undefined ? {} : { images: each.images.map(imageMark) })
        const request = {
          ...{ worker: offer.peer, requestId: '', max: 1, leaseMs: 1 },
          ...{ fits: () => true, policyDigest: '' },
        }
        return { offer, request, arrival }
      })
      for (const claim of claims) pool.add(claim)
      all.forEach(({ isGone }, index) => {
        const claim = claims[index]
        if (isGone && claim !== undefined) pool.delete(claim)
      })
      const left = claims.filter((_, index) => all[index]?.isGone !== true)
      assert.equal(pool.size, left.length)
      assert.deepEqual(new Set(pool.all()), new Set(left))
      const id = formatTaskId({ home, epoch: 1, seq })
      // Several tasks in a row, as when there are fewer than claims: who was chosen is out.
      for (let rest = left; rest.length > 0 && rest.length > left.length - 5;) {
        const { merkle_root: root } = scheduler.clock()
        const chosen = pool.choose({ place: 0, id })
        assert.equal(chosen, choosePlainly(rest, root, id, image))
        pool.delete(chosen)
        rest = rest.filter((claim) => claim !== chosen)
      }
      if (seq % 7 === 0) scheduler.tick()
    }),
    randomRuns(300),
  )
})
