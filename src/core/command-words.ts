/**
 * A command given as one string becomes words as a POSIX shell would make them, and nothing more: no variables, globs,
 * substitutions or operators. Whoever wants a shell names it: `sh -c '…'`.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02
 */
import { RunnerMeshError } from './errors.ts'

const BLANK = /[ \t\n\r]/
/** The only characters that a backslash escapes between double quotes. */
const ESCAPED_IN_QUOTES = /[$`"\\]/

/** An argv array is taken as it is. @throws RunnerMeshError bad_request: a quote without its end, a backslash at the end */
export function commandWords(command: string | readonly string[]): readonly string[] {
  return typeof command === 'string' ? splitWords(command) : command
}

/** @throws RunnerMeshError bad_request */
export function splitWords(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let at = 0
  while (at < text.length) {
    const char = text.charAt(at)
    if (BLANK.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
      at += 1
      continue
    }
    const part = char === "'" ? singleQuoted(text, at) : char === '"' ? doubleQuoted(text, at) : bare(text, at)
    // A line continuation between words begins no word.
    if (part.text !== undefined) word = (word ?? '') + part.text
    at = part.end
  }
  if (word !== undefined) words.push(word)
  return words
}

interface Part {
  readonly text: string | undefined
  readonly end: number
}

function singleQuoted(text: string, start: number): Part {
  const end = text.indexOf("'", start + 1)
  if (end === -1) throw open(text, start, 'single quote')
  return { text: text.slice(start + 1, end), end: end + 1 }
}

function doubleQuoted(text: string, start: number): Part {
  let inside = ''
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === '"') return { text: inside, end: at + 1 }
    const next = text.charAt(at + 1)
    if (char !== '\\' || next === '') inside += char
    else {
      at += 1
      if (ESCAPED_IN_QUOTES.test(next)) inside += next
      else if (next !== '\n') inside += `\\${next}`
    }
  }
  throw open(text, start, 'double quote')
}

function bare(text: string, at: number): Part {
  if (text.charAt(at) !== '\\') return { text: text.charAt(at), end: at + 1 }
  const next = text.charAt(at + 1)
  if (next === '') throw refusal('ends with a backslash that escapes nothing')
  return { text: next === '\n' ? undefined : next, end: at + 2 }
}

function open(text: string, start: number, what: string): RunnerMeshError {
  const rest = text.slice(start, start + 20)
  return refusal(`has a ${what} without its end, from ${JSON.stringify(rest)}`)
}

function refusal(fault: string): RunnerMeshError {
  return new RunnerMeshError('bad_request', `The command ${fault}. Close it, or give the command as a list of words.`)
}
