/**
 * JSON-RPC 2.0 over a channel, alike on both ends: each may ask and each may be asked, pipelined, at any time.
 *
 *   request   {id, method, params}            answered once, in any order, by {id, result} or {id, error}
 *   $/progress {id, message, fraction, data}  how far a request is; any number before its answer
 *   $/cancel  {id}                            the asker gave up; the answer, if one comes, is dropped
 *   others    {method, params}                notices, such as $/ready
 *
 * An error is {code: -32000, message, data: {code, retryable, retry_after_ms}} with a code of the error table.
 * @see https://www.jsonrpc.org/specification
 */
import { errorText, RunnerMeshError } from '../core/errors.ts'
import type { ProgressNote } from '../core/operations/operation.ts'
import { checkFrameLength } from '../core/frames.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { LinkCallOptions } from '../core/ports/link.ts'
import type { Channel } from '../core/ports/mesh.ts'
import type { Rejections } from '../core/rejections.ts'
import { AnswerPace, type Begun, type Unread } from './answer-pace.ts'
import { CallRate } from './call-rate.ts'
import { toProgressNote } from './progress-notes.ts'
import { encode, isRpcId, type Answer, type Message, type Request, type RpcId } from './rpc-messages.ts'
import { fieldOf, fromWireError, tooFast, tooMany, toWireError } from './wire-errors.ts'

export interface RpcLimits {
  /** Requests of the other side under way here, and ours there. More are refused with `rate_limited`. */
  readonly inFlight: number
  /** Requests of the other side that are answered in a second; more are refused with `rate_limited`. */
  readonly perSecond: number
  /** Messages that are no JSON-RPC before the channel is given up. */
  readonly malformed: number
}

const RPC_LIMITS: RpcLimits = { inFlight: 1024, perSecond: 30_000, malformed: 8 }

export interface RpcCall {
  /** Aborted when the asker gives up or the channel closes. */
  readonly signal: AbortSignal
  readonly progress: (note: ProgressNote) => void
}

export interface RpcConnectionOptions {
  /** Answers requests; what it throws goes out as an error of the table. */
  readonly serve: (method: string, params: unknown, call: RpcCall) => Promise<unknown>
  readonly onNotice?: (method: string, params: unknown) => void
  /** How messages name the other end. */
  readonly name: string
  readonly log: Logger
  readonly limits?: Partial<RpcLimits>
  /** Where to count what is refused. */
  readonly rejections?: Rejections
  /** Set where the rate of requests is limited, and how long answers may lie unread. */
  readonly clock?: Pick<Clock, 'mono' | 'after'>
  /** Shared by the connections that together may leave only so much unread. */
  readonly unread?: Unread
}

export interface RpcConnection {
  /** Aborted, with the cause as its reason, once the channel is gone. */
  readonly closed: AbortSignal
  /** @throws RunnerMeshError what the other side answered, peer_unreachable, rate_limited, too_large; or the signal's reason */
  request(method: string, params: unknown, options?: LinkCallOptions): Promise<unknown>
  /** Best effort: a closed channel hears nothing. */
  notify(method: string, params: unknown): void
  close(): Promise<void>
}

export function createRpcConnection(channel: Channel, options: RpcConnectionOptions): RpcConnection {
  return new ChannelRpc(channel, options)
}

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
  readonly onProgress: ((note: ProgressNote) => void) | undefined
}

class ChannelRpc implements RpcConnection {
  readonly #channel: Channel
  readonly #options: RpcConnectionOptions
  readonly #limits: RpcLimits
  readonly #closed = new AbortController()
  readonly #asked = new Map<number, Pending>()
  readonly #serving = new Map<RpcId, AbortController>()
  #lastId = 0
  #malformed = 0
  readonly #rate: CallRate
  readonly #pace: AnswerPace

