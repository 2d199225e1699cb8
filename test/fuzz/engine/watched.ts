/** What the hunting thread and the one that watches it share: the input that is being tried, and how many there were. */
const LARGEST = 65_536

export class WatchedInput {
  readonly shared: SharedArrayBuffer
  readonly #numbers: Int32Array
  readonly #bytes: Uint8Array

  constructor(shared = new SharedArrayBuffer(8 + LARGEST)) {
    this.shared = shared
    this.#numbers = new Int32Array(shared, 0, 2)
    this.#bytes = new Uint8Array(shared, 8)
  }

  get tried(): number {
    return Atomics.load(this.#numbers, 0)
  }

  get input(): Uint8Array {
    return this.#bytes.slice(0, Atomics.load(this.#numbers, 1))
  }

  write(input: Uint8Array): void {
    const length = Math.min(input.length, LARGEST)
    this.#bytes.set(input.subarray(0, length))
    Atomics.store(this.#numbers, 1, length)
    Atomics.add(this.#numbers, 0, 1)
  }
}
