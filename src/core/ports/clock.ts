/** What the house needs from the machine: time, chance and a place for its log lines. */

export interface Clock {
  /** Wall time, epoch milliseconds. Stored and sent; never used to measure an interval. */
  now(): number
  /** Monotonic milliseconds since an arbitrary start. Leases and time limits are measured on it alone. */
  mono(): number
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls back once after `ms` unless the returned function is called first. The timer keeps no process alive. */
  after(ms: number, callback: () => void): () => void
}

export interface Random {
  /** A number from 0 up to, but not including, 1. */
  unit(): number
  bytes(length: number): Uint8Array
  uuid(): string
}

export type LogFields = Readonly<Record<string, unknown>>

export interface Logger {
  child(fields: LogFields): Logger
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

/** Something long-lived. Both methods may be called twice; stop awaits all that start began. */
export interface Startable {
  start(): Promise<void>
  stop(): Promise<void>
}
