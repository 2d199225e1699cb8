/** The mesh over libp2p: listens, dials what it is told to, and hands out the RPC channel of every admitted peer. */
import type { Connection, StreamHandler } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { errorText } from '../core/errors.ts'
import type { PeerId } from '../core/ids.ts'
import type { LegacyStreams } from '../core/ports/legacy-streams.ts'
import type { Channel, Mesh, Reachable } from '../core/ports/mesh.ts'
import { Admission } from './admission.ts'
import { AddressWatch } from './address-watch.ts'
import { checkAddress, peerOf } from './addresses.ts'
import { AdmittedPeers } from './admitted-peers.ts'
import { Dialler } from './dialler.ts'
import { createEnvelopeSigner } from './envelope-signer.ts'
import { HostFaults } from './host-faults.ts'
import { createLibp2pNode, type Libp2pNode } from './libp2p-node.ts'
import { Libp2pLegacyStreams } from './libp2p-legacy-streams.ts'
import { wholeOptions, type Libp2pMeshOptions, type WholeOptions } from './mesh-options.ts'
import { ownAddresses, tcpPorts } from './own-addresses.ts'
import { OwnInterfaces } from './own-interfaces.ts'
import { PeerStreams } from './peer-streams.ts'
import { MESH_LIMITS, RPC_PROTOCOL, type MeshLimits } from './protocols.ts'
import { Reconciler } from './reconciler.ts'
import { REACH_PROTOCOL } from './relays/reach-questions.ts'
import { FAR } from './relays/reachability.ts'
import { RELAY_SETTINGS, Relaying } from './relays/relaying.ts'

/** @throws RunnerMeshError config_invalid for an address that is none */
export async function createLibp2pMesh(options: Libp2pMeshOptions): Promise<Mesh> {
  const limits = { ...MESH_LIMITS, ...options.limits }
  const whole = wholeOptions(options)
  for (const address of [...options.listen, ...options.announce]) checkAddress(address)
  const peers = new AdmittedPeers(options.log)
  const faults = new HostFaults({ clock: options.clock, burst: limits.faultsAtOnce, perSecond: limits.faultsPerSecond })
  const node = await createLibp2pNode({
    ...whole,
    limits,
    faults,
    isAdmitted: (peer) => peers.has(peer),
    isProven: (connection) => mesh.isProven(connection),
    addresses: () => mesh.addresses(),
    isRelay: () => mesh.isRelay(),
  })
  const mesh = new Libp2pMesh(whole, limits, node, peers, faults)
  return mesh
}

class Libp2pMesh implements Mesh {
  readonly self: PeerId
  readonly meshId: string
  readonly meshIds: readonly [string, ...string[]]
  readonly signer
  readonly legacy: LegacyStreams
  readonly #options: WholeOptions
  readonly #limits: MeshLimits
  readonly #node: Libp2pNode
  readonly #peers: AdmittedPeers
  readonly #admission: Admission
  readonly #reconciler: Reconciler
  readonly #streams: PeerStreams
  readonly #legacy: Libp2pLegacyStreams
  readonly #relaying: Relaying
  readonly #watch: AddressWatch
  readonly #interfaces: OwnInterfaces
  readonly #publicIps = new Set<string>()
  #running: Promise<void> | undefined

