/**
 * One log in a folder of its own, in segments named after their first position. The first segments are the head and stay;
 * of the rest, the tail, the oldest go as new ones come. A segment that a crash left torn ends at its last whole record.
 */
import { mkdir, open, readdir, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { RunnerMeshError } from '../../core/errors.ts'
import { encodeFrames, FRAME_HEADER_BYTES, FrameDecoder } from '../../core/frames.ts'
import {
  decodeLogRecord,
  encodeLogRecord,
  LOG_HEADER_BYTES,
  LOG_RECORD_BYTES,
  LOG_START,
  positionAfter,
  type LogPosition,
  type LogRecord,
} from '../../core/log-record.ts'
import type { LogFrom, LogLimits, LogState } from '../../core/ports/log-store.ts'

interface Segment {
  readonly file: string
  /** Where its first record stands, and when it was written. */
  readonly first: LogPosition & { readonly at: number }
  bytes: number
  readonly head: boolean
}

const NAME = /^([0-9]{16})\.log$/
const FEWEST_SEGMENTS = 8
const MOST_SEGMENT_BYTES = 1_048_576
/** Places in segments that are remembered for readers who come back. */
const CURSORS = 64

export class BoundedLog {
  readonly #directory: string
  readonly #limits: LogLimits
  readonly #segmentBytes: number
  readonly #segments: Segment[] = []
  /** Where positions stand: the segment, and the byte offset in it. A position at the end of one may begin the next. */
  readonly #cursors = new Map<number, { readonly segment: Segment; readonly offset: number }>()
  #next: LogPosition = LOG_START
  #ended = false

  private constructor(directory: string, limits: LogLimits) {
    this.#directory = directory
    this.#limits = limits
    this.#segmentBytes = Math.min(MOST_SEGMENT_BYTES, Math.ceil(limits.tailBytes / FEWEST_SEGMENTS))
  }

  static async open(directory: string, limits: LogLimits): Promise<BoundedLog> {
    const log = new BoundedLog(directory, limits)
    await log.#load()
    return log
  }

  get state(): LogState {
    return { next: this.#next, ended: this.#ended }
  }

  /** Not to be called again before it has answered. */
  async append(records: readonly LogRecord[]): Promise<void> {
    let batch: LogRecord[] = []
    let batchBytes = 0
    for (const record of records) {
      if (this.#ended || record.seq < this.#next.seq) continue
      const bytes = FRAME_HEADER_BYTES + LOG_HEADER_BYTES + record.bytes.length
      const last = this.#segments.at(-1)
      if (last === undefined || last.bytes + batchBytes >= this.#segmentBytes) {
        await this.#write(batch)
        batch = []
        batchBytes = 0
        this.#segments.push(this.#segmentFrom(record))
      }
      batch.push(record)
      batchBytes += bytes
      this.#next = positionAfter(record)
      this.#ended = record.kind === 'end'
    }
    await this.#write(batch)
    await this.#dropOld()
  }

  async read(from: LogFrom, maxBytes: number): Promise<readonly LogRecord[]> {
    const wanted = this.#wanted(from)
    // As it stands now: segments may be dropped and added while this reads.
    const segments = this.#segments.slice(Math.max(0, this.#segments.findLastIndex(wanted.before)))
    const found: LogRecord[] = []
    let bytes = 0
    const cursor = this.#cursors.get(wanted.seq)
    let offset = cursor !== undefined && cursor.segment === segments[0] ? cursor.offset : 0
    for (const segment of segments) {
      for (const record of await recordsOf(segment, offset)) {
        if (wanted.takes(record)) {
          if (found.length > 0 && bytes + record.bytes.length > maxBytes) {
            this.#remember(record.seq, { segment, offset })
            return found
          }
          found.push(record)
          bytes += record.bytes.length
        }
        offset += FRAME_HEADER_BYTES + LOG_HEADER_BYTES + record.bytes.length
      }
      const last = found.at(-1)
      if (last !== undefined && segment === this.#segments.at(-1)) this.#remember(last.seq + 1, { segment, offset })
      offset = 0
    }
    return found
  }

  #wanted(from: LogFrom): {
    readonly seq: number
    readonly before: (segment: Segment) => boolean
    readonly takes: (record: LogRecord) => boolean
  } {
    if ('seq' in from) {
      const { seq } = from
      return { seq, before: ({ first }) => first.seq <= seq, takes: (record) => record.seq >= seq }
    }
    if ('since' in from) {
      const { since } = from
      return { seq: -1, before: ({ first }) => first.at < since, takes: ({ at }) => at >= since }
    }
    // The record with the line end before the first wanted line, and all after it.
    const line = this.#next.lines - from.tailLines
    const takes = (record: LogRecord): boolean => from.tailLines > 0 && positionAfter(record).lines >= line
    return { seq: -1, before: ({ first }) => first.lines <= Math.max(0, line - 1), takes }
  }

  #remember(seq: number, cursor: { readonly segment: Segment; readonly offset: number }): void {
    this.#cursors.delete(seq)
    this.#cursors.set(seq, cursor)
    const [oldest] = this.#cursors.keys()
    if (this.#cursors.size > CURSORS && oldest !== undefined) this.#cursors.delete(oldest)
  }

  #segmentFrom(record: LogRecord): Segment {
    const keptAsHead = this.#segments.reduce((sum, { head, bytes }) => sum + (head ? bytes : 0), 0)
    const head = this.#segments.every((segment) => segment.head) && keptAsHead < this.#limits.headBytes
    return { file: join(this.#directory, `${String(record.seq).padStart(16, '0')}.log`), first: record, bytes: 0, head }
  }

  async #write(batch: readonly LogRecord[]): Promise<void> {
    const segment = this.#segments.at(-1)
    if (batch.length === 0 || segment === undefined) return
    const encoded = encodeFrames(batch.map((record) => encodeLogRecord(record, crc32)))
    if (segment.first.seq === 0) await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const file = await open(segment.file, 'a', 0o600)
    try {
      await file.appendFile(encoded)
    } finally {
      await file.close()
    }
    segment.bytes += encoded.length
  }

  /** Whole segments of the tail, as long as what stays is as long as the tail may be. */
  async #dropOld(): Promise<void> {
    const tail = this.#segments.filter(({ head }) => !head)
    let kept = tail.reduce((sum, { bytes }) => sum + bytes, 0)
    for (const segment of tail) {
      if (kept - segment.bytes < this.#limits.tailBytes - this.#segmentBytes || kept <= this.#limits.tailBytes) return
      kept -= segment.bytes
      this.#segments.splice(this.#segments.indexOf(segment), 1)
      await rm(segment.file, { force: true })
    }
  }

  async #load(): Promise<void> {
    const files = await segmentFiles(this.#directory)
    // Only the last one can be torn, and only it says where the log stands.
    for (let last = files.at(-1); last !== undefined; last = files.at(-1)) {
      const record = (await wholeRecords(last)).records.at(-1)
      if (record !== undefined) {
        this.#next = positionAfter(record)
        this.#ended = record.kind === 'end'
        break
      }
      await rm(last, { force: true })
      files.pop()
    }
    let headBytes = 0
    for (const file of files) {
      const bytes = (await stat(file)).size
      const [first] = await firstRecord(file)
      if (first === undefined) continue
      this.#segments.push({ file, first, bytes, head: headBytes < this.#limits.headBytes })
      headBytes += bytes
    }
  }
}

async function segmentFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  })
  return names
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => join(directory, name))
}

