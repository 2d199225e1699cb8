/** MCP messages over a mesh channel: each frame is one JSON-RPC message in UTF-8. Both generations of the SDK take it. */
import { z } from 'zod'
import { errorText } from '../../core/errors.ts'
import { MAX_FRAME_BYTES } from '../../core/frames.ts'
import type { Channel } from '../../core/ports/mesh.ts'

/** The protocol of streams that carry one MCP session each. */
export const MCP_PROTOCOL = '/runner-mesh/mcp/1.0.0'

/** Of the codes that the protocol leaves to implementations: the answer does not fit into one message. */
export const TOO_LARGE = -32_010

const message = z.looseObject({ jsonrpc: z.literal('2.0') })
const answer = z.looseObject({ id: z.union([z.string(), z.number()]), result: z.unknown().optional() })

export class ChannelTransport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: unknown) => void
  readonly #channel: Channel
  #closed = false

  constructor(channel: Channel) {
    this.#channel = channel
  }

  start(): Promise<void> {
    this.#channel.onClose((cause) => {
      if (this.#closed) return
      this.#closed = true
      if (cause !== undefined) this.onerror?.(cause)
      this.onclose?.()
    })
    this.#channel.onFrame((frame) => this.#receive(frame))
    return Promise.resolve()
  }

  async send(sent: object): Promise<void> {
    const frame = Buffer.from(JSON.stringify(sent))
    await this.#channel.send(frame.length <= MAX_FRAME_BYTES ? frame : tooLarge(sent, frame.length))
  }

  async close(): Promise<void> {
    await this.#channel.close()
  }

  /** Whoever sends what is no JSON-RPC does not speak MCP. */
  #receive(frame: Uint8Array): void {
    try {
      const parsed = message.parse(JSON.parse(Buffer.from(frame).toString()))
      this.onmessage?.(parsed)
    } catch (cause) {
      this.#channel.abort(new Error(`not an MCP message: ${errorText(cause).slice(0, 200)}`))
    }
  }
}

/** An answer that does not fit becomes one that says so, because whoever asked would wait for it in vain. */
function tooLarge(sent: object, bytes: number): Buffer {
  const text = `too_large: ${String(bytes)} bytes do not fit into one message of ${String(MAX_FRAME_BYTES)}`
  const answered = answer.safeParse(sent)
  if (!answered.success || answered.data.result === undefined) throw new Error(text)
  return Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', id: answered.data.id, error: { code: TOO_LARGE, message: text } }),
  )
}
