import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskId } from '../../../src/core/ids.ts'
import type { Change } from '../../../src/store/sqlite/group-commit.ts'
import { openGroup } from './group-under-test.ts'

test('steps asked for in one turn share one transaction, in order', async () => {
  using store = openGroup()
  let commits = 0
  const seen: boolean[] = []
  const step = (text: string) =>
    store.commit.run(() => {
      seen.push(store.db.isTransaction)
      store.write(text)
      return (commits += 1)
    })
  assert.deepEqual(await Promise.all([step('a'), step('b'), step('c')]), [1, 2, 3])
  assert.deepEqual(seen, [true, true, true])
  assert.deepEqual(store.lines(), ['a', 'b', 'c'])
  assert.equal(store.db.isTransaction, false)
})

test('R26: a step that throws takes back its own rows and notes, and nobody else’s', async () => {
  using store = openGroup()
  const notes: string[] = []
  const step = (text: string, change: Change) => {
    store.write(text)
    notes.push(text)
    change.onUndo(() => notes.splice(notes.indexOf(text), 1))
  }
  const answers = await Promise.allSettled([
    store.commit.run((change) => step('first', change)),
    store.commit.run((change) => {
      step('bad 1', change)
      step('bad 2', change)
      throw new Error('refused')
    }),
    store.commit.run((change) => step('last', change)),
  ])
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(store.lines(), ['first', 'last'])
  assert.deepEqual(notes, ['first', 'last'])
})

test('R26: a row that the file refuses is no reason to refuse its neighbours', async () => {
  using store = openGroup()
  const answers = await Promise.allSettled([
    store.commit.run(() => store.write('same')),
    store.commit.run(() => store.write('same')),
    store.commit.run(() => store.write('other')),
  ])
  assert.deepEqual(
    answers.map((answer) => (answer.status === 'rejected' ? (answer.reason as { code: string }).code : 'done')),
    ['done', 'storage_failed', 'done'],
  )
  assert.deepEqual(store.lines(), ['same', 'other'])
})

test('R13: nothing is answered, told or kept in memory from a group that could not commit', async () => {
  using store = openGroup()
  store.failCommit(1)
  let notes = 0
  const ran = { a: 0, b: 0 }
  const step = (name: 'a' | 'b') =>
    store.commit.run((change) => {
      ran[name] += 1
      notes += 1
      change.onUndo(() => {
        notes -= 1
      })
      store.write(name)
      change.changed.push(`${name} ${String(ran[name])}` as TaskId)
      return ran[name]
    })
  // Each step is tried once more alone; what is answered and told is what became durable.
  assert.deepEqual(await Promise.all([step('a'), step('b')]), [2, 2])
  assert.deepEqual(store.lines(), ['a', 'b'])
  assert.equal(notes, 2)
  assert.equal(store.rollbacks.length, 1)
  assert.deepEqual(store.events, [
    { kind: 'changed', taskId: 'a 2' },
    { kind: 'changed', taskId: 'b 2' },
  ])
})

test('R13: a step that cannot commit alone either is refused, and leaves nothing', async () => {
  using store = openGroup()
  store.failCommit(2)
  let notes = 0
  const asked = store.commit.run((change) => {
    notes += 1
    change.onUndo(() => {
      notes -= 1
    })
    store.write('lost')
  })
  await assert.rejects(asked, { code: 'storage_failed' })
  assert.deepEqual(store.lines(), [])
  assert.equal(notes, 0)
  assert.deepEqual(store.events, [])
  await store.commit.run(() => store.write('next'))
  assert.deepEqual(store.lines(), ['next'])
})

test('R27: a transaction that SQLite has rolled back by itself is not rolled back again', async () => {
  using store = openGroup()
  await store.commit.run(() => store.write('kept'))
  let tries = 0
  const answers = await Promise.allSettled([
    store.commit.run(() => store.write('before')),
    store.commit.run(() => {
      tries += 1
      store.db.exec("INSERT OR ROLLBACK INTO line VALUES ('kept')")
    }),
    store.commit.run(() => store.write('after')),
  ])
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.equal(tries, 2)
  assert.deepEqual(store.lines(), ['kept', 'before', 'after'])
})

test('R27: a file that is full refuses what is too large, and takes what is not', async () => {
  using store = openGroup()
  store.db.exec('PRAGMA max_page_count = 12')
  const answers = await Promise.allSettled([
    store.commit.run(() => store.write('small')),
    store.commit.run(() => store.write('x'.repeat(1_000_000))),
    store.commit.run(() => store.write('small too')),
  ])
  assert.deepEqual(
    answers.map((answer) => (answer.status === 'rejected' ? (answer.reason as { code: string }).code : 'done')),
    ['done', 'storage_low', 'done'],
  )
  assert.deepEqual(store.lines(), ['small', 'small too'])
})

test('R27: when room was made on a full disk, the whole group is tried once more together', async () => {
  using store = openGroup({ makesRoom: true })
  store.failCommit(1)
  let begun = 0
  const step = (text: string) =>
    store.commit.run(() => {
      store.write(text)
      return (begun += 1)
    })
  assert.deepEqual(await Promise.all([step('a'), step('b')]), [3, 4])
  assert.equal(store.commits(), 2)
  assert.deepEqual(store.lines(), ['a', 'b'])
  assert.equal(store.rollbacks.length, 1)
})

test('no more steps are committed together than allowed, and the loop turns in between', async () => {
  using store = openGroup({ maxSteps: 10 })
  const order: string[] = []
  const asked = Array.from({ length: 25 }, (_, number) =>
    store.commit.run(() => {
      if (number % 10 === 0) order.push(`group ${String(number / 10)}`)
      if (number === 0) setImmediate(() => order.push('the loop turned'))
    }),
  )
  await Promise.all(asked)
  assert.deepEqual(order, ['group 0', 'the loop turned', 'group 1', 'group 2'])
})

test('a group that takes long is committed before all its steps are in', async () => {
  let mono = 0
  using store = openGroup({ maxMs: 5, mono: () => mono })
  let groups = 0
  const asked = Array.from({ length: 6 }, () =>
    store.commit.run((change) => {
      mono += 3
      change.onUndo(() => undefined)
      return groups
    }),
  )
  void asked[0]?.then(() => (groups += 1))
  const inGroup = await Promise.all(asked)
  assert(inGroup.includes(0) && inGroup.includes(1), inGroup.join(' '))
})

test('one event is told per class and task of a group', async () => {
  using store = openGroup()
  const needs = { taskType: 'a' } as never
  const step = () =>
    store.commit.run((change) => {
      change.ready.push(needs, needs)
      change.changed.push('t' as TaskId)
    })
  await Promise.all([step(), step()])
  assert.deepEqual(
    store.events.map(({ kind }) => kind),
    ['ready', 'changed'],
  )
})

test('a close waits for what was asked before, and refuses what comes after', async () => {
  using store = openGroup({ maxSteps: 1 })
  const asked = [store.commit.run(() => store.write('a')), store.commit.run(() => store.write('b'))]
  const closed = store.commit.close()
  await assert.rejects(
    store.commit.run(() => store.write('c')),
    { code: 'stopping' },
  )
  await closed
  assert.deepEqual(store.lines(), ['a', 'b'])
  await Promise.all(asked)
  await store.commit.close()
})
