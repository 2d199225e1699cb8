/**
 * The head and the tail of an attempt's output, whatever its length: what people read first and last. The cut between is
 * stated. Bytes are decoded once at the end, so that no character is torn at a chunk border.
 */
import { countLineEnds } from '../../core/log-record.ts'
import type { JsonObject } from '../../core/task.ts'

const LOG_HEAD_BYTES = 16 * 1024
const LOG_TAIL_BYTES = 64 * 1024

export class LogCapture {
  #head = new Uint8Array(0)
  #tail: Uint8Array[] = []
  #tailBytes = 0
  #bytes = 0
  #lines = 0
  #lastLine = ''

  get bytes(): number {
    return this.#bytes
  }

  /** The last line written so far, complete or not. */
  get lastLine(): string {
    return this.#lastLine
  }

  write(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    this.#lines += countLineEnds(chunk)
    this.#rememberLastLine(chunk)
    const room = LOG_HEAD_BYTES - this.#head.length
    if (room > 0) this.#head = Buffer.concat([this.#head, chunk.subarray(0, room)])
    this.#tail.push(chunk)
    this.#tailBytes += chunk.length
    if (this.#tailBytes > 2 * LOG_TAIL_BYTES) this.#compact()
  }

  /** `{bytes, lines, truncated, tail, head?}`; the head is there only when the tail does not hold everything. */
  toJson(): JsonObject {
    this.#compact()
    const truncated = this.#bytes > LOG_TAIL_BYTES
    return {
      bytes: this.#bytes,
      lines: this.#lines,
      truncated,
      tail: decode(this.#tail[0] ?? new Uint8Array(0)),
      ...(truncated ? { head: decode(this.#head) } : {}),
    }
  }

  #compact(): void {
    const all = Buffer.concat(this.#tail)
    const kept = Uint8Array.from(all.subarray(Math.max(0, all.length - LOG_TAIL_BYTES)))
    this.#tail = [kept]
    this.#tailBytes = kept.length
  }

  #rememberLastLine(chunk: Uint8Array): void {
    const text = decode(chunk.subarray(Math.max(0, chunk.length - 4096)))
    const lines = text.split(/\r\n|\n|\r/)
    const open = lines.pop() ?? ''
    if (open !== '') this.#lastLine = open
    else {
      const last = lines.findLast((line) => line.trim() !== '')
      if (last !== undefined) this.#lastLine = last
    }
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes)
}
