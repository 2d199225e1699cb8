import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QueueHouse, workerNamed } from '../../support/queue-house.ts'
import { settle } from '../../support/manual-clock.ts'

test('claims on their way to the store when a home stops are answered, and nothing is asked of it afterwards', async () => {
  await using house = await QueueHouse.open()
  await house.submit()
  const claims = ['one', 'two', 'three'].map((name) => house.claim({ wait_s: 30 }, workerNamed(`12D3KooW${name}`)))
  const strays: unknown[] = []
  const hear = (thrown: unknown): void => void strays.push(thrown)
  process.on('uncaughtException', hear)
  await house.stop()
  const answers = await Promise.all(claims)
  await settle()
  process.off('uncaughtException', hear)
  assert.equal(answers.flat().length, 1)
  assert.deepEqual(strays, [])
})
