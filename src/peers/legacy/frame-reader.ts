/** Frames of the predecessor: u32 big-endian length, then that many bytes of a JSON object. */
import type { JsonObject } from '../../core/task.ts'
import { GrowingBytes } from './growing-bytes.ts'
import { MAX_MESSAGE_BYTES } from './limits.ts'
import { isObject, parsePythonJson } from './python-json.ts'

const HEADER_BYTES = 4

export type FrameFault = 'frame_too_large' | 'invalid_json' | 'invalid_message'

export class BadFrame extends Error {
  override readonly name = 'BadFrame'
  readonly fault: FrameFault

  constructor(fault: FrameFault) {
    super(`the frame is refused: ${fault}`)
    this.fault = fault
  }
}

export class FrameReader {
  readonly #maxBytes: number
  readonly #bytes = new GrowingBytes()

  constructor(maxBytes = MAX_MESSAGE_BYTES) {
    this.#maxBytes = maxBytes
  }

  /** Bytes that belong to no whole frame yet. */
  get held(): number {
    return this.#bytes.length
  }

  push(chunk: Uint8Array): void {
    this.#bytes.push(chunk)
  }

  /** @returns the next whole frame, or undefined until more has come. @throws BadFrame after which nothing more can be read */
  next(): JsonObject | undefined {
    if (this.#bytes.length < HEADER_BYTES) return undefined
    const length = this.#bytes.view().readUInt32BE(0)
    if (length > this.#maxBytes) throw new BadFrame('frame_too_large')
    if (length === 0) throw new BadFrame('invalid_json')
    if (this.#bytes.length < HEADER_BYTES + length) return undefined
    return parseObject(this.#bytes.take(HEADER_BYTES + length).subarray(HEADER_BYTES))
  }
}

/** @throws BadFrame */
export function parseObject(bytes: Uint8Array): JsonObject {
  let value: unknown
  try {
    value = parsePythonJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new BadFrame('invalid_json')
  }
  if (!isObject(value)) throw new BadFrame('invalid_message')
  return value
}

/** @returns undefined when it is longer than its reader takes */
export function encodeObject(value: object): Uint8Array | undefined {
  const body = Buffer.from(JSON.stringify(value))
  if (body.length > MAX_MESSAGE_BYTES) return undefined
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length)
  frame.writeUInt32BE(body.length, 0)
  frame.set(body, HEADER_BYTES)
  return frame
}
