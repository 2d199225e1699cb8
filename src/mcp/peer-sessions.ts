/**
 * MCP sessions between peers, each over a mesh stream of its own: what this peer answers to others, and the tools of
 * others that this peer asks. A session is opened when it is first needed and closed when it has been idle.
 *
 * The asking end is the client of `@modelcontextprotocol/sdk`, the answering end the one server of this door; a session
 * opens with `initialize` like any other.
 */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { CallToolResultSchema, ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js'
import type { z } from 'zod'
import { cleanLine } from '../core/clean-text.ts'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import type { PeerId } from '../core/ids.ts'
import type { Clock, Logger, Startable } from '../core/ports/clock.ts'
import type { Mesh } from '../core/ports/mesh.ts'
import type { PeerTarget, PeerToolAnswer, PeerToolCall, PeerTools } from '../core/ports/peer-tools.ts'
import { behalfMeta } from './on-behalf.ts'
import { ChannelTransport, MCP_PROTOCOL, TOO_LARGE } from './channel-transport.ts'

export interface PeerSessionsDeps {
  readonly mesh: Pick<Mesh, 'self' | 'peers' | 'openChannel'>
  readonly version: string
  readonly clock: Clock
  readonly log: Logger
}

const IDLE_MS = 120_000

/** The SDK's own words in place of an answer. */
const CLOSED: number = ErrorCode.ConnectionClosed
const TIMED_OUT: number = ErrorCode.RequestTimeout

interface Session {
  readonly client: Promise<Client>
  calls: number
  cancelIdle?: (() => void) | undefined
}

export class PeerSessions implements PeerTools, Startable {
  readonly self: PeerId
  readonly #deps: PeerSessionsDeps
  readonly #sessions = new Map<PeerId, Session>()
  #stopped = false

  constructor(deps: PeerSessionsDeps) {
    this.self = deps.mesh.self
    this.#deps = deps
  }

  start(): Promise<void> {
    this.#stopped = false
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    const sessions = [...this.#sessions.values()]
    this.#sessions.clear()
    await Promise.all(sessions.map((session) => this.#close(session)))
  }

  find({ peerId, multiaddr }: PeerTarget): PeerId {
    const { mesh } = this.#deps
    const known = [{ peer: mesh.self, addresses: [] as readonly string[], address: '' }, ...mesh.peers()]
    const found = known.find(
      ({ peer, address, addresses }) =>
        (peerId === undefined || peer === peerId) &&
        (multiaddr === undefined ||
          multiaddr.endsWith(`/p2p/${peer}`) ||
          [address, ...addresses].some((one) => one !== '' && withoutPeer(one) === withoutPeer(multiaddr))),
    )
    if (found !== undefined && (peerId ?? multiaddr) !== undefined) return found.peer
    throw new RunnerMeshError(
      'peer_not_allowed',
      `${cleanLine(peerId ?? multiaddr ?? 'No peer', 120)} is no peer that is connected to this mesh. list_peers shows which are.`,
    )
  }

  async call(peer: PeerId, call: PeerToolCall): Promise<PeerToolAnswer> {
    const session = this.#sessionWith(peer)
    session.calls += 1
    session.cancelIdle?.()
    session.cancelIdle = undefined
    try {
      return await ask(await session.client, peer, call)
    } finally {
      session.calls -= 1
      if (session.calls === 0) session.cancelIdle = this.#deps.clock.after(IDLE_MS, () => this.#drop(peer, session))
    }
  }

  #sessionWith(peer: PeerId): Session {
    if (this.#stopped) throw new RunnerMeshError('stopping', 'This peer is stopping.')
    const open = this.#sessions.get(peer)
    if (open !== undefined) return open
    const session: Session = { client: this.#open(peer, () => this.#drop(peer, session)), calls: 0 }
    this.#sessions.set(peer, session)
    session.client.catch(() => this.#drop(peer, session))
    return session
  }

  async #open(peer: PeerId, onClosed: () => void): Promise<Client> {
    const { mesh, version } = this.#deps
    const channel = await mesh.openChannel(peer, MCP_PROTOCOL)
    const client = new Client({ name: 'runner-mesh', version })
    client.onclose = onClosed
    try {
      await client.connect(new ChannelTransport(channel))
      return client
    } catch (cause) {
      channel.abort(new Error('no MCP session came about'))
      throw unreachable(peer, cause)
    }
  }

  #drop(peer: PeerId, session: Session): void {
    if (this.#sessions.get(peer) === session) this.#sessions.delete(peer)
    void this.#close(session)
  }

  async #close(session: Session): Promise<void> {
    session.cancelIdle?.()
    try {
      await (await session.client).close()
    } catch (thrown) {
      this.#deps.log.debug('mcp.peer_session_closed', { error: errorText(thrown) })
    }
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

function withoutPeer(address: string): string {
  return address.replace(/\/p2p\/[^/]+$/, '')
}
