import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AnswerPace, Unread } from '../../../src/peers/answer-pace.ts'
import { ManualClock, settle } from '../../support/manual-clock.ts'

const MEGABYTE = 1_048_576

/** A peer that reads when it is told to: until then at most a megabyte, or so many bytes, are taken from the sender. */
function connect({ takes = MEGABYTE, unread: shared = new Unread() } = {}) {
  const clock = new ManualClock()
  const sent: Uint8Array[] = []
  let [unread, givenUp] = [0, 0]
  let waiting: (() => void)[] = []
  const pace = new AnswerPace({
    ...{ clock, unread: shared },
    onUnread: () => (givenUp += 1),
    send: (bytes) => {
      sent.push(bytes)
      unread += bytes.length
      if (unread <= takes) return Promise.resolve()
      return new Promise((resolve) => waiting.push(resolve))
    },
  })
  const read = async (): Promise<void> => {
    unread = 0
    const resolved = waiting
    waiting = []
    resolved.forEach((resolve) => resolve())
    await settle()
  }
  return { pace, clock, sent, read, givenUp: () => givenUp }
}

test('what is asked by a peer that reads begins in its order, only so much of it before the first answers', async () => {
  const { pace, sent } = connect()
  const begun: number[] = []
  for (let id = 0; id < 100; id += 1) {
    const taken = pace.request(100, (one) => {
      begun.push(id)
      void Promise.resolve().then(() => pace.answer(Buffer.from(String(id)), one))
    })
    assert.ok(taken)
  }
  assert.ok(begun.length < 100)
  await settle()
  const all = Array.from({ length: 100 }, (_, id) => id)
  assert.deepEqual(begun, all)
  assert.deepEqual(
    sent.map((bytes) => Number(Buffer.from(bytes).toString())),
    all,
  )
})

test('a thousand calls with large answers are worked off as fast as they are read, and none is lost', async () => {
  const { pace, sent, read, givenUp } = connect()
  const large = new Uint8Array(200_000)
  let begun = 0
  for (let id = 0; id < 1_000; id += 1) {
    pace.request(100, (one) => {
      begun += 1
      void Promise.resolve().then(() => pace.answer(large, one))
    })
  }
  await settle()
  const atOnce = sent.length
  assert.ok(atOnce * large.length < 4 * MEGABYTE, `${String(atOnce)} answers were sent to one that does not read`)
  assert.ok((begun - atOnce) * large.length < 8 * MEGABYTE, `${String(begun - atOnce)} answers are held`)
  while (sent.length < 1_000) {
    const before = sent.length
    await read()
    assert.ok(sent.length > before, 'what was read makes room')
  }
  assert.equal(begun, 1_000)
  assert.equal(givenUp(), 0)
})

test('for a peer that reads nothing less than a megabyte is made; for one that reads, more at once', async () => {
  const { pace, sent, read } = connect({ takes: 0 })
  const large = new Uint8Array(100_000)
  pace.request(100, (one) => pace.answer(large, one))
  await read()
  let made = 0
  for (let id = 0; id < 1_000; id += 1) {
    pace.request(100, (one) => {
      made += 1
      void Promise.resolve().then(() => pace.answer(large, one))
    })
  }
  await settle()
  assert.ok(made * large.length < MEGABYTE, `${String(made)} answers were made`)
  for (let reads = 0; reads < 20; reads += 1) await read()
  const before = sent.length
  await read()
  assert.ok(sent.length - before >= 8, `${String(sent.length - before)} answers at a time`)
})

test('when all peers together leave much unread each gets one answer at a time, and more once it is read', async () => {
  const unread = new Unread()
  const large = new Uint8Array(MEGABYTE)
  const silent = Array.from({ length: 20 }, () => connect({ takes: 0, unread }))
  for (const { pace } of silent) pace.answer(large)
  await settle()
  const good = connect({ unread })
  const ready: (() => void)[] = []
  for (let id = 0; id < 5; id += 1) good.pace.request(100, (one) => ready.push(() => good.pace.answer(large, one)))
  const begun = (): number => ready.length
  assert.equal(begun(), 1)
  ready.shift()?.()
  await settle()
  assert.equal(begun(), 1, 'what is read makes room')
  for (const { read } of silent) await read()
  await good.clock.advance(25)
  assert.ok(begun() > 1)
  for (const { pace } of [...silent, good]) pace.end()
  assert.equal(unread.isHigh, false)
})

