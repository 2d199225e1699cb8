/**
 * From what a container writes to the records of its log on this worker's disk. It takes bytes as fast as they come and
 * never blocks whoever writes them: when the disk cannot keep up, the oldest of what waits is dropped, and the jump
 * of positions says so.
 */
import { errorText } from '../../core/errors.ts'
import {
  LOG_RECORD_BYTES,
  LOG_START,
  positionAfter,
  type LogPosition,
  type LogRecord,
  type LogStream,
} from '../../core/log-record.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import type { AttemptKey, LogStore } from '../../core/ports/log-store.ts'

export interface LogSpoolDeps {
  readonly store: LogStore
  readonly clock: Clock
  readonly log: Logger
  /** Told whenever more of the log can be read from the store. */
  readonly onGrown: () => void
}

/** Output that comes in drops is put together for so long. */
const GATHER_MS = 40
/** Records that wait while others are written. */
const QUEUE_BYTES = 4 * 1_048_576

export class LogSpool {
  readonly #deps: LogSpoolDeps
  readonly #key: AttemptKey
  #next: LogPosition
  #stream: LogStream = 'stdout'
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  /** The beginning of a character whose rest has not come yet. */
  readonly #torn: Record<LogStream, Uint8Array> = { stdout: new Uint8Array(), stderr: new Uint8Array() }
  #queue: LogRecord[] = []
  #queueBytes = 0
  #writing: Promise<void> | undefined
  #stopTimer: (() => void) | undefined

  /** @param from where a former process of this worker stopped */
  constructor(key: AttemptKey, deps: LogSpoolDeps, from: LogPosition = LOG_START) {
    this.#key = key
    this.#deps = deps
    this.#next = from
  }

  write(stream: LogStream, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    if (stream !== this.#stream) this.#flush()
    this.#stream = stream
    this.#pending.push(bytes)
    this.#pendingBytes += bytes.length
    if (this.#pendingBytes >= LOG_RECORD_BYTES) this.#flush()
    else
      this.#stopTimer ??= this.#deps.clock.after(GATHER_MS, () => {
        this.#flush()
      })
  }

  /** A part of the log is not there and its length is not known. */
  skip(): void {
    this.#flush()
    this.#next = { ...this.#next, seq: this.#next.seq + 1 }
  }

  /** Nothing follows. Resolves when all that could be kept is in the store. */
  async end(): Promise<void> {
    this.#flush()
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#add(stream, this.#torn[stream])
      this.#torn[stream] = new Uint8Array()
    }
    this.#enqueue({ kind: 'end', at: this.#deps.clock.now(), ...this.#next, bytes: new Uint8Array() })
    while (this.#writing !== undefined) await this.#writing
  }

  #flush(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    if (this.#pendingBytes === 0) return
    const stream = this.#stream
    const all = Buffer.concat([this.#torn[stream], ...this.#pending])
    this.#pending = []
    this.#pendingBytes = 0
    const whole = all.length - tornBytes(all)
    this.#torn[stream] = Uint8Array.from(all.subarray(whole))
    for (let at = 0; at < whole;) {
      const end = at + cutAt(all.subarray(at, whole))
      this.#add(stream, all.subarray(at, end))
      at = end
    }
  }

  #add(kind: LogStream, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const record: LogRecord = { kind, at: this.#deps.clock.now(), ...this.#next, bytes }
    this.#next = positionAfter(record)
    // What was written last is read first: of those that wait, the oldest go.
    while (this.#queueBytes + bytes.length > QUEUE_BYTES) {
      const oldest = this.#queue.shift()
      if (oldest === undefined) break
      this.#queueBytes -= oldest.bytes.length
    }
    this.#enqueue(record)
  }

  #enqueue(record: LogRecord): void {
    this.#queue.push(record)
    this.#queueBytes += record.bytes.length
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined
    })
  }

  async #drain(): Promise<void> {
    const { store, log, onGrown } = this.#deps
    // In a turn of its own, so that all records of one chunk are written at once.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const records = this.#queue
      const bytes = this.#queueBytes
      this.#queue = []
      this.#queueBytes = 0
      try {
        await store.append(this.#key, records)
        onGrown()
      } catch (error) {
        log.warn('log.not_kept', { ...this.#key, bytes, error: errorText(error) })
      }
    }
  }
}

/** Where a record ends: after the last line end that fits, or as far as fits without tearing a character. */
function cutAt(bytes: Uint8Array): number {
  if (bytes.length <= LOG_RECORD_BYTES) return bytes.length
  const fitting = bytes.subarray(0, LOG_RECORD_BYTES)
  const line = fitting.lastIndexOf(10)
  return line >= 0 ? line + 1 : fitting.length - tornBytes(fitting)
}

/** How many of the last bytes are the beginning of a UTF-8 character that is not whole. At most 3. */
export function tornBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return length > back ? back : 0
    }
  }
  return 0
}
