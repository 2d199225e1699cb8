/** Commands in comments: `/mesh <word> [<image>] [-- <argv>]` on the first line. */
import { splitWords } from '../core/command-words.ts'
import type { Json } from '../core/task.ts'

export interface Command {
  readonly word: string
  /** Before the dashes. */
  readonly args: readonly string[]
  /** After the dashes. */
  readonly argv: readonly string[]
}

const PREFIX = /^\/mesh[ \t]+(.*)$/
const LONGEST = 4_096

/** @returns undefined when a comment is no command; `fault` when its words cannot be told apart */
export function readCommand(comment: string): Command | { readonly fault: string } | undefined {
  const [first = ''] = comment.split(/\r?\n/, 1)
  const [, rest] = PREFIX.exec(first.slice(0, LONGEST)) ?? []
  if (rest === undefined) return undefined
  try {
    const [word = '', ...words] = splitWords(rest)
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(word)) return { fault: 'The word after /mesh is no command.' }
    const dashes = words.indexOf('--')
    return dashes < 0
      ? { word, args: words, argv: [] }
      : { word, args: words.slice(0, dashes), argv: words.slice(dashes + 1) }
  } catch {
    return { fault: 'Its words cannot be told apart: a quote is open.' }
  }
}

/** What expressions see as `command`. */
export function commandContext({ word, args, argv }: Command): Json {
  return { name: word, image: args[0] ?? '', args, argv }
}
