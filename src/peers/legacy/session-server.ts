/**
 * The predecessor's newer protocol, of which two dialects share one name.
 *
 *   A  JSON-RPC in frames: `initialize` first, then tools/list and tools/call, strictly one after another; the queue is the
 *      tool `task_queue.rpc`. Ids may repeat (its client sends 1 twice) and a call's answer is a bare object in `content`.
 *   B  one frame {type: "request", …}, no session. It is refused in its own words: whoever asks names itself, unproven.
 *
 * The first frame tells them apart: A has `jsonrpc`, B has `type`.
 */
import { errorText } from '../../core/errors.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import type { LegacyStream } from '../../core/ports/legacy-streams.ts'
import type { Json, JsonObject } from '../../core/task.ts'
import { BadFrame, encodeObject, FrameReader } from './frame-reader.ts'
import { FRAMES_PER_SECOND, MAX_FRAMES, MAX_MESSAGE_BYTES, TokenBucket, type UnprovenBytes } from './limits.ts'
import { isObject } from './python-json.ts'
import type { Requests } from './requests.ts'
import type { SessionCounts } from './status-requests.ts'

export interface SessionServerDeps {
  readonly self: string
  readonly version: string
  readonly requests: Requests
  readonly unproven: UnprovenBytes
  readonly counts: SessionCounts
  readonly clock: Pick<Clock, 'mono' | 'now'>
  readonly log: Logger
}

const RPC_TOOL = 'task_queue.rpc'
const PROFILE = 'mcp++/p2p-transport'

const CODES = {
  init_required: -32000,
  unknown_tool: -32002,
  invalid_tool_params: -32002,
  frame_too_large: -32003,
  invalid_json: -32003,
  invalid_message: -32003,
  rate_limited: -32010,
  invalid_jsonrpc: -32600,
  method_not_found: -32601,
  invalid_params: -32602,
} as const

export function serveSession(stream: LegacyStream, deps: SessionServerDeps): void {
  new Session(stream, deps).serve()
}

class Session {
  readonly #stream: LegacyStream
  readonly #deps: SessionServerDeps
  readonly #reader = new FrameReader()
  readonly #gone = new AbortController()
  readonly #bucket: TokenBucket
  #proven = false
  #initialized = false
  #frames = 0
  #reading = false
  #over = false
  #counted = 0

  constructor(stream: LegacyStream, deps: SessionServerDeps) {
    this.#stream = stream
    this.#deps = deps
    this.#bucket = new TokenBucket(MAX_FRAMES, FRAMES_PER_SECOND, deps.clock.mono() / 1000)
  }

