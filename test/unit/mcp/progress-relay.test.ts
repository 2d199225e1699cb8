import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgressRelay } from '../../../src/mcp/progress-relay.ts'
import { ManualClock } from '../../support/manual-clock.ts'

interface Sent {
  readonly progress: number
  readonly message: string
  readonly progressToken: string
}

function listen(progressToken: string | undefined) {
  const sent: Sent[] = []
  const clock = new ManualClock()
  const request = {
    ...(progressToken === undefined ? {} : { _meta: { progressToken } }),
    notify: ({ params }: { params?: unknown }) => {
      sent.push(params as Sent)
      return Promise.resolve()
    },
  }
  const relay = createProgressRelay(request, 'Wait for a task', clock, (thrown) => {
    throw thrown as Error
  })
  return { relay, sent, clock }
}

test('the first note goes out at once, before the operation has said anything', () => {
  const { sent } = listen('t')
  assert.deepEqual(sent, [{ progressToken: 't', progress: 1, message: 'Wait for a task' }])
})

test('of notes in quick succession the last is sent when the pause is over, and the number grows', async () => {
  const { relay, sent, clock } = listen('t')
  for (const step of ['a', 'b', 'c']) relay.report({ message: step })
  assert.equal(sent.length, 1)
  await clock.advance(250)
  relay.report({ message: 'd' })
  await clock.advance(250)
  assert.deepEqual(
    sent.map(({ progress, message }) => [progress, message]),
    [
      [1, 'Wait for a task'],
      [2, 'c'],
      [3, 'd'],
    ],
  )
})

test('a note is one clean line of at most 120 characters', async () => {
  const { relay, sent, clock } = listen('t')
  relay.report({ message: `\u001b[31mrunning\u202e\n${'x'.repeat(500)}` })
  await clock.advance(250)
  assert.match(sent[1]?.message ?? '', /^running x+…$/)
  assert.equal(sent[1]?.message.length, 120)
})

test('after the answer nothing is sent and no timer is left', async () => {
  const { relay, sent, clock } = listen('t')
  relay.report({ message: 'late' })
  relay.end()
  assert.equal(clock.pending, 0)
  relay.report({ message: 'later' })
  await clock.advance(1000)
  assert.equal(sent.length, 1)
})

test('a caller that did not ask for progress gets none', () => {
  const { relay, sent, clock } = listen(undefined)
  relay.report({ message: 'unheard' })
  relay.end()
  assert.deepEqual(sent, [])
  assert.equal(clock.pending, 0)
})
