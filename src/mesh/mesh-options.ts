/** What a mesh is made of, and what it is without. */
import type { Clock, Logger, Random } from '../core/ports/clock.ts'
import type { Membership } from '../core/ports/membership.ts'
import type { SelfHello } from '../core/ports/mesh.ts'
import { Rejections } from '../core/rejections.ts'
import type { Dht } from './dht.ts'
import type { Identity } from './identity.ts'
import type { MeshKey } from './mesh-key.ts'
import type { MeshLimits } from './protocols.ts'
import type { RelaySettings } from './relays/relaying.ts'

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
  /** Absent: whoever holds the key is a member. */
  readonly membership?: Pick<Membership, 'refusal' | 'onChange'>
  /** Where to count what is turned away. */
  readonly rejections?: Rejections
  /** Absent: as RELAY_SETTINGS. */
  readonly relays?: Partial<RelaySettings>
  /** The part that this peer takes in the DHT of the mesh; absent: none. */
  readonly dht?: Dht
  readonly limits?: Partial<MeshLimits>
}

export type WholeOptions = Libp2pMeshOptions & Required<Pick<Libp2pMeshOptions, 'membership' | 'rejections'>>

/** Holding the key is all it takes. */
const EVERYBODY: Pick<Membership, 'refusal' | 'onChange'> = {
  refusal: () => undefined,
  onChange: () => () => undefined,
}

export function wholeOptions(options: Libp2pMeshOptions): WholeOptions {
  return { membership: EVERYBODY, rejections: new Rejections(), ...options }
}
