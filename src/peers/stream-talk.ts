/**
 * One stream of `/runner-mesh/stream/1.0.0`: frames of which the first byte says what they are.
 *
 *   1  a word: JSON. The first names what the stream is for and is answered; `stored` says how many bytes of data have
 *      been taken in so far
 *   2  data: a log record, or a piece of a file
 *
 * Whoever sends data keeps at most WINDOW_BYTES on the way that `stored` has not answered for, and whoever receives gives
 * a stream up that goes beyond: a slow reader slows its writer down and costs neither of them memory.
 */
import { cleanLine } from '../core/clean-text.ts'
import { isErrorCode, RunnerMeshError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Channel } from '../core/ports/mesh.ts'

export const STREAM_PROTOCOL = '/runner-mesh/stream/1.0.0'
export const WINDOW_BYTES = 4 * 1_048_576
/** Longest piece of a file in one frame. */
export const PIECE_BYTES = 262_144

const [WORD, DATA] = [1, 2] as const
const MOST_WORD_BYTES = 65_536
/** Words of one stream beside `stored`: it is opened, answered and ended. */
const MOST_WORDS = 8
/** Data beyond the window that may be on the way when the window is read as a sum of payloads. */
const SLACK_BYTES = 1_048_576
/** A stream on which the other end neither answers nor takes anything in for so long is given up. */
const SILENCE_MS = 60_000

export type Word = Readonly<Record<string, unknown>>
export type Heard = { readonly word: Word } | { readonly data: Uint8Array }

export class StreamTalk {
  readonly channel: Channel
  readonly #clock: Pick<Clock, 'after'>
  #heard: Heard[] = []
  #heardBytes = 0
  #wakeReader: () => void = () => undefined
  #wakeWriter: () => void = () => undefined
  #sent = 0
  #storedThere = 0
  #takenHere = 0
  #words = 0
  #refusal: RunnerMeshError | undefined
  #gone: { readonly cause: RunnerMeshError | undefined } | undefined

  constructor(channel: Channel, clock: Pick<Clock, 'after'>) {
    this.channel = channel
    this.#clock = clock
    channel.onClose((cause) => {
      this.#gone = {
        cause:
          cause === undefined
            ? undefined
            : new RunnerMeshError('peer_unreachable', `The stream to peer ${channel.remote} was cut.`, { cause }),
      }
      this.#wakeReader()
      this.#wakeWriter()
    })
    channel.onFrame((frame) => this.#receive(frame))
  }

  say(word: Word): Promise<void> {
    const json = Buffer.from(JSON.stringify(word))
    return this.#send(WORD, json)
  }

  /** Resolves when more may follow. @throws RunnerMeshError peer_unreachable, or what the other end said against it */
  async send(data: Uint8Array): Promise<void> {
    await this.#until(
      () => this.#sent - this.#storedThere + data.length <= WINDOW_BYTES || this.#sent === this.#storedThere,
    )
    this.#sent += data.length
    await this.#send(DATA, data)
  }

  /** Resolves when the other end has taken in all that was sent. */
  async delivered(): Promise<void> {
    await this.#until(() => this.#storedThere >= this.#sent)
  }

  /**
   * The next word or piece of data; undefined at an orderly end.
   * @throws RunnerMeshError peer_unreachable, or what the other end said against going on
   */
  async next({ patient = false } = {}): Promise<Heard | undefined> {
    const heard = await this.#nextHeard(patient)
    if (heard !== undefined && 'data' in heard) this.#heardBytes -= heard.data.length
    return heard
  }

  /** Everything that has come, at least one; empty at an orderly end. */
  async nextAll(): Promise<readonly Heard[]> {
    const first = await this.next({ patient: true })
    if (first === undefined) return []
    const all = [first, ...this.#heard]
    this.#heard = []
    this.#heardBytes = 0
    return all
  }

  /** Tells the other end that data has been taken in, of which `bytes` are new. */
  taken(bytes: number): Promise<void> {
    this.#takenHere += bytes
    return this.say({ stored: this.#takenHere })
  }

  close(): Promise<void> {
    return this.channel.close()
  }

  abort(cause: Error): void {
    this.channel.abort(cause)
  }

  #receive(frame: Uint8Array): void {
    const kind = frame[0]
    const body = frame.subarray(1)
    if (kind === WORD && body.length <= MOST_WORD_BYTES) {
      const word = parseWord(body)
      if (word === undefined) this.#refuse('a word that is no JSON object')
      else if (typeof word['stored'] === 'number') {
        this.#storedThere = Math.min(this.#sent, Math.max(this.#storedThere, word['stored']))
        this.#wakeWriter()
      } else if ('error' in word) {
        this.#refusal = refusalOf(word['error'])
        this.#wakeWriter()
        this.#wakeReader()
      } else if (this.#words < MOST_WORDS) {
        this.#words += 1
        this.#hear({ word })
      } else this.#refuse('too many words')
    } else if (kind === DATA) {
      this.#heardBytes += body.length
      if (this.#heardBytes > WINDOW_BYTES + SLACK_BYTES) this.#refuse('more data than was asked for')
      // The frame may be a view of a buffer that is reused.
      else this.#hear({ data: body.slice() })
    } else this.#refuse('a frame of no kind')
  }

  #hear(heard: Heard): void {
    this.#heard.push(heard)
    this.#wakeReader()
  }

  #refuse(what: string): void {
    this.#heard = []
    this.abort(new RunnerMeshError('protocol_mismatch', `Peer ${this.channel.remote} sent ${what}.`))
  }

  async #nextHeard(patient: boolean): Promise<Heard | undefined> {
    const giveUp = patient ? (): void => undefined : this.#onSilence()
    try {
      for (;;) {
        const heard = this.#heard.shift()
        if (heard !== undefined) return heard
        if (this.#refusal !== undefined) throw this.#refusal
        if (this.#gone !== undefined) {
          if (this.#gone.cause === undefined) return undefined
          throw this.#gone.cause
        }
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve
        })
      }
    } finally {
      giveUp()
    }
  }

  async #until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) {
      this.#throwIfOver()
      const giveUp = this.#onSilence()
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve
      })
      giveUp()
    }
  }

  #onSilence(): () => void {
    return this.#clock.after(SILENCE_MS, () => {
      this.abort(new RunnerMeshError('peer_unreachable', `Peer ${this.channel.remote} is silent on a stream.`))
    })
  }

  #throwIfOver(): void {
    if (this.#refusal !== undefined) throw this.#refusal
    if (this.#gone !== undefined) throw this.#gone.cause ?? cut(this.channel)
  }

  async #send(kind: number, body: Uint8Array): Promise<void> {
    this.#throwIfOver()
    const frame = new Uint8Array(1 + body.length)
    frame[0] = kind
    frame.set(body, 1)
    await this.channel.send(frame)
  }
}

/** As the other end told it; a code this version does not know is a fault of the conversation. */
function refusalOf(error: unknown): RunnerMeshError {
  const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as Word
  const text = typeof message === 'string' ? cleanLine(message, 500) : 'The other end refused.'
  return new RunnerMeshError(typeof code === 'string' && isErrorCode(code) ? code : 'protocol_mismatch', text)
}

function cut({ remote }: Channel): RunnerMeshError {
  return new RunnerMeshError('peer_unreachable', `The stream to peer ${remote} has ended early.`)
}

function parseWord(body: Uint8Array): Word | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Word) : undefined
  } catch {
    return undefined
  }
}
