/**
 * A piece of a task's log that fits an answer, out of the pages that p2p_taskqueue_read_log answers. Where it was cut the
 * cursor says: the position that its page began at, and how many characters of that page were told.
 */
import { RunnerMeshError } from '../../core/errors.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Output } from '../../core/operations/catalog.ts'
import type { Call } from '../../core/operations/operation.ts'
import { cleaned } from './tool-answer.ts'

export interface LogWindow {
  readonly text: string
  /** Undefined where nothing follows any more. */
  readonly nextCursor?: string
  /** What stood between the head and the tail of a long log and was dropped. */
  readonly missing?: string
}

export interface LogWish {
  readonly taskId: string
  /** As a window before said; `0` is the beginning. */
  readonly cursor?: string | undefined
  /** Last lines; without a cursor. */
  readonly tailLines?: number | undefined
  /** Only lines that hold this text. */
  readonly grep?: string | undefined
  /** Of the text as JSON. */
  readonly maxBytes: number
}

type Page = Output<'p2p_taskqueue_read_log'>

const CURSOR = /^(?<seq>[0-9]{1,15})(?:\.(?<chars>[0-9]{1,9}))?$/
const PAGE_BYTES = 65_536
const TAIL_BYTES = 131_072
/** One page looks through a few megabytes: a log as long as is kept is searched for one answer. */
const SEARCHED_PAGES = 64
/** A last line that is longer than this is told from its middle. */
const LONGEST_LINE_PAGES = 64

/** @throws RunnerMeshError bad_request for a cursor that is none, and whatever the operation refuses */
export async function readLogWindow(
  operations: Pick<Operations, 'invoke'>,
  wish: LogWish,
  call: Call,
): Promise<LogWindow> {
  const read = async (input: Record<string, unknown>): Promise<Page> =>
    (await operations.invoke('p2p_taskqueue_read_log', { task_id: wish.taskId, ...input }, call)) as Page
  if (wish.cursor === undefined && wish.tailLines !== undefined && wish.tailLines > 0) {
    return wish.grep === undefined ? readTail(read, wish.tailLines, wish.maxBytes) : readMatches(read, wish)
  }
  return wish.grep === undefined ? readOn(read, wish) : readMatches(read, wish)
}

type Read = (input: Record<string, unknown>) => Promise<Page>

/** Everything from the cursor on. */
async function readOn(read: Read, { cursor = '0', maxBytes }: LogWish): Promise<LogWindow> {
  const from = parseCursor(cursor)
  const page = await read({ from_seq: from.seq, max_bytes: PAGE_BYTES })
  const text = page.entries.map((entry) => entry.text).join('')
  const rest = text.slice(from.chars)
  const kept = rest.slice(0, headChars(rest, maxBytes))
  const missing = missingIn(page)
  if (kept.length === rest.length) {
    return { text: cleaned(kept), ...(page.ended ? {} : { nextCursor: String(page.next_seq) }), ...missing }
  }
  return { text: cleaned(kept), nextCursor: cursorAt(page, from, from.chars + kept.length), ...missing }
}

/** Where it goes on, told from the record that holds the place, so that little is read twice. */
function cursorAt(page: Page, from: { readonly seq: number }, chars: number): string {
  let before = 0
  let [seq, start] = [from.seq, 0]
  for (const entry of page.entries) {
    if (entry.seq !== seq) [seq, start] = [entry.seq, before]
    before += entry.text.length
    if (before > chars) break
  }
  return `${String(seq)}.${String(chars - start)}`
}

