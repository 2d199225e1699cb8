import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../../src/app/system.ts'
import { LogSpool } from '../../../../src/coordinator/worker/log-spool.ts'
import type { TaskId } from '../../../../src/core/ids.ts'
import type { LogRecord } from '../../../../src/core/log-record.ts'
import type { LogStore } from '../../../../src/core/ports/log-store.ts'
import { RecordingLog } from '../../../support/recording-log.ts'

test('when the disk cannot keep up with a flood, its beginning and its end are kept, and the jump says how much is not', async () => {
  const written: LogRecord[] = []
  const gate = Promise.withResolvers<undefined>()
  const store = {
    append: async (_: unknown, records: readonly LogRecord[]) => {
      written.push(...records)
      await gate.promise
    },
  } as unknown as LogStore
  const key = { taskId: 'aaaaaaaaaaaaaaaa.1.1' as TaskId, attempt: 1 }
  const spool = new LogSpool(key, { store, clock: systemClock, log: new RecordingLog(), onGrown: () => undefined })
  const line = (index: number): string => `${String(index).padStart(1023)}\n`
  const lines = 30_000
  for (let index = 0; index < lines; index += 1) {
    spool.write('stdout', Buffer.from(line(index)))
    // Once, so that something is under way to the disk while the rest comes.
    if (index === 1000) await new Promise((resolve) => setImmediate(resolve))
  }
  const ended = spool.end()
  gate.resolve(undefined)
  await ended

  const text = (record: LogRecord | undefined): string => Buffer.from(record?.bytes ?? []).toString()
  assert.ok(text(written[0]).startsWith(line(0)))
  assert.equal(written.at(-1)?.kind, 'end')
  assert.ok(text(written.at(-2)).endsWith(line(lines - 1)))
  const kept = written.reduce((sum, { bytes }) => sum + bytes.length, 0)
  assert.ok(kept < 8 * 1_048_576, `${String(kept)} bytes waited in memory`)
  const jump = written.findIndex(({ seq }, index) => index > 0 && seq !== (written[index - 1]?.seq ?? 0) + 1)
  assert.ok(jump > 0)
  const [before, after] = [written[jump - 1], written[jump]]
  const missing = (after?.stdoutBytes ?? 0) - (before?.stdoutBytes ?? 0) - (before?.bytes.length ?? 0)
  assert.equal(kept + missing, lines * 1024)
})
