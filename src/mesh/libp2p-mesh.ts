/** The mesh over libp2p: listens, dials what it is told to, and hands out the RPC channel of every admitted peer. */
import type { Connection } from '@libp2p/interface'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import { parsePeerId, type PeerId } from '../core/ids.ts'
import type { Clock, Logger, Random } from '../core/ports/clock.ts'
import type { LegacyStreams } from '../core/ports/legacy-streams.ts'
import type { Channel, Mesh, SelfHello } from '../core/ports/mesh.ts'
import { Admission } from './admission.ts'
import { AdmittedPeers } from './admitted-peers.ts'
import { dialError, isStaleConnection, isUnsupportedProtocol } from './dial-errors.ts'
import { createEnvelopeSigner } from './envelope-signer.ts'
import type { Identity } from './identity.ts'
import { createLibp2pNode, type Libp2pNode } from './libp2p-node.ts'
import { Libp2pLegacyStreams } from './libp2p-legacy-streams.ts'
import type { MeshKey } from './mesh-key.ts'
import { ownAddresses } from './own-addresses.ts'
import { PeerStreams } from './peer-streams.ts'
import { MESH_LIMITS, RPC_PROTOCOL, type MeshLimits } from './protocols.ts'
import { PointlessTarget, Reconciler } from './reconciler.ts'

export interface Libp2pMeshOptions {
  readonly identity: Identity
  /** The current key, then those that are still accepted while the fleet changes over. */
  readonly meshKeys: readonly [MeshKey, ...MeshKey[]]
  /** Multiaddrs to listen on, such as /ip4/0.0.0.0/tcp/4001. Empty: this peer only dials. */
  readonly listen: readonly string[]
  /** Multiaddrs under which others reach this peer although it cannot know: a forwarded port, a public address. */
  readonly announce: readonly string[]
  /** What this peer says of itself to each peer it meets. */
  readonly hello: () => SelfHello
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly limits?: Partial<MeshLimits>
}

/** @throws RunnerMeshError config_invalid for an address that is none */
export async function createLibp2pMesh(options: Libp2pMeshOptions): Promise<Mesh> {
  const limits = { ...MESH_LIMITS, ...options.limits }
  for (const address of [...options.listen, ...options.announce]) parseAddress(address)
  return new Libp2pMesh(options, limits, await createLibp2pNode({ ...options, limits }))
}

class Libp2pMesh implements Mesh {
  readonly self: PeerId
  readonly meshId: string
  readonly meshIds: readonly [string, ...string[]]
  readonly signer
  readonly legacy: LegacyStreams
  readonly #options: Libp2pMeshOptions
  readonly #limits: MeshLimits
  readonly #node: Libp2pNode
  readonly #peers: AdmittedPeers
  readonly #admission: Admission
  readonly #reconciler: Reconciler
  readonly #streams: PeerStreams
  readonly #legacy: Libp2pLegacyStreams
  #running: Promise<void> | undefined

