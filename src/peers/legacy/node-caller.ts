/**
 * Asks a node of the predecessor: one request, one reply, over whichever of its two protocols it speaks. Streams of the
 * framed protocol are used again, one call at a time, and no longer than its limit of frames allows.
 */
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { LEGACY_PROTOCOLS, type LegacyNode, type LegacyStream } from '../../core/ports/legacy-streams.ts'
import type { JsonObject } from '../../core/task.ts'
import { TimeLimit } from '../../core/time-limit.ts'
import { encodeObject, FrameReader, parseObject } from './frame-reader.ts'
import { GrowingBytes } from './growing-bytes.ts'
import { MAX_FRAMES, MAX_MESSAGE_BYTES } from './limits.ts'
import { isObject } from './python-json.ts'

export interface NodeCallerDeps {
  readonly node: LegacyNode
  readonly token: string
  readonly clock: Pick<Clock, 'after'>
}

export interface RequestOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

const ANSWER_MS = 20 * SECOND
/** Its nodes send more than they take. */
const MAX_REPLY_BYTES = 16 * MAX_MESSAGE_BYTES
const MOST_IDLE = 2
const NEWLINE = 10

interface Session {
  readonly stream: LegacyStream
  /** Frames sent on it. */
  frames: number
  readonly ask: (message: JsonObject) => Promise<JsonObject>
}

export class NodeCaller {
  readonly #deps: NodeCallerDeps
  readonly #idle: Session[] = []

  constructor(deps: NodeCallerDeps) {
    this.#deps = deps
  }

  /** @throws RunnerMeshError peer_unreachable, protocol_mismatch, timeout; or the signal's reason */
  async request(
    fields: JsonObject & { readonly op: string },
    { signal, timeoutMs = ANSWER_MS }: RequestOptions = {},
  ): Promise<JsonObject> {
    const message = { ...fields, token: this.#deps.token }
    const { clock, node } = this.#deps
    const late = () => new RunnerMeshError('timeout', `${node.address} did not answer ${fields.op} in time.`)
    using limit = new TimeLimit(clock, timeoutMs, late)
    return await this.#ask(message, limit.or(signal))
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map(({ stream }) => stream.close()))
  }

  async #ask(message: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    signal.throwIfAborted()
    const kept = this.#idle.pop()
    const stream = kept?.stream ?? (await this.#deps.node.open(signal))
    const giveUp = (): void => stream.abort(new Error('given up'))
    signal.addEventListener('abort', giveUp)
    try {
      if (stream.protocol === LEGACY_PROTOCOLS.lines) return await askLine(stream, message)
      const session = kept ?? (await openSession(stream))
      const reply = await askTool(session, message)
      this.#keep(session)
      return reply
    } catch (cause) {
      stream.abort(new Error('the call failed'))
      signal.throwIfAborted()
      if (cause instanceof RunnerMeshError) throw cause
      const what = `${this.#deps.node.address} broke off: ${errorText(cause)}.`
      throw new RunnerMeshError('peer_unreachable', what, { cause })
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  #keep(session: Session): void {
    if (session.frames >= MAX_FRAMES - 1 || this.#idle.length >= MOST_IDLE) {
      void session.stream.close()
      return
    }
    this.#idle.push(session)
    session.stream.onClose(() => {
      const at = this.#idle.indexOf(session)
      if (at >= 0) this.#idle.splice(at, 1)
    })
  }
}

/** The line end is what makes it a request; the write side stays open until the answer is there. */
async function askLine(stream: LegacyStream, message: JsonObject): Promise<JsonObject> {
  const { promise, resolve, reject } = Promise.withResolvers<JsonObject>()
  // The stream may end while the question is still being sent; then the sending fails as well.
  promise.catch(() => undefined)
  const bytes = new GrowingBytes()
  stream.onClose((cause) => reject(cause ?? new Error('it ended the stream without an answer')))
  stream.onEnd(() => reject(new Error('it ended the stream without an answer')))
  stream.onBytes((chunk) => {
    bytes.push(chunk)
    const end = chunk.indexOf(NEWLINE)
    if (end >= 0) resolve(parseObject(bytes.view().subarray(0, bytes.length - chunk.length + end)))
    else if (bytes.length > MAX_REPLY_BYTES) reject(new Error('its answer has no end'))
  })
  await stream.send(Buffer.from(`${JSON.stringify(message)}\n`))
  const reply = await promise
  await stream.close()
  return reply
}

async function openSession(stream: LegacyStream): Promise<Session> {
  const reader = new FrameReader(MAX_REPLY_BYTES)
  let waiting: PromiseWithResolvers<JsonObject> | undefined
  let ended: Error | undefined
  const end = (cause: Error): void => {
    ended ??= cause
    waiting?.reject(cause)
  }
  stream.onClose((cause) => end(cause ?? new Error('it ended the session')))
  stream.onEnd(() => end(new Error('it ended the session')))
  stream.onBytes((chunk) => {
    reader.push(chunk)
    const answer = reader.next()
    if (answer !== undefined) waiting?.resolve(answer)
  })
  const session: Session = {
    stream,
    frames: 0,
    ask: async (message) => {
      if (ended !== undefined) throw ended
      const frame = encodeObject(message)
      if (frame === undefined) {
        throw new RunnerMeshError('too_large', `A request of more than ${String(MAX_MESSAGE_BYTES)} bytes.`)
      }
      waiting = Promise.withResolvers()
      waiting.promise.catch(() => undefined)
      session.frames += 1
      await stream.send(frame)
      return waiting.promise
    },
  }
  const params = { clientInfo: { name: 'runner-mesh', version: '1' }, profiles: ['mcp++/p2p-transport'] }
  resultOf(await session.ask({ jsonrpc: '2.0', id: 1, method: 'initialize', params }))
  return session
}

async function askTool(session: Session, message: JsonObject): Promise<JsonObject> {
  const params = { name: 'task_queue.rpc', arguments: message }
  const { content } = resultOf(
    await session.ask({ jsonrpc: '2.0', id: session.frames + 1, method: 'tools/call', params }),
  )
  if (isObject(content)) return content
  throw new RunnerMeshError('protocol_mismatch', 'The node answered a call without content.')
}

/** @throws RunnerMeshError protocol_mismatch for what is no answer, with what it says where it refuses */
function resultOf({ result, error }: JsonObject): JsonObject {
  if (isObject(result)) return result
  const said = isObject(error) && typeof error['message'] === 'string' ? error['message'].slice(0, 200) : 'no result'
  throw new RunnerMeshError(
    said === 'rate_limited' ? 'rate_limited' : said === 'unauthorized' ? 'unauthorized' : 'protocol_mismatch',
    `The node answered: ${said}.`,
  )
}
