/** Dials an address and greets who answers. What goes wrong is told in sentences for people. */
import type { Connection } from '@libp2p/interface'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import type { PeerId } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Membership } from '../core/ports/membership.ts'
import { TimeLimit } from '../core/time-limit.ts'
import { ipOf, peerOf, relayOf, tcpAddress } from './addresses.ts'
import type { Admission } from './admission.ts'
import type { AdmittedPeers } from './admitted-peers.ts'
import { dialError, isStaleConnection, isUnsupportedProtocol } from './dial-errors.ts'
import type { Libp2pNode } from './libp2p-node.ts'
import { PointlessTarget } from './reconciler.ts'

export interface DiallerDeps {
  readonly self: PeerId
  readonly node: Libp2pNode
  readonly peers: AdmittedPeers
  readonly admission: Admission
  readonly membership: Pick<Membership, 'refusal'>
  /** Whether what answers there without knowing our protocol is a node of the predecessor, now bridged. */
  readonly isLegacy: (address: string, signal: AbortSignal) => Promise<boolean>
  readonly clock: Clock
  /** One address, milliseconds. */
  readonly timeoutMs: number
}

export class Dialler {
  readonly #deps: DiallerDeps

  constructor(deps: DiallerDeps) {
    this.#deps = deps
  }

  /** @throws RunnerMeshError; PointlessTarget for an address that will never become a peer */
  async dial(address: string, source: string, signal: AbortSignal): Promise<PeerId> {
    const target = parseTarget(address)
    const { self, membership, isLegacy } = this.#deps
    const named = peerOf(address)
    if (named === self) throw new PointlessTarget(`${address} is this peer itself.`)
    const refusal = named === undefined ? undefined : membership.refusal(named)
    if (refusal !== undefined) throw new RunnerMeshError('peer_not_allowed', refusal)
    try {
      return await this.#greet(target, source, signal)
    } catch (cause) {
      if (cause instanceof PointlessTarget) throw cause
      if (isUnsupportedProtocol(cause) && (await isLegacy(address, signal))) throw predecessor(address)
      if (errorText(cause) === 'Can not dial self') throw new PointlessTarget(`${address} is this peer itself.`)
      if (!isStaleConnection(cause)) throw dialError(address, cause)
    }
    try {
      return await this.#greet(target, source, signal)
    } catch (cause) {
      throw dialError(address, cause)
    }
  }

  /**
   * Whether a new connection to that port, at the address that a peer's connection comes from, ends at that peer. The
   * encryption proves who answers.
   */
  async dialBack(peer: PeerId, observed: string, port: number): Promise<boolean> {
    const { node, admission, clock, timeoutMs } = this.#deps
    const ip = ipOf(observed)
    if (ip === undefined) return false
    const address = tcpAddress(ip, port)
    using limit = new TimeLimit(clock, timeoutMs, 'it took too long')
    let connection: Connection
    try {
      connection = await node.libp2p.dial(multiaddr(`${address}/p2p/${peer}`), { force: true, signal: limit.signal })
    } catch {
      return false
    }
    // A dial to the same peer that was under way has been joined: it may have gone elsewhere.
    const isThere = connection.remoteAddr.toString().startsWith(address)
    admission.letGo(connection)
    return isThere
  }

  async #greet(target: Multiaddr, source: string, signal: AbortSignal): Promise<PeerId> {
    const { node, admission } = this.#deps
    await this.#reachRelay(target.toString(), signal)
    return admission.greet(await node.libp2p.dial(target, { signal }), source)
  }

  /** A relay connects its members only: whoever wants to pass greets it first. */
  async #reachRelay(address: string, signal: AbortSignal): Promise<void> {
    const { self, peers } = this.#deps
    const relay = relayOf(address)
    if (relay === undefined) return
    const peer = peerOf(relay)
    if (peer === self) throw new PointlessTarget(`${address} leads through this peer itself.`)
    if (peer === undefined) throw new PointlessTarget(`${address} does not name the relay that it leads through.`)
    if (!peers.has(peer)) await this.#greet(parseTarget(relay), 'relay', signal)
  }
}

/** For the reconciler it is a target that failed: the bridge to it is told anew at every try. */
function predecessor(address: string): RunnerMeshError {
  const message = `${address} is a node of ipfs_accelerate_py: reached over the legacy bridge, no member of the mesh.`
  return new RunnerMeshError('not_admitted', message)
}

function parseTarget(address: string): Multiaddr {
  try {
    return multiaddr(address)
  } catch (cause) {
    throw new PointlessTarget(`${address} is not a multiaddr: ${errorText(cause)}.`, { cause })
  }
}
