import assert from 'node:assert/strict'
import { test } from 'node:test'
import { standClaim } from '../../../../src/coordinator/worker/standing-claim.ts'
import { WakeUps } from '../../../../src/coordinator/worker/wake-ups.ts'
import type { Offer } from '../../../../src/core/fit.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { sampleOffer } from '../../../support/sample-task.ts'

/** A claim whose answers the test gives, and what it said each time it was made. */
function standing(first: Partial<Offer> = {}) {
  const clock = new ManualClock()
  const changes = new WakeUps()
  const said: Offer[] = []
  const answers: { readonly give: () => void; readonly refuse: (why: Error) => void }[] = []
  let now = sampleOffer('worker', first)
  const over = standClaim(
    {
      clock,
      changes,
      offer: () => now,
      ask: (offer) => {
        const { promise, resolve, reject } = Promise.withResolvers<undefined>()
        said.push(offer)
        answers.push({ give: () => resolve(undefined), refuse: reject })
        return promise.then(() => undefined)
      },
    },
    new AbortController().signal,
  )
  const offer = async (changed: Partial<Offer>): Promise<void> => {
    now = sampleOffer('worker', changed)
    changes.wake()
    await clock.advance(0)
  }
  return { clock, said, answers, over, offer }
}

const policy = { digest: 'other', profile: 'trusted', networks: ['none'] } as const

for (const [what, before, after] of [
  ['more processors', { cpus: 1 }, { cpus: 2 }],
  ['more memory', { memoryBytes: 1 }, { memoryBytes: 2 }],
  ['more disk', { diskBytes: 1 }, { diskBytes: 2 }],
  ['a device', { gpus: 0 }, { gpus: 1 }],
  ['another type of task', { taskTypes: ['a'] }, { taskTypes: ['a', 'b'] }],
  ['another policy', {}, { policy }],
] as const) {
  test(`a claim that waits is made again when there is ${what}`, async () => {
    const { said, answers, over, offer } = standing(before)
    await offer(after)
    assert.deepEqual(said, [sampleOffer('worker', before), sampleOffer('worker', after)])
    answers[0]?.give()
    answers[1]?.give()
    await over
  })
}

test('less, or the same, is not worth saying', async () => {
  const { said, answers, over, offer } = standing({ cpus: 2, memoryBytes: 2, gpus: 1, taskTypes: ['a', 'b'] })
  await offer({ cpus: 1, memoryBytes: 2, gpus: 0, taskTypes: ['a'] })
  await offer({ cpus: 2, memoryBytes: 1, gpus: 1, taskTypes: ['b', 'a'] })
  assert.equal(said.length, 1)
  answers[0]?.give()
  await over
})

test('it is over with the answer to what was said last, whatever the former one is answered', async () => {
  const { clock, answers, over, offer } = standing({ cpus: 1 })
  await offer({ cpus: 2 })
  answers[0]?.refuse(new Error('too late'))
  await clock.advance(1_000)
  answers[1]?.refuse(new Error('the home is gone'))
  await assert.rejects(over, /the home is gone/)
  assert.equal(clock.pending, 0)
})

test('room that grows step by step is told at a measured pace, and to a home that answers late never more than twice at once', async () => {
  const { clock, said, answers, over, offer } = standing({ cpus: 1 })
  await offer({ cpus: 2 })
  answers[0]?.give()
  for (let cpus = 3; cpus < 90; cpus += 1) await offer({ cpus })
  assert.equal(said.length, 2, 'not before its time')
  await clock.advance(100)
  assert.deepEqual(
    said.map(({ cpus }) => cpus),
    [1, 2, 89],
  )
  await clock.advance(100)
  await offer({ cpus: 90 })
  assert.equal(said.length, 3, 'two are waiting')
  answers[1]?.give()
  await clock.advance(0)
  await offer({ cpus: 90 })
  assert.equal(said.at(-1)?.cpus, 90)
  answers[3]?.give()
  await over
})
