/**
 * Who gets in. A connection proves nothing; a peer is admitted when the HELLO of its RPC stream is done, and a connection
 * on which that has not happened in time is closed.
 *
 * Two peers that dial each other at once would end up with two streams, or close each other's. So of each pair the one
 * with the lower peer id is the arbiter: it takes part in one HELLO with a peer at a time, in either direction, and
 * answers `busy` to a second. The other side always answers the arbiter. Whatever the timing, one stream remains and
 * none is closed after it was handed out.
 */
import type { Connection, Stream } from '@libp2p/interface'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import { parsePeerId, type PeerId } from '../core/ids.ts'
import { SECOND } from '../core/lease.ts'
import type { Clock, Logger, Random } from '../core/ports/clock.ts'
import type { Membership } from '../core/ports/membership.ts'
import type { SelfHello } from '../core/ports/mesh.ts'
import type { Rejections } from '../core/rejections.ts'
import type { AdmittedPeers } from './admitted-peers.ts'
import { hostOf } from './crowd.ts'
import type { HostFaults } from './host-faults.ts'
import { answerGreeting, greet, HelloBusy, type Greeted, type HelloParty } from './hello.ts'
import type { MeshKey } from './mesh-key.ts'
import { RPC_PROTOCOL, type MeshLimits } from './protocols.ts'
import { StreamChannel } from './stream-channel.ts'
import { UnprovenConnections } from './unproven-connections.ts'

export interface AdmissionDeps {
  readonly self: PeerId
  readonly keys: readonly [MeshKey, ...MeshKey[]]
  readonly hello: () => SelfHello
  readonly addresses: () => readonly string[]
  readonly peers: AdmittedPeers
  readonly membership: Pick<Membership, 'refusal'>
  readonly rejections: Rejections
  readonly faults: HostFaults
  /** Whether a connection that is nobody's membership is kept nevertheless. */
  readonly isKept: (connection: Connection) => boolean
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly limits: MeshLimits
}

interface Exchange {
  readonly remote: PeerId
  readonly connection: Connection
  readonly role: 'dialer' | 'listener'
  readonly give: AbortController
  readonly done: Promise<void>
}

export class Admission {
  readonly #deps: AdmissionDeps
  readonly #exchanges = new Set<Exchange>()
  readonly #unproven: UnprovenConnections
  /** Replaced, but streams that were opened before still run on them. */
  readonly #emptying = new Map<Connection, () => void>()
  /** Through a relay, of a peer that was admitted on them: a direct one may replace them. */
  readonly #relayedOnce = new WeakSet<Connection>()

  constructor(deps: AdmissionDeps) {
    this.#deps = deps
    this.#unproven = new UnprovenConnections({ ...deps, onLate: (connection) => this.#release(connection) })
  }

  /** To be told of every connection, in either direction, as soon as it is encrypted. */
  watch(connection: Connection): void {
    this.#unproven.enter(connection)
  }

