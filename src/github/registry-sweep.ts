/** Takes away comments that nobody needs: expired ones, and all but the newest of one peer. Only those of one author. */
import { HOUR } from '../core/lease.ts'
import { LONGEST_ANNOUNCEMENT_MS } from '../core/announcement.ts'
import type { JudgedComment } from './comment-reader.ts'
import { GitHubError } from './github-error.ts'
import { newestOf, readAll, type RegistryReadingDeps } from './registry-reading.ts'
import type { RegistryPlace } from './registry-issue.ts'

export interface SweepOptions {
  /** The login whose comments may go: other people's words are not ours to delete. */
  readonly author: string
  readonly atMost: number
}

export interface Swept {
  readonly deleted: readonly number[]
  /** Peers with a current announcement. */
  readonly live: number
  /** Superfluous comments beyond `atMost`. */
  readonly left: number
}

/** A peer that was away for a while takes its comment up again; after this long it is not expected back. */
const GRACE_MS = 2 * HOUR

export async function sweepRegistry(
  deps: RegistryReadingDeps & { readonly now: () => number },
  place: RegistryPlace,
  { author, atMost }: SweepOptions,
  signal: AbortSignal,
): Promise<Swept> {
  const all = await readAll(deps, place, signal)
  const superfluous = findSuperfluous(all, author, deps.now())
  const deleted: number[] = []
  for (const id of superfluous.slice(0, atMost)) {
    await deps.client.deleteComment(deps.repository, id, signal).catch((error: unknown) => {
      if (!(error instanceof GitHubError) || error.refusal !== 'missing') throw error
    })
    deleted.push(id)
  }
  return { deleted, live: newestOf(all).length, left: superfluous.length - deleted.length }
}

/** Ids, oldest first. */
export function findSuperfluous(all: readonly JudgedComment[], author: string, now: number): readonly number[] {
  const newest = new Set(newestOf(all))
  return all
    .filter((comment) => comment.author === author)
    .filter(({ announcement, refused, updatedAt }) => {
      if (announcement !== undefined) return !newest.has(announcement)
      // What was signed under a key that is no longer accepted looks forged; after a day it is expired in any case.
      if (refused?.rule === 'signature') return updatedAt < now - LONGEST_ANNOUNCEMENT_MS - GRACE_MS
      return refused?.rule === 'expiry' && updatedAt < now - GRACE_MS
    })
    .map(({ id }) => id)
    .toSorted((a, b) => a - b)
}
