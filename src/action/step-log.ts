/** The log of a step. What tasks and peers wrote is fenced off: the runner would obey commands in it. */
import { endGroup, error, info, startGroup, warning } from '@actions/core'
import { cleanLine, cleanText } from '../core/clean-text.ts'
import type { LogFields, Logger, Random } from '../core/ports/clock.ts'

export interface StepLog {
  /** Our own words. */
  say(line: string): void
  /** One line that holds others' words. */
  note(line: string): void
  /** Somebody else's words, cleaned; nothing in them is a command to the runner. */
  quote(text: string): void
  /** What a person must act on. */
  warn(line: string): void
  fail(line: string): void
  group<T>(name: string, work: () => Promise<T>): Promise<T>
}

const LONGEST_NOTE = 400

export function createStepLog(random: Random): StepLog {
  return {
    say: (line) => {
      info(line)
    },
    note: (line) => {
      // A command to the runner stands at the start of a line, or begins with two number signs and a bracket.
      info(`· ${cleanLine(line, LONGEST_NOTE).replaceAll('##[', '# #[')}`)
    },
    quote: (text) => {
      if (text === '') return
      // Nobody who wrote the text before can know the word that ends the fence.
      const token = Buffer.from(random.bytes(16)).toString('hex')
      info(`::stop-commands::${token}\n${cleanText(text).replace(/\n+$/, '')}\n::${token}::`)
    },
    warn: (line) => {
      warning(line)
    },
    fail: (line) => {
      error(line)
    },
    group: async (name, work) => {
      startGroup(name)
      try {
        return await work()
      } finally {
        endGroup()
      }
    },
  }
}

/**
 * The peer's own log beside the step's: its fields hold others' words. The runner looks for its older form of commands,
 * two number signs and a bracket, anywhere in a line.
 */
export function withoutCommands(log: Logger): Logger {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}): void => {
      log[level](event, JSON.parse(JSON.stringify(fields).replaceAll('##[', '# #[')) as LogFields)
    }
  return {
    child: (fields) => withoutCommands(log.child(fields)),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
}
