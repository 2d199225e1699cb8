/**
 * Works off what one peer asks no faster than that peer reads the answers. Its requests are always read, because the
 * answers to ours come on the same channel; but once much is unsent, those that come wait in order, and answers that are
 * ready wait too. How much that is grows with what a peer has read: one that never does takes up little here, one that
 * reads gets its answers as fast as it can, and the others are not slower for either.
 *
 * What a request will answer is not known before it does. So requests that have just begun count as if unsent, each with
 * as many bytes as answers lately had: what is being made when V8 collects is kept until it looks at all there is. One that
 * is not answered soon is a parked claim, or waits for an end: it counts no more, and may come to many of its kind.
 */
import type { Clock } from '../core/ports/clock.ts'

/** What may be unsent before requests and answers wait: of a peer that has read nothing yet, and of one that reads. */
const FIRST_FULL_BYTES = 131_072
const MOST_FULL_BYTES = 1_048_576
/** The share of what a peer has read by which it may have more unsent. */
const GROWS_BY = 0.5
/** What an answer is expected to have before one was seen, and at least: so few, and so many, begin at once. */
const FIRST_EXPECTED_BYTES = 8_192
const LEAST_EXPECTED_BYTES = 4_096
/** How much of what was expected last is expected still. */
const EXPECTED_DECAY = 0.9
/** A request that is not answered within this time waits for something. */
const YOUNG_MS = 25
/** Answers that wait: several times what should come at once. Beyond it the peer is given up. */
const HELD_BYTES = 16_777_216
/** Those of all calls that may be under way, and as many refusals. */
const HELD_ANSWERS = 2_048
/** Requests that wait, by the bytes of their frames; further ones are refused. */
const WAITING_BYTES = 8_388_608
/** Shorter answers are not counted as unsent: the limit on calls under way keeps them few. */
const COUNTED_BYTES = 4_096
/** A peer that takes nothing for this long while something waits for it is given up. */
const STUCK_MS = 60_000

/** What all peers together may leave unread; beyond it each gets one answer at a time. */
const UNREAD_BYTES = 16_777_216
/** After so many bytes of answers that were sent, what making them has left in memory is thrown away. */
const LEFT_BYTES = 4_194_304

/** Answers that wait to be read, of all connections that share it. */
export class Unread {
  readonly #tidy: () => void
  #bytes = 0
  #leftBytes = 0

  /** @param tidy throws away what answers have left: several times their bytes, which V8 lets lie until it needs the room */
  constructor(tidy: () => void = () => undefined) {
    this.#tidy = tidy
  }

  get isHigh(): boolean {
    return this.#bytes > UNREAD_BYTES
  }

  add(bytes: number): void {
    this.#bytes += bytes
  }

  /** An answer was read, or was handed over to be. */
  left(bytes: number): void {
    this.#leftBytes += bytes
    if (this.#leftBytes < LEFT_BYTES) return
    this.#leftBytes = 0
    this.#tidy()
  }
}

export interface AnswerPaceDeps {
  /** Resolves when more may follow. */
  readonly send: (bytes: Uint8Array) => Promise<void>
  /** The peer does not read. */
  readonly onUnread: () => void
  /** Absent: what has begun counts nothing, and unread answers may lie for ever. */
  readonly clock?: Pick<Clock, 'mono' | 'after'>
  /** Absent: it shares with nobody. */
  readonly unread?: Unread
}

/** A request that has begun. */
export interface Begun {
  /** Monotonic. */
  readonly at: number
  young: boolean
}

interface Waiting {
  readonly bytes: number
  readonly start: (begun: Begun) => void
}

export class AnswerPace {
  readonly #deps: AnswerPaceDeps
  readonly #unread: Unread
  #fullBytes = FIRST_FULL_BYTES
  #requests: Waiting[] = []
  #requestBytes = 0
  #answers: Uint8Array[] = []
  #heldBytes = 0
  #unsentBytes = 0
  #expectedBytes = FIRST_EXPECTED_BYTES
  /** In the order in which they have begun; among them some that are young no more. */
  #begun: Begun[] = []
  #young = 0
  #cancelAgeing: (() => void) | undefined
  #cancelStuck: (() => void) | undefined

  constructor(deps: AnswerPaceDeps) {
    this.#deps = deps
    this.#unread = deps.unread ?? new Unread()
  }

