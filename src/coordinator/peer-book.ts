/** What this peer knows of others: the offers they claimed with and the names they go by. Soft state, bounded. */
import type { Capabilities } from '../core/capabilities.ts'
import type { Offer } from '../core/fit.ts'
import type { Output } from '../core/operations/catalog.ts'
import type { PeerView } from '../core/operations/views.ts'
import { policyRules, type PolicyRules } from '../core/policy/host-policy.ts'
import type { Mesh } from '../core/ports/mesh.ts'
import type { JsonObject } from '../core/task.ts'
import type { KnownOffer } from './explain.ts'
import type { Peering } from './peering.ts'

const LONGEST = 2000

export class PeerBook {
  readonly #offers = new Map<string, { readonly offer: Offer; readonly seenAt: number }>()
  readonly #names = new Map<string, string>()
  readonly #rules = new Map<string, { readonly digest: string; readonly rules: PolicyRules }>()

  sawName(peer: string, runnerName: string): void {
    remember(this.#names, peer, runnerName)
  }

  sawOffer(offer: Offer, seenAt: number): void {
    remember(this.#offers, offer.peer, { offer, seenAt })
  }

  /**
   * The offer with the rules of its policy, as the worker told them now or with a former claim. Rules that this version
   * cannot read are left out: then the worker itself refuses, which is remembered.
   */
  withRules(offer: Offer, told: JsonObject | undefined): Offer {
    const { digest } = offer.policy
    if (told !== undefined) {
      const parsed = policyRules.safeParse(told)
      if (parsed.success) remember(this.#rules, offer.peer, { digest, rules: parsed.data })
      else this.#rules.delete(offer.peer)
    }
    const known = this.#rules.get(offer.peer)
    return known?.digest === digest ? { ...offer, policy: { ...offer.policy, rules: known.rules } } : offer
  }

  /** The offer a peer made last, unless it was seen before the instant and is not connected. */
  offersSince(since: number, isConnected: (peer: string) => boolean): readonly Offer[] {
    return [...this.#offers.values()]
      .filter(({ offer, seenAt }) => seenAt >= since || isConnected(offer.peer))
      .map(({ offer }) => offer)
  }

  runnerName(peer: string): string | undefined {
    return this.#names.get(peer)
  }

  offers(): readonly KnownOffer[] {
    return [...this.#offers.values()].map(({ offer }) => {
      const runnerName = this.#names.get(offer.peer)
      return runnerName === undefined ? { offer } : { offer, runnerName }
    })
  }
}

export interface ListPeersDeps {
  readonly mesh: Mesh
  readonly peers: PeerBook
  readonly peering: Pick<Peering, 'capabilities' | 'sources'>
}

/** Images of one peer in a list of many. */
const MOST_LISTED_IMAGES = 20

/** @param asks whether the peers are asked for what they have and can do now; a peer that lists another's peers is not to make it ask */
export async function listPeers(
  { mesh, peers: book, peering }: ListPeersDeps,
  { limit, asks }: { readonly limit: number; readonly asks: boolean },
  signal: AbortSignal,
): Promise<Output<'list_peers'>> {
  const { capabilities, sources } = peering
  const connected = mesh.peers().slice(0, limit)
  if (asks)
    await capabilities.refresh(
      connected.map(({ peer }) => peer),
      signal,
    )
  const describe = (known: Capabilities | undefined): Pick<PeerView, 'capabilities'> => {
    if (known === undefined) return {}
    const { images, ...rest } = known
    return { capabilities: images === undefined ? rest : { ...rest, images: images.slice(0, MOST_LISTED_IMAGES) } }
  }

  const self: PeerView = {
    peer_id: mesh.self,
    runner_name: book.runnerName(mesh.self) ?? '',
    alive: true,
    self: true,
    homes: [],
    features: [],
    ...(mesh.addresses()[0] === undefined ? {} : { address: mesh.addresses()[0] }),
    addresses: [...mesh.addresses()],
    reachable: mesh.reachable(),
    relays: mesh.isRelay(),
    ...describe(await capabilities.own()),
  }
  const admitted = mesh.peers().map((peer): PeerView => ({
    peer_id: peer.peer,
    runner_name: peer.runnerName,
    alive: true,
    relayed: peer.relayed,
    address: peer.address,
    addresses: [...peer.addresses],
    source: peer.source,
    sources: [...sources.of(peer.peer)],
    homes: [...peer.homes],
    features: [...peer.features],
    version: peer.version,
    connected_at: peer.connectedAt,
    ...(peer.rttMs === undefined ? {} : { rtt_ms: peer.rttMs }),
    ...describe(capabilities.of(peer.peer, peer.capabilities)),
  }))
  const unreached = mesh
    .targets()
    .filter((target) => target.state !== 'connected')
    .map((target): PeerView => ({
      peer_id: /\/p2p\/([^/]+)$/.exec(target.address)?.[1] ?? '',
      runner_name: '',
      alive: false,
      address: target.address,
      source: target.source,
      homes: [],
      features: [],
      ...(target.lastError === undefined ? {} : { last_error: target.lastError }),
    }))
  const all = [self, ...admitted, ...unreached]
  return { self_peer_id: mesh.self, count: all.length, peers: all.slice(0, limit) }
}

/** The least recently set goes first. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > LONGEST) {
    const [oldest] = map.keys()
    if (oldest !== undefined) map.delete(oldest)
  }
}
