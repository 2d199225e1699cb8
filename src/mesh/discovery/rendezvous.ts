/**
 * Members find each other at the homes they are connected with: each leaves its announcement at every home, and reads
 * there those of the others. It needs one connection to begin with, and from there leads to all.
 */
import { sealedAnnouncement, type Announcement, type SealedAnnouncement } from '../../core/announcement.ts'
import { errorText, RunnerMeshError, type ErrorCode } from '../../core/errors.ts'
import type { PeerId } from '../../core/ids.ts'
import { MINUTE, SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { AnnouncementSeal, Discovery, FoundPeer } from '../../core/ports/discovery.ts'
import type { OperationsLink } from '../../core/ports/link.ts'
import { TimeLimit } from '../../core/time-limit.ts'

export interface RendezvousOptions {
  readonly self: PeerId
  readonly links: {
    all(): readonly OperationsLink[]
    onAdded(added: (link: OperationsLink) => void): () => void
  }
  readonly seal: AnnouncementSeal
  readonly clock: Clock
  readonly everyMs?: number
}

const RENDEZVOUS_READ_MS = 1 * MINUTE
const CALL_MS = 10 * SECOND
const MOST_PEERS = 5000
const MOST_PAGES = 32

/** A peer that keeps no queue, or is of a version without rendezvous: it is not asked again. */
const NO_RENDEZVOUS: ReadonlySet<ErrorCode> = new Set(['peer_not_allowed', 'unknown_operation', 'forbidden'])

interface Meeting {
  cookie: string | undefined
  serves: boolean
  registered: SealedAnnouncement | undefined
  step: Promise<void>
}

export function createRendezvous(options: RendezvousOptions): Discovery {
  return new Rendezvous(options)
}

class Rendezvous implements Discovery {
  readonly source = 'rendezvous'
  readonly #options: RendezvousOptions
  readonly #meetings = new Map<OperationsLink, Meeting>()
  readonly #found = new Map<PeerId, Announcement>()
  readonly #stopping = new AbortController()
  #tell: (peers: readonly FoundPeer[]) => void = () => undefined
  #sealed: SealedAnnouncement | undefined
  #last: Announcement | undefined
  #problem: string | undefined
  #running = false
  #cancel: () => void = () => undefined
  #unsubscribe: () => void = () => undefined

  constructor(options: RendezvousOptions) {
    this.#options = options
  }

  onFound(found: (peers: readonly FoundPeer[]) => void): void {
    this.#tell = found
  }

  async announce(self: Announcement): Promise<void> {
    this.#last = self
    this.#sealed = await this.#options.seal.seal(self)
    await this.#meetAll()
  }

  problem(): string | undefined {
    return this.#problem
  }

  start(): Promise<void> {
    if (this.#running) return Promise.resolve()
    this.#running = true
    const { links } = this.#options
    this.#unsubscribe = links.onAdded((link) => void this.#meet(link))
    for (const link of links.all()) void this.#meet(link)
    this.#watch()
    return Promise.resolve()
  }

  /** Takes its announcements back, where that can be told. */
  async stop(): Promise<void> {
    if (!this.#running) return
    this.#running = false
    this.#cancel()
    this.#unsubscribe()
    if (this.#last !== undefined) {
      this.#sealed = await this.#options.seal.seal({ ...this.#last, seq: this.#last.seq + 1, addresses: [] })
      const told = [...this.#meetings].filter(([, { registered }]) => registered !== undefined)
      await Promise.all(told.map(([link, meeting]) => this.#register(link, meeting).catch(() => undefined)))
    }
    this.#stopping.abort(new Error('this peer is stopping'))
    await Promise.all(this.#meetings.values().map(({ step }) => step))
  }

  #watch(): void {
    const { clock, everyMs = RENDEZVOUS_READ_MS } = this.#options
    this.#cancel = clock.after(everyMs, () => {
      void this.#meetAll()
      this.#say()
      this.#watch()
    })
  }

  async #meetAll(): Promise<void> {
    if (this.#running) await Promise.all(this.#options.links.all().map((link) => this.#meet(link)))
  }

  /** One thing at a time with each peer. */
  #meet(link: OperationsLink): Promise<void> {
    if (link.peer === undefined || link.peer === this.#options.self || link.homes.length === 0) return Promise.resolve()
    const meeting = this.#meetings.get(link) ?? {
      cookie: undefined,
      serves: true,
      registered: undefined,
      step: Promise.resolve(),
    }
    if (!this.#meetings.has(link)) {
      this.#meetings.set(link, meeting)
      link.closed.addEventListener('abort', () => this.#meetings.delete(link), { once: true })
    }
    meeting.step = meeting.step.then(() => this.#converse(link, meeting))
    return meeting.step
  }

  async #converse(link: OperationsLink, meeting: Meeting): Promise<void> {
    const isOver = (): boolean => !this.#running || link.closed.aborted
    if (isOver() || !meeting.serves) return
    try {
      if (this.#sealed !== undefined && meeting.registered !== this.#sealed) await this.#register(link, meeting)
      await this.#discover(link, meeting)
      this.#problem = undefined
    } catch (cause) {
      if (cause instanceof RunnerMeshError && NO_RENDEZVOUS.has(cause.code)) meeting.serves = false
      else if (!isOver()) this.#problem = `Rendezvous at ${String(link.peer)} failed: ${errorText(cause)}`
    }
  }

  async #register(link: OperationsLink, meeting: Meeting): Promise<void> {
    const sealed = this.#sealed
    if (sealed === undefined) return
    await this.#inTime((signal) => link.call('p2p_rendezvous_register', { announcement: sealed }, { signal }))
    meeting.registered = sealed
  }

  async #discover(link: OperationsLink, meeting: Meeting): Promise<void> {
    const { self, seal } = this.#options
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const since = meeting.cookie === undefined ? {} : { cookie: meeting.cookie }
      const { announcements, cookie, more } = await this.#inTime((signal) =>
        link.call('p2p_rendezvous_discover', since, { signal }),
      )
      for (const sealed of announcements) {
        try {
          // A home may have been lied to, or lie: what it passes on is judged as if a stranger had.
          const announcement = await seal.open(sealedAnnouncement.parse(sealed))
          if (announcement.peer !== self) this.#note(announcement)
        } catch {
          continue
        }
      }
      meeting.cookie = cookie
      if (!more) break
    }
    this.#say()
  }

  #note(announcement: Announcement): void {
    const known = this.#found.get(announcement.peer)
    if (known !== undefined && known.seq >= announcement.seq) return
    if (known === undefined && this.#found.size >= MOST_PEERS) return
    this.#found.set(announcement.peer, announcement)
  }

  #say(): void {
    const now = this.#options.clock.now()
    for (const [peer, { expiresAt }] of this.#found) if (expiresAt <= now) this.#found.delete(peer)
    this.#tell([...this.#found.values()].map(({ peer, addresses }) => ({ addresses: ofPeer(addresses, peer) })))
  }

  async #inTime<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    using limit = new TimeLimit(this.#options.clock, CALL_MS, 'no answer in time')
    return await call(limit.or(this.#stopping.signal))
  }
}

/** A peer speaks for its own addresses only. */
function ofPeer(addresses: readonly string[], peer: PeerId): string[] {
  return addresses.filter((address) => address.endsWith(`/p2p/${peer}`))
}
