/**
 * Works off what one peer asks no faster than that peer reads the answers. Its requests are always read, because the
 * answers to ours come on the same channel; but once much is unsent, those that come wait in order, and answers that are
 * ready wait too. However large its answers, one peer takes up a few megabytes here, and the others are not slower for it.
 *
 * What a request will answer is not known before it does. So requests that have just begun count as unsent, each with as
 * many bytes as answers lately had. One that is not answered soon is a parked claim, or waits for an end: it counts no
 * more, and may come to many of its kind.
 */
import type { Clock } from '../core/ports/clock.ts'

/** What may be unsent before requests and answers wait. */
const FULL_BYTES = 1_048_576
/** Answers to come of requests that have just begun. */
const COMING_BYTES = 4_194_304
/** What an answer is expected to have before one was seen, and at least: so few, and so many, begin at once. */
const FIRST_EXPECTED_BYTES = 131_072
const LEAST_EXPECTED_BYTES = 32_768
/** How much of what was expected last is expected still. */
const EXPECTED_DECAY = 0.9
/** A request that is not answered within this time waits for something. */
const YOUNG_MS = 25
/** Answers that wait: several times what should come at once. Beyond it the peer is given up. */
const HELD_BYTES = 33_554_432
/** Those of all calls that may be under way, and as many refusals. */
const HELD_ANSWERS = 2_048
/** Requests that wait, by the bytes of their frames; further ones are refused. */
const WAITING_BYTES = 8_388_608
/** Shorter answers are not counted as unsent: the limit on calls under way keeps them few. */
const COUNTED_BYTES = 4_096
/** A peer that takes nothing for this long while something waits for it is given up. */
const STUCK_MS = 60_000

export interface AnswerPaceDeps {
  /** Resolves when more may follow. */
  readonly send: (bytes: Uint8Array) => Promise<void>
  /** The peer does not read. */
  readonly onUnread: () => void
  /** Absent: what has begun counts nothing, and unread answers may lie for ever. */
  readonly clock?: Pick<Clock, 'mono' | 'after'>
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
      this.#heldBytes += bytes.length
      if (this.#heldBytes > HELD_BYTES || this.#answers.length > HELD_ANSWERS) this.#deps.onUnread()
    }
    if (this.#requests.length > 0) this.#startWaiting()
  }

  /** Nothing more is started or sent. */
  end(): void {
    this.#requests = []
    this.#answers = []
    this.#cancelStuck?.()
    this.#cancelStuck = undefined
    this.#cancelAgeing?.()
    this.#cancelAgeing = undefined
  }

  #isFull(): boolean {
    return this.#answers.length > 0 || this.#unsentBytes >= FULL_BYTES
  }

  #mayStart(): boolean {
    if (this.#isFull()) return false
    if (this.#deps.clock === undefined) return true
    this.#age(this.#deps.clock.mono() - YOUNG_MS)
    return this.#young === 0 || (this.#young + 1) * this.#expectedBytes <= COMING_BYTES
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
    this.#unsentBytes += bytes.length
    const settled = (): void => {
      this.#unsentBytes -= bytes.length
      this.#goOn()
    }
    sent.then(settled, settled)
    this.#watch()
  }

  /** The other side took something. */
  #goOn(): void {
    this.#sendHeld()
    this.#startWaiting()
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
