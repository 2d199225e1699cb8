import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskId } from '../../../src/core/ids.ts'
import { openGroup } from './group-under-test.ts'

test('nothing is answered or told before the sync of its group, and what comes meanwhile goes together with the next', async () => {
  const syncs: { end: () => void; fail: (fault: Error) => void }[] = []
  const sync = () => new Promise<void>((resolve, reject) => syncs.push({ end: resolve, fail: reject }))
  using store = openGroup({ sync })
  const turns = async () => {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  const order: string[] = []
  const step = (text: string) =>
    store.commit
      .run((change) => {
        store.write(text)
        change.changed.push(text as TaskId)
      })
      .then(() => order.push(text))
  const first = step('a')
  await turns()
  const read = store.commit.durable().then(() => order.push('read'))
  const rest = [step('b'), step('c')]
  await turns()
  assert.deepEqual([order, store.events.length, syncs.length], [[], 0, 1])
  assert.deepEqual(store.lines(), ['a'])
  syncs[0]?.end()
  await Promise.all([first, read])
  await turns()
  assert.deepEqual([order.toSorted(), store.events.length, syncs.length], [['a', 'read'], 1, 2])
  const closed = store.commit.close().then(() => order.push('closed'))
  await turns()
  assert.equal(order.length, 2)
  syncs[1]?.end()
  await Promise.all([...rest, closed])
  assert.equal(store.events.length, 3)
  await store.commit.durable()
})

test('a group that wrote nothing waits for no sync', async () => {
  let syncs = 0
  const sync = () => {
    syncs += 1
    return Promise.resolve()
  }
  using store = openGroup({ sync })
  assert.equal(await store.commit.run(() => 1), 1)
  assert.equal(syncs, 0)
  await store.commit.run(() => store.write('a'))
  assert.equal(syncs, 1)
})

test('after a sync that failed nothing is answered and nothing is accepted', async () => {
  using store = openGroup({ sync: () => Promise.reject(new Error('EIO')) })
  const asked = [store.commit.run(() => store.write('a')), store.commit.run(() => store.write('b'))]
  for (const answer of await Promise.allSettled(asked)) assert.equal(answer.status, 'rejected')
  await assert.rejects(
    store.commit.run(() => store.write('c')),
    /EIO/,
  )
  await assert.rejects(store.commit.durable(), /EIO/)
  assert.deepEqual(store.events, [])
  await store.commit.close()
})