async function readRange(path: string, start: number, length: number): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(length)
    const { bytesRead } = await file.read(buffer, 0, length, start)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function recordsOf({ file, bytes }: Segment, start: number): Promise<readonly LogRecord[]> {
  if (bytes <= start) return []
  try {
    return decodeRecords(await readRange(file, start, bytes - start)).records
  } catch (error) {
    // Dropped meanwhile: a cut like any other.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

async function firstRecord(file: string): Promise<readonly LogRecord[]> {
  return decodeRecords(await readRange(file, 0, FRAME_HEADER_BYTES + LOG_HEADER_BYTES + LOG_RECORD_BYTES)).records
}

/** What of a segment is whole; the rest is cut off. */
async function wholeRecords(file: string): Promise<Decoded> {
  const { size } = await stat(file)
  const decoded = decodeRecords(await readRange(file, 0, size))
  if (decoded.bytes < size) await truncate(file, decoded.bytes)
  return decoded
}

interface Decoded {
  readonly records: readonly LogRecord[]
  /** Length of those records with their frames. */
  readonly bytes: number
}

/** As far as it is whole and undamaged. */
function decodeRecords(content: Uint8Array): Decoded {
  const records: LogRecord[] = []
  let bytes = 0
  const decoder = new FrameDecoder((frame) => {
    records.push(decodeLogRecord(frame, crc32))
    bytes += FRAME_HEADER_BYTES + frame.length
  })
  try {
    decoder.push(content)
  } catch (error) {
    if (!(error instanceof RunnerMeshError)) throw error
  }
  return { records, bytes }
}