  constructor(options: WholeOptions, limits: MeshLimits, node: Libp2pNode, peers: AdmittedPeers, faults: HostFaults) {
    const { identity, meshKeys, hello, membership, rejections, clock, random, log } = options
    this.self = identity.peer
    const [{ meshId }, ...previous] = meshKeys
    this.meshId = meshId
    this.meshIds = [meshId, ...previous.map((key) => key.meshId)]
    this.signer = createEnvelopeSigner(identity)
    this.#options = options
    this.#limits = limits
    this.#node = node
    this.#peers = peers
    this.#interfaces = new OwnInterfaces(clock)
    const addresses = (): readonly string[] => this.addresses()
    this.#streams = new PeerStreams({ peers, clock, log, limits })
    this.#legacy = new Libp2pLegacyStreams({
      dial: (address, signal) => node.libp2p.dial(multiaddr(address), { signal, force: true }),
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
      membership,
      rejections,
      faults,
      isKept: (connection) => this.#legacy.uses(connection),
      clock,
      random,
      log,
      limits,
    })
    const dialler = new Dialler({
      self: this.self,
      node,
      peers,
      admission: this.#admission,
      membership,
      isLegacy: (address, signal) => this.#legacy.isLegacy(address, signal),
      clock,
      timeoutMs: limits.dialTimeoutMs,
    })
    this.#relaying = new Relaying({
      self: this.self,
      settings: { ...RELAY_SETTINGS, ...options.relays },
      peers: () => peers.list(),
      isInbound: (peer) => peers.findConnection(peer)?.direction === 'inbound',
      open: (peer) => this.#streams.open(peer, REACH_PROTOCOL),
      reservations: node.reservations,
      ports: () => tcpPorts([...node.listening(), ...options.announce]),
      addresses,
      dialBack: (peer, observed, port) => dialler.dialBack(peer, observed, port),
      onChange: () => this.#watch.look(),
      isNeighbour: (ip) => this.#interfaces.isNeighbour(ip),
      clock,
      log,
    })
    this.#watch = new AddressWatch({
      listening: () => node.listening(),
      addresses,
      onMoved: () => this.#relaying.moved(),
      clock,
    })
    this.#watch.onChange(() => log.info('mesh.addresses', { addresses: addresses(), reachable: this.reachable() }))
    this.#streams.serve(REACH_PROTOCOL, (channel) => this.#relaying.answer(channel))
    this.#reconciler = new Reconciler({
      self: this.self,
      dial: (address, source, signal) => dialler.dial(address, source, signal),
      wayTo: (peer) => peers.wayTo(peer),
      clock,
      random,
      log,
      parallelDials: limits.parallelDials,
    })
    peers.onJoined((joined) => {
      this.#reconciler.joined(joined.peer)
      this.#relaying.joined(joined)
      if (options.dht !== undefined) this.#identify(joined.peer)
    })
    peers.onLeft((peer, cause) => {
      this.#reconciler.left(peer, cause)
      this.#relaying.left(peer)
      node.relayed.forget(peer)
    })
    membership.onChange(() => this.#admission.expel())
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
    this.#watch.stop()
    this.#relaying.stop()
    await this.#reconciler.stop()
    await this.#admission.stop()
    await this.#streams.stop()
    await this.#legacy.stop()
    await Promise.all(this.#peers.channels().map((channel) => channel.close()))
    await this.#node.stop()
  }

  isProven(connection: Connection): boolean {
    return this.#admission.isProven(connection)
  }

  protocols(): readonly string[] {
    return this.#node.libp2p.getProtocols()
  }

  addresses(): readonly string[] {
    const { announce } = this.#options
    return ownAddresses({
      listening: this.#node.listening(),
      bridges: this.#interfaces.bridges(),
      announce,
      proven: this.#relaying.provenAddresses(),
      publicIps: [...this.#publicIps],
      refuted: this.#relaying.reachable() === 'no',
      relayed: this.#relaying.relayedAddresses(),
    }).map((address) => (address.includes('/p2p/') ? address : `${address}/p2p/${this.self}`))
  }

  sawPublicIp(ip: string): void {
    this.#publicIps.add(ip)
    this.#watch.look()
  }

  onAddresses(changed: () => void): void {
    this.#watch.onChange(changed)
  }

  reachable(): Reachable {
    return this.#relaying.reachable()
  }

  isRelay(): boolean {
    return this.#relaying.relays() > FAR.neighbour
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

  /** The library learns which members serve the DHT by asking them; it asks nobody by itself. */
  #identify(peer: PeerId): void {
    const connection = this.#peers.findConnection(peer)
    if (connection === undefined) return
    this.#node.libp2p.services.identify.identify(connection).catch((cause: unknown) => {
      this.#options.log.debug('peer.not_identified', { peer, error: errorText(cause) })
    })
  }

  /** @param most streams of it that one connection may have open */
  async #handle(protocol: string, most: number, handler: StreamHandler): Promise<void> {
    const options = { maxInboundStreams: most, runOnLimitedConnection: true, force: true } as const
    await this.#node.libp2p.handle(protocol, handler, options)
  }

  async #start(): Promise<void> {
    const { streamsPerPeer, channelsPerPeer } = this.#limits
    await this.#handle(RPC_PROTOCOL, streamsPerPeer, (...opened) => this.#admission.answer(...opened))
    for (const protocol of this.#streams.protocols()) {
      await this.#handle(protocol, channelsPerPeer, (...opened) => this.#streams.answer(protocol, ...opened))
    }
    for (const protocol of this.#legacy.protocols()) {
      await this.#handle(protocol, channelsPerPeer, (...opened) => this.#legacy.answer(protocol, ...opened))
    }
    await this.#node.start()
    this.#watch.start()
    this.#reconciler.start()
    this.#relaying.start()
    this.#options.log.info('mesh.started', { peer: this.self, mesh: this.meshId, addresses: this.addresses() })
  }
}
