/**
 * A Channel over one libp2p stream.
 *
 * open ──close()──▶ closing ──both ends closed──▶ gone
 *   └──abort(), remote reset, connection lost──▶ gone (with a cause)
 *
 * Frames sent within one turn of the event loop leave as one write, but for large ones, which are not copied. An exception
 * in a stream's listener would end the process, so every listener here turns what it catches into an abort of the stream.
 */
import type { Stream } from '@libp2p/interface'
import { errorText, RunnerMeshError, toRunnerMeshError } from '../core/errors.ts'
import { checkFrameLength, encodeInParts, FrameDecoder, FRAME_HEADER_BYTES, MAX_FRAME_BYTES } from '../core/frames.ts'
import type { PeerId } from '../core/ids.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { Channel } from '../core/ports/mesh.ts'
import type { Rejections } from '../core/rejections.ts'
import type { MeshLimits } from './protocols.ts'

const SENT = Promise.resolve()

interface Waiter {
  readonly resolve: () => void
  readonly reject: (cause: Error) => void
}

/** Frames held for a reader that has not come yet; past it the stream is paused. */
const HELD_BYTES = 1_048_576

export interface StreamChannelDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly limits: MeshLimits
  /** Where to count what an admitted peer does wrong. */
  readonly rejections?: Rejections
}

export class StreamChannel implements Channel {
  readonly remote: PeerId
  readonly #stream: Stream
  readonly #clock: Clock
  readonly #log: Logger
  readonly #limits: MeshLimits
  readonly #rejections: Rejections | undefined
  readonly #decoder: FrameDecoder
  #receive: ((frame: Uint8Array) => void) | undefined
  #held: Uint8Array[] = []
  #heldBytes = 0
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #flushing = false
  #blocked = false
  #waiters: Waiter[] = []
  #closing: Promise<void> | undefined
  #remoteEnded = false
  #gone: { readonly cause?: Error } | undefined
  #closedListeners: ((cause?: Error) => void)[] = []