  /**
   * Greets the peer at the other end, unless it is or becomes admitted by a stream of its own.
   * @throws RunnerMeshError not_admitted, protocol_mismatch, peer_unreachable
   */
  async greet(connection: Connection, source: string): Promise<PeerId> {
    const { peers, limits } = this.#deps
    const remote = parsePeerId(connection.remotePeer.toString())
    // A direct connection is worth a greeting of its own to whoever is reached through a relay only.
    const isServed = (): boolean => peers.wayTo(remote) === 'direct' || (peers.has(remote) && !connection.direct)
    while (!isServed() && this.#greeting(remote)) await this.#exchangesWith(remote)
    if (!isServed()) {
      try {
        await this.#exchange(connection, 'dialer', source, async (signal) => {
          const stream = await connection.newStream(RPC_PROTOCOL, { signal, runOnLimitedConnection: true })
          return { stream, talk: (channel) => greet(channel, this.#party(remote)) }
        })
      } catch (cause) {
        // Our HELLO lost against theirs, which is under way or done.
        if (!(cause instanceof HelloBusy) && !peers.has(remote)) throw cause
        await this.#admittedWithin(remote, limits.helloDeadlineMs)
      }
    }
    this.#release(connection)
    return remote
  }

  /** The handler of inbound RPC streams. */
  async answer(stream: Stream, connection: Connection): Promise<void> {
    const { self, log, rejections, faults } = this.#deps
    const remote = parsePeerId(connection.remotePeer.toString())
    // A peer that greets again has given up its earlier attempt.
    for (const earlier of this.#exchanges) {
      if (earlier.remote === remote && earlier.role === 'listener') earlier.give.abort(new Error('greeted again'))
    }
    const busy = (): boolean =>
      self < remote && this.#exchanges.values().some((other) => other.remote === remote && other.role === 'dialer')
    try {
      await this.#exchange(connection, 'listener', 'inbound', () =>
        Promise.resolve({ stream, talk: (channel) => answerGreeting(channel, this.#party(remote), busy) }),
      )
    } catch (cause) {
      if (cause instanceof HelloBusy) return
      const isBarred = cause instanceof RunnerMeshError && cause.code === 'peer_not_allowed'
      rejections.count(isBarred ? 'peer_not_allowed' : 'hello_refused')
      faults.fault(hostOf(connection.remoteAddr.toString()))
      log.warn('peer.refused', { peer: remote, address: connection.remoteAddr.toString(), error: errorText(cause) })
    }
  }

  /** A connection that is kept has proven what it had to: it is no longer among those that have to hurry. */
  keep(connection: Connection): void {
    this.#unproven.leave(connection)
  }

  /** Whether it is a member's, or is kept though it is nobody's. */
  isProven(connection: Connection): boolean {
    const { peers, isKept } = this.#deps
    return peers.uses(connection) || isKept(connection) || this.#emptying.has(connection)
  }

  /** Closes a connection that nothing rests on any more. */
  letGo(connection: Connection): void {
    this.#release(connection)
  }

  /** Ends what there is with peers that may no longer be members. */
  expel(): void {
    const { peers, membership } = this.#deps
    const causeOf = (peer: PeerId): RunnerMeshError | undefined => {
      const refusal = membership.refusal(peer)
      return refusal === undefined ? undefined : new RunnerMeshError('peer_not_allowed', refusal)
    }
    for (const { remote, give } of this.#exchanges) {
      const cause = causeOf(remote)
      if (cause !== undefined) give.abort(cause)
    }
    for (const connection of this.#emptying.keys()) {
      const cause = causeOf(parsePeerId(connection.remotePeer.toString()))
      if (cause !== undefined) connection.abort(cause)
    }
    for (const { peer } of peers.list()) {
      const cause = causeOf(peer)
      if (cause !== undefined) peers.expel(peer, cause)
    }
  }

  /** Ends every exchange and forgets every deadline. */
  async stop(): Promise<void> {
    for (const cancel of this.#emptying.values()) cancel()
    this.#emptying.clear()
    this.#unproven.stop()
    const exchanges = [...this.#exchanges]
    for (const exchange of exchanges) exchange.give.abort(new Error('this peer is stopping'))
    await Promise.all(exchanges.map((exchange) => exchange.done))
  }

  async #exchange(
    connection: Connection,
    role: Exchange['role'],
    source: string,
    open: (signal: AbortSignal) => Promise<{ stream: Stream; talk: (channel: StreamChannel) => Promise<Greeted> }>,
  ): Promise<void> {
    const { peers, clock, limits, membership } = this.#deps
    const remote = parsePeerId(connection.remotePeer.toString())
    const { promise: done, resolve: finish } = Promise.withResolvers<undefined>()
    const exchange: Exchange = { remote, connection, role, give: new AbortController(), done }
    const { signal } = exchange.give
    this.#exchanges.add(exchange)
    const cancel = clock.after(limits.helloDeadlineMs, () => {
      const seconds = String(limits.helloDeadlineMs / 1000)
      exchange.give.abort(
        new RunnerMeshError('not_admitted', `Peer ${remote} did not prove its membership within ${seconds} s.`),
      )
    })
    let channel: StreamChannel | undefined
    try {
      const { stream, talk } = await open(signal)
      const opened = new StreamChannel(stream, remote, {
        ...this.#deps,
        limits: { ...limits, sendHighWaterBytes: limits.rpcHighWaterBytes },
      })
      channel = opened
      signal.addEventListener('abort', () => opened.abort(reasonOf(signal)))
      const { hello, rttMs } = await talk(opened)
      signal.throwIfAborted()
      const refusal = membership.refusal(remote)
      if (refusal !== undefined) throw new RunnerMeshError('peer_not_allowed', refusal)
      opened.admit()
      this.#unproven.leave(connection)
      this.#yieldTo(exchange)
      const address = connection.remoteAddr.toString()
      peers.add(
        {
          ...hello,
          relayed: address.includes('/p2p-circuit'),
          address,
          source,
          connectedAt: clock.now(),
          rttMs,
        },
        opened,
        connection,
      )
      if (!connection.direct) this.#relayedOnce.add(connection)
      opened.onClose(() => this.#release(connection))
    } catch (cause) {
      // An orderly end lets what was said, a refusal above all, arrive.
      await channel?.close()
      throw signal.aborted ? reasonOf(signal) : cause
    } finally {
      cancel()
      this.#exchanges.delete(exchange)
      finish(undefined)
      this.#release(connection)
    }
  }

  /** Once a stream to a peer stands, a second greeting of the same peer by this side is pointless. */
  #yieldTo(winner: Exchange): void {
    for (const other of this.#exchanges) {
      if (other !== winner && other.remote === winner.remote) other.give.abort(new HelloBusy('another stream stands'))
    }
  }

  #greeting(remote: PeerId): boolean {
    return this.#exchanges.values().some((other) => other.remote === remote)
  }

  async #exchangesWith(remote: PeerId): Promise<void> {
    await Promise.all([...this.#exchanges].filter((other) => other.remote === remote).map(({ done }) => done))
  }

  async #admittedWithin(remote: PeerId, ms: number): Promise<void> {
    const { peers, clock } = this.#deps
    if (peers.has(remote)) return
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const cancel = clock.after(ms, () =>
      reject(new RunnerMeshError('peer_unreachable', `Peer ${remote} was busy and did not connect back.`)),
    )
    const forget = peers.onJoined((joined) => {
      if (joined.peer === remote) resolve(undefined)
    })
    try {
      await promise
    } finally {
      cancel()
      forget()
    }
  }

  #party(remote: PeerId): HelloParty {
    const { self, keys, hello, addresses, random, clock, membership } = this.#deps
    const refusal = membership.refusal(remote)
    return { self, remote, keys, refusal, hello: hello(), addresses: addresses(), random, clock }
  }

  #isEmptying(connection: Connection): boolean {
    return (
      this.#relayedOnce.has(connection) &&
      connection.streams.some(({ status, protocol }) => status === 'open' && protocol !== RPC_PROTOCOL)
    )
  }

  /** A connection exists for its admitted stream, or for a HELLO under way. */
  #release(connection: Connection): void {
    const { peers, isKept } = this.#deps
    const used =
      peers.uses(connection) ||
      isKept(connection) ||
      this.#exchanges.values().some((other) => other.connection === connection)
    if (used || connection.status !== 'open') return
    if (this.#isEmptying(connection)) {
      this.#emptying.get(connection)?.()
      const again = this.#deps.clock.after(EMPTYING_MS, () => this.#release(connection))
      this.#emptying.set(connection, again)
      return
    }
    this.#emptying.delete(connection)
    connection.close().catch((cause: unknown) => connection.abort(new Error(errorText(cause))))
  }
}

/** How often a relayed connection that a direct one has replaced is looked at. */
const EMPTYING_MS = 1 * SECOND

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason))
}
