/**
 * Peers met before, kept in a file of the state directory: after a restart this peer finds its mesh again though every
 * other way of finding it is down. And a peer that dialled this one is dialled back when it is lost.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { errorText } from '../../core/errors.ts'
import { DAY, HOUR, SECOND } from '../../core/lease.ts'
import type { PeerId } from '../../core/ids.ts'
import type { Clock, Random } from '../../core/ports/clock.ts'
import type { Discovery, FoundPeer } from '../../core/ports/discovery.ts'
import type { AdmittedPeer, Mesh } from '../../core/ports/mesh.ts'

export interface RememberedPeersOptions {
  readonly path: string
  readonly mesh: Pick<Mesh, 'onPeer' | 'onPeerGone' | 'peers'>
  readonly clock: Clock
  readonly random: Random
}

/** A peer that was not met for this long is forgotten. */
export const REMEMBER_MS = DAY
/** A lost peer is dialled for this long; after that only others can tell where it is. */
export const SEEK_MS = HOUR
const MOST_PEERS = 200
const SAVE_AFTER_MS = 1 * SECOND
const REVIEW_MS = 60 * SECOND

const file = z.object({
  version: z.literal(1),
  peers: z.array(
    z.object({ peer: z.string().max(128), addresses: z.array(z.string().max(512)).max(32), met_at: z.int() }),
  ),
})

interface Remembered {
  readonly addresses: readonly string[]
  /** Epoch milliseconds; while it is connected it is met. */
  readonly metAt: number
  /** Monotonic: sought until then. */
  readonly soughtUntil: number
}

/** To be created before the mesh starts, so that it hears of every peer. */
export function createRememberedPeers(options: RememberedPeersOptions): Discovery {
  return new RememberedPeers(options)
}

class RememberedPeers implements Discovery {
  readonly source = 'remembered'
  readonly #options: RememberedPeersOptions
  readonly #known = new Map<string, Remembered>()
  #tell: (peers: readonly FoundPeer[]) => void = () => undefined
  #problem: string | undefined
  #running = false
  #cancelSave: (() => void) | undefined
  #cancelReview: (() => void) | undefined
  #saving = Promise.resolve()

  constructor(options: RememberedPeersOptions) {
    this.#options = options
    options.mesh.onPeer((peer) => this.#met(peer))
    options.mesh.onPeerGone((peer) => this.#lost(peer))
  }

  onFound(found: (peers: readonly FoundPeer[]) => void): void {
    this.#tell = found
  }

  announce(): Promise<void> {
    return Promise.resolve()
  }

  problem(): string | undefined {
    return this.#problem
  }

  async start(): Promise<void> {
    if (this.#running) return
    this.#running = true
    await this.#load()
    this.#review()
  }

  async stop(): Promise<void> {
    if (!this.#running) return
    this.#running = false
    this.#cancelReview?.()
    this.#cancelSave?.()
    await this.#save()
  }

  #met({ peer, addresses, address, source }: AdmittedPeer): void {
    // The address of an inbound connection is the port it happened to leave by.
    const reached = source === 'inbound' ? [] : [address]
    const all = [...new Set([...reached, ...addresses])]
    if (all.length > 0) this.#remember(peer, all)
  }

  #lost(peer: PeerId): void {
    const known = this.#known.get(peer)
    if (known !== undefined) this.#remember(peer, known.addresses)
  }

  #remember(peer: PeerId, addresses: readonly string[]): void {
    const { clock } = this.#options
    // Set anew, so that the map is in the order of meeting.
    this.#known.delete(peer)
    this.#known.set(peer, { addresses, metAt: clock.now(), soughtUntil: clock.mono() + SEEK_MS })
    for (const oldest of [...this.#known.keys()].slice(0, -MOST_PEERS)) this.#known.delete(oldest)
    if (!this.#running) return
    this.#say()
    this.#cancelSave ??= clock.after(SAVE_AFTER_MS, () => void this.#save())
  }

  #review(): void {
    const { mesh, clock } = this.#options
    for (const { peer } of mesh.peers()) this.#refresh(peer)
    for (const [peer, { metAt }] of this.#known) {
      if (metAt < clock.now() - REMEMBER_MS) this.#known.delete(peer)
    }
    this.#say()
    if (this.#running) this.#cancelReview = clock.after(REVIEW_MS, () => this.#review())
  }

  #refresh(peer: PeerId): void {
    const { clock } = this.#options
    const known = this.#known.get(peer)
    if (known !== undefined) {
      this.#known.set(peer, { ...known, metAt: clock.now(), soughtUntil: clock.mono() + SEEK_MS })
    }
  }

  #say(): void {
    const now = this.#options.clock.mono()
    this.#tell([...this.#known.values()].filter(({ soughtUntil }) => soughtUntil > now))
  }

  async #load(): Promise<void> {
    const { path, clock } = this.#options
    try {
      const { peers } = file.parse(JSON.parse(await readFile(path, 'utf8')))
      const metSince = [...this.#known]
      this.#known.clear()
      for (const { peer, addresses, met_at } of peers.slice(-MOST_PEERS)) {
        this.#known.set(peer, { addresses, metAt: met_at, soughtUntil: clock.mono() + SEEK_MS })
      }
      for (const [peer, known] of metSince) {
        this.#known.delete(peer)
        this.#known.set(peer, known)
      }
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return
      // Nothing is lost but speed: it is written anew with the next peer.
      this.#problem = `Cannot read the peers met before from ${path}: ${errorText(cause)}.`
    }
  }

  #save(): Promise<void> {
    this.#cancelSave = undefined
    this.#saving = this.#saving.then(() => this.#write())
    return this.#saving
  }

  async #write(): Promise<void> {
    const { path, random } = this.#options
    const temporary = `${path}.${Buffer.from(random.bytes(8)).toString('hex')}`
    const peers = [...this.#known].map(([peer, { addresses, metAt }]) => ({ peer, addresses, met_at: metAt }))
    try {
      await writeFile(temporary, JSON.stringify({ version: 1, peers }), { flag: 'wx', mode: 0o600 })
      await rename(temporary, path)
      this.#problem = undefined
    } catch (cause) {
      this.#problem = `Cannot keep the peers met in ${path}: ${errorText(cause)}.`
      await rm(temporary, { force: true }).catch(() => undefined)
    }
  }
}
