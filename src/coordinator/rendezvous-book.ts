/**
 * The announcements that members left here. Soft state: whoever is connected registers again after a restart. Each is
 * checked as any announcement is, must be the caller's own, and must be newer than the one it replaces, so that nobody
 * puts back an address that a peer has given up.
 */
import type { Announcement, SealedAnnouncement } from '../core/announcement.ts'
import { RunnerMeshError } from '../core/errors.ts'
import type { PeerId } from '../core/ids.ts'
import { MINUTE } from '../core/lease.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { AnnouncementSeal } from '../core/ports/discovery.ts'
import type { Rejections } from '../core/rejections.ts'

export interface RendezvousBookDeps {
  readonly seal: AnnouncementSeal
  readonly clock: Clock
  readonly rejections: Rejections
}

interface Registration {
  readonly sealed: SealedAnnouncement
  readonly announcement: Announcement
  /** Grows with every registration; the cookie of who has read it. */
  readonly number: number
  /** Monotonic. */
  readonly until: number
}

const LONGEST_MS = 45 * MINUTE
/** That a peer has left is told on for this long. */
const FAREWELL_MS = 5 * MINUTE
/** Members are trusted with little: there are only so many of them. */
const MOST_REGISTRATIONS = 5000
/** An answer has to fit a frame. */
const MOST_ANSWER_CHARACTERS = 524_288

export class RendezvousBook {
  readonly #deps: RendezvousBookDeps
  /** In the order of registration. */
  readonly #registrations = new Map<PeerId, Registration>()
  /** A cookie of another life of this book is none of this one. */
  readonly #epoch: number
  #lastNumber = 0

  constructor(deps: RendezvousBookDeps) {
    this.#deps = deps
    this.#epoch = deps.clock.now()
  }

  /**
   * @returns for how long it is kept, in milliseconds
   * @throws RunnerMeshError signature_invalid, forbidden, quota_exceeded
   */
  async register(caller: PeerId, sealed: SealedAnnouncement): Promise<number> {
    const { seal, clock } = this.#deps
    // A forged one is counted where it is opened.
    const announcement = await seal.open(sealed)
    this.#forgetExpired()
    if (announcement.peer !== caller) {
      throw this.#refused(`Peer ${caller} cannot register the announcement of ${announcement.peer}.`)
    }
    const known = this.#registrations.get(caller)
    if (known !== undefined && announcement.seq < known.announcement.seq) {
      throw this.#refused(`The announcement of ${caller} is older than the one that is registered.`)
    }
    this.#registrations.delete(caller)
    if (this.#registrations.size >= MOST_REGISTRATIONS) {
      throw new RunnerMeshError('quota_exceeded', `This rendezvous keeps ${String(MOST_REGISTRATIONS)} announcements.`)
    }
    const isGone = announcement.addresses.length === 0
    const ttlMs = Math.min(isGone ? FAREWELL_MS : LONGEST_MS, Math.max(0, announcement.expiresAt - clock.now()))
    this.#lastNumber += 1
    this.#registrations.set(caller, { sealed, announcement, number: this.#lastNumber, until: clock.mono() + ttlMs })
    return isGone ? 0 : ttlMs
  }

  /** The announcements of others since the cookie, oldest first. A cookie that means nothing here reads from the start. */
  discover(
    caller: PeerId | undefined,
    { cookie, limit }: { readonly cookie?: string | undefined; readonly limit: number },
  ): { readonly announcements: SealedAnnouncement[]; readonly cookie: string; readonly more: boolean } {
    this.#forgetExpired()
    const since = this.#parseCookie(cookie)
    const announcements: SealedAnnouncement[] = []
    let characters = 0
    let read = since
    let more = false
    for (const [peer, { sealed, number }] of this.#registrations) {
      if (number <= since) continue
      characters += sealed.envelope.length
      if (announcements.length === limit || characters > MOST_ANSWER_CHARACTERS) {
        more = true
        break
      }
      read = number
      if (peer !== caller) announcements.push(sealed)
    }
    return { announcements, cookie: `${String(this.#epoch)}.${String(read)}`, more }
  }

  #parseCookie(cookie: string | undefined): number {
    const [, epoch, number] = /^(\d{1,16})\.(\d{1,16})$/.exec(cookie ?? '') ?? []
    return Number(epoch) === this.#epoch ? Number(number) : 0
  }

  #forgetExpired(): void {
    const now = this.#deps.clock.mono()
    for (const [peer, { until }] of this.#registrations) if (until <= now) this.#registrations.delete(peer)
  }

  #refused(message: string): RunnerMeshError {
    this.#deps.rejections.count('bad_announcement')
    return new RunnerMeshError('forbidden', message)
  }
}