  constructor(options: Libp2pMeshOptions, limits: MeshLimits, node: Libp2pNode) {
    const { identity, meshKeys, hello, clock, random, log } = options
    this.self = identity.peer
    const [{ meshId }, ...previous] = meshKeys
    this.meshId = meshId
    this.meshIds = [meshId, ...previous.map((key) => key.meshId)]
    this.signer = createEnvelopeSigner(identity)
    this.#options = options
    this.#limits = limits
    this.#node = node
    const peers = new AdmittedPeers(log)
    this.#peers = peers
    const addresses = (): readonly string[] => this.addresses()
    this.#streams = new PeerStreams({ peers, clock, log, limits })
    this.#legacy = new Libp2pLegacyStreams({
      dial: (address, signal) => node.libp2p.dial(parseTarget(address), { signal }),
      used: (connection) => this.#admission.keep(connection),
      unused: (connection) => this.#admission.letGo(connection),
      clock,
      log,
      limits,
    })
    this.legacy = this.#legacy
    this.#admission = new Admission({
      self: this.self,
      keys: meshKeys,
      hello,
      addresses,
      peers,
      isKept: (connection) => this.#legacy.uses(connection),
      clock,
      random,
      log,
      limits,
    })
    this.#reconciler = new Reconciler({
      dial: (address, source, signal) => this.#dial(address, source, signal),
      isAdmitted: (peer) => peers.has(peer),
      clock,
      random,
      log,
      parallelDials: limits.parallelDials,
    })
    peers.onJoined(({ peer }) => this.#reconciler.joined(peer))
    peers.onLeft((peer, cause) => this.#reconciler.left(peer, cause))
    node.libp2p.addEventListener('connection:open', ({ detail }) => this.#admission.watch(detail))
  }

  start(): Promise<void> {
    this.#running ??= this.#start().catch((cause: unknown) => {
      this.#running = undefined
      throw cause
    })
    return this.#running
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    await running.catch(() => undefined)
    await this.#reconciler.stop()
    await this.#admission.stop()
    await this.#streams.stop()
    await this.#legacy.stop()
    await Promise.all(this.#peers.channels().map((channel) => channel.close()))
    await this.#node.stop()
  }

  addresses(): readonly string[] {
    return ownAddresses(this.#node.listening(), this.#options.announce).map((address) =>
      address.includes('/p2p/') ? address : `${address}/p2p/${this.self}`,
    )
  }

  peers() {
    return this.#peers.list()
  }

  onPeer(...[joined]: Parameters<Mesh['onPeer']>): void {
    this.#peers.onJoined(joined)
  }

  onPeerGone(left: (peer: PeerId, cause?: Error) => void): void {
    this.#peers.onLeft(left)
  }

  openChannel(...[peer, protocol, signal]: Parameters<Mesh['openChannel']>): Promise<Channel> {
    return this.#streams.open(peer, protocol, signal)
  }

  onChannel(protocol: string, opened: (channel: Channel) => void): void {
    this.#streams.serve(protocol, opened)
  }

  addTarget(address: string, source: string): void {
    this.#reconciler.add(address, source, peerOf(address))
  }

  removeTarget(address: string): void {
    this.#reconciler.remove(address)
  }

  targets() {
    return this.#reconciler.list()
  }

  async #start(): Promise<void> {
    await this.#node.libp2p.handle(RPC_PROTOCOL, (stream, connection) => this.#admission.answer(stream, connection), {
      maxInboundStreams: this.#limits.streamsPerPeer,
      runOnLimitedConnection: true,
      force: true,
    })
    for (const protocol of this.#streams.protocols()) {
      await this.#node.libp2p.handle(
        protocol,
        (stream, connection) => this.#streams.answer(protocol, stream, connection),
        { maxInboundStreams: this.#limits.channelsPerPeer, runOnLimitedConnection: true, force: true },
      )
    }
    for (const protocol of this.#legacy.protocols()) {
      await this.#node.libp2p.handle(
        protocol,
        (stream, connection) => this.#legacy.answer(protocol, stream, connection),
        { maxInboundStreams: this.#limits.channelsPerPeer, runOnLimitedConnection: true, force: true },
      )
    }
    await this.#node.start()
    this.#reconciler.start()
    this.#options.log.info('mesh.started', { peer: this.self, mesh: this.meshId, addresses: this.addresses() })
  }

  async #dial(address: string, source: string, signal: AbortSignal): Promise<PeerId> {
    const target = parseTarget(address)
    if (peerOf(address) === this.self) throw new PointlessTarget(`${address} is this peer itself.`)
    try {
      return await this.#greet(target, source, signal)
    } catch (cause) {
      if (isUnsupportedProtocol(cause) && (await this.#legacy.isLegacy(address, signal))) throw predecessor(address)
      if (errorText(cause) === 'Can not dial self') throw new PointlessTarget(`${address} is this peer itself.`)
      if (!isStaleConnection(cause)) throw dialError(address, cause)
    }
    try {
      return await this.#greet(target, source, signal)
    } catch (cause) {
      throw dialError(address, cause)
    }
  }

  async #greet(target: Multiaddr, source: string, signal: AbortSignal): Promise<PeerId> {
    const connection: Connection = await this.#node.libp2p.dial(target, { signal })
    return this.#admission.greet(connection, source)
  }
}

/** For the reconciler it is a target that failed: the bridge to it is told anew at every try. */
function predecessor(address: string): RunnerMeshError {
  const message = `${address} is a node of ipfs_accelerate_py: reached over the legacy bridge, no member of the mesh.`
  return new RunnerMeshError('not_admitted', message)
}

/** The peer that an address names at its end: after a relay's name comes the name of the peer behind it. */
function peerOf(address: string): PeerId | undefined {
  const named = /\/p2p\/([^/]+)$/.exec(address)?.[1]
  try {
    return named === undefined ? undefined : parsePeerId(named)
  } catch {
    return undefined
  }
}

function parseTarget(address: string): Multiaddr {
  try {
    return multiaddr(address)
  } catch (cause) {
    throw new PointlessTarget(`${address} is not a multiaddr: ${errorText(cause)}.`, { cause })
  }
}

/** @throws RunnerMeshError config_invalid */
function parseAddress(address: string): void {
  try {
    multiaddr(address)
  } catch (cause) {
    const message = `Not a multiaddr: ${JSON.stringify(address)}. Expected something like /ip4/0.0.0.0/tcp/4001 or /dns4/host.example/tcp/4001.`
    throw new RunnerMeshError('config_invalid', message, { cause })
  }
}
