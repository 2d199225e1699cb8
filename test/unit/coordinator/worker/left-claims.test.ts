import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LeftClaims } from '../../../../src/coordinator/worker/left-claims.ts'
import type { PeerId } from '../../../../src/core/ids.ts'
import type { GrantView } from '../../../../src/core/operations/views.ts'
import type { OperationsLink } from '../../../../src/core/ports/link.ts'
import { ManualClock, settle } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import { sampleOffer } from '../../../support/sample-task.ts'

const OFFER = sampleOffer('worker', {})
const granted = (fence: number) => ({ task_id: `t${String(fence)}`, fence }) as GrantView

function homeThat(call: (input: object, signal: AbortSignal) => Promise<object>, isClosed = false) {
  const closed = new AbortController()
  if (isClosed) closed.abort()
  return {
    peer: 'home' as PeerId,
    closed: closed.signal,
    call: (_: string, input: object, { signal }: { signal: AbortSignal }) => call(input, signal),
  } as unknown as OperationsLink
}

test('what a home granted to a claim that was left is given back, what had arrived is not, and nothing new is asked for', async () => {
  const asked: { readonly request_id?: string; readonly offer?: { readonly task_types?: readonly string[] } }[] = []
  const home = homeThat((input) => {
    asked.push(input)
    return Promise.resolve({ grants: [granted(1), granted(2)] })
  })
  const left = new LeftClaims({ clock: new ManualClock(), log: new RecordingLog() })
  left.add(home, 'r', new Set([1]))
  left.add(home, 'r', new Set([1]))
  const released: number[] = []
  await left.giveBack(OFFER, 5_000, (_, { fence }) => Promise.resolve(void released.push(fence)))
  assert.deepEqual(released, [2])
  assert.deepEqual(
    asked.map(({ request_id, offer }) => [request_id, offer?.task_types]),
    [['r', ['(none)']]],
  )
})

test('a home that is gone is not asked, and one that does not answer is waited for as long as was said', async () => {
  const clock = new ManualClock()
  const left = new LeftClaims({ clock, log: new RecordingLog() })
  const never = () => assert.fail('asked')
  left.add(homeThat(never, true), 'gone', new Set())
  const silent = (_: object, signal: AbortSignal) =>
    new Promise<object>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error)
      })
    })
  left.add(homeThat(silent), 'silent', new Set())
  let isOver = false
  const done = left.giveBack(OFFER, 5_000, never).then(() => (isOver = true))
  await clock.advance(4_999)
  await settle()
  assert.equal(isOver, false)
  await clock.advance(1)
  await done
})
