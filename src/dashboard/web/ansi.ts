/**
 * Colours of terminal output. Of all sequences only SGR is obeyed; every other, and whatever is invisible, is left out, so
 * that a log can neither hide text nor reorder it.
 * @see https://www.ecma-international.org/publications-and-standards/standards/ecma-48/
 */
/* eslint-disable no-control-regex -- control characters are what this file is about */

export interface Run {
  readonly text: string
  /** Classes such as `fg-1`, `bg-12`, `bold`. */
  readonly classes: readonly string[]
}

export interface AnsiState {
  readonly fg?: number
  readonly bg?: number
  readonly marks: ReadonlySet<string>
}

export const PLAIN: AnsiState = { marks: new Set() }

const TOKENS =
  /(?:\u001b\[|\u009b)(?<sgr>[0-9;:]*)m|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]|(?!\t)\p{Cc}/gu

const MARKS: Readonly<Record<number, string>> = { 1: 'bold', 2: 'dim', 3: 'italic', 4: 'underline', 7: 'inverse' }

/** @returns the runs of one line, and the state in which the next line begins */
export function parseAnsi(
  line: string,
  before: AnsiState,
): { readonly runs: readonly Run[]; readonly after: AnsiState } {
  const runs: Run[] = []
  let state = before
  let from = 0
  const add = (text: string): void => {
    const visible = text.replace(INVISIBLE, '')
    if (visible !== '') runs.push({ text: visible, classes: classesOf(state) })
  }
  for (const match of line.matchAll(TOKENS)) {
    add(line.slice(from, match.index))
    from = match.index + match[0].length
    const sgr = match.groups?.['sgr']
    if (sgr !== undefined) state = applySgr(sgr, state)
  }
  add(line.slice(from))
  return { runs, after: state }
}

function applySgr(parameters: string, before: AnsiState): AnsiState {
  const codes = parameters.split(/[;:]/).map(Number)
  let { fg, bg } = before
  let marks = new Set(before.marks)
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    const mark = MARKS[code]
    if (code === 0) {
      fg = bg = undefined
      marks = new Set()
    } else if (mark !== undefined) marks.add(mark)
    else if (code === 22) marks = new Set([...marks].filter((one) => one !== 'bold' && one !== 'dim'))
    else if (code === 23) marks.delete('italic')
    else if (code === 24) marks.delete('underline')
    else if (code === 27) marks.delete('inverse')
    else if (code >= 30 && code <= 37) fg = code - 30
    else if (code >= 90 && code <= 97) fg = code - 82
    else if (code === 39) fg = undefined
    else if (code >= 40 && code <= 47) bg = code - 40
    else if (code >= 100 && code <= 107) bg = code - 92
    else if (code === 49) bg = undefined
    else if (code === 38 || code === 48) {
      // 256 colours and true colour become the nearest we have: sixteen, readable in light and in dark.
      const isIndexed = codes[at + 1] === 5
      const colour = isIndexed ? toSixteen(codes[at + 2] ?? 7) : 7
      if (code === 38) fg = colour
      else bg = colour
      at += isIndexed ? 2 : 4
    }
  }
  return { ...(fg === undefined ? {} : { fg }), ...(bg === undefined ? {} : { bg }), marks }
}

function toSixteen(index: number): number {
  if (index < 16) return index
  if (index >= 232) return index < 244 ? 8 : 7
  const [red, green, blue] = [Math.floor((index - 16) / 36), Math.floor((index - 16) / 6) % 6, (index - 16) % 6]
  return (red > 2 ? 1 : 0) + (green > 2 ? 2 : 0) + (blue > 2 ? 4 : 0)
}

function classesOf({ fg, bg, marks }: AnsiState): readonly string[] {
  return [
    ...(fg === undefined ? [] : [`fg-${String(fg)}`]),
    ...(bg === undefined ? [] : [`bg-${String(bg)}`]),
    ...marks,
  ]
}
