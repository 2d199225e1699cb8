/**
 * Members find each other by provider records in the DHT of the mesh: each says that it is in the mesh, and asks who else
 * has said so. It needs one connection to begin with, and no home at all. On the way it meets members that have not said
 * so yet; they are as good.
 */
import { errorText } from '../../core/errors.ts'
import type { PeerId } from '../../core/ids.ts'
import { MINUTE, SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Discovery, FoundPeer } from '../../core/ports/discovery.ts'
import type { Mesh } from '../../core/ports/mesh.ts'
import { TimeLimit } from '../../core/time-limit.ts'
import type { DhtRecords } from '../dht.ts'

export interface DhtDiscoveryOptions {
  readonly mesh: Pick<Mesh, 'self' | 'meshIds' | 'onPeer' | 'peers'>
  readonly dht: DhtRecords
  readonly clock: Clock
  readonly everyMs?: number
}

const DHT_LOOK_MS = 1 * MINUTE
/** After somebody has joined, and the library has heard that it serves the DHT. */
const SOON_MS = SECOND / 2
const LOOK_DEADLINE_MS = 30 * SECOND
/** A peer that was not found again for this long is no member any more. */
const DHT_LOST_MS = 10 * MINUTE
const MOST_PEERS = 2000
const MOST_ADDRESSES = 16

/** To be created before the mesh starts, so that it hears of every peer. */
export function createDhtDiscovery(options: DhtDiscoveryOptions): Discovery {
  return new DhtDiscovery(options)
}

class DhtDiscovery implements Discovery {
  readonly source = 'dht'
  readonly #options: DhtDiscoveryOptions
  readonly #found = new Map<PeerId, { readonly addresses: readonly string[]; readonly until: number }>()
  readonly #stopping = new AbortController()
  #tell: (peers: readonly FoundPeer[]) => void = () => undefined
  #problem: string | undefined
  #running = false
  #dueAt = Infinity
  #cancel: () => void = () => undefined
  #looking: Promise<void> | undefined

  constructor(options: DhtDiscoveryOptions) {
    this.#options = options
    options.mesh.onPeer(() => this.#lookIn(SOON_MS))
  }

  onFound(found: (peers: readonly FoundPeer[]) => void): void {
    this.#tell = found
  }

  /** Said anew, with the addresses of the moment. */
  announce(): Promise<void> {
    this.#lookIn(SOON_MS)
    return Promise.resolve()
  }

  problem(): string | undefined {
    return this.#problem
  }

  start(): Promise<void> {
    this.#running = true
    this.#lookIn(SOON_MS)
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#cancel()
    this.#stopping.abort(new Error('this peer is stopping'))
    await this.#looking
  }

  #lookIn(ms: number): void {
    const { clock } = this.#options
    const dueAt = clock.mono() + ms
    if (!this.#running || this.#looking !== undefined || this.#dueAt <= dueAt) return
    this.#cancel()
    this.#dueAt = dueAt
    this.#cancel = clock.after(ms, () => {
      this.#dueAt = Infinity
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined
        this.#lookIn(this.#options.everyMs ?? DHT_LOOK_MS)
      })
    })
  }

  async #look(): Promise<void> {
    const { mesh, dht, clock } = this.#options
    // Without a peer to ask, a query would wait until there is one.
    if (mesh.peers().length === 0) return
    using limit = new TimeLimit(clock, LOOK_DEADLINE_MS, 'no answer in time')
    const signal = limit.or(this.#stopping.signal)
    try {
      for (const meshId of mesh.meshIds) {
        await dht.provide(meshId, signal)
        for await (const peers of dht.find(meshId, signal)) {
          for (const { peer, addresses } of peers) this.#note(peer, addresses)
        }
      }
      this.#problem = undefined
    } catch (cause) {
      if (this.#running) this.#problem = `The DHT could not be asked: ${errorText(cause)}.`
    } finally {
      this.#say()
    }
  }

  #note(peer: PeerId, addresses: readonly string[]): void {
    const { mesh, clock } = this.#options
    if (peer === mesh.self || addresses.length === 0) return
    if (!this.#found.has(peer) && this.#found.size >= MOST_PEERS) return
    this.#found.set(peer, { addresses: addresses.slice(0, MOST_ADDRESSES), until: clock.mono() + DHT_LOST_MS })
    this.#say()
  }

  #say(): void {
    const now = this.#options.clock.mono()
    for (const [peer, { until }] of this.#found) if (until <= now) this.#found.delete(peer)
    this.#tell([...this.#found.values()])
  }
}
