import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scheduler } from '../../../src/coordinator/scheduler/scheduler.ts'
import { requirementsOf } from '../../../src/coordinator/submission.ts'
import { imageTask } from '../../../src/core/container-task.ts'
import type { Offer } from '../../../src/core/fit.ts'
import type { PeerId } from '../../../src/core/ids.ts'
import { imageMark } from '../../../src/core/image-mark.ts'
import type { ClaimRequest } from '../../../src/core/ports/task-store.ts'
import type { JsonObject } from '../../../src/core/task.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const clocks = { queueMs: 1, prepareMs: 1, runMs: 1, totalMs: 1, graceMs: 1 }
const needsOf = (image: string) =>
  requirementsOf(
    'docker.hub',
    imageTask.parse({ image }) as unknown as JsonObject,
    {},
    {
      clocks,
      by: { signer: 'home', submitter: 'me', depth: 0 },
    },
  )

function claimOf(peer: string, images?: readonly string[]) {
  const offer: Offer = {
    ...{ peer: peer as PeerId, taskTypes: [], labels: [], os: 'linux', arch: 'amd64', trust: 'trusted' },
    ...{ cpus: 8, memoryBytes: 1e10, diskBytes: 1e10, gpus: 0 },
    policy: { digest: 'd', profile: 'standard', networks: ['none'] },
    ...(images === undefined ? {} : { images: images.map(imageMark) }),
  }
  return { offer, request: {} as ClaimRequest, arrival: 0 }
}

test('whatever its tag, digest or spelling, an image has one mark', () => {
  const mark = imageMark('alpine')
  for (const same of ['alpine:3.20', 'docker.io/library/alpine', `alpine@sha256:${'a'.repeat(64)}`]) {
    assert.equal(imageMark(same), mark, same)
  }
  for (const other of ['busybox', 'ghcr.io/library/alpine', 'user/alpine'])
    assert.notEqual(imageMark(other), mark, other)
})

test('a task goes to a peer that has its image, and to any when none has', () => {
  const scheduler = new Scheduler('homehomehomehome', new ManualClock())
  const needs = needsOf('alpine:3.20')
  const without = Array.from({ length: 20 }, (_, index) => claimOf(`peer-${index}`, ['busybox']))
  const untold = claimOf('untold')
  const having = claimOf('having', ['busybox', 'alpine:3.19'])
  const given = (candidates: readonly ReturnType<typeof claimOf>[], place: number) => {
    const pool = scheduler.poolFor(needs)
    for (const claim of candidates) pool.add(claim)
    return pool.choose({ place }).offer.peer
  }
  for (let place = 0; place < 20; place += 1) {
    assert.equal(given([...without, untold, having], place), 'having')
    assert.notEqual(given([...without, untold], place), 'having')
  }
  const spread = new Set(Array.from({ length: 20 }, (_, place) => given(without, place)))
  assert.ok(spread.size > 1, 'the control: without the image the preferred peer decides')
})
