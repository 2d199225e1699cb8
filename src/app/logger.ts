/** Structured log lines: JSON on standard error, because standard output belongs to results and protocols. */
import { destination, pino, stdTimeFunctions, type Logger as Pino } from 'pino'
import type { LogFields, Logger } from '../core/ports/clock.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Field names whose values never reach a log, wherever they stand. */
const SECRET_FIELDS = ['meshKey', 'token', 'authorization', 'secret', 'password']

export function createLogger(level: LogLevel): Logger {
  const redact = { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' }
  return wrap(
    pino(
      { level, base: null, redact, messageKey: 'event', timestamp: stdTimeFunctions.isoTime },
      destination({ dest: 2, sync: true }),
    ),
  )
}

function wrap(sink: Pino): Logger {
  return {
    child: (fields: LogFields) => wrap(sink.child(fields)),
    debug: (event, fields = {}) => {
      sink.debug(fields, event)
    },
    info: (event, fields = {}) => {
      sink.info(fields, event)
    },
    warn: (event, fields = {}) => {
      sink.warn(fields, event)
    },
    error: (event, fields = {}) => {
      sink.error(fields, event)
    },
  }
}
