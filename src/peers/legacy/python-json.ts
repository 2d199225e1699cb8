/** JSON as Python's json module writes it: beside the standard it knows the bare words NaN, Infinity and -Infinity. */
import type { JsonObject } from '../../core/task.ts'

const STRING_OR_WORD = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g

/**
 * Bare NaN and infinities, which JSON has no word for, are read as null.
 * @throws SyntaxError
 */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (!/NaN|Infinity/.test(text)) throw cause
    return JSON.parse(text.replace(STRING_OR_WORD, (token) => (token.startsWith('"') ? token : 'null')))
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const WHOLE = /^\s*[+-]?[0-9]+\s*$/

/** What Python's int() makes of a JSON value. @returns undefined where it raises */
export function pythonInt(value: unknown): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : undefined
  return typeof value === 'string' && WHOLE.test(value) ? Number(value) : undefined
}

/** A field of a request as text, trimmed; anything else than text or a number reads as absent. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
}

export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
