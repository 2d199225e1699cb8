/** The asking end of an MCP session with a peer: the client of the SDK, and its refusals in our words. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { CallToolResultSchema, ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js'
import type { z } from 'zod'
import { cleanLine } from '../../core/clean-text.ts'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import type { PeerId } from '../../core/ids.ts'
import type { Channel } from '../../core/ports/mesh.ts'
import type { PeerToolAnswer, PeerToolCall } from '../../core/ports/peer-tools.ts'
import { ChannelTransport, TOO_LARGE } from './channel-transport.ts'
import { behalfMeta } from './on-behalf.ts'

/** The SDK's own words in place of an answer. */
const CLOSED: number = ErrorCode.ConnectionClosed
const TIMED_OUT: number = ErrorCode.RequestTimeout

export interface PeerToolClient {
  /** @throws RunnerMeshError timeout, too_large, bad_request, peer_unreachable; the reason of the call's signal */
  ask(call: PeerToolCall): Promise<PeerToolAnswer>
  close(): Promise<void>
}

/** @throws RunnerMeshError peer_unreachable: no session came about; the channel is gone then */
export async function openPeerToolClient(
  channel: Channel,
  version: string,
  onClosed: () => void,
): Promise<PeerToolClient> {
  const peer = channel.remote
  const client = new Client({ name: 'runner-mesh', version })
  client.onclose = onClosed
  try {
    await client.connect(new ChannelTransport(channel))
    return { ask: (call) => ask(client, peer, call), close: () => client.close() }
  } catch (cause) {
    channel.abort(new Error('no MCP session came about'))
    throw unreachable(peer, cause)
  }
}

async function ask(client: Client, peer: PeerId, call: PeerToolCall): Promise<PeerToolAnswer> {
  const { tool, args, caller, timeoutMs, signal, progress } = call
  try {
    const result = await client.request(
      { method: 'tools/call', params: { name: tool, arguments: args, _meta: behalfMeta(caller) } },
      CallToolResultSchema,
      { signal, timeout: timeoutMs, onprogress: ({ message }) => progress({ message: cleanLine(message ?? '', 200) }) },
    )
    return { isError: result.isError === true, answer: answerOf(result) }
  } catch (cause) {
    signal.throwIfAborted()
    if (!(cause instanceof McpError)) throw unreachable(peer, cause)
    if (cause.code === CLOSED) throw unreachable(peer, cause)
    if (cause.code === TIMED_OUT) {
      const message = `Peer ${peer} did not answer ${tool} within ${String(timeoutMs / 1000)} s.`
      throw new RunnerMeshError('timeout', message, { cause })
    }
    const code = cause.code === TOO_LARGE ? 'too_large' : 'bad_request'
    throw new RunnerMeshError(code, `Peer ${peer} refused ${tool}: ${cleanLine(cause.message, 300)}`, {
      cause,
    })
  }
}

function answerOf({ structuredContent, content }: z.output<typeof CallToolResultSchema>): PeerToolAnswer['answer'] {
  if (structuredContent !== undefined) return structuredContent
  return { text: content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n') }
}

function unreachable(peer: PeerId, cause: unknown): RunnerMeshError {
  if (cause instanceof RunnerMeshError) return cause
  const message = `The MCP session with peer ${peer} ended: ${cleanLine(errorText(cause), 200)}.`
  return new RunnerMeshError('peer_unreachable', message, { cause })
}
