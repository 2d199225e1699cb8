/** What a command is handed, and how a subcommand in a file of its own is run. */
import { InvalidArgumentError, type Command } from 'commander'
import type { Environment } from '../app/config.ts'
import type { OperationsLink } from '../core/ports/link.ts'
import type { Output } from './output.ts'

export interface Streams {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

export interface CommandContext {
  readonly environment: Environment
  readonly output: Output
  readonly streams: Streams
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  /** From now on Ctrl-C calls this instead of aborting `signal`. */
  readonly onInterrupt: (interrupted: () => void) => void
  /** Lines for people who wait; free of effect when nobody watches. */
  readonly status: (line: string) => void
}

export interface RunContext {
  readonly link: OperationsLink
  readonly output: Output
  readonly streams: Streams
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

/** Gives a command its action. @param action is handed the command's arguments and answers the exit code */
export type RunCommand = (
  command: Command,
  action: (context: RunContext, ...args: readonly (string | undefined)[]) => Promise<number>,
) => void

/** Gives a command an action that needs more than a link, such as one that opens it again. */
export type RunInContext = (
  command: Command,
  action: (context: CommandContext, ...args: readonly (string | undefined)[]) => Promise<number>,
) => void

export function parseNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.')
  return value
}

/** For flags that may be repeated. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
