/** How a subcommand in a file of its own is run: with the link to this machine's peer open, and its exit code heard. */
import { InvalidArgumentError, type Command } from 'commander'
import type { OperationsLink } from '../core/ports/link.ts'
import type { Output } from './output.ts'

export interface RunContext {
  readonly link: OperationsLink
  readonly output: Output
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

/** Gives a command its action. @param action is handed the command's arguments and answers the exit code */
export type RunCommand = (
  command: Command,
  action: (context: RunContext, ...args: readonly (string | undefined)[]) => Promise<number>,
) => void

export function parseNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.')
  return value
}
