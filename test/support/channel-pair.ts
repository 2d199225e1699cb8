/** Two ends of one channel in memory: frames arrive in order and in a later turn, as on a real one. */
import { toRunnerMeshError } from '../../src/core/errors.ts'
import { checkFrameLength } from '../../src/core/frames.ts'
import type { PeerId } from '../../src/core/ids.ts'
import type { Channel } from '../../src/core/ports/mesh.ts'

export class MemoryChannel implements Channel {
  readonly remote: PeerId
  /** Every frame sent from this end, as text. */
  readonly sent: string[] = []
  other: MemoryChannel | undefined
  #receive: ((frame: Uint8Array) => void) | undefined
  #held: Uint8Array[] = []
  #gone: { readonly cause?: Error } | undefined
  #listeners: ((cause?: Error) => void)[] = []

  constructor(remote: string) {
    this.remote = remote as PeerId
  }

  get isOpen(): boolean {
    return this.#gone === undefined
  }

  send(frame: Uint8Array): Promise<void> {
    if (this.#gone !== undefined) return Promise.reject(new Error('closed'))
    try {
      checkFrameLength(frame.length)
    } catch (cause) {
      return Promise.reject(toRunnerMeshError(cause))
    }
    this.sent.push(Buffer.from(frame).toString())
    const copy = frame.slice()
    setImmediate(() => this.other?.deliver(copy))
    return Promise.resolve()
  }

  onFrame(receive: (frame: Uint8Array) => void): void {
    this.#receive = receive
    const held = this.#held
    this.#held = []
    for (const frame of held) receive(frame)
  }

  onClose(closed: (cause?: Error) => void): void {
    if (this.#gone === undefined) this.#listeners.push(closed)
    else closed(this.#gone.cause)
  }

  close(): Promise<void> {
    setImmediate(() => this.other?.end())
    this.end()
    return Promise.resolve()
  }

  abort(cause: Error): void {
    setImmediate(() => this.other?.end(new Error('the connection was lost')))
    this.end(cause)
  }

  deliver(frame: Uint8Array): void {
    if (this.#gone !== undefined) return
    if (this.#receive === undefined) this.#held.push(frame)
    else this.#receive(frame)
  }

  end(cause?: Error): void {
    if (this.#gone !== undefined) return
    this.#gone = cause === undefined ? {} : { cause }
    for (const closed of this.#listeners.splice(0)) closed(cause)
  }
}

export function createChannelPair(left = 'left', right = 'right'): readonly [MemoryChannel, MemoryChannel] {
  const ends = [new MemoryChannel(right), new MemoryChannel(left)] as const
  ends[0].other = ends[1]
  ends[1].other = ends[0]
  return ends
}
