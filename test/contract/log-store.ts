/** What every LogStore does, whatever it is made of. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { TaskId } from '../../src/core/ids.ts'
import { LOG_START, positionAfter, type LogPosition, type LogRecord } from '../../src/core/log-record.ts'
import type { AttemptKey, LogLimits, LogStore } from '../../src/core/ports/log-store.ts'
import { randomRuns } from '../support/random-runs.ts'

/** Started; stopped with the test. */
export type MakeLogStore = (limits: LogLimits) => Promise<LogStore & AsyncDisposable>

export const KEY: AttemptKey = { taskId: 'aaaaaaaaaaaaaaaa.1.1' as TaskId, attempt: 1 }
const ROOMY: LogLimits = { headBytes: 1_000_000, tailBytes: 1_000_000 }

/** Records of these texts, one after the other; `end` says whether the log ends with them. */
export function recordsOf(texts: readonly string[], { from = LOG_START, end = false } = {}): LogRecord[] {
  const records: LogRecord[] = []
  let next: LogPosition = from
  for (const [index, text] of texts.entries()) {
    const record: LogRecord = {
      kind: index % 3 === 2 ? 'stderr' : 'stdout',
      at: 1_000 + next.seq,
      ...next,
      bytes: new TextEncoder().encode(text),
    }
    records.push(record)
    next = positionAfter(record)
  }
  if (end) records.push({ kind: 'end', at: 9_000, ...next, bytes: new Uint8Array() })
  return records
}

export function textsOf(records: readonly LogRecord[]): string[] {
  return records.map(({ bytes }) => new TextDecoder().decode(bytes))
}

