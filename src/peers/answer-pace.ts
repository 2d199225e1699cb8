/**
 * Works off what one peer asks no faster than that peer reads the answers. Its requests are always read, because the
 * answers to ours come on the same channel; but once much is unsent, those that come wait in order, and answers that are
 * ready wait too. However large its answers, one peer takes up a few megabytes here, and the others are not slower for it.
 *
 * Handlers that answer at once all run before the first of their answers leaves. Hence only so many begin in one turn of
 * the event loop, so that what is unsent is known before the next ones begin.
 */
import type { Clock } from '../core/ports/clock.ts'

/** What may be unsent before requests and answers wait. */
const FULL_BYTES = 1_048_576
/** Answers that wait: as many as may begin in one turn, each as long as a frame. Beyond it the peer is given up. */
const HELD_BYTES = 33_554_432
/** Those of all calls that may be under way, and as many refusals. */
const HELD_ANSWERS = 2_048
/** Requests that wait, by the bytes of their frames; further ones are refused. */
const WAITING_BYTES = 8_388_608
const STARTS_PER_TURN = 32
/** The same while long answers come of it. */
const LONG_STARTS_PER_TURN = 4
const LONG_BYTES = 65_536
/** Shorter answers are not counted as unsent: the limit on calls under way keeps them few. */
const COUNTED_BYTES = 4_096
/** A peer that takes nothing for this long while something waits for it is given up. */
const STUCK_MS = 60_000

export interface AnswerPaceDeps {
  /** Resolves when more may follow. */
  readonly send: (bytes: Uint8Array) => Promise<void>
  /** The peer does not read. */
  readonly onUnread: () => void
  readonly clock?: Pick<Clock, 'after'>
}

interface Waiting {
  readonly bytes: number
  readonly start: () => void
}

export class AnswerPace {
  readonly #deps: AnswerPaceDeps
  #requests: Waiting[] = []
  #requestBytes = 0
  #answers: Uint8Array[] = []
  #heldBytes = 0
  #unsentBytes = 0
  #started = 0
  #startsPerTurn = STARTS_PER_TURN
  #cancelStuck: (() => void) | undefined

  constructor(deps: AnswerPaceDeps) {
    this.#deps = deps
  }

  /**
   * Calls `start` now or when its turn has come.
   * @param bytes what the request takes in memory while it waits
   * @returns false when too much waits already; then it is not called
   */
  request(bytes: number, start: () => void): boolean {
    if (this.#requests.length === 0 && this.#mayStart()) {
      this.#start(start)
      return true
    }
    if (this.#requestBytes + bytes > WAITING_BYTES) return false
    this.#requestBytes += bytes
    this.#requests.push({ bytes, start })
    return true
  }

  answer(bytes: Uint8Array): void {
    if (bytes.length >= LONG_BYTES) this.#startsPerTurn = LONG_STARTS_PER_TURN
    if (!this.#isFull()) {
      this.#send(bytes)
      return
    }
    this.#answers.push(bytes)
    this.#heldBytes += bytes.length
    if (this.#heldBytes > HELD_BYTES || this.#answers.length > HELD_ANSWERS) this.#deps.onUnread()
  }

  /** Nothing more is started or sent. */
  end(): void {
    this.#requests = []
    this.#answers = []
    this.#cancelStuck?.()
    this.#cancelStuck = undefined
  }

  #isFull(): boolean {
    return this.#answers.length > 0 || this.#unsentBytes >= FULL_BYTES
  }

  #mayStart(): boolean {
    return this.#started < this.#startsPerTurn && !this.#isFull()
  }

  #start(start: () => void): void {
    this.#started += 1
    if (this.#started === 1) {
      // After the promises of this turn, and so after the answers of all that answer at once.
      void Promise.resolve().then(() =>
        process.nextTick(() => {
          this.#started = 0
          this.#goOn()
          if (this.#requests.length === 0) this.#startsPerTurn = STARTS_PER_TURN
        }),
      )
    }
    start()
  }

  #send(bytes: Uint8Array): void {
    const sent = this.#deps.send(bytes)
    if (bytes.length < COUNTED_BYTES) {
      // It rejects when the channel is gone, which is told elsewhere.
      sent.catch(() => undefined)
      return
    }
    this.#unsentBytes += bytes.length
    const settled = (): void => {
      this.#unsentBytes -= bytes.length
      this.#goOn()
    }
    sent.then(settled, settled)
    this.#watch()
  }

  /** The other side took something, or a turn is over. */
  #goOn(): void {
    this.#sendHeld()
    while (this.#mayStart()) {
      const next = this.#requests.shift()
      if (next === undefined) break
      this.#requestBytes -= next.bytes
      this.#start(next.start)
    }
    this.#watch()
  }

  #sendHeld(): void {
    let sent = 0
    for (; sent < this.#answers.length && this.#unsentBytes < FULL_BYTES; sent += 1) {
      const bytes = this.#answers[sent]
      if (bytes === undefined) break
      this.#heldBytes -= bytes.length
      this.#send(bytes)
    }
    this.#answers.splice(0, sent)
  }

  #watch(): void {
    this.#cancelStuck?.()
    this.#cancelStuck = this.#isFull() ? this.#deps.clock?.after(STUCK_MS, this.#deps.onUnread) : undefined
  }
}
