/**
 * Takes apart the engine's stream of a container without a terminal: frames of one byte for the stream, three zero bytes,
 * the length as u32 big-endian, and the bytes themselves. Frames and headers may be cut anywhere.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */

const HEADER_BYTES = 8
const STREAMS = { 1: 'stdout', 2: 'stderr' } as const

export type OutputSink = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void

export class OutputDemuxer {
  readonly #sink: OutputSink
  readonly #header = new Uint8Array(HEADER_BYTES)
  #headerFilled = 0
  #stream: 'stdout' | 'stderr' = 'stdout'
  #left = 0

  constructor(sink: OutputSink) {
    this.#sink = sink
  }

  /** Hands out views of `chunk`, never copies. @throws Error when the bytes are no such stream */
  write(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#left > 0) {
        const end = Math.min(chunk.length, at + this.#left)
        this.#left -= end - at
        this.#sink(this.#stream, chunk.subarray(at, end))
        at = end
      } else {
        const end = Math.min(chunk.length, at + HEADER_BYTES - this.#headerFilled)
        this.#header.set(chunk.subarray(at, end), this.#headerFilled)
        this.#headerFilled += end - at
        at = end
        if (this.#headerFilled === HEADER_BYTES) this.#readHeader()
      }
    }
  }

  /** Whether the stream may end here: not inside a frame. */
  get whole(): boolean {
    return this.#left === 0 && this.#headerFilled === 0
  }

  #readHeader(): void {
    const [kind = 0, ...zeros] = this.#header.subarray(0, 4)
    if ((kind !== 1 && kind !== 2) || zeros.some((byte) => byte !== 0)) {
      throw new Error(`The output of the container is not framed as the engine documents: first byte ${kind}.`)
    }
    this.#stream = STREAMS[kind]
    this.#left = new DataView(this.#header.buffer).getUint32(4)
    this.#headerFilled = 0
  }
}