export function describeLogStore(name: string, make: MakeLogStore): void {
  describe(`log store: ${name}`, () => {
    test('records come back as they were written, from any position on, page by page', async () => {
      await using store = await make(ROOMY)
      const texts = Array.from({ length: 50 }, (_, index) => `line ${String(index)}\n`)
      const records = recordsOf(texts, { end: true })
      const { next, ended } = await store.append(KEY, records)
      assert.deepEqual([next.seq, next.lines, ended], [51, 50, true])
      assert.deepEqual(await store.state(KEY), { next, ended })
      const read: LogRecord[] = []
      for (let seq = 7; seq < next.seq;) {
        const page = await store.read(KEY, { seq }, 30)
        assert.ok(page.length > 0 && page.length <= 5)
        read.push(...page)
        seq = positionAfter(page.at(-1) ?? assert.fail()).seq
      }
      assert.deepEqual(textsOf(read), [...texts.slice(7), ''])
      assert.deepEqual(
        read.map(({ kind, at, seq, stdoutBytes, stderrBytes, lines }) => [
          kind,
          at,
          seq,
          stdoutBytes,
          stderrBytes,
          lines,
        ]),
        records
          .slice(7)
          .map(({ kind, at, seq, stdoutBytes, stderrBytes, lines }) => [
            kind,
            at,
            seq,
            stdoutBytes,
            stderrBytes,
            lines,
          ]),
      )
      assert.deepEqual(await store.read(KEY, { seq: next.seq }, 1_000), [])
    })

    test('a reader who is always at the end misses nothing of what comes, wherever it is put', async () => {
      await using store = await make({ headBytes: 1_000_000, tailBytes: 100_000 })
      const texts = Array.from({ length: 40 }, (_, index) => `${String(index)} ${'x'.repeat(6_000)}\n`)
      const read: LogRecord[] = []
      for (const record of recordsOf(texts, { end: true })) {
        await store.append(KEY, [record])
        read.push(...(await store.read(KEY, { seq: read.length }, 1_000_000)))
      }
      assert.deepEqual(textsOf(read), [...texts, ''])
    })

    test('a repeat changes nothing, and after the end nothing does', async () => {
      await using store = await make(ROOMY)
      const records = recordsOf(['a\n', 'b\n', 'c\n'])
      await store.append(KEY, records.slice(0, 2))
      await store.append(KEY, records)
      const state = await store.append(KEY, records)
      assert.deepEqual(textsOf(await store.read(KEY, { seq: 0 }, 1_000)), ['a\n', 'b\n', 'c\n'])
      const ended = await store.append(KEY, recordsOf([], { from: state.next, end: true }))
      assert.deepEqual(await store.append(KEY, recordsOf(['d\n'], { from: ended.next })), ended)
      assert.equal((await store.read(KEY, { seq: 0 }, 1_000)).length, 4)
    })

    test('what was never written is not there', async () => {
      await using store = await make(ROOMY)
      assert.equal(await store.state(KEY), undefined)
      assert.deepEqual(await store.read(KEY, { seq: 0 }, 100), [])
      assert.deepEqual(await store.attempts(KEY.taskId), [])
      await store.remove(KEY)
    })

    test('attempts are kept apart, listed in order and removed one by one', async () => {
      await using store = await make(ROOMY)
      for (const attempt of [2, 10, 1]) await store.append({ ...KEY, attempt }, recordsOf([`of ${String(attempt)}\n`]))
      assert.deepEqual(await store.attempts(KEY.taskId), [1, 2, 10])
      await store.remove({ ...KEY, attempt: 2 })
      assert.deepEqual(await store.attempts(KEY.taskId), [1, 10])
      assert.deepEqual((await store.keys()).map(({ attempt }) => attempt).sort(), [1, 10])
      assert.deepEqual(textsOf(await store.read({ ...KEY, attempt: 10 }, { seq: 0 }, 100)), ['of 10\n'])
    })

    test('reading begins so many lines before the end, or at an instant', async () => {
      await using store = await make(ROOMY)
      await store.append(KEY, recordsOf(['one\ntwo\n', 'three\n', 'four\nfive\n', 'six\n']))
      const tail = textsOf(await store.read(KEY, { tailLines: 2 }, 1_000)).join('')
      assert.ok(tail.endsWith('five\nsix\n') && !tail.includes('two'), tail)
      assert.deepEqual(await store.read(KEY, { tailLines: 0 }, 1_000), [])
      assert.deepEqual(textsOf(await store.read(KEY, { tailLines: 100 }, 1_000)).length, 4)
      assert.deepEqual(textsOf(await store.read(KEY, { since: 1_002 }, 1_000)), ['four\nfive\n', 'six\n'])
    })

    test('head and tail stay within their limits, the middle goes, and positions say what is missing', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 60 }),
          async (lengths) => {
            const limits = { headBytes: 1_000, tailBytes: 4_000 }
            await using store = await make(limits)
            const texts = lengths.map((length, index) => `${String(index)}:`.padEnd(length, 'x'))
            for (const record of recordsOf(texts)) await store.append(KEY, [record])
            const kept = await store.read(KEY, { seq: 0 }, 1_000_000)
            // Every record has a header and a frame of its own on disk.
            const overhead = 39 * kept.length
            const bytes = kept.reduce((sum, record) => sum + record.bytes.length, 0)
            assert.ok(bytes <= 2 * limits.headBytes + limits.tailBytes + overhead, String(bytes))
            assert.equal(kept[0]?.seq, 0)
            assert.equal(kept.at(-1)?.seq, texts.length - 1)
            for (const record of kept) assert.equal(new TextDecoder().decode(record.bytes), texts[record.seq])
            const jumps = kept.filter((record, index) => index > 0 && record.seq !== (kept[index - 1]?.seq ?? 0) + 1)
            assert.ok(jumps.length <= 1, 'one cut at most')
            for (const jump of jumps) {
              const before = texts.slice(0, jump.seq).reduce((sum, text) => sum + text.length, 0)
              assert.equal(jump.stdoutBytes + jump.stderrBytes, before)
            }
          },
        ),
        randomRuns(25),
      )
    })
  })
}
