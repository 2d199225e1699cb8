/**
 * Keeps an answer short enough for a model's context: long text first, then long lists, then whole fields. What went is
 * said in `shortened`, with how to read it.
 */

import { cleanLine } from '../../core/clean-text.ts'

/** Bytes of JSON an answer may have. Clients cut far longer ones off themselves, without saying what is missing. */
export const ANSWER_BYTES = 24_000
/** Of the note that says what was cut; a character takes up to four bytes. */
const NOTE_CHARS = 300
const NOTE_BYTES = 4 * NOTE_CHARS + 20
const SHORT_TEXT_CHARS = 1_000

type Answer = Readonly<Record<string, unknown>>

export function shorten(answer: Answer, limitBytes = ANSWER_BYTES): Answer {
  const size = jsonBytes(answer)
  if (size <= limitBytes) return answer
  const room = limitBytes - NOTE_BYTES
  const tree = structuredClone(answer) as Record<string, unknown>
  const notes: string[] = []
  for (const cut of [cutText, cutLists, dropFields]) {
    cut(tree, room, notes)
    if (jsonBytes(tree) <= room) break
  }
  return { ...tree, shortened: cleanLine([...new Set(notes)].join(' '), NOTE_CHARS) }
}

/** The longest text first; of a log its end is kept, of anything else its beginning. */
function cutText(tree: Record<string, unknown>, room: number, notes: string[]): void {
  let over = jsonBytes(tree) - room
  for (const { holder, key, text, path, bytes } of longTexts(tree)) {
    if (over <= 0) return
    const isLog = path === 'log_tail'
    const part = (chars: number): string => (isLog ? text.slice(-chars) : text.slice(0, chars)).toWellFormed()
    const keep = mostChars(text.length, (chars) => jsonBytes(part(chars)) <= bytes - over)
    const kept = part(keep)
    holder[key] = kept
    over -= bytes - jsonBytes(kept)
    notes.push(
      isLog
        ? 'log_tail holds only the end of the lines asked for: ask for fewer log_tail_lines.'
        : `${path} is cut after ${String(keep)} of ${String(text.length)} characters.`,
    )
  }
}

/** The largest count up to `length` for which it fits; never less than half of a short text, so that something is said. */
function mostChars(length: number, fits: (chars: number) => boolean): number {
  let low = SHORT_TEXT_CHARS / 2
  let high = length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low
}

function cutLists(tree: Record<string, unknown>, room: number, notes: string[]): void {
  for (const [name, value] of Object.entries(tree)) {
    if (!Array.isArray(value) || value.length < 2) continue
    const list: readonly unknown[] = value
    const rest = jsonBytes({ ...tree, [name]: [] })
    let bytes = rest
    let kept = 0
    for (; kept < list.length; kept += 1) {
      bytes += jsonBytes(list[kept]) + 1
      if (bytes > room) break
    }
    if (kept === list.length) continue
    tree[name] = list.slice(0, kept)
    // Reading on from the cursor would skip what was cut.
    delete tree['next_cursor']
    notes.push(
      `${name} holds the first ${String(kept)} of ${String(list.length)}: call again with limit ${String(Math.max(1, kept))} and read on with next_cursor.`,
    )
  }
}

/** The last resort: the largest of the free-form fields go. */
function dropFields(tree: Record<string, unknown>, room: number, notes: string[]): void {
  let over = jsonBytes(tree) - room
  for (const { holder, key, path, bytes } of innerFields(tree).toSorted((a, b) => b.bytes - a.bytes)) {
    if (over <= 0) return
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a private copy, about to be serialised
    delete holder[key]
    over -= bytes
    notes.push(`${path} is left out (${String(bytes)} bytes).`)
  }
}

interface Field {
  readonly holder: Record<string, unknown>
  readonly key: string
  readonly path: string
  readonly bytes: number
}

/** Objects and lists inside the answer's own objects: a task's payload and result, a status's details. */
function innerFields(tree: Record<string, unknown>): readonly Field[] {
  return Object.entries(tree).flatMap(([name, value]): readonly Field[] => {
    if (!isRecord(value)) return Array.isArray(value) ? [field(tree, name, name)] : []
    const inner = Object.entries(value).filter(([, item]) => typeof item === 'object' && item !== null)
    return inner.length > 0 ? inner.map(([key]) => field(value, key, `${name}.${key}`)) : [field(tree, name, name)]
  })
}

function field(holder: Record<string, unknown>, key: string, path: string): Field {
  return { holder, key, path, bytes: jsonBytes(holder[key]) }
}

interface TextPlace {
  readonly holder: Record<string | number, unknown>
  readonly key: string | number
  readonly text: string
  readonly path: string
  readonly bytes: number
}

/** Longest first. */
function longTexts(root: Record<string, unknown>): readonly TextPlace[] {
  const places: TextPlace[] = []
  const visit = (holder: Record<string | number, unknown>, key: string | number, path: string): void => {
    const value = holder[key]
    if (typeof value === 'string') {
      if (value.length > SHORT_TEXT_CHARS) places.push({ holder, key, text: value, path, bytes: jsonBytes(value) })
    } else if (Array.isArray(value)) {
      const list = value as unknown as Record<number, unknown>
      for (const index of value.keys()) visit(list, index, `${path}[${String(index)}]`)
    } else if (isRecord(value)) {
      for (const name of Object.keys(value)) visit(value, name, `${path}.${name}`)
    }
  }
  for (const name of Object.keys(root)) visit(root, name, name)
  return places.toSorted((a, b) => b.bytes - a.bytes)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Of a value that came from or goes to JSON; an absent field counts nothing. */
function jsonBytes(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value))
}
