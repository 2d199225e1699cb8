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
import type { Requirements } from '../../../src/core/task.ts'
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
const claims = fc
  .array(
    fc.record({
      peer: fc.nat({ max: 120 }).map((peer) => `peer-${String(peer)}`),
      images: fc.option(fc.subarray(images), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 150 },
  )
  .map((all) =>
    all.map((claim): ParkedClaim => {
      const offer = sampleOffer(claim.peer, claim.images === undefined ? {} : { images: claim.images.map(imageMark) })
      return {
        offer,
        request: { worker: offer.peer, requestId: '', max: 1, leaseMs: 1, fits: () => true, policyDigest: '' },
      }
    }),
  )

test('the choice of a home is the one of the plain rule, whoever is parked, with image or without', () => {
  const scheduler = new Scheduler(home, new ManualClock())
  fc.assert(
    fc.property(
      claims,
      fc.nat(),
      fc.option(fc.constantFrom(...images), { nil: undefined }),
      (candidates, seq, image) => {
        const id = formatTaskId({ home, epoch: 1, seq })
        const needs: Requirements =
          image === undefined
            ? ANY_NEEDS
            : { ...ANY_NEEDS, asks: { ...ANY_NEEDS.asks, image: { name: image } } as never }
        const { merkle_root: root } = scheduler.clock()
        assert.equal(scheduler.choose(candidates, { needs, place: 0, id }), choosePlainly(candidates, root, id, image))
        if (seq % 7 === 0) scheduler.tick()
      },
    ),
    randomRuns(400),
  )
})
