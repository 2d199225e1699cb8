import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watch } from '../../../src/coordinator/change-watch.ts'
import { Events } from '../../../src/core/events.ts'
import type { TaskId } from '../../../src/core/ids.ts'
import { ManualClock, settle } from '../../support/manual-clock.ts'

function house() {
  const clock = new ManualClock()
  const events = new Events((fault) => {
    throw fault
  })
  const told: unknown[] = []
  const given = new AbortController()
  const listening = watch({ events, clock }, 60_000, {
    signal: given.signal,
    progress: ({ data }) => void told.push(data),
  })
  const at = 0
  return {
    ...{ clock, events, told, given, listening },
    logged: (id: string) =>
      events.emit({ name: 'task.logged', at, taskId: id as TaskId, attempt: 1, nextSeq: 1, bytes: 1 }),
    suspected: (id: string) => events.emit({ name: 'task.suspected', at, taskId: id as TaskId }),
    settled: (id: string) => events.emit({ name: 'task.settled', at, taskId: id as TaskId, status: 'completed' }),
  }
}

test('changes are told in bundles, each id once, and an end at once', async () => {
  const { clock, told, listening, events, ...emit } = house()
  for (const id of ['a', 'b', 'a']) emit.logged(id)
  emit.suspected('a')
  events.emit({ name: 'peer.left', at: 0, peer: 'p' as never })
  events.emit({ name: 'peer.drained', at: 0 })
  assert.deepEqual(told, [])
  await clock.advance(100)
  assert.deepEqual(told, [{ tasks: 'a', logs: 'a,b', peers: 1 }])
  emit.settled('a')
  assert.deepEqual(told[1], { ended: 'a' })
  emit.logged('c')
  await clock.advance(60_000)
  assert.deepEqual(told[2], { logs: 'c' }, 'nothing is held back when the time is over')
  assert.equal(await listening, 7)
  emit.settled('d')
  assert.equal(told.length, 3)
})

test('a bundle of very many tasks is told in pieces', async () => {
  const { clock, told, given, listening, suspected } = house()
  for (let at = 0; at < 4_500; at += 1) suspected(String(at))
  await clock.advance(100)
  const sizes = told.map((note) => (note as { tasks: string }).tasks.split(',').length)
  assert.deepEqual(sizes, [2000, 2000, 500])
  given.abort()
  await assert.rejects(listening, { name: 'AbortError' })
})

test('who gives up is told nothing more and leaves no timer', async () => {
  const { clock, told, given, listening, logged } = house()
  logged('a')
  given.abort(new Error('enough'))
  await assert.rejects(listening, /enough/)
  await clock.advance(1_000)
  await settle()
  assert.deepEqual([told, clock.pending], [[], 0])
})