/** Lines that match, from the cursor on or among the last lines. They are known by the page they were found in. */
async function readMatches(read: Read, { cursor, grep, tailLines = 0, maxBytes }: LogWish): Promise<LogWindow> {
  const from = parseCursor(cursor ?? '0')
  const isTail = cursor === undefined && tailLines > 0
  let start = from.seq
  let page = await read({ ...(isTail ? { tail_lines: tailLines } : { from_seq: start }), grep, max_bytes: PAGE_BYTES })
  for (let pages = 1; pages < SEARCHED_PAGES && isWithoutMatch(page, start); pages += 1) {
    start = page.next_seq
    page = await read({ from_seq: start, grep, max_bytes: PAGE_BYTES })
  }
  const rest = page.entries
    .map((entry) => entry.text)
    .join('')
    .slice(from.chars)
  const kept = rest.slice(0, headChars(rest, maxBytes))
  const missing = missingIn(page)
  if (kept.length === rest.length) {
    return { text: cleaned(kept), ...(page.ended ? {} : { nextCursor: String(page.next_seq) }), ...missing }
  }
  // Among the last lines there is no place to go back to but the beginning of the log.
  if (isTail) return { text: cleaned(rest.slice(-tailChars(rest, maxBytes))), ...missing }
  return { text: cleaned(kept), nextCursor: `${String(start)}.${String(from.chars + kept.length)}`, ...missing }
}

/** A page of a long log is searched in part; what it has looked through without a match is not worth an answer. */
function isWithoutMatch({ entries, ended, next_seq }: Page, start: number): boolean {
  return entries.length === 0 && !ended && next_seq > start
}

/** The last lines, as far back as fits. */
async function readTail(read: Read, lines: number, maxBytes: number): Promise<LogWindow> {
  for (let asked = lines; ; asked = Math.max(1, Math.floor(asked / 4))) {
    let page = await read({ tail_lines: asked, max_bytes: TAIL_BYTES })
    let text = page.entries.map((entry) => entry.text).join('')
    let next = await read({ from_seq: page.next_seq, max_bytes: TAIL_BYTES })
    if (next.entries.length > 0 && asked > 1) continue
    for (let pages = 0; next.entries.length > 0 && pages < LONGEST_LINE_PAGES; pages += 1) {
      text = (text + next.entries.map((entry) => entry.text).join('')).slice(-TAIL_BYTES)
      page = next
      next = await read({ from_seq: page.next_seq, max_bytes: TAIL_BYTES })
    }
    const trimmed = text.endsWith('\n') ? text.slice(0, -1) : text
    return {
      text: cleaned(trimmed.slice(-tailChars(trimmed, maxBytes))),
      ...(next.ended ? {} : { nextCursor: String(next.next_seq) }),
    }
  }
}

function parseCursor(cursor: string): { readonly seq: number; readonly chars: number } {
  const match = CURSOR.exec(cursor)
  if (match === null) {
    throw new RunnerMeshError('bad_request', 'log_cursor is none: pass log_next_cursor of an answer back, or 0.')
  }
  return { seq: Number(match.groups?.['seq']), chars: Number(match.groups?.['chars'] ?? 0) }
}

/** How many characters from the beginning fit, up to the end of a line if there is one. */
function headChars(text: string, maxBytes: number): number {
  if (jsonBytes(text) <= maxBytes) return text.length
  const most = longest(text.length, (chars) => jsonBytes(text.slice(0, chars)) <= maxBytes)
  const lineEnd = text.lastIndexOf('\n', most - 1) + 1
  const end = lineEnd > 0 ? lineEnd : most
  return isInsidePair(text, end) ? end - 1 : end
}

/** How many from the end fit, from the beginning of a line if there is one. */
function tailChars(text: string, maxBytes: number): number {
  if (jsonBytes(text) <= maxBytes) return text.length
  const most = longest(text.length, (chars) => jsonBytes(text.slice(text.length - chars)) <= maxBytes)
  const lineStart = text.indexOf('\n', text.length - most) + 1
  const start = lineStart > 0 && lineStart < text.length ? lineStart : text.length - most
  return text.length - (isInsidePair(text, start) ? start + 1 : start)
}

function longest(length: number, fits: (chars: number) => boolean): number {
  let [low, high] = [1, length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low
}

function isInsidePair(text: string, at: number): boolean {
  return /[\ud800-\udbff]/.test(text.charAt(at - 1)) && /[\udc00-\udfff]/.test(text.charAt(at))
}

function missingIn({ cuts }: Page): { readonly missing?: string } {
  if (cuts.length === 0) return {}
  const bytes = cuts.reduce((sum, cut) => sum + (cut.bytes ?? 0), 0)
  return { missing: `${bytes > 0 ? `${String(bytes)} bytes` : 'a part'} of this long log was not kept` }
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text))
}
