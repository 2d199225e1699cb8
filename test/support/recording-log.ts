/** A logger that keeps its lines for a test to look at. */
import type { LogFields, Logger } from '../../src/core/ports/clock.ts'

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly event: string
  readonly fields: LogFields
}

export class RecordingLog implements Logger {
  readonly lines: LogLine[]
  readonly #fields: LogFields

  constructor(lines: LogLine[] = [], fields: LogFields = {}) {
    this.lines = lines
    this.#fields = fields
  }

  child(fields: LogFields): Logger {
    return new RecordingLog(this.lines, { ...this.#fields, ...fields })
  }

  debug(event: string, fields?: LogFields): void {
    this.#keep('debug', event, fields)
  }

  info(event: string, fields?: LogFields): void {
    this.#keep('info', event, fields)
  }

  warn(event: string, fields?: LogFields): void {
    this.#keep('warn', event, fields)
  }

  error(event: string, fields?: LogFields): void {
    this.#keep('error', event, fields)
  }

  #keep(level: LogLine['level'], event: string, fields: LogFields = {}): void {
    this.lines.push({ level, event, fields: { ...this.#fields, ...fields } })
  }
}