  constructor(stream: Stream, remote: PeerId, { clock, log, limits, rejections }: StreamChannelDeps) {
    this.remote = remote
    this.#stream = stream
    this.#clock = clock
    this.#log = log
    this.#limits = limits
    this.#rejections = rejections
    this.#decoder = new FrameDecoder((frame) => this.#deliver(frame), { maxBytes: limits.helloFrameBytes })
    stream.addEventListener('drain', () => {
      this.#blocked = false
      this.#guard(() => this.#flush())
    })
    stream.addEventListener('remoteCloseWrite', () => {
      this.#remoteEnded = true
    })
    // All that was sent has been delivered. Without the mark above it is the connection that ended, not the stream.
    stream.addEventListener('end', () => {
      if (this.#remoteEnded) this.#remoteClosed()
    })
    stream.addEventListener('close', (event) => this.#end(event.error))
    // Last, because data that arrived before is delivered as soon as somebody listens.
    stream.addEventListener('message', (event) => {
      this.#guard(() => this.#decode(event.data))
    })
    if (stream.status !== 'open') this.#end(new Error(`the stream is ${stream.status}`))
  }

  /** Until a peer has proven itself its frames are kept short. */
  admit(): void {
    this.#decoder.maxBytes = MAX_FRAME_BYTES
  }

  send(frame: Uint8Array): Promise<void> {
    if (this.#gone !== undefined || this.#closing !== undefined) return Promise.reject(this.#closedError())
    try {
      checkFrameLength(frame.length)
    } catch (cause) {
      return Promise.reject(toRunnerMeshError(cause))
    }
    this.#pending.push(frame)
    this.#pendingBytes += FRAME_HEADER_BYTES + frame.length
    if (!this.#flushing && !this.#blocked) {
      this.#flushing = true
      // After all promises of this turn: the answers to everything one packet brought leave together.
      process.nextTick(() => {
        this.#flushing = false
        this.#guard(() => this.#flush())
      })
    }
    if (this.#pendingBytes > this.#limits.sendLimitBytes) {
      this.#rejections?.count('slow_reader')
      this.abort(new RunnerMeshError('peer_unreachable', `Peer ${this.remote} does not read what it is sent.`))
    }
    if (this.#pendingBytes <= this.#limits.sendHighWaterBytes) return SENT
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
  }

  onFrame(receive: (frame: Uint8Array) => void): void {
    this.#receive = receive
    const held = this.#held
    this.#held = []
    this.#heldBytes = 0
    this.#guard(() => {
      held.forEach((frame) => receive(frame))
      if (this.#stream.readStatus === 'paused') this.#stream.resume()
    })
  }

  /** The next frame, for the HELLO. Rejects when the channel ends first. Not to be mixed with `onFrame`. */
  async next(): Promise<Uint8Array> {
    const held = this.#held.shift()
    if (held !== undefined) {
      this.#heldBytes -= held.length
      return held
    }
    return new Promise((resolve, reject) => {
      this.#receive = (frame) => {
        this.#receive = undefined
        // The frame may be a view of a buffer that is reused; the HELLO looks at it in a later turn.
        resolve(frame.slice())
      }
      this.onClose((cause) => reject(cause ?? this.#closedError()))
    })
  }

  onClose(closed: (cause?: Error) => void): void {
    if (this.#gone === undefined) this.#closedListeners.push(closed)
    else closed(this.#gone.cause)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  abort(cause: Error): void {
    if (this.#gone !== undefined) return
    // Our cause, before the stream reports one of its own.
    this.#end(cause)
    this.#stream.abort(cause)
  }

  async #close(): Promise<void> {
    if (this.#gone !== undefined) return
    const giveUp = new AbortController()
    const cancel = this.#clock.after(this.#limits.closeTimeoutMs, () => {
      giveUp.abort(new Error('the remote end did not close'))
      this.#end()
      this.#stream.abort(new Error('the remote end did not close'))
    })
    try {
      this.#flush()
      while (this.#blocked) {
        await new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }))
        this.#flush()
      }
      const gone = new Promise<void>((resolve) => this.onClose(() => resolve()))
      await this.#stream.close({ signal: giveUp.signal })
      await gone
    } catch (cause) {
      this.#end()
      this.#stream.abort(new Error(errorText(cause)))
    } finally {
      cancel()
    }
  }

  #flush(): void {
    if (this.#blocked || this.#gone !== undefined) return
    if (this.#pending.length > 0) {
      const frames = this.#pending
      this.#pending = []
      this.#pendingBytes = 0
      for (const part of encodeInParts(frames)) this.#blocked = !this.#stream.send(part)
      if (this.#blocked) return
    }
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter.resolve()
  }

  #decode(data: Uint8Array | Iterable<Uint8Array>): void {
    try {
      if (data instanceof Uint8Array) this.#decoder.push(data)
      else for (const bytes of data) this.#decoder.push(bytes)
    } catch (cause) {
      // What strangers send in place of a HELLO is counted as that.
      if (this.#decoder.maxBytes === MAX_FRAME_BYTES) this.#rejections?.count('bad_frame')
      throw cause
    }
  }

  #deliver(frame: Uint8Array): void {
    if (this.#gone !== undefined) return
    if (this.#receive !== undefined) {
      this.#receive(frame)
      return
    }
    this.#held.push(frame.slice())
    this.#heldBytes += frame.length
    if (this.#heldBytes > HELD_BYTES) this.#stream.pause()
  }

  #remoteClosed(): void {
    if (this.#decoder.partial) {
      this.#rejections?.count('bad_frame')
      this.abort(new Error('the stream was cut inside a frame'))
    } else void this.close()
  }

  #end(error?: Error): void {
    if (this.#gone !== undefined) return
    const orderly = error === undefined && (this.#remoteEnded || this.#closing !== undefined)
    this.#gone = orderly ? {} : { cause: error ?? new Error('the connection was lost') }
    this.#pending = []
    this.#pendingBytes = 0
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter.reject(this.#closedError())
    const listeners = this.#closedListeners
    this.#closedListeners = []
    for (const closed of listeners) {
      try {
        closed(this.#gone.cause)
      } catch (fault) {
        this.#log.error('channel.listener_failed', { peer: this.remote, error: errorText(fault) })
      }
    }
  }

  #guard(step: () => void): void {
    try {
      step()
    } catch (cause) {
      this.abort(cause instanceof Error ? cause : new Error(String(cause)))
    }
  }

  #closedError(): RunnerMeshError {
    return new RunnerMeshError('peer_unreachable', `The connection to peer ${this.remote} is closed.`, {
      cause: this.#gone?.cause,
    })
  }
}
