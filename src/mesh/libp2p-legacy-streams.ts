/**
 * The predecessor's protocols on our node. A connection that carries them is no member's: it is kept while streams that
 * have proven themselves are open, and a little longer, because its clients open one stream after another.
 */
import type { Connection, Stream } from '@libp2p/interface'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import { SECOND } from '../core/lease.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import {
  LEGACY_PROTOCOLS,
  type LegacyNode,
  type LegacyProtocol,
  type LegacyStream,
  type LegacyStreams,
} from '../core/ports/legacy-streams.ts'
import { TimeLimit } from '../core/time-limit.ts'
import { isStaleConnection } from './dial-errors.ts'
import { Libp2pLegacyStream } from './legacy-stream.ts'
import type { MeshLimits } from './protocols.ts'

/** The newer one first, as its own client tries them. */
const PREFERENCE: readonly LegacyProtocol[] = [LEGACY_PROTOCOLS.mcp, LEGACY_PROTOCOLS.lines]
const LINGER_MS = 30 * SECOND

export interface Libp2pLegacyStreamsDeps {
  /** Always a connection of its own: one that failed to greet may be closing. */
  readonly dial: (address: string, signal: AbortSignal) => Promise<Connection>
  /** A connection has become of use, or is of none any more. */
  readonly used: (connection: Connection) => void
  readonly unused: (connection: Connection) => void
  readonly clock: Pick<Clock, 'after'>
  readonly log: Logger
  readonly limits: MeshLimits
}

interface Hold {
  streams: number
  stopTimer: () => void
}

export class Libp2pLegacyStreams implements LegacyStreams {
  readonly #deps: Libp2pLegacyStreamsDeps
  readonly #holds = new Map<Connection, Hold>()
  readonly #open = new Set<Libp2pLegacyStream>()
  /** The last connection to each address that was dialled here. */
  readonly #dialled = new Map<string, Connection>()
  #opened: ((stream: LegacyStream) => void) | undefined
  #found: ((node: LegacyNode) => void) | undefined

  constructor(deps: Libp2pLegacyStreamsDeps) {
    this.#deps = deps
  }

  serve(opened: (stream: LegacyStream) => void): void {
    this.#opened = opened
  }

  onNode(found: (node: LegacyNode) => void): void {
    this.#found = found
  }

  /** Those that inbound streams may name. */
  protocols(): readonly LegacyProtocol[] {
    return this.#opened === undefined ? [] : PREFERENCE
  }

  /** Whether a connection rests on streams of these protocols. */
  uses(connection: Connection): boolean {
    return this.#holds.has(connection)
  }

  /** The handler of inbound streams. */
  answer(protocol: LegacyProtocol, stream: Stream, connection: Connection): void {
    this.#opened?.(this.#take(protocol, stream, connection))
  }

  /**
   * A dial met a peer that speaks no protocol of ours.
   * @returns whether it is a node of the predecessor and somebody here wants it
   */
  async isLegacy(address: string, signal: AbortSignal): Promise<boolean> {
    if (this.#found === undefined) return false
    let peer: string
    try {
      const stream = await this.#newStream(address, signal)
      peer = stream.remote
      await stream.close()
    } catch (cause) {
      this.#deps.log.debug('legacy.not_spoken', { address, error: errorText(cause) })
      return false
    }
    this.#found({ address, peer, open: (given) => this.#newStream(address, given) })
    return true
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#open].map((stream) => stream.close()))
    for (const { stopTimer } of this.#holds.values()) stopTimer()
    this.#holds.clear()
  }

  async #newStream(address: string, given?: AbortSignal): Promise<Libp2pLegacyStream> {
    const { clock, limits, dial } = this.#deps
    using limit = new TimeLimit(clock, 2 * limits.dialTimeoutMs, 'it took too long')
    const signal = limit.or(given)
    try {
      const openOn = async (connection: Connection): Promise<readonly [Stream, Connection]> => {
        return [await connection.newStream([...PREFERENCE], { signal }), connection]
      }
      const kept = this.#dialled.get(address)
      const [stream, connection] =
        kept?.status === 'open' && this.#holds.has(kept)
          ? await openOn(kept).catch(async (cause: unknown) => {
              if (isStaleConnection(cause)) return openOn(await dial(address, signal))
              throw cause
            })
          : await openOn(await dial(address, signal))
      this.#dialled.set(address, connection)
      const protocol = PREFERENCE.find((known) => known === stream.protocol) ?? LEGACY_PROTOCOLS.lines
      const taken = this.#take(protocol, stream, connection)
      taken.trust()
      return taken
    } catch (cause) {
      given?.throwIfAborted()
      throw new RunnerMeshError('peer_unreachable', `Cannot reach ${address}: ${errorText(cause)}.`, { cause })
    }
  }

  #take(protocol: LegacyProtocol, stream: Stream, connection: Connection): Libp2pLegacyStream {
    const { clock, limits } = this.#deps
    let trusted = false
    const taken = new Libp2pLegacyStream(stream, {
      remote: connection.remotePeer.toString(),
      protocol,
      clock,
      limits,
      trusted: () => {
        if (trusted || stream.status !== 'open') return
        trusted = true
        this.#hold(connection)
      },
    })
    this.#open.add(taken)
    taken.onClose(() => {
      this.#open.delete(taken)
      if (trusted) this.#letGo(connection)
    })
    return taken
  }

  #hold(connection: Connection): void {
    const hold = this.#holds.get(connection) ?? { streams: 0, stopTimer: () => undefined }
    hold.streams += 1
    hold.stopTimer()
    this.#holds.set(connection, hold)
    this.#deps.used(connection)
  }

  #letGo(connection: Connection): void {
    const hold = this.#holds.get(connection)
    if (hold === undefined) return
    hold.streams -= 1
    if (hold.streams > 0) return
    const end = (): void => {
      this.#holds.delete(connection)
      for (const [address, dialled] of this.#dialled) if (dialled === connection) this.#dialled.delete(address)
      this.#deps.unused(connection)
    }
    if (connection.status === 'open') hold.stopTimer = this.#deps.clock.after(LINGER_MS, end)
    else end()
  }
}
