/** Limits of the predecessor's two protocols, as its own nodes have them by default. */

/** One frame or line, in bytes, in either direction: its client takes no longer answer. */
export const MAX_MESSAGE_BYTES = 1_048_576
/** Frames that one stream may carry, the opening one among them; also what a burst may hold. */
export const MAX_FRAMES = 128
/** Frames a second that a stream regains. */
export const FRAMES_PER_SECOND = 128

/** Tokens regained over time, up to a capacity. */
export class TokenBucket {
  readonly #capacity: number
  readonly #perSecond: number
  #tokens: number
  #at: number

  /** @param now in seconds, of any clock that only goes forward */
  constructor(capacity: number, perSecond: number, now: number) {
    this.#capacity = capacity
    this.#perSecond = perSecond
    this.#tokens = capacity
    this.#at = now
  }

  /** @returns whether there was one */
  take(now: number): boolean {
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#at) * this.#perSecond)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}

/** Bytes held for those who have not shown the token yet, over all streams. */
export class UnprovenBytes {
  readonly #most: number
  #held = 0

  constructor(most: number) {
    this.#most = most
  }

  /** @returns false when there is no room for more */
  take(bytes: number): boolean {
    if (this.#held + bytes > this.#most) return false
    this.#held += bytes
    return true
  }

  giveBack(bytes: number): void {
    this.#held -= bytes
  }
}
