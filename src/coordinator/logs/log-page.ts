/** A page of a log for those who read: text by record, or only the lines that hold what is looked for. */
import { LOG_START, positionAfter, type LogPosition, type LogRecord, type LogStream } from '../../core/log-record.ts'
import type { AttemptKey, LogFrom, LogStore } from '../../core/ports/log-store.ts'

export interface LogEntry {
  readonly seq: number
  readonly at: number
  readonly stream: LogStream
  readonly text: string
}

/** Records that are not there any more; `bytes` is known unless the page begins inside of them. */
export interface LogCut {
  readonly from_seq: number
  readonly to_seq: number
  readonly bytes?: number
}

export interface LogPage {
  readonly entries: LogEntry[]
  readonly cuts: LogCut[]
  readonly next_seq: number
}

export interface LogPageWish {
  readonly from: LogFrom
  readonly maxBytes: number
  readonly stream?: LogStream | undefined
  readonly grep?: string | undefined
}

/** How much is looked through for one page of lines. */
const SEARCH_BYTES = 4 * 1_048_576

export async function readLogPage(store: LogStore, key: AttemptKey, wish: LogPageWish): Promise<LogPage> {
  const page: Required<LogPage> & { next_seq: number } = { entries: [], cuts: [], next_seq: 0 }
  const text = wish.grep === undefined ? new Pieces(page.entries) : new MatchingLines(page.entries, wish.grep)
  const state = await store.state(key)
  const end = state?.next ?? LOG_START
  const skipLines = 'tailLines' in wish.from ? Math.max(0, end.lines - wish.from.tailLines) : 0
  let from: LogFrom = wish.from
  let expected: LogPosition | undefined = 'seq' in from ? await findPosition(store, key, from.seq) : undefined
  page.next_seq = 'seq' in from ? from.seq : end.seq
  let looked = 0
  for (;;) {
    const records = await store.read(key, from, wish.maxBytes)
    for (const record of records) {
      if (expected !== undefined && record.seq > expected.seq) page.cuts.push(cutBetween(expected, record))
      else if ('seq' in from && expected === undefined && record.seq > from.seq)
        page.cuts.push({ from_seq: from.seq, to_seq: record.seq })
      expected = positionAfter(record)
      page.next_seq = expected.seq
      looked += record.bytes.length
      if (record.kind === 'end' || (wish.stream !== undefined && record.kind !== wish.stream)) continue
      text.add(record.kind, record, afterLines(record, skipLines))
    }
    const enough = wish.grep === undefined || looked >= SEARCH_BYTES || text.bytes >= wish.maxBytes
    if (records.length === 0 || (enough && (!text.isInsideLine || looked >= SEARCH_BYTES + wish.maxBytes))) break
    from = { seq: page.next_seq }
  }
  text.end()
  return page
}

/** Undefined when it is not known: what stood before it is gone. */
async function findPosition(store: LogStore, key: AttemptKey, seq: number): Promise<LogPosition | undefined> {
  if (seq === 0) return LOG_START
  const [before] = await store.read(key, { seq: seq - 1 }, 0)
  return before?.seq === seq - 1 ? positionAfter(before) : undefined
}

function cutBetween(from: LogPosition, to: LogPosition): LogCut {
  const bytes = to.stdoutBytes + to.stderrBytes - from.stdoutBytes - from.stderrBytes
  return { from_seq: from.seq, to_seq: to.seq, bytes }
}

/** What of a record comes after that many line ends of the whole log. */
function afterLines({ lines, bytes }: LogRecord, skip: number): Uint8Array {
  let at = 0
  for (let left = skip - lines; left > 0; left -= 1) {
    const end = bytes.indexOf(10, at)
    if (end < 0) return new Uint8Array()
    at = end + 1
  }
  return bytes.subarray(at)
}

type Where = Pick<LogRecord, 'seq' | 'at'>

/** Everything, record by record. */
class Pieces {
  readonly isInsideLine = false
  bytes = 0
  readonly #entries: LogEntry[]
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }

  constructor(entries: LogEntry[]) {
    this.#entries = entries
  }

  add(stream: LogStream, { seq, at }: Where, bytes: Uint8Array): void {
    const text = this.#decoders[stream].decode(bytes, { stream: true })
    this.bytes += bytes.length
    if (text !== '') this.#entries.push({ seq, at, stream, text })
  }

  end(): void {
    const last = this.#entries.at(-1)
    if (last === undefined) return
    for (const stream of ['stdout', 'stderr'] as const) {
      const text = this.#decoders[stream].decode()
      if (text !== '') this.#entries.push({ seq: last.seq, at: last.at, stream, text })
    }
  }
}

/** Lines that hold a text, each with its line end. */
class MatchingLines {
  bytes = 0
  readonly #entries: LogEntry[]
  readonly #text: string
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
  readonly #open = { stdout: '', stderr: '' }
  #where: Where = { seq: 0, at: 0 }

  constructor(entries: LogEntry[], text: string) {
    this.#entries = entries
    this.#text = text
  }

  get isInsideLine(): boolean {
    return this.#open.stdout !== '' || this.#open.stderr !== ''
  }

  add(stream: LogStream, where: Where, bytes: Uint8Array): void {
    this.#where = where
    const lines = (this.#open[stream] + this.#decoders[stream].decode(bytes, { stream: true })).split('\n')
    this.#open[stream] = lines.pop() ?? ''
    for (const line of lines) this.#match(stream, `${line}\n`)
  }

  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) this.#match(stream, this.#open[stream])
  }

  #match(stream: LogStream, text: string): void {
    if (text === '' || !text.includes(this.#text)) return
    this.bytes += text.length
    this.#entries.push({ seq: this.#where.seq, at: this.#where.at, stream, text })
  }
}
