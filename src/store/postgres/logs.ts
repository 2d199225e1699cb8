/**
 * Logs of a shared home, in chunks of records, so that every peer of the home tells them and none takes them with it. The
 * first chunks are the head and stay; of the rest, the tail, the oldest go as new ones come.
 */
import { crc32 } from 'node:zlib'
import { encodeFrames, FRAME_HEADER_BYTES, FrameDecoder } from '../../core/frames.ts'
import type { TaskId } from '../../core/ids.ts'
import {
  decodeLogRecord,
  encodeLogRecord,
  LOG_HEADER_BYTES,
  LOG_START,
  positionAfter,
  type LogPosition,
  type LogRecord,
} from '../../core/log-record.ts'
import type { AttemptKey, LogFrom, LogLimits, LogState, LogStore } from '../../core/ports/log-store.ts'
import type { OutputDatabase } from './output-database.ts'
import type { Sql } from './transaction.ts'

const FEWEST_CHUNKS = 8
const MOST_CHUNK_BYTES = 262_144
/** Chunks looked up at a time. */
const PAGE_CHUNKS = 16
/** A log that ended nowhere but was written to so lately may be on its way through another peer. */
const FRESH_MS = 3_000

interface LogRow {
  readonly next_seq: number
  readonly stdout_bytes: number
  readonly stderr_bytes: number
  readonly lines: number
  readonly ended: boolean
  readonly head_bytes: number
  readonly tail_bytes: number
  readonly fresh: boolean
}

const LOG_ROW = `SELECT next_seq, stdout_bytes, stderr_bytes, lines, ended, head_bytes, tail_bytes,
  lease_now() - written_at < ${String(FRESH_MS)} AS fresh FROM log WHERE seq = $1 AND attempt = $2`

interface Chunk {
  readonly first: LogRecord
  readonly records: LogRecord[]
  bytes: number
}

export function createPostgresLogStore(database: OutputDatabase, limits: LogLimits): LogStore {
  return new PostgresLogStore(database, limits)
}

class PostgresLogStore implements LogStore {
  readonly #database: OutputDatabase
  readonly #limits: LogLimits
  readonly #chunkBytes: number

  constructor(database: OutputDatabase, limits: LogLimits) {
    this.#database = database
    this.#limits = limits
    this.#chunkBytes = Math.min(MOST_CHUNK_BYTES, Math.ceil(limits.tailBytes / FEWEST_CHUNKS))
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }

