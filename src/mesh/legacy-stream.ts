/** Bytes over one libp2p stream, for the predecessor's protocols. Nothing that a listener throws reaches the library. */
import type { Stream } from '@libp2p/interface'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { LegacyProtocol, LegacyStream } from '../core/ports/legacy-streams.ts'
import { TimeLimit } from '../core/time-limit.ts'
import type { MeshLimits } from './protocols.ts'

export interface Libp2pLegacyStreamOptions {
  readonly remote: string
  readonly protocol: LegacyProtocol
  readonly trusted: () => void
  readonly clock: Pick<Clock, 'after'>
  readonly limits: Pick<MeshLimits, 'closeTimeoutMs'>
}

interface Waiter {
  readonly resolve: () => void
  readonly reject: (cause: Error) => void
}

export class Libp2pLegacyStream implements LegacyStream {
  readonly remote: string
  readonly protocol: LegacyProtocol
  readonly trust: () => void
  readonly #stream: Stream
  readonly #options: Libp2pLegacyStreamOptions
  #ended = false
  #gone: { readonly cause?: Error } | undefined
  #onEnd: (() => void) | undefined
  #onClose: ((cause?: Error) => void)[] = []
  #waiters: Waiter[] = []

  constructor(stream: Stream, options: Libp2pLegacyStreamOptions) {
    this.#stream = stream
    this.#options = options
    this.remote = options.remote
    this.protocol = options.protocol
    this.trust = options.trusted
    stream.addEventListener('drain', () => {
      const waiters = this.#waiters
      this.#waiters = []
      for (const { resolve } of waiters) resolve()
    })
    stream.addEventListener('remoteCloseWrite', () => {
      this.#ended = true
    })
    // All that was sent has been delivered. Without the mark above it is the connection that ended, not the stream.
    stream.addEventListener('end', () => {
      if (this.#ended) this.#guard(() => this.#onEnd?.())
    })
    stream.addEventListener('close', (event) => this.#end(event.error))
    if (stream.status !== 'open') this.#end(new Error(`the stream is ${stream.status}`))
  }

  send(bytes: Uint8Array): Promise<void> {
    if (this.#gone !== undefined) return Promise.reject(this.#closedError())
    try {
      if (this.#stream.send(bytes)) return Promise.resolve()
    } catch (cause) {
      return Promise.reject(this.#closedError(cause))
    }
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
  }

  /** After the end nothing comes any more, though the rest of a message was there already. */
  onBytes(receive: (bytes: Uint8Array) => void): void {
    this.#stream.addEventListener('message', ({ data }) => {
      this.#guard(() => {
        for (const bytes of data instanceof Uint8Array ? [data] : data) if (this.#gone === undefined) receive(bytes)
      })
    })
  }

  onEnd(ended: () => void): void {
    this.#onEnd = ended
  }

  onClose(closed: (cause?: Error) => void): void {
    if (this.#gone === undefined) this.#onClose.push(closed)
    else closed(this.#gone.cause)
  }

  /** Lets what was sent arrive, and then waits for the other end no longer than the limit. */
  async close(): Promise<void> {
    if (this.#gone !== undefined) return
    const { clock, limits } = this.#options
    using limit = new TimeLimit(clock, limits.closeTimeoutMs, 'the remote end did not close')
    try {
      await this.#stream.close({ signal: limit.signal })
      const { promise, resolve } = Promise.withResolvers<undefined>()
      limit.signal.addEventListener('abort', () => resolve(undefined))
      this.onClose(() => resolve(undefined))
      await promise
    } catch {
      // It is torn down below.
    }
    this.abort(new Error('closed'))
  }

  abort(cause: Error): void {
    if (this.#gone !== undefined) return
    this.#end(cause)
    this.#stream.abort(cause)
  }

  #end(cause?: Error): void {
    if (this.#gone !== undefined) return
    this.#gone = cause === undefined ? {} : { cause }
    for (const { reject } of this.#waiters) reject(this.#closedError())
    const listeners = this.#onClose
    this.#onClose = []
    for (const closed of listeners) closed(cause)
  }

  #guard(step: () => void): void {
    try {
      step()
    } catch (cause) {
      this.abort(cause instanceof Error ? cause : new Error(errorText(cause)))
    }
  }

  #closedError(cause: unknown = this.#gone?.cause): RunnerMeshError {
    return new RunnerMeshError('peer_unreachable', `The stream with ${this.remote} is closed.`, { cause })
  }
}
