/**
 * Peers of one local network find each other by multicast DNS, under a service name of this mesh. It does not cross
 * routers, container bridges or most cloud networks, and anybody near may answer: whoever does must still prove itself.
 * @see https://github.com/libp2p/specs/blob/master/discovery/mdns.md
 */
import type { Logger as Libp2pLogger, PeerDiscovery, PeerInfo } from '@libp2p/interface'
import { mdns, type MulticastDNSComponents } from '@libp2p/mdns'
import { multiaddr } from '@multiformats/multiaddr'
import { errorText } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { PeerId } from '../../core/ids.ts'
import type { Clock, Random } from '../../core/ports/clock.ts'
import type { Discovery, FoundPeer } from '../../core/ports/discovery.ts'

export interface MdnsOptions {
  readonly meshId: string
  readonly self: PeerId
  /** Full multiaddrs of this peer; those that are private are told. */
  readonly addresses: () => readonly string[]
  readonly clock: Clock
  readonly random: Random
  readonly everyMs?: number
}

const MDNS_QUERY_MS = 10 * SECOND
/** A peer that has not answered for this long has left the network. */
const MDNS_LOST_MS = 120 * SECOND
/** Questions of which not one has come back before multicast counts as broken. */
const SILENT_QUERIES = 3
/** Anybody near can make up names. */
const MOST_PEERS = 500
const MOST_ADDRESSES = 16

export function createMdns(options: MdnsOptions): Discovery {
  return new Mdns(options)
}

/** What the library's discovery is, beyond what its type says. */
type MdnsService = PeerDiscovery & {
  readonly mdns?: { on(event: 'query', heard: () => void): unknown }
  start(): Promise<void>
  stop(): Promise<void>
}

class Mdns implements Discovery {
  readonly source = 'mdns'
  readonly #options: MdnsOptions
  readonly #service: MdnsService
  readonly #seen = new Map<string, { readonly addresses: readonly string[]; readonly until: number }>()
  #tell: (peers: readonly FoundPeer[]) => void = () => undefined
  #problem: string | undefined
  #cancel: (() => void) | undefined
  /** Monotonic: when a question last arrived, this peer's own among them; at first, when it began to ask. */
  #heardAt = 0

  constructor(options: MdnsOptions) {
    const { meshId, addresses, random, everyMs = MDNS_QUERY_MS } = options
    this.#options = options
    const create = mdns({
      serviceTag: `_rm-${meshId}._udp.local`,
      interval: everyMs,
      // Not the peer id: it must only be other than its neighbours'.
      peerName: Buffer.from(random.bytes(16)).toString('hex'),
    })
    const components: Pick<MulticastDNSComponents, 'logger'> & { addressManager: { getAddresses: () => unknown } } = {
      addressManager: { getAddresses: () => addresses().map((address) => multiaddr(address)) },
      logger: { forComponent: () => this.#log() },
    }
    this.#service = create(components as MulticastDNSComponents) as MdnsService
    this.#service.addEventListener('peer', ({ detail }) => this.#heard(detail))
  }

  onFound(found: (peers: readonly FoundPeer[]) => void): void {
    this.#tell = found
  }

  /** Neighbours ask, and are answered with the addresses of the moment. */
  announce(): Promise<void> {
    return Promise.resolve()
  }

  problem(): string | undefined {
    const { clock, everyMs = MDNS_QUERY_MS } = this.#options
    if (this.#cancel !== undefined && clock.mono() - this.#heardAt > SILENT_QUERIES * everyMs) {
      return 'No multicast arrives, not even what this peer sends: the network or container has none. Give the address of a peer instead.'
    }
    return this.#problem
  }

  async start(): Promise<void> {
    if (this.#cancel !== undefined) return
    this.#heardAt = this.#options.clock.mono()
    this.#review()
    await this.#service.start()
    this.#service.mdns?.on('query', () => {
      this.#heardAt = this.#options.clock.mono()
    })
  }

  async stop(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    await this.#service.stop()
  }

  #heard({ id, multiaddrs }: PeerInfo): void {
    const { self, clock } = this.#options
    const peer = id.toString()
    this.#problem = undefined
    if (peer === self || (this.#seen.size >= MOST_PEERS && !this.#seen.has(peer))) return
    const addresses = multiaddrs.slice(0, MOST_ADDRESSES).map((address) => `${address.toString()}/p2p/${peer}`)
    this.#seen.set(peer, { addresses, until: clock.mono() + MDNS_LOST_MS })
    this.#say()
  }

  #review(): void {
    const { clock } = this.#options
    for (const [peer, { until }] of this.#seen) if (until <= clock.mono()) this.#seen.delete(peer)
    this.#say()
    this.#cancel = clock.after(MDNS_QUERY_MS, () => this.#review())
  }

  #say(): void {
    this.#tell([...this.#seen.values()])
  }

  /** The service tells of its troubles only by its log: what is wrong now is the last of them. */
  #log(): Libp2pLogger {
    const silent = (): void => undefined
    const error = (_format: string, cause: unknown): void => {
      this.#problem = `Multicast DNS does not work here: ${errorText(cause)}.`
    }
    const log: Libp2pLogger = Object.assign(silent, { enabled: false, error, trace: silent, newScope: () => log })
    return log
  }
}
