/**
 * Comments are hostile input. Before anything of one is dialled it passes, in this order: its author, its size, its form,
 * its signature and proof of membership, its expiry. Each comment that does not is told once, in one line.
 */
import { isExpiredAnnouncement, type Announcement } from '../core/announcement.ts'
import { cleanLine } from '../core/clean-text.ts'
import { errorText } from '../core/errors.ts'
import type { Logger } from '../core/ports/clock.ts'
import type { AnnouncementSeal } from '../core/ports/discovery.ts'
import { findRecord, findSeal, LARGEST_COMMENT } from './comment-codec.ts'
import type { GitHubComment } from './github-client.ts'
import { isTrustedAuthor } from './trusted-author.ts'

export type CommentRule = 'author' | 'size' | 'schema' | 'signature' | 'expiry'

export interface RefusedComment {
  readonly rule: CommentRule
  readonly reason: string
}

/** One of the two is set. */
export interface JudgedComment {
  readonly id: number
  readonly author: string
  /** GitHub's, epoch milliseconds. */
  readonly updatedAt: number
  readonly announcement?: Announcement
  readonly refused?: RefusedComment
}

export interface CommentReaderDeps {
  readonly seal: AnnouncementSeal
  readonly trustedApps: readonly string[]
  /** How comments of peers begin; unset, as those of the predecessor. */
  readonly marker?: string
  /** GitHub's time. */
  readonly now: () => number
  readonly log: Logger
}

interface Remembered {
  readonly version: string
  readonly judged: JudgedComment
}

/** Multiaddrs that a peer can be dialled by; the last name in it is the peer's own. */
const DIALLABLE = /^\/(?:ip4|ip6|dns|dns4|dns6)\/[^/\s]+\/tcp\/\d{1,5}\//

export class CommentReader {
  readonly #deps: CommentReaderDeps
  readonly #seen = new Map<number, Remembered>()

  constructor(deps: CommentReaderDeps) {
    this.#deps = deps
  }

  /** What was judged before stands until the comment changes, or expires. */
  async judge(comment: GitHubComment): Promise<JudgedComment> {
    const version = `${comment.updated_at} ${comment.body ?? ''}`
    const known = this.#seen.get(comment.id)
    if (known?.version === version && !this.#hasExpired(known.judged)) return known.judged
    const base = {
      id: comment.id,
      author: cleanLine(comment.user?.login ?? 'ghost', 64),
      updatedAt: Date.parse(comment.updated_at),
    }
    const outcome = await this.#examine(comment)
    const judged: JudgedComment = 'peer' in outcome ? { ...base, announcement: outcome } : { ...base, refused: outcome }
    this.#seen.set(comment.id, { version, judged })
    if (judged.refused !== undefined) {
      this.#deps.log.info('registry.refused', { comment: base.id, author: base.author, ...judged.refused })
    }
    return judged
  }

  forget(): void {
    this.#seen.clear()
  }

  async #examine(comment: GitHubComment): Promise<Announcement | RefusedComment> {
    const { seal, trustedApps, marker } = this.#deps
    const { body } = comment
    if (!isTrustedAuthor(comment, trustedApps)) {
      const association = comment.author_association ?? 'NONE'
      return { rule: 'author', reason: `written by somebody of association ${cleanLine(association, 32)}` }
    }
    if (typeof body !== 'string' || body.length > LARGEST_COMMENT) {
      return { rule: 'size', reason: `longer than ${String(LARGEST_COMMENT)} characters` }
    }
    const record = findRecord(body, marker)
    if (record === undefined) return { rule: 'schema', reason: 'no record of a peer' }
    const sealed = findSeal(record)
    if (sealed === undefined) return { rule: 'schema', reason: 'a record without our signature' }
    try {
      const announcement = await seal.open(sealed)
      const own = announcement.addresses.filter(
        (address) => DIALLABLE.test(address) && address.endsWith(`/p2p/${announcement.peer}`),
      )
      if (own.length < announcement.addresses.length) {
        return { rule: 'schema', reason: 'names an address that is not its own, or none' }
      }
      return announcement.expiresAt > this.#deps.now() ? announcement : EXPIRED
    } catch (thrown) {
      return isExpiredAnnouncement(thrown) ? EXPIRED : { rule: 'signature', reason: cleanLine(errorText(thrown), 200) }
    }
  }

  #hasExpired({ announcement }: JudgedComment): boolean {
    return announcement !== undefined && announcement.expiresAt <= this.#deps.now()
  }
}

const EXPIRED: RefusedComment = { rule: 'expiry', reason: 'no longer current' }
