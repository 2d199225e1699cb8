/** What another peer tells of the progress of a call: cleaned, bounded, and scalars alone. */
import { cleanLine } from '../core/clean-text.ts'
import type { ProgressNote } from '../core/operations/operation.ts'
import { fieldOf } from './wire-errors.ts'

export function toProgressNote(params: unknown): ProgressNote {
  const [message, fraction, data] = [fieldOf(params, 'message'), fieldOf(params, 'fraction'), fieldOf(params, 'data')]
  return {
    message: typeof message === 'string' ? cleanLine(message, 512) : '',
    ...(typeof fraction === 'number' ? { fraction: Math.min(1, Math.max(0, fraction)) } : {}),
    ...(typeof data === 'object' && data !== null ? { data: scalars(data) } : {}),
  }
}

function scalars(data: object): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(data).filter(
      (entry): entry is [string, string | number] => typeof entry[1] === 'string' || typeof entry[1] === 'number',
    ),
  )
}
