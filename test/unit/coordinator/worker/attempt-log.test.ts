/** From a container's bytes to pages of a log: nothing torn, nothing told twice, what is missing stated. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readLogPage } from '../../../../src/coordinator/logs/log-page.ts'
import { AttemptLog, type KeptStream } from '../../../../src/coordinator/worker/attempt-log.ts'
import { LogSpool } from '../../../../src/coordinator/worker/log-spool.ts'
import type { TaskId } from '../../../../src/core/ids.ts'
import { LOG_START, type LogPosition } from '../../../../src/core/log-record.ts'
import type { AttemptKey, LogStore } from '../../../../src/core/ports/log-store.ts'
import { secretPatterns } from '../../../../src/core/redactor.ts'
import { MemoryLogStore } from '../../../fakes/memory-log-store.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'

const KEY: AttemptKey = { taskId: 'aaaaaaaaaaaaaaaa.1.1' as TaskId, attempt: 1 }
const NOTHING: KeptStream = { bytes: 0, head: new Uint8Array() }
const clock = new ManualClock()

function spoolOn(store: LogStore, from: LogPosition = LOG_START): LogSpool {
  return new LogSpool(KEY, { store, clock, log: new RecordingLog(), onGrown: () => undefined }, from)
}

function logOn(
  store: LogStore,
  { secrets = [] as string[], from = LOG_START, kept = { stdout: NOTHING, stderr: NOTHING } } = {},
): AttemptLog {
  return new AttemptLog(spoolOn(store, from), secretPatterns(secrets), kept)
}

const bytes = (text: string) => new TextEncoder().encode(text)
const page = (store: LogStore, wish: Partial<Parameters<typeof readLogPage>[2]> = {}) =>
  readLogPage(store, KEY, { from: { seq: 0 }, maxBytes: 65_536, ...wish })
const textOf = async (store: LogStore, stream: 'stdout' | 'stderr') =>
  (await page(store, { stream })).entries.map(({ text }) => text).join('')

test('streams are kept apart and in order, and no character is torn between records', async () => {
  const store = new MemoryLogStore()
  const log = logOn(store)
  for (const byte of bytes('grün €\n')) {
    log.write('stdout', Uint8Array.of(byte))
    log.write('stderr', bytes('.'))
  }
  await log.end()
  const { entries } = await page(store)
  assert.ok(entries.every(({ text }) => !text.includes('\ufffd')))
  assert.equal(await textOf(store, 'stdout'), 'grün €\n')
  assert.equal(await textOf(store, 'stderr'), '.'.repeat(10))
  assert.equal((await store.state(KEY))?.ended, true)
})

test('a secret is taken out before anything of it is kept', async () => {
  const store = new MemoryLogStore()
  const log = logOn(store, { secrets: ['hunter2hunter2'] })
  log.write('stdout', bytes('it is hunter2h'))
  log.write('stdout', bytes('unter2 indeed\n'))
  await log.end()
  assert.equal(await textOf(store, 'stdout'), 'it is *** indeed\n')
  assert.doesNotMatch(JSON.stringify(log.toJson()), /hunter2/)
})

test('a disk that stands still costs the middle of the log, never the container: the cut and its length are stated', async () => {
  const gate = Promise.withResolvers<undefined>()
  const store = new MemoryLogStore()
  const append = store.append.bind(store)
  store.append = async (...call) => {
    await gate.promise
    return append(...call)
  }
  const log = logOn(store)
  const piece = bytes(`${'x'.repeat(65_535)}\n`)
  const pieces = 200
  for (let count = 0; count < pieces; count += 1) log.write('stdout', piece)
  gate.resolve(undefined)
  await log.end()
  const { next } = (await store.state(KEY)) ?? assert.fail()
  assert.equal(next.stdoutBytes, pieces * piece.length, 'what was dropped is counted')
  assert.equal(next.lines, pieces)
  const { cuts, entries } = await page(store, { maxBytes: 100_000_000 })
  assert.equal(cuts.length, 1)
  const shown = entries.reduce((sum, { text }) => sum + text.length, 0)
  assert.ok(shown < pieces * piece.length)
  assert.equal(shown + (cuts[0]?.bytes ?? 0), pieces * piece.length)
})

test('after a restart the engine tells everything again, and only what is new is kept', async () => {
  const store = new MemoryLogStore()
  const before = spoolOn(store)
  before.write('stdout', bytes('one\ntwo\n'))
  before.write('stderr', bytes('problem\n'))
  before.write('stdout', bytes('thr'))
  before.skip()
  await new Promise((resolve) => setImmediate(resolve))
  const from = (await store.state(KEY))?.next ?? assert.fail()
  const kept = {
    stdout: { bytes: from.stdoutBytes, head: bytes('one\ntwo\nthr') },
    stderr: { bytes: from.stderrBytes, head: bytes('problem\n') },
  }
  const after = logOn(store, { from, kept })
  for (const text of ['one\n', 'two\nth', 'ree\nfour\n']) after.write('stdout', bytes(text))
  after.write('stderr', bytes('problem\nsolved\n'))
  await after.end()
  assert.equal(await textOf(store, 'stdout'), 'one\ntwo\nthree\nfour\n')
  assert.equal(await textOf(store, 'stderr'), 'problem\nsolved\n')
  assert.equal(after.bytes, 'one\ntwo\nthree\nfour\nproblem\nsolved\n'.length, 'the result’s tail knows all of it')
})

test('an engine that has dropped the beginning is not taken for one that has not: a cut is stated', async () => {
  const store = new MemoryLogStore()
  const kept = { stdout: { bytes: 8, head: bytes('one\ntwo\n') }, stderr: NOTHING }
  await store.append(KEY, [{ kind: 'stdout', at: 1, ...LOG_START, bytes: bytes('one\ntwo\n') }])
  const from = (await store.state(KEY))?.next ?? assert.fail()
  const after = logOn(store, { from, kept })
  after.write('stdout', bytes('nine\nten\n'))
  await after.end()
  const { entries, cuts } = await page(store)
  assert.equal(entries.map(({ text }) => text).join(''), 'one\ntwo\nnine\nten\n')
  assert.equal(cuts.length, 1)
})

test('a page holds so much, lines that contain a text, or so many lines from the end', async () => {
  const store = new MemoryLogStore()
  const log = logOn(store)
  for (let line = 0; line < 500; line += 1) {
    log.write(line % 10 === 0 ? 'stderr' : 'stdout', bytes(`line ${String(line)} ${'.'.repeat(100)}\n`))
  }
  await log.end()
  let seq = 0
  let all = ''
  for (let pages = 0; seq < ((await store.state(KEY))?.next.seq ?? 0); pages += 1) {
    assert.ok(pages < 100)
    const { entries, next_seq } = await page(store, { from: { seq }, maxBytes: 4_096 })
    all += entries.map(({ text }) => text).join('')
    seq = next_seq
  }
  assert.equal(all.match(/line /g)?.length, 500)
  const found = await page(store, { grep: 'line 49' })
  assert.deepEqual(
    found.entries.map(({ text }) => text.split(' ')[1]),
    ['49', ...Array.from({ length: 10 }, (_, index) => `49${String(index)}`)],
  )
  const tail = await page(store, { from: { tailLines: 3 } })
  assert.match(tail.entries.map(({ text }) => text).join(''), /^line 497 .*\nline 498 .*\nline 499 .*\n$/)
})