  state({ taskId, attempt }: AttemptKey): Promise<LogState | undefined> {
    return this.#read(taskId, undefined, async (sql, seq) => {
      const row = await sql.row<LogRow>(LOG_ROW, [seq, attempt])
      return row === undefined || row.next_seq === 0 ? undefined : stateOf(row)
    })
  }

  append(key: AttemptKey, records: readonly LogRecord[]): Promise<LogState> {
    const seq = this.#database.seqOf(key.taskId) ?? 0
    return this.#database.transact((sql) => this.#append(sql, seq, key, records))
  }

  read({ taskId, attempt }: AttemptKey, from: LogFrom, maxBytes: number): Promise<readonly LogRecord[]> {
    return this.#read(taskId, [], async (sql, seq) => {
      const row = 'tailLines' in from ? await sql.row<LogRow>(LOG_ROW, [seq, attempt]) : undefined
      const { takes, where, value } = wanted(from, row?.lines ?? 0)
      const found: LogRecord[] = []
      let [bytes, after] = [0, -1]
      for (;;) {
        const chunks = await sql.rows<{ first_seq: number; body: Buffer }>(
          `SELECT first_seq, body FROM log_chunk WHERE seq = $1 AND attempt = $2 AND first_seq > $3 AND ${where} >= $4
            ORDER BY first_seq LIMIT $5`,
          [seq, attempt, after, value, PAGE_CHUNKS],
        )
        for (const { first_seq: first, body } of chunks) {
          for (const record of decodeRecords(body)) {
            if (!takes(record)) continue
            if (found.length > 0 && bytes + record.bytes.length > maxBytes) return found
            found.push(record)
            bytes += record.bytes.length
          }
          after = first
        }
        if (chunks.length < PAGE_CHUNKS) return found
      }
    })
  }

  attempts(taskId: TaskId): Promise<readonly number[]> {
    return this.#read(taskId, [], async (sql, seq) => {
      const rows = await sql.rows<{ attempt: number }>(
        'SELECT attempt FROM log WHERE seq = $1 AND next_seq > 0 ORDER BY attempt',
        [seq],
      )
      return rows.map(({ attempt }) => attempt)
    })
  }

  keys(): Promise<readonly AttemptKey[]> {
    return this.#database.read(async (sql) => {
      const rows = await sql.rows<{ seq: number; epoch: number; attempt: number }>(
        'SELECT l.seq, t.epoch, l.attempt FROM log l JOIN task t ON t.seq = l.seq ORDER BY l.seq, l.attempt',
      )
      return rows.map((row) => ({ taskId: this.#database.idOf(row), attempt: row.attempt }))
    })
  }

  async remove({ taskId, attempt }: AttemptKey): Promise<void> {
    await this.#read(taskId, 0, (sql, seq) =>
      sql.run('DELETE FROM log WHERE seq = $1 AND attempt = $2', [seq, attempt]),
    )
  }

  #read<T>(taskId: TaskId, none: T, read: (sql: Sql, seq: number) => Promise<T>): Promise<T> {
    const seq = this.#database.seqOf(taskId)
    return seq === undefined ? Promise.resolve(none) : this.#database.read((sql) => read(sql, seq))
  }

  /** The row of the log is locked: a worker that comes back by another peer goes on where the first left it. */
  async #append(sql: Sql, seq: number, key: AttemptKey, records: readonly LogRecord[]): Promise<LogState> {
    const { attempt } = key
    await sql.run('INSERT INTO log(seq, attempt, written_at) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING', [seq, attempt])
    const row = await sql.row<LogRow>(`${LOG_ROW} FOR UPDATE`, [seq, attempt])
    const before = row === undefined ? { next: LOG_START, ended: false } : stateOf(row)
    const fresh = before.ended ? [] : records.filter((record) => record.seq >= before.next.seq)
    const last = fresh.at(-1)
    if (last === undefined) return before
    let { head_bytes: headBytes, tail_bytes: tailBytes } = row ?? { head_bytes: 0, tail_bytes: 0 }
    for (const chunk of chunksOf(fresh, this.#chunkBytes)) {
      const head = tailBytes === 0 && headBytes < this.#limits.headBytes
      const end = chunk.records.at(-1) ?? chunk.first
      await sql.run(
        `INSERT INTO log_chunk(seq, attempt, first_seq, last_seq, last_at, end_lines, head, bytes, body)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          ...[seq, attempt, chunk.first.seq, end.seq, end.at, positionAfter(end).lines, head, chunk.bytes],
          Buffer.from(encodeFrames(chunk.records.map((record) => encodeLogRecord(record, crc32)))),
        ],
      )
      if (head) headBytes += chunk.bytes
      else tailBytes += chunk.bytes
    }
    if (tailBytes > this.#limits.tailBytes) tailBytes -= await this.#dropOld(sql, seq, attempt)
    const after = { next: positionAfter(last), ended: last.kind === 'end' }
    const { next, ended } = after
    await sql.run(
      `UPDATE log SET next_seq = $3, stdout_bytes = $4, stderr_bytes = $5, lines = $6, ended = $7, head_bytes = $8,
           tail_bytes = $9, written_at = lease_now() WHERE seq = $1 AND attempt = $2`,
      [seq, attempt, next.seq, next.stdoutBytes, next.stderrBytes, next.lines, ended, headBytes, tailBytes],
    )
    const bytes = next.stdoutBytes + next.stderrBytes
    await this.#database.tellLogged(sql, { task_id: key.taskId, attempt, next_seq: next.seq, bytes })
    return after
  }

  /** Somewhat more than must go, so that it is not looked at with every line. @returns how many bytes went */
  async #dropOld(sql: Sql, seq: number, attempt: number): Promise<number> {
    const dropped = await sql.rows<{ bytes: number }>(
      `DELETE FROM log_chunk c USING (
           SELECT first_seq, sum(bytes) OVER (ORDER BY first_seq DESC) AS kept, max(first_seq) OVER () AS newest
             FROM log_chunk WHERE seq = $1 AND attempt = $2 AND NOT head) w
        WHERE c.seq = $1 AND c.attempt = $2 AND c.first_seq = w.first_seq AND w.kept > $3 AND w.first_seq < w.newest
        RETURNING c.bytes`,
      [seq, attempt, Math.floor((this.#limits.tailBytes * (FEWEST_CHUNKS - 1)) / FEWEST_CHUNKS)],
    )
    return dropped.reduce((sum, { bytes }) => sum + bytes, 0)
  }
}

function stateOf(row: LogRow): LogState {
  const next: LogPosition = {
    seq: row.next_seq,
    stdoutBytes: row.stdout_bytes,
    stderrBytes: row.stderr_bytes,
    lines: row.lines,
  }
  return { next, ended: row.ended, ...(row.fresh && !row.ended ? { growing: true } : {}) }
}

interface Wanted {
  readonly takes: (record: LogRecord) => boolean
  /** Chunks that may hold such records: those where this column is at least `value`. */
  readonly where: 'last_seq' | 'last_at' | 'end_lines'
  readonly value: number
}

function wanted(from: LogFrom, lines: number): Wanted {
  if ('seq' in from) return { takes: ({ seq }) => seq >= from.seq, where: 'last_seq', value: from.seq }
  if ('since' in from) return { takes: ({ at }) => at >= from.since, where: 'last_at', value: from.since }
  // The record with the line end before the first wanted line, and all after it.
  const line = lines - from.tailLines
  return {
    takes: (record) => from.tailLines > 0 && positionAfter(record).lines >= line,
    where: 'end_lines',
    value: line,
  }
}

function chunksOf(records: readonly LogRecord[], most: number): readonly Chunk[] {
  const chunks: Chunk[] = []
  for (const record of records) {
    const bytes = FRAME_HEADER_BYTES + LOG_HEADER_BYTES + record.bytes.length
    const last = chunks.at(-1)
    if (last === undefined || last.bytes + bytes > most) chunks.push({ first: record, records: [record], bytes })
    else {
      last.records.push(record)
      last.bytes += bytes
    }
  }
  return chunks
}

function decodeRecords(body: Uint8Array): readonly LogRecord[] {
  const records: LogRecord[] = []
  const decoder = new FrameDecoder((frame) => {
    records.push(decodeLogRecord(frame, crc32))
  })
  decoder.push(body)
  return records
}
