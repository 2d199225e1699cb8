/** The log of a task as its readers see it, seen through the operations. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LOG_START, positionAfter, type LogRecord } from '../../../src/core/log-record.ts'
import type { TaskId } from '../../../src/core/ids.ts'
import { QueueHouse, WORKER } from '../../support/queue-house.ts'

test('whoever waits for the log of a queued task is answered with the log of its first attempt', async () => {
  await using house = await QueueHouse.open()
  const id = await house.submit()
  const page = house.call('p2p_taskqueue_read_log', { task_id: id, wait_s: 30 })
  await house.quiet()
  const grant = await house.take()
  await house.quiet()
  assert.ok(WORKER.peer !== undefined)
  const { signal } = new AbortController()
  const sink = await house.doors.outputs.serve(WORKER.peer).openLog({ taskId: id as TaskId, attempt: 1 }, signal)
  const said: LogRecord = { kind: 'stdout', at: 1, ...LOG_START, bytes: Buffer.from('said\n') }
  await sink.append([said, { kind: 'end', at: 1, ...positionAfter(said), bytes: new Uint8Array() }])
  await sink.close()
  await house.settle(grant)
  const { attempt, entries, ended } = await page
  assert.deepEqual([attempt, entries.map(({ text }) => text), ended], [1, ['said\n'], true])
})

test('a task that is cancelled before any attempt has a log that has ended and holds nothing', async () => {
  await using house = await QueueHouse.open()
  const id = await house.submit()
  const page = house.call('p2p_taskqueue_read_log', { task_id: id, wait_s: 30 })
  await house.quiet()
  await house.call('p2p_taskqueue_cancel', { task_id: id })
  const { attempt, entries, ended, status } = await page
  assert.deepEqual([attempt, entries, ended, status], [0, [], true, 'cancelled'])
})
