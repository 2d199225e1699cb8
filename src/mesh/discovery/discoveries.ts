/**
 * All ways of finding peers together: what any of them knows is a target of the mesh, and a target that none of them
 * knows any more is none. A way that fails is reported, and keeps no other from working.
 */
import { errorText } from '../../core/errors.ts'
import type { Announcement } from '../../core/announcement.ts'
import { LONGEST_ANNOUNCEMENT_MS } from '../../core/announcement.ts'
import { MINUTE, SECOND } from '../../core/lease.ts'
import type { Clock, Logger, Startable } from '../../core/ports/clock.ts'
import type { Discovery, DiscoveryView } from '../../core/ports/discovery.ts'
import type { Mesh, SelfHello } from '../../core/ports/mesh.ts'

export interface DiscoveriesDeps {
  readonly mesh: Pick<Mesh, 'self' | 'addresses' | 'onAddresses' | 'addTarget' | 'removeTarget'>
  readonly discoveries: readonly Discovery[]
  readonly hello: () => SelfHello
  readonly clock: Clock
  readonly log: Logger
}

export interface Discoveries extends Startable {
  /** For `doctor` and start-up messages. */
  list(): readonly DiscoveryView[]
  /** The sources that know an address of that peer now. */
  of(peer: string): readonly string[]
}

/** How often this peer looks whether it is time to announce again. */
export const ADDRESS_CHECK_MS = 30 * SECOND
/** After its addresses have changed: what changes together is announced once. */
export const ADDRESS_SETTLE_MS = 1 * SECOND
/** Announced again this often though nothing changed, and good for three times as long. */
export const REANNOUNCE_MS = 15 * MINUTE

/** To be started after the mesh, which then knows its addresses. */
export function createDiscoveries(deps: DiscoveriesDeps): Discoveries {
  return new AllDiscoveries(deps)
}

class AllDiscoveries implements Discoveries {
  readonly #deps: DiscoveriesDeps
  /** By source: the addresses it knows now. */
  readonly #known = new Map<Discovery, ReadonlySet<string>>()
  #running = false
  #cancel: (() => void) | undefined
  #announcing = Promise.resolve()
  #announced: { readonly addresses: string; readonly at: number } | undefined
  #seq = 0

  constructor(deps: DiscoveriesDeps) {
    this.#deps = deps
    deps.mesh.onAddresses(() => this.#checkIn(ADDRESS_SETTLE_MS))
    for (const discovery of deps.discoveries) {
      discovery.onFound((peers) => this.#found(discovery, new Set(peers.flatMap(({ addresses }) => addresses))))
    }
  }

  list(): readonly DiscoveryView[] {
    return this.#deps.discoveries.map((discovery) => {
      const problem = discovery.problem()
      const found = this.#known.get(discovery)?.size ?? 0
      const problemCode = discovery.problemCode?.()
      return {
        source: discovery.source,
        found,
        ...(problem === undefined ? {} : { problem }),
        ...(problemCode === undefined ? {} : { problemCode }),
      }
    })
  }

  of(peer: string): readonly string[] {
    const end = `/p2p/${peer}`
    return [...this.#known].flatMap(([{ source }, addresses]) =>
      addresses.values().some((address) => address.endsWith(end)) ? [source] : [],
    )
  }

  async start(): Promise<void> {
    if (this.#running) return
    this.#running = true
    this.#check()
    await Promise.all(
      this.#deps.discoveries.map((discovery) => this.#attempt(discovery, 'start', () => discovery.start())),
    )
  }

  async stop(): Promise<void> {
    if (!this.#running) return
    this.#running = false
    this.#cancel?.()
    await this.#announcing
    await Promise.all(
      this.#deps.discoveries.map((discovery) => this.#attempt(discovery, 'stop', () => discovery.stop())),
    )
  }

  #found(discovery: Discovery, now: ReadonlySet<string>): void {
    const { mesh, log } = this.#deps
    const before = this.#known.get(discovery) ?? new Set<string>()
    this.#known.set(discovery, now)
    for (const address of now.difference(before)) {
      log.debug('discovery.found', { source: discovery.source, address })
      mesh.addTarget(address, discovery.source)
    }
    for (const address of before.difference(now)) {
      if (![...this.#known.values()].some((others) => others.has(address))) mesh.removeTarget(address)
    }
  }

  /** Announces at the start, when the addresses have changed, and again before others forget. */
  #check(): void {
    const { mesh, clock } = this.#deps
    const addresses = mesh.addresses().join(' ')
    const isDue =
      this.#announced === undefined ||
      this.#announced.addresses !== addresses ||
      clock.mono() - this.#announced.at >= REANNOUNCE_MS
    if (isDue) {
      this.#announced = { addresses, at: clock.mono() }
      this.#announcing = this.#announcing.then(() => this.#announce())
    }
    this.#checkIn(ADDRESS_CHECK_MS)
  }

  #checkIn(ms: number): void {
    this.#cancel?.()
    if (this.#running) this.#cancel = this.#deps.clock.after(ms, () => this.#check())
  }

  async #announce(): Promise<void> {
    const { mesh, hello, clock, discoveries } = this.#deps
    const issuedAt = clock.now()
    // Grows over restarts as well, since the wall clock does.
    this.#seq = Math.max(this.#seq + 1, issuedAt)
    const announcement: Announcement = {
      peer: mesh.self,
      seq: this.#seq,
      issuedAt,
      expiresAt: issuedAt + Math.min(3 * REANNOUNCE_MS, LONGEST_ANNOUNCEMENT_MS),
      addresses: mesh.addresses().slice(0, 16),
      ...hello(),
    }
    await Promise.all(
      discoveries.map((discovery) => this.#attempt(discovery, 'announce', () => discovery.announce(announcement))),
    )
  }

  async #attempt(discovery: Discovery, what: string, attempt: () => Promise<void>): Promise<void> {
    try {
      await attempt()
    } catch (cause) {
      this.#deps.log.warn('discovery.failed', { source: discovery.source, what, error: errorText(cause) })
    }
  }
}
