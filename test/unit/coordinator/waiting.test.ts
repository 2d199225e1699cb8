import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitForEnd } from '../../../src/coordinator/waiting.ts'
import { Events } from '../../../src/core/events.ts'
import type { TaskId } from '../../../src/core/ids.ts'
import type { Task } from '../../../src/core/task.ts'
import { ManualClock, settle } from '../../support/manual-clock.ts'

test('whoever gives up a wait while the task is still looked for is told so, and nobody else', async () => {
  const events = new Events((thrown) => {
    throw thrown as Error
  })
  const found = Promise.withResolvers<Task>()
  const caller = new AbortController()
  const wait = waitForEnd(
    { clock: new ManualClock(), events, find: () => found.promise },
    'aaaaaaaaaaaaaaaa.1.1' as TaskId,
    { timeoutMs: 1_000, signal: caller.signal, onEvent: () => undefined },
  )
  const strays: unknown[] = []
  const hear = (reason: unknown): void => void strays.push(reason)
  process.on('unhandledRejection', hear)
  caller.abort(new Error('gone'))
  // A rejection that nobody hears ends a process once the turn of the loop is over.
  await settle()
  found.resolve({ status: 'queued' } as Task)
  await assert.rejects(wait, /gone/)
  await settle()
  process.off('unhandledRejection', hear)
  assert.deepEqual(strays, [])
})
