/**
 * Keeps an answer short enough for a model's context: long text first, then long lists, then whole fields. What went is
 * said in `shortened`, with how to read it.
 */

/** Bytes of JSON an answer may have. Clients cut far longer ones off themselves, without saying what is missing. */
export const ANSWER_BYTES = 24_000
/** Left for the note that says what was cut. */
const NOTE_BYTES = 400
const SHORT_TEXT_BYTES = 1_000

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
  return { ...tree, shortened: [...new Set(notes)].join(' ') }
}

/** The longest text first; of a log its end is kept, of anything else its beginning. */
function cutText(tree: Record<string, unknown>, room: number, notes: string[]): void {
  for (let over = jsonBytes(tree) - room; over > 0; over = jsonBytes(tree) - room) {
    const longest = longestText(tree)
    if (longest === undefined) return
    const { holder, key, text, path } = longest
    // A character may take several bytes: what is over in bytes is never less than what is over in characters.
    const perChar = jsonBytes(text) / text.length
    const keep = Math.max(SHORT_TEXT_BYTES / 2, Math.floor((jsonBytes(text) - over) / perChar) - 1)
    if (keep >= text.length) return
    const isLog = path.endsWith('log_tail')
    holder[key] = (isLog ? text.slice(-keep) : text.slice(0, keep)).toWellFormed()
    notes.push(
      isLog
        ? 'log_tail holds only the end of the lines asked for: ask for fewer log_tail_lines.'
        : `${path} is cut after ${String(keep)} of ${String(text.length)} characters.`,
    )
  }
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
  while (jsonBytes(tree) > room) {
    const fields = innerFields(tree)
    const largest = fields.toSorted((a, b) => b.bytes - a.bytes)[0]
    if (largest === undefined) return
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a private copy, about to be serialised
    delete largest.holder[largest.key]
    notes.push(`${largest.path} is left out (${String(largest.bytes)} bytes).`)
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
}

function longestText(root: Record<string, unknown>): TextPlace | undefined {
  let longest: TextPlace | undefined
  const visit = (holder: Record<string | number, unknown>, key: string | number, path: string): void => {
    const value = holder[key]
    if (typeof value === 'string') {
      if (value.length > Math.max(SHORT_TEXT_BYTES, longest?.text.length ?? 0))
        longest = { holder, key, text: value, path }
    } else if (Array.isArray(value)) {
      for (const index of value.keys())
        visit(value as unknown as Record<number, unknown>, index, `${path}[${String(index)}]`)
    } else if (isRecord(value)) {
      for (const name of Object.keys(value)) visit(value, name, `${path}.${name}`)
    }
  }
  for (const name of Object.keys(root)) visit(root, name, name)
  return longest
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Of a value that came from or goes to JSON; an absent field counts nothing. */
function jsonBytes(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value))
}
