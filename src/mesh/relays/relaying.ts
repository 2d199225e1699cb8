/**
 * How this peer is reached by those that cannot dial it, and whether it helps others so.
 *
 * A peer asks others from where it can be dialled (reach-questions.ts). It reserves at peers that are reached from farther
 * away than itself (relay-slots.ts), and anew whenever one of them comes back:
 *
 *   asked ──relays from farther away──▶ reserved ──relay gone──▶ asked again when it is back
 *
 * Under `auto` it relays for others as soon as somebody from another network has proven to reach it.
 */
import { errorText } from '../../core/errors.ts'
import type { PeerId } from '../../core/ids.ts'
import { MINUTE, SECOND } from '../../core/lease.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import type { AdmittedPeer, Channel, Reachable } from '../../core/ports/mesh.ts'
import { ipOf, isLoopback, isPublic, isRelayed, tcpAddress, throughRelay } from '../addresses.ts'
import { askReach, ReachAnswerer, type Seen } from './reach-questions.ts'
import { FAR, Reachability, type Far } from './reachability.ts'
import { RelaySlots } from './relay-slots.ts'
import type { Reservations } from './relay-transport.ts'

export interface RelaySettings {
  /** Whether others may reserve here. `auto`: once somebody from another network has proven to reach this peer. */
  readonly relay: 'auto' | 'on' | 'off'
  /** Relays to keep a reservation at while this peer is not reached from the internet itself. */
  readonly slots: number
}

export const RELAY_SETTINGS: RelaySettings = { relay: 'auto', slots: 2 }

export interface RelayingDeps {
  readonly self: PeerId
  readonly settings: RelaySettings
  /** The admitted peers as they are connected now. */
  readonly peers: () => readonly AdmittedPeer[]
  /** Whether that peer has made the connection, whoever of the two has greeted. */
  readonly isInbound: (peer: PeerId) => boolean
  readonly open: (peer: PeerId) => Promise<Channel>
  readonly reservations: Reservations
  /** Own TCP ports at which a dial could arrive: listened on, or announced. */
  readonly ports: () => readonly number[]
  readonly addresses: () => readonly string[]
  readonly dialBack: (peer: PeerId, observed: string, port: number) => Promise<boolean>
  /** Something of what this peer says about itself is different now. */
  readonly onChange: () => void
  readonly clock: Clock
  readonly log: Logger
  /** Whether an IP address is on a network of this machine. */
  readonly isNeighbour: (ip: string) => boolean
}

const REVIEW_MS = 10 * SECOND
/** What a peer has answered is asked again after this long. */
const ASK_AGAIN_MS = 10 * MINUTE
const QUESTIONS_AT_ONCE = 3
const ADDRESSES_PER_RELAY = 2

interface Known {
  seen: Seen | undefined
  /** Monotonic. */
  askedAt: number
  asking: boolean
  /** Whether it was asked to dial this peer. */
  dialledBack: boolean
}

export class Relaying {
  readonly #deps: RelayingDeps
  readonly #reachability: Reachability
  readonly #answerer: ReachAnswerer
  readonly #slots: RelaySlots
  readonly #known = new Map<PeerId, Known>()
  #running = false
  #cancel: (() => void) | undefined

