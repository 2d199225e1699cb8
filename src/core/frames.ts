/**
 * Frames on a byte stream: u32 big-endian length, then that many bytes. The same on libp2p streams and on the local
 * socket. A frame of length zero carries nothing and is refused, so that a stream of zero bytes is an error and no loop.
 */
import { RunnerMeshError } from './errors.ts'

export const FRAME_HEADER_BYTES = 4
export const MAX_FRAME_BYTES = 1_048_576

/** @throws RunnerMeshError too_large, or bad_request for an empty payload */
export function checkFrameLength(bytes: number, maxBytes = MAX_FRAME_BYTES): void {
  if (bytes === 0) throw new RunnerMeshError('bad_request', 'A frame must carry at least one byte.')
  if (bytes > maxBytes) {
    throw new RunnerMeshError(
      'too_large',
      `A frame of ${String(bytes)} bytes exceeds the limit of ${String(maxBytes)}.`,
    )
  }
}

/**
 * One buffer with all frames in order: many small messages become one write.
 * @throws RunnerMeshError too_large, bad_request
 */
export function encodeFrames(payloads: readonly Uint8Array[], maxBytes = MAX_FRAME_BYTES): Uint8Array {
  let total = 0
  for (const payload of payloads) {
    checkFrameLength(payload.length, maxBytes)
    total += FRAME_HEADER_BYTES + payload.length
  }
  const encoded = new Uint8Array(total)
  let at = 0
  for (const payload of payloads) {
    writeLength(encoded, at, payload.length)
    encoded.set(payload, at + FRAME_HEADER_BYTES)
    at += FRAME_HEADER_BYTES + payload.length
  }
  return encoded
}

/** A payload of so many bytes is not copied to be sent. */
const LARGE_BYTES = 16_384

/**
 * The same bytes in order in as few parts as there are with large payloads as they are: whoever sends them must not change
 * them afterwards.
 * @throws RunnerMeshError too_large, bad_request
 */
export function encodeInParts(payloads: readonly Uint8Array[]): Uint8Array[] {
  if (payloads.every(({ length }) => length < LARGE_BYTES)) return [encodeFrames(payloads)]
  const parts: Uint8Array[] = []
  let small: Uint8Array[] = []
  for (const payload of payloads) {
    checkFrameLength(payload.length)
    const header = new Uint8Array(FRAME_HEADER_BYTES)
    writeLength(header, 0, payload.length)
    small.push(header, payload)
    if (payload.length < LARGE_BYTES) continue
    small.pop()
    parts.push(Buffer.concat(small), payload)
    small = []
  }
  return small.length === 0 ? parts : [...parts, Buffer.concat(small)]
}

/** @throws RunnerMeshError too_large, bad_request */
export function encodeFrame(payload: Uint8Array, maxBytes = MAX_FRAME_BYTES): Uint8Array {
  return encodeFrames([payload], maxBytes)
}

/**
 * Takes bytes as they come and hands out whole frames in order. A frame that lies within one chunk is handed out as a
 * view of it, without a copy: keep a copy if you keep the frame. After a throw the stream is out of step: close it.
 */
export class FrameDecoder {
  /** Longest frame taken, in bytes; may change between frames. */
  maxBytes: number
  readonly #receive: (frame: Uint8Array) => void
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES)
  #headerFilled = 0
  #body: Uint8Array | undefined
  #bodyFilled = 0

  constructor(receive: (frame: Uint8Array) => void, { maxBytes = MAX_FRAME_BYTES } = {}) {
    this.#receive = receive
    this.maxBytes = maxBytes
  }

  /** Whether the bytes so far end inside a frame: at the end of a stream that means it was cut. */
  get partial(): boolean {
    return this.#headerFilled > 0
  }

  /** @throws RunnerMeshError protocol_mismatch for an empty or oversized frame, and whatever the receiver throws */
  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#body === undefined) {
        at = this.#takeHeader(chunk, at)
        if (this.#headerFilled < FRAME_HEADER_BYTES) return
        const length = this.#length()
        if (at + length <= chunk.length) {
          this.#headerFilled = 0
          at += length
          this.#receive(chunk.subarray(at - length, at))
          continue
        }
        this.#body = new Uint8Array(length)
        this.#bodyFilled = 0
      }
      const taken = Math.min(this.#body.length - this.#bodyFilled, chunk.length - at)
      this.#body.set(chunk.subarray(at, at + taken), this.#bodyFilled)
      this.#bodyFilled += taken
      at += taken
      if (this.#bodyFilled === this.#body.length) {
        const whole = this.#body
        this.#body = undefined
        this.#headerFilled = 0
        this.#receive(whole)
      }
    }
  }

  #takeHeader(chunk: Uint8Array, from: number): number {
    let at = from
    while (this.#headerFilled < FRAME_HEADER_BYTES && at < chunk.length) {
      this.#header[this.#headerFilled++] = chunk[at++] ?? 0
    }
    return at
  }

  #length(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#header
    const length = a * 0x1_00_00_00 + (b << 16) + (c << 8) + d
    if (length === 0) throw new RunnerMeshError('protocol_mismatch', 'Received a frame of length zero.')
    if (length > this.maxBytes) {
      throw new RunnerMeshError(
        'protocol_mismatch',
        `Received a frame of ${String(length)} bytes, more than the limit of ${String(this.maxBytes)}.`,
      )
    }
    return length
  }
}

function writeLength(target: Uint8Array, at: number, length: number): void {
  target[at] = length >>> 24
  target[at + 1] = (length >>> 16) & 0xff
  target[at + 2] = (length >>> 8) & 0xff
  target[at + 3] = length & 0xff
}