  /**
   * Calls `start` now or when its turn has come.
   * @param bytes what the request takes in memory while it waits
   * @returns false when too much waits already; then it is not called
   */
  request(bytes: number, start: (begun: Begun) => void): boolean {
    if (this.#requests.length === 0 && this.#mayStart()) {
      this.#start(start)
      return true
    }
    if (this.#requestBytes + bytes > WAITING_BYTES) return false
    this.#requestBytes += bytes
    this.#requests.push({ bytes, start })
    this.#watchAgeing()
    return true
  }

  /** @param begun the request that is answered; absent: one that was refused */
  answer(bytes: Uint8Array, begun?: Begun): void {
    if (begun !== undefined) {
      this.#expectedBytes = Math.max(LEAST_EXPECTED_BYTES, bytes.length, this.#expectedBytes * EXPECTED_DECAY)
      this.#grow(begun)
    }
    if (!this.#isFull()) this.#send(bytes)
    else {
      this.#answers.push(bytes)
      this.#hold(bytes.length)
      if (this.#heldBytes > HELD_BYTES || this.#answers.length > HELD_ANSWERS) this.#deps.onUnread()
    }
    if (this.#requests.length > 0) this.#startWaiting()
  }

  /** Nothing more is started or sent. */
  end(): void {
    this.#requests = []
    this.#answers = []
    this.#hold(-this.#heldBytes)
    this.#cancelStuck?.()
    this.#cancelStuck = undefined
    this.#cancelAgeing?.()
    this.#cancelAgeing = undefined
  }

  #isFull(): boolean {
    return this.#answers.length > 0 || this.#unsentBytes >= this.#fullBytes
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes
    this.#unread.add(bytes)
  }

  #mayStart(): boolean {
    if (this.#isFull() || (this.#unsentBytes > 0 && this.#unread.isHigh)) return false
    if (this.#deps.clock === undefined) return true
    this.#age(this.#deps.clock.mono() - YOUNG_MS)
    if (this.#young === 0) return true
    return !this.#unread.isHigh && (this.#young + 1) * this.#expectedBytes <= this.#fullBytes
  }

  #start(start: (begun: Begun) => void): void {
    const { clock } = this.#deps
    const begun: Begun = { at: clock?.mono() ?? 0, young: clock !== undefined }
    if (begun.young) {
      this.#begun.push(begun)
      this.#young += 1
    }
    start(begun)
  }

  #grow(begun: Begun): void {
    if (!begun.young) return
    begun.young = false
    this.#young -= 1
  }

  /** Those that have begun by then count no more. */
  #age(by: number): void {
    let gone = 0
    for (const begun of this.#begun) {
      if (begun.young && begun.at > by) break
      this.#grow(begun)
      gone += 1
    }
    if (gone > 0) this.#begun.splice(0, gone)
  }

  /** Should no answer come, those that wait begin once the others are young no more. */
  #watchAgeing(): void {
    const [oldest] = this.#begun
    const { clock } = this.#deps
    if (this.#cancelAgeing !== undefined || oldest === undefined || clock === undefined) return
    this.#cancelAgeing = clock.after(Math.max(1, oldest.at + YOUNG_MS - clock.mono()), () => {
      this.#cancelAgeing = undefined
      this.#startWaiting()
      if (this.#requests.length > 0) this.#watchAgeing()
    })
  }

  #startWaiting(): void {
    while (this.#requests.length > 0 && this.#mayStart()) {
      const next = this.#requests.shift()
      if (next === undefined) break
      this.#requestBytes -= next.bytes
      this.#start(next.start)
    }
    if (this.#requests.length > 0) return
    this.#cancelAgeing?.()
    this.#cancelAgeing = undefined
  }

  #send(bytes: Uint8Array): void {
    const sent = this.#deps.send(bytes)
    if (bytes.length < COUNTED_BYTES) {
      // It rejects when the channel is gone, which is told elsewhere.
      sent.catch(() => undefined)
      return
    }
    this.#leaveUnsent(bytes.length)
    sent.then(
      () => {
        this.#leaveUnsent(-bytes.length)
        this.#unread.left(bytes.length)
        this.#fullBytes = Math.min(MOST_FULL_BYTES, this.#fullBytes + GROWS_BY * bytes.length)
        this.#goOn()
      },
      () => this.#leaveUnsent(-bytes.length),
    )
    this.#watch()
  }

  #leaveUnsent(bytes: number): void {
    this.#unsentBytes += bytes
    this.#unread.add(bytes)
  }

  /** The other side took something. */
  #goOn(): void {
    this.#sendHeld()
    this.#startWaiting()
    this.#watch()
  }

  #sendHeld(): void {
    let sent = 0
    for (; sent < this.#answers.length && this.#unsentBytes < this.#fullBytes; sent += 1) {
      const bytes = this.#answers[sent]
      if (bytes === undefined) break
      this.#hold(-bytes.length)
      this.#send(bytes)
    }
    this.#answers.splice(0, sent)
  }

  #watch(): void {
    this.#cancelStuck?.()
    this.#cancelStuck = this.#isFull() ? this.#deps.clock?.after(STUCK_MS, this.#deps.onUnread) : undefined
  }
}
