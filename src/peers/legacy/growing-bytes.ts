/** Bytes of a message that comes in pieces of any size: one buffer that doubles, so that many small pieces cost no more than a large one. */
const FIRST_BYTES = 1024

export class GrowingBytes {
  #buffer = Buffer.alloc(0)
  #length = 0

  get length(): number {
    return this.#length
  }

  push(piece: Uint8Array): void {
    const needed = this.#length + piece.length
    if (needed > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#buffer.length * 2, FIRST_BYTES))
      larger.set(this.#buffer.subarray(0, this.#length))
      this.#buffer = larger
    }
    this.#buffer.set(piece, this.#length)
    this.#length = needed
  }

  /** A view that is good until the next change. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** Takes that many bytes off the front. */
  take(bytes: number): Buffer {
    const taken = Buffer.from(this.#buffer.subarray(0, bytes))
    const rest = this.#buffer.subarray(bytes, this.#length)
    this.#length = rest.length
    // What was large does not stay so for the sake of a small rest.
    this.#buffer = Buffer.from(rest)
    return taken
  }
}
