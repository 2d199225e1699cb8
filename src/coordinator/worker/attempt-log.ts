/**
 * The log of one attempt on its worker: secrets are taken out before anything else sees a byte; then the last of it is
 * remembered for the result, and all of it goes to the spool. After a restart the engine tells the output from its first
 * byte on again, of which what the spool has already is passed over.
 */
import { Redactor, type SecretPatterns } from '../../core/redactor.ts'
import type { LogStream } from '../../core/log-record.ts'
import type { JsonObject } from '../../core/task.ts'
import { LogCapture } from './log-capture.ts'
import type { LogSpool } from './log-spool.ts'

/** What a former process of this worker has kept of each stream. */
export interface KeptStream {
  readonly bytes: number
  /** The first of them, by which it is seen whether the engine still tells from the beginning. */
  readonly head: Uint8Array
}

export class AttemptLog {
  readonly #capture = new LogCapture()
  readonly #redactor: Redactor<LogStream>
  readonly #spool: LogSpool
  readonly #again: Record<LogStream, Replay>

  constructor(spool: LogSpool, secrets: SecretPatterns, kept: Readonly<Record<LogStream, KeptStream>>) {
    this.#spool = spool
    this.#redactor = new Redactor(secrets)
    this.#again = { stdout: new Replay(kept.stdout), stderr: new Replay(kept.stderr) }
  }

  get bytes(): number {
    return this.#capture.bytes
  }

  get lastLine(): string {
    return this.#capture.lastLine
  }

  write(stream: LogStream, bytes: Uint8Array): void {
    this.#take(this.#redactor.write(stream, bytes))
  }

  async end(): Promise<void> {
    this.#take(this.#redactor.end())
    await this.#spool.end()
  }

  toJson(): JsonObject {
    return this.#capture.toJson()
  }

  #take(released: readonly { readonly stream: LogStream; readonly bytes: Uint8Array }[]): void {
    for (const { stream, bytes } of released) {
      this.#capture.write(bytes)
      const { isOther, fresh } = this.#again[stream].pass(bytes)
      if (isOther) this.#spool.skip()
      for (const piece of fresh) this.#spool.write(stream, piece)
    }
  }
}

/** Passes over what is known already, as long as it is the same. */
class Replay {
  readonly #kept: KeptStream
  #passed = 0
  #done: boolean

  constructor(kept: KeptStream) {
    this.#kept = kept
    this.#done = kept.bytes === 0
  }

  pass(bytes: Uint8Array): { readonly isOther: boolean; readonly fresh: readonly Uint8Array[] } {
    if (this.#done) return { isOther: false, fresh: [bytes] }
    const { head, bytes: known } = this.#kept
    const compared = head.subarray(this.#passed, this.#passed + bytes.length)
    if (Buffer.compare(compared, bytes.subarray(0, compared.length)) !== 0) {
      // The engine has dropped the beginning: what it tells now may be known in part, but where is anybody's guess.
      this.#done = true
      return { isOther: true, fresh: [head.subarray(0, this.#passed), bytes] }
    }
    const skipped = Math.min(bytes.length, known - this.#passed)
    this.#passed += skipped
    this.#done = this.#passed >= known
    return { isOther: false, fresh: skipped < bytes.length ? [bytes.subarray(skipped)] : [] }
  }
}