  constructor(deps: RelayingDeps) {
    this.#deps = deps
    this.#reachability = new Reachability(deps.clock, deps.isNeighbour)
    const { dialBack, addresses, clock } = deps
    this.#answerer = new ReachAnswerer({
      observed: (peer) => this.#direct(peer)?.address,
      relays: () => this.relays(),
      addresses,
      dialBack,
      clock,
    })
    this.#slots = new RelaySlots({
      slots: deps.settings.slots,
      reservations: deps.reservations,
      onChange: () => this.#changed(),
      clock,
      log: deps.log,
    })
    deps.reservations.onLost((relay) => {
      deps.log.info('relay.lost', { relay })
      this.#changed()
    })
  }

  start(): void {
    this.#running = true
    this.#review()
  }

  stop(): void {
    this.#running = false
    this.#cancel?.()
    this.#slots.stop()
  }

  /** To be told of every admitted peer, as soon as its connection is known to `peers`. */
  joined({ peer, address, relayed }: AdmittedPeer): void {
    if (!relayed && this.#deps.isInbound(peer)) {
      const before = this.#reachability.far()
      this.#reachability.connected(peer, address)
      if (this.#reachability.far() !== before) this.#changed()
    }
    this.#known.delete(peer)
    // The relay forgets with the connection.
    this.#slots.forget(peer)
    this.#review()
  }

  left(peer: PeerId): void {
    this.#known.delete(peer)
    this.#slots.forget(peer)
    this.#changed()
  }

  /** This machine has other addresses than before: what was proven about the old ones is nothing now. */
  moved(): void {
    this.#reachability.forget()
    this.#known.clear()
    this.#review()
  }

  answer(channel: Channel): void {
    this.#answerer.answer(channel)
  }

  /** From how far away others reach the relay here; `neighbour`: it relays for nobody. */
  relays(): Far {
    const { relay } = this.#deps.settings
    if (relay === 'off') return FAR.neighbour
    return relay === 'on' ? FAR.internet : this.#reachability.far()
  }

  reachable(): Reachable {
    return this.#deps.ports().length === 0 ? 'no' : this.#reachability.verdict()
  }

  /** Without peer id: addresses at which others have proven to reach this peer, though it does not listen on them. */
  provenAddresses(): readonly string[] {
    return this.#reachability.addresses()
  }

  /** Through the relays that hold a reservation, best first. */
  relayedAddresses(): readonly string[] {
    const { reservations, self } = this.#deps
    return reservations.list().flatMap((relay) => {
      const seen = this.#known.get(relay)?.seen
      const connection = this.#direct(relay)
      if (seen === undefined || connection === undefined || seen.relays <= this.#standing()) return []
      const dialled = this.#deps.isInbound(relay) ? [] : [withPeer(connection.address, relay)]
      const isNear = isLoopback(connection.address)
      const ways = [...new Set([...dialled, ...seen.addresses])].filter(
        (way) => !isRelayed(way) && (isNear || !isLoopback(way)),
      )
      const far = ways.filter(isPublic)
      return (far.length > 0 ? far : ways).slice(0, ADDRESSES_PER_RELAY).map((way) => throughRelay(way, self))
    })
  }

  #review(): void {
    this.#cancel?.()
    if (!this.#running) return
    this.#cancel = this.#deps.clock.after(REVIEW_MS, () => this.#review())
    this.#ask()
    this.#reserve()
  }

  #changed(): void {
    this.#deps.onChange()
    this.#review()
  }

  /** Asks those whose answer would change something. */
  #ask(): void {
    const now = this.#deps.clock.mono()
    const reserved = this.#deps.reservations.list()
    let asking = this.#known
      .values()
      .filter((known) => known.asking)
      .toArray().length
    for (const { peer, address } of this.#directPeers()) {
      if (asking >= QUESTIONS_AT_ONCE) return
      const known = this.#known.get(peer)
      if (known?.asking === true) continue
      const ports = this.#portsToProve(address)
      const isNews =
        known === undefined || now - known.askedAt >= ASK_AGAIN_MS || (ports.length > 0 && !known.dialledBack)
      const isWanted = ports.length > 0 || this.#wantsRelays() || reserved.includes(peer)
      if (!isNews || !isWanted) continue
      asking += 1
      void this.#question(peer, address, ports)
    }
  }

  async #question(peer: PeerId, address: string, ports: readonly number[]): Promise<void> {
    const { open, clock, log } = this.#deps
    const known: Known = {
      seen: this.#known.get(peer)?.seen,
      askedAt: clock.mono(),
      asking: true,
      dialledBack: ports.length > 0,
    }
    this.#known.set(peer, known)
    try {
      let observed: string | undefined
      const onSeen = (seen: Seen): void => {
        known.seen = seen
        observed = seen.observed
        this.#reserve()
      }
      const reached = await askReach(await open(peer), ports, { clock, onSeen })
      // It has just dialled for an earlier question: soon again.
      if (reached === undefined && ports.length > 0) known.askedAt -= ASK_AGAIN_MS - REVIEW_MS
      const ip = observed === undefined ? undefined : ipOf(observed)
      // Meanwhile this machine may have moved, or the peer have come back elsewhere.
      if (reached !== undefined && ip !== undefined && this.#known.get(peer) === known) {
        const at = reached.map((port) => tcpAddress(ip, port))
        this.#reachability.dialled(peer, address, at)
        log.debug('reach.told', { peer, reached: at, reachable: this.reachable() })
      }
    } catch (error) {
      log.debug('reach.unanswered', { peer, error: errorText(error) })
    } finally {
      known.asking = false
      if (this.#known.get(peer) === known) this.#changed()
    }
  }

  /** Nothing to prove to a neighbour, nor again while what is known is young. */
  #portsToProve(address: string): readonly number[] {
    const far = this.#reachability.farOf(address)
    const isKnown = far === FAR.neighbour || this.#reachability.ageOf(far) < ASK_AGAIN_MS
    return isKnown ? [] : this.#deps.ports()
  }

  #wantsRelays(): boolean {
    return this.#standing() < FAR.internet && this.#slots.hasFree()
  }

  /** Relays are of use only from farther away than that. Who vouches for the relay here vouches that it is reached. */
  #standing(): Far {
    return this.#deps.settings.relay === 'on' ? FAR.internet : this.#reachability.far()
  }

  #reserve(): void {
    if (!this.#running || !this.#wantsRelays() || this.#isJudging()) return
    const standing = this.#standing()
    const fartherReached = this.#directPeers()
      .map(({ peer }) => ({ peer, relays: this.#known.get(peer)?.seen?.relays ?? FAR.neighbour }))
      .filter(({ relays }) => relays > standing)
      .sort((one, other) => other.relays - one.relays)
    this.#slots.fill(fartherReached.map(({ peer }) => peer))
  }

  /** Whether somebody is about to say if this peer needs a relay at all. */
  #isJudging(): boolean {
    return (
      this.reachable() === 'unknown' && this.#known.values().some(({ asking, dialledBack }) => asking && dialledBack)
    )
  }

  #direct(peer: PeerId): AdmittedPeer | undefined {
    return this.#deps.peers().find((other) => other.peer === peer && !other.relayed)
  }

  #directPeers(): readonly AdmittedPeer[] {
    return this.#deps.peers().filter(({ relayed }) => !relayed)
  }
}

function withPeer(address: string, peer: PeerId): string {
  return address.includes('/p2p/') ? address : `${address}/p2p/${peer}`
}