  constructor(channel: Channel, options: RpcConnectionOptions) {
    this.#channel = channel
    this.#options = options
    this.#limits = { ...RPC_LIMITS, ...options.limits }
    this.#rate = new CallRate(this.#limits.perSecond, options.clock)
    this.#pace = new AnswerPace({
      send: (bytes) => channel.send(bytes),
      onUnread: () => this.#giveUpReader(),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      ...(options.unread === undefined ? {} : { unread: options.unread }),
    })
    channel.onClose((cause) => this.#end(cause))
    channel.onFrame((frame) => this.#receive(frame))
  }

  get closed(): AbortSignal {
    return this.#closed.signal
  }

  request(method: string, params: unknown, { signal, onProgress }: LinkCallOptions = {}): Promise<unknown> {
    if (signal?.aborted === true) return Promise.reject(asError(signal.reason))
    if (this.#closed.signal.aborted) return Promise.reject(asError(this.#closed.signal.reason))
    if (this.#asked.size >= this.#limits.inFlight) return Promise.reject(tooMany(this.#limits.inFlight))
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        if (!this.#asked.delete(id)) return
        this.notify('$/cancel', { id })
        reject(asError(signal?.reason))
      }
      const forget = (): void => signal?.removeEventListener('abort', giveUp)
      signal?.addEventListener('abort', giveUp)
      this.#asked.set(id, {
        resolve: (result) => {
          forget()
          resolve(result)
        },
        reject: (error) => {
          forget()
          reject(asError(error))
        },
        onProgress,
      })
      this.#send({ jsonrpc: '2.0', id, method, params }).catch((cause: unknown) => this.#take(id)?.reject(cause))
    })
  }

  notify(method: string, params: unknown): void {
    this.#send({ jsonrpc: '2.0', method, params }).catch((cause: unknown) => {
      this.#options.log.debug('rpc.notice_lost', { peer: this.#options.name, method, error: errorText(cause) })
    })
  }

  close(): Promise<void> {
    return this.#channel.close()
  }

  #send(message: object): Promise<void> {
    if (this.#closed.signal.aborted) return Promise.reject(asError(this.#closed.signal.reason))
    try {
      return this.#channel.send(encode(message))
    } catch (cause) {
      return Promise.reject(asError(cause))
    }
  }

  #receive(frame: Uint8Array): void {
    let message: unknown
    try {
      message = JSON.parse(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('utf8'))
    } catch (cause) {
      this.#refuse('not JSON', cause)
      return
    }
    if (typeof message !== 'object' || message === null || !('jsonrpc' in message) || message.jsonrpc !== '2.0') {
      this.#refuse('not JSON-RPC 2.0')
      return
    }
    const { id, method, params } = message as Message
    if (typeof method === 'string') {
      if (id === undefined) this.#hear(method, params)
      else if (isRpcId(id) && !this.#serving.has(id)) this.#admit({ id, method, params }, frame.length)
      else this.#refuse('a request whose id is no id or in use')
    } else if (typeof id === 'number' && ('result' in message || 'error' in message)) {
      this.#settle(id, message)
    } else {
      this.#refuse('neither request, answer nor notice')
    }
  }

  #admit(request: Request, bytes: number): void {
    const { inFlight, perSecond } = this.#limits
    const running = new AbortController()
    let refusal: RunnerMeshError | undefined
    if (this.#serving.size >= inFlight) refusal = tooMany(inFlight)
    else if (!this.#rate.take()) refusal = tooFast(perSecond)
    else {
      this.#serving.set(request.id, running)
      if (this.#pace.request(bytes, (begun) => void this.#serve(request, running, begun))) return
      this.#serving.delete(request.id)
      refusal = tooMany(this.#serving.size)
    }
    this.#options.rejections?.count('call_flood')
    this.#answer(request.id, { error: toWireError(refusal) })
  }

  async #serve({ id, method, params }: Request, running: AbortController, begun: Begun): Promise<void> {
    const progress = (note: ProgressNote): void => {
      if (this.#serving.get(id) === running) this.notify('$/progress', { id, ...note })
    }
    try {
      const result = await this.#options.serve(method, params, { signal: running.signal, progress })
      this.#serving.delete(id)
      this.#answer(id, { result: result ?? null }, begun)
    } catch (thrown) {
      this.#serving.delete(id)
      const error = toWireError(thrown)
      if (error.data.code === 'internal') {
        this.#options.log.error('rpc.failed', { peer: this.#options.name, method, error: errorText(thrown) })
      }
      this.#answer(id, { error }, begun)
    }
  }

  #giveUpReader(): void {
    if (this.#closed.signal.aborted) return
    this.#options.rejections?.count('slow_reader')
    this.#channel.abort(new RunnerMeshError('peer_unreachable', `${this.#options.name} does not read its answers.`))
  }

  #answer(id: RpcId, answer: Answer, begun?: Begun): void {
    if (this.#closed.signal.aborted) return
    let bytes: Uint8Array
    try {
      bytes = encode({ jsonrpc: '2.0', id, ...answer })
      checkFrameLength(bytes.length)
    } catch (cause) {
      // Too large for a frame: the asker must hear that rather than wait.
      bytes = encode({ jsonrpc: '2.0', id, error: toWireError(cause) })
    }
    this.#pace.answer(bytes, begun)
  }

  #hear(method: string, params: unknown): void {
    if (method === '$/cancel') {
      const id = fieldOf(params, 'id')
      if (isRpcId(id)) this.#serving.get(id)?.abort(new RunnerMeshError('cancelled', 'The caller gave up the call.'))
    } else if (method === '$/progress') {
      const id = fieldOf(params, 'id')
      if (typeof id === 'number') this.#asked.get(id)?.onProgress?.(toProgressNote(params))
    } else {
      this.#options.onNotice?.(method, params)
    }
  }

  #settle(id: number, message: object): void {
    if (id < 1 || id > this.#lastId || !Number.isInteger(id)) {
      this.#refuse('an answer to what was never asked')
      return
    }
    // Unset: given up meanwhile.
    const pending = this.#take(id)
    if (pending === undefined) return
    if ('error' in message) pending.reject(fromWireError(message.error, this.#options.name))
    else pending.resolve(fieldOf(message, 'result'))
  }

  #take(id: number): Pending | undefined {
    const pending = this.#asked.get(id)
    this.#asked.delete(id)
    return pending
  }

  #refuse(what: string, cause?: unknown): void {
    this.#malformed += 1
    this.#options.rejections?.count('bad_message')
    const count = this.#malformed
    this.#options.log.warn('rpc.malformed', { peer: this.#options.name, what, count })
    if (count < this.#limits.malformed) return
    const message = `${this.#options.name} sent ${String(count)} messages that are no JSON-RPC, the last one ${what}.`
    this.#channel.abort(new RunnerMeshError('protocol_mismatch', message, { cause }))
  }

  #end(cause?: Error): void {
    if (this.#closed.signal.aborted) return
    const why = cause === undefined ? 'it closed the connection' : cause.message
    const gone = new RunnerMeshError('peer_unreachable', `Lost ${this.#options.name}: ${why}.`, { cause })
    this.#closed.abort(gone)
    this.#pace.end()
    const asked = [...this.#asked.values()]
    this.#asked.clear()
    for (const pending of asked) pending.reject(gone)
    const serving = [...this.#serving.values()]
    this.#serving.clear()
    for (const running of serving) running.abort(gone)
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
