import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CutOffClaims } from '../../../../src/coordinator/worker/cut-off-claims.ts'
import type { HomeId } from '../../../../src/core/ids.ts'
import type { OperationsLink } from '../../../../src/core/ports/link.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const HOME = 'aaaaaaaaaaaaaaaa' as HomeId
const LINK = { homes: [HOME] } as unknown as OperationsLink

function ground() {
  const clock = new ManualClock()
  const stopping = new AbortController()
  const home: { link: OperationsLink | undefined } = { link: LINK }
  const claims = new CutOffClaims({
    clock,
    links: { findByHome: () => home.link },
    signal: stopping.signal,
    leaseMs: 30_000,
    patienceMs: 600_000,
  })
  return { clock, stopping, home, claims }
}

test('what a lost peer granted is asked for at once at another that serves the home, and once it has come no more', async () => {
  const { clock, claims } = ground()
  const asked: number[] = []
  claims.add(HOME, (_link, time) => {
    asked.push(time)
    return Promise.resolve(2)
  })
  await clock.advance(60_000)
  assert.deepEqual(asked, [0])
  await claims.settled()
})

test('a home that is away is asked when it is back, and again while the one that was lost may still grant', async () => {
  const { clock, home, claims } = ground()
  home.link = undefined
  const asked: number[] = []
  let isGranted = false
  claims.add(HOME, () => {
    asked.push(clock.mono())
    return isGranted ? Promise.resolve(1) : Promise.resolve(0)
  })
  await clock.advance(20_000)
  assert.deepEqual(asked, [])
  home.link = LINK
  await clock.advance(5_000)
  assert.equal(asked.length, 1)
  isGranted = true
  await clock.advance(5_000)
  assert.equal(asked.length, 2)
  await claims.settled()
  assert.equal(clock.pending, 0)
})

test('after a lease nothing is left to come, a failure to ask is no answer, and a stop ends it', async () => {
  const { clock, stopping, claims } = ground()
  let asked = 0
  claims.add(HOME, () => {
    asked += 1
    return Promise.resolve(0)
  })
  await clock.advance(40_000)
  await claims.settled()
  assert(asked > 3 && asked < 15, String(asked))
  let failed = 0
  claims.add(HOME, () => {
    failed += 1
    return Promise.reject(new Error('cut off again'))
  })
  await clock.advance(60_000)
  assert(failed > 10)
  stopping.abort(new Error('stopping'))
  await claims.settled()
  assert.equal(clock.pending, 0)
})