  serve(): void {
    const { counts } = this.#deps
    counts.sessions_started += 1
    this.#stream.onClose(() => {
      counts.sessions_closed += 1
      this.#over = true
      this.#count(0)
      this.#gone.abort(new Error('the asker has gone'))
    })
    this.#stream.onEnd(() => {
      this.#ended = true
      void this.#read()
    })
    this.#stream.onBytes((chunk) => {
      if (this.#over) return
      this.#reader.push(chunk)
      // Asking far ahead of the answers is no way of this protocol, which answers one after another.
      if (this.#reader.held > 2 * MAX_MESSAGE_BYTES || !this.#count(this.#reader.held)) {
        this.#stream.abort(new Error('too much is asked before it is answered'))
        return
      }
      void this.#read()
    })
  }

  #ended = false

  /** @returns false when there is no room for those who have not shown the token */
  #count(held: number): boolean {
    const now = this.#proven ? 0 : held
    const { unproven } = this.#deps
    if (now > this.#counted && !unproven.take(now - this.#counted)) return false
    if (now < this.#counted) unproven.giveBack(this.#counted - now)
    this.#counted = now
    return true
  }

  /** Frames one after another; a second call while one is read is the first one's next round. */
  async #read(): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    try {
      while (!this.#over) {
        const frame = this.#reader.next()
        if (frame === undefined) break
        this.#count(this.#reader.held)
        await this.#take(frame)
      }
      if (this.#ended && !this.#over) await this.#end()
    } catch (thrown) {
      await this.#fail(thrown)
    } finally {
      this.#reading = false
    }
  }

  async #fail(thrown: unknown): Promise<void> {
    const { counts, log } = this.#deps
    if (thrown instanceof BadFrame) {
      counts.frame_errors += 1
      await this.#refuse(null, thrown.fault).catch(() => undefined)
    } else if (!this.#over) {
      counts.internal_errors += 1
      log.warn('legacy.session_failed', { remote: this.#stream.remote, error: errorText(thrown) })
    }
    await this.#end()
  }

  async #take(frame: JsonObject): Promise<void> {
    const { id } = frame
    this.#frames += 1
    if (this.#frames > MAX_FRAMES || !this.#bucket.take(this.#deps.clock.mono() / 1000)) {
      this.#deps.counts.rate_limited += 1
      if (id !== undefined) await this.#refuse(id, 'rate_limited')
      await this.#end()
      return
    }
    if (!this.#initialized && frame['jsonrpc'] === undefined && frame['type'] !== undefined) {
      await this.#refuseDialectB(frame)
      return
    }
    if (frame['jsonrpc'] !== '2.0' || typeof frame['method'] !== 'string') {
      await this.#refuse(id ?? null, 'invalid_jsonrpc')
      await this.#end()
      return
    }
    if (id === undefined) return
    if (!this.#initialized) await this.#initialize(id, frame['method'])
    else await this.#call(id, frame['method'], frame['params'])
  }

  async #initialize(id: Json, method: string): Promise<void> {
    if (method !== 'initialize') {
      await this.#refuse(id, 'init_required')
      await this.#end()
      return
    }
    this.#initialized = true
    this.#deps.counts.initialized_sessions += 1
    await this.#send({ jsonrpc: '2.0', id, result: greeting(this.#deps) })
  }

  async #call(id: Json, method: string, params: Json | undefined): Promise<void> {
    if (method === 'tools/list' || method === 'tools.list') {
      await this.#send({ jsonrpc: '2.0', id, result: { tools: [RPC_TOOL_VIEW] } })
      return
    }
    if (method !== 'tools/call' && method !== 'tools.call') {
      await this.#refuse(id, 'method_not_found')
      return
    }
    if (params !== undefined && params !== null && !isObject(params)) {
      await this.#refuse(id, 'invalid_params')
      return
    }
    if (params?.['name'] !== RPC_TOOL) {
      await this.#refuse(id, 'unknown_tool')
      return
    }
    await this.#ask(id, params['arguments'] ?? {})
  }

  async #ask(id: Json, given: Json): Promise<void> {
    if (!isObject(given) || Object.hasOwn(given, 'self')) {
      await this.#send({
        jsonrpc: '2.0',
        id,
        error: { code: CODES.invalid_tool_params, message: 'invalid_params' },
      })
      return
    }
    const { requests, counts } = this.#deps
    const values = Object.values(given)
    const [only] = values
    const request = values.length === 1 && isObject(only) ? only : given
    if (requests.isAuthorized(request)) {
      this.#proven = true
      this.#count(0)
      this.#stream.trust()
    } else counts.unauthorized += 1
    const content = await requests.answer(request, { transport: this.#stream.remote, signal: this.#gone.signal })
    const answer = encodeObject({ jsonrpc: '2.0', id, result: { content } })
    if (answer !== undefined) await this.#stream.send(answer)
    else await this.#send({ jsonrpc: '2.0', id, result: { content: requests.refuse('frame_too_large') } })
  }

  async #refuseDialectB({ id, method }: JsonObject): Promise<void> {
    await this.#send({
      type: 'response',
      id: id ?? null,
      method: method ?? null,
      params: null,
      result: null,
      error: 'This peer does not answer unproven requests. Use task_queue.rpc with the token.',
      sender: this.#deps.self,
      timestamp: this.#deps.clock.now() / 1000,
    })
    await this.#end()
  }

  async #refuse(id: Json, fault: keyof typeof CODES): Promise<void> {
    await this.#send({ jsonrpc: '2.0', id, error: { code: CODES[fault], message: fault } })
  }

  async #send(message: JsonObject): Promise<void> {
    const frame = encodeObject(message)
    if (frame !== undefined) await this.#stream.send(frame)
  }

  async #end(): Promise<void> {
    if (this.#over) return
    this.#over = true
    await this.#stream.close()
  }
}

const RPC_TOOL_VIEW: JsonObject = {
  name: RPC_TOOL,
  description: 'Invoke a TaskQueue RPC operation over MCP++.',
  inputSchema: { type: 'object', additionalProperties: true },
}

/** What `initialize` is answered. Of its profiles only the transport is spoken here. */
function greeting({ self, version }: SessionServerDeps): JsonObject {
  return {
    ok: true,
    protocolVersion: '2024-11-05',
    serverInfo: { name: 'runner-mesh', version },
    capabilities: {
      tools: { listChanged: true },
      mcpPlusPlusProfiles: [PROFILE],
      experimental: { [PROFILE]: true },
    },
    transport: '/mcp+p2p/1.0.0',
    server: { peer_id: self },
    profile_negotiation: { supports_profile_negotiation: true, mode: 'optional_additive', profiles: [PROFILE] },
    active_profile: PROFILE,
    limits: {
      max_frame_bytes: MAX_MESSAGE_BYTES,
      max_frames: MAX_FRAMES,
      rate_capacity: MAX_FRAMES,
      rate_refill_per_sec: FRAMES_PER_SECOND,
    },
  }
}
