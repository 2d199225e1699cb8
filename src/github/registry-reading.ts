/** Who is in the registry: page by page, each comment judged, the newest announcement of each peer. */
import type { Announcement } from '../core/announcement.ts'
import type { PeerId } from '../core/ids.ts'
import type { CommentReader, JudgedComment } from './comment-reader.ts'
import { PAGE_SIZE, type GitHubClient, type GitHubComment, type RepositoryName } from './github-client.ts'
import { GitHubError } from './github-error.ts'
import type { RegistryPlace } from './registry-issue.ts'
import { placeOf } from './refresh-plan.ts'

export interface RegistryReadingDeps {
  readonly client: GitHubClient
  readonly repository: RepositoryName
  readonly reader: CommentReader
}

export interface PartialReading {
  /** Peers beside which no more are needed. */
  readonly enough: number
  readonly self: PeerId
}

export interface Reading {
  /** One per peer. */
  readonly announcements: readonly Announcement[]
  /** Whether all comments were read. */
  readonly isComplete: boolean
}

/** Every comment of the registry and of the issue it continues. */
export async function readAll(
  deps: RegistryReadingDeps,
  place: RegistryPlace,
  signal: AbortSignal,
): Promise<readonly JudgedComment[]> {
  const all: JudgedComment[] = []
  for (const number of issuesOf(place)) {
    for (let page = 1, isLast = false; !isLast; page += 1) {
      const read = await readPage(deps, { number, page, isContinued: number === place.previous }, signal)
      for (const comment of read.comments) all.push(await deps.reader.judge(comment))
      isLast = read.isLast
    }
  }
  return all
}

/**
 * As many pages as it takes to know `enough` peers. Each peer begins at a page of its own, so that those who are found
 * first are not the same for all.
 */
export async function readSome(
  deps: RegistryReadingDeps,
  place: RegistryPlace,
  { enough, self }: PartialReading,
  signal: AbortSignal,
): Promise<Reading> {
  const all: JudgedComment[] = []
  const live = new Set<PeerId>()
  const isEnough = (): boolean => live.size >= enough
  for (const number of issuesOf(place)) {
    const isContinued = number === place.previous
    const pages = isContinued ? 1 : Math.max(1, Math.ceil(place.comments / PAGE_SIZE))
    const first = 1 + Math.floor(placeOf(self) * pages)
    const read = async (page: number): Promise<boolean> => {
      const { comments, isLast } = await readPage(deps, { number, page, isContinued }, signal)
      for (const comment of comments) {
        const judged = await deps.reader.judge(comment)
        all.push(judged)
        if (judged.announcement !== undefined && judged.announcement.peer !== self) live.add(judged.announcement.peer)
        if (isEnough()) break
      }
      return isLast
    }
    for (let page = first, isLast = false; !isLast; page += 1) {
      isLast = await read(page)
      if (isEnough()) return { announcements: newestOf(all), isComplete: false }
    }
    for (let page = 1; page < first; page += 1) {
      await read(page)
      if (isEnough()) return { announcements: newestOf(all), isComplete: false }
    }
  }
  return { announcements: newestOf(all), isComplete: true }
}

/** The highest sequence number of each peer counts: an old comment that was copied says nothing. */
export function newestOf(all: readonly JudgedComment[]): readonly Announcement[] {
  const newest = new Map<PeerId, Announcement>()
  for (const { announcement } of all) {
    if (announcement === undefined || (newest.get(announcement.peer)?.seq ?? -1) >= announcement.seq) continue
    newest.set(announcement.peer, announcement)
  }
  return [...newest.values()]
}

async function readPage(
  { client, repository }: RegistryReadingDeps,
  { number, page, isContinued }: { readonly number: number; readonly page: number; readonly isContinued: boolean },
  signal: AbortSignal,
): Promise<{ readonly comments: readonly GitHubComment[]; readonly isLast: boolean }> {
  try {
    const { items, isLast } = await client.listComments(repository, number, { page }, signal)
    return { comments: items, isLast }
  } catch (error) {
    // The issue before this one may be deleted by now.
    const isGone = error instanceof GitHubError && (error.refusal === 'missing' || error.refusal === 'moved')
    if (isGone && isContinued) return { comments: [], isLast: true }
    throw error
  }
}

function issuesOf({ number, previous }: RegistryPlace): readonly number[] {
  return previous === undefined ? [number] : [number, previous]
}