test('what large answers have left is thrown away each four megabytes of them, whoever they went to', async () => {
  let tidied = 0
  const unread = new Unread(() => (tidied += 1))
  const [one, other] = [connect({ unread }), connect({ unread })]
  for (let answers = 0; answers < 3; answers += 1) {
    one.pace.answer(new Uint8Array(MEGABYTE))
    await settle()
    await one.read()
  }
  for (let answers = 0; answers < 10_000; answers += 1) one.pace.answer(new Uint8Array(1_000))
  await settle()
  assert.equal(tidied, 0)
  other.pace.answer(new Uint8Array(MEGABYTE))
  await settle()
  await other.read()
  assert.equal(tidied, 1)
})

test('of answers that take a while no more are on their way than large ones may be', async () => {
  const { pace, sent, read } = connect()
  const large = new Uint8Array(MEGABYTE)
  const ready: (() => void)[] = []
  for (let id = 0; id < 200; id += 1) pace.request(100, (one) => ready.push(() => pace.answer(large, one)))
  assert.equal(ready.length, 16)
  let most = 0
  while (sent.length < 200) {
    if (sent.length >= 16) most = Math.max(most, ready.length)
    ready.shift()?.()
    await read()
  }
  assert.equal(sent.length, 200)
  assert.ok(most <= 4, `${String(most)} answers of a megabyte were made at once`)
})

test('requests that are parked are soon passed by others, and hundreds may be parked at once', async () => {
  const { pace, clock } = connect()
  let parked = 0
  for (let id = 0; id < 500; id += 1) pace.request(100, () => (parked += 1))
  assert.equal(parked, 16)
  await clock.advance(24)
  assert.equal(parked, 16)
  for (let later = 0; later < 40; later += 1) await clock.advance(25)
  assert.equal(parked, 500)
  let begun = false
  pace.request(100, () => (begun = true))
  for (let later = 0; later < 2; later += 1) await clock.advance(25)
  assert.ok(begun)
  assert.equal(clock.pending, 0)
})

test('nothing begins while much is unsent, and short answers wait behind the long ones', async () => {
  const { pace, sent, read } = connect()
  for (let answer = 0; answer < 3; answer += 1) pace.answer(new Uint8Array(MEGABYTE))
  const short = Buffer.from('short')
  pace.answer(short)
  let begun = false
  pace.request(100, () => (begun = true))
  await settle()
  assert.equal(begun, false)
  assert.ok(!sent.includes(short))
  for (let reads = 0; reads < 5; reads += 1) await read()
  assert.equal(begun, true)
  assert.equal(sent.at(-1), short)
})

test('requests that wait are refused beyond a measure of their bytes', async () => {
  const { pace, read } = connect()
  pace.answer(new Uint8Array(MEGABYTE))
  pace.answer(new Uint8Array(MEGABYTE))
  await settle()
  let begun = 0
  const ask = (): boolean => pace.request(MEGABYTE, () => (begun += 1))
  let waiting = 0
  for (; waiting < 100; waiting += 1) if (!ask()) break
  assert.equal(waiting, 8)
  while (begun < waiting) await read()
  assert.ok(ask(), 'there is room again')
})

test('a peer that takes nothing is given up: at once when too much waits for it, else after a minute', async () => {
  const silent = connect()
  for (let answer = 0; answer < 2; answer += 1) silent.pace.answer(new Uint8Array(MEGABYTE))
  await silent.clock.advance(59_000)
  assert.equal(silent.givenUp(), 0)
  await silent.clock.advance(1_000)
  assert.equal(silent.givenUp(), 1)

  const greedy = connect()
  for (let answer = 0; answer < 15; answer += 1) greedy.pace.answer(new Uint8Array(MEGABYTE))
  assert.equal(greedy.givenUp(), 0)
  for (let answer = 0; answer < 5; answer += 1) greedy.pace.answer(new Uint8Array(MEGABYTE))
  assert.ok(greedy.givenUp() > 0)
})

test('a peer that takes a little now and then is waited for, and no clock is left running when it has all', async () => {
  const { pace, clock, sent, read, givenUp } = connect()
  for (let answer = 0; answer < 10; answer += 1) pace.answer(new Uint8Array(MEGABYTE))
  while (sent.length < 10) {
    await clock.advance(50_000)
    await read()
  }
  await read()
  assert.equal(givenUp(), 0)
  assert.equal(clock.pending, 0)
})

test('after the end nothing begins, is sent or is given up', async () => {
  const { pace, clock, sent, read, givenUp } = connect()
  for (let answer = 0; answer < 5; answer += 1) pace.answer(new Uint8Array(MEGABYTE))
  let begun = false
  pace.request(1, () => (begun = true))
  const before = sent.length
  pace.end()
  await read()
  await clock.advance(120_000)
  assert.deepEqual([begun, sent.length, givenUp(), clock.pending], [false, before, 0, 0])
})
