/**
 * This peer's one comment: updated in place, never a second one. It is known by its id; failing that, by author and peer
 * id among the comments of the registry. Before one is created this is written down, so that a creation whose answer was
 * lost is found again, over a restart as well.
 */
import type { PeerId } from '../core/ids.ts'
import { MINUTE } from '../core/lease.ts'
import { findRecord, findSeal } from './comment-codec.ts'
import { PAGE_SIZE, type GitHubClient, type GitHubComment, type RepositoryName } from './github-client.ts'
import { GitHubError } from './github-error.ts'
import type { RegistryPlace } from './registry-issue.ts'
import type { RememberedRegistry } from './registry-memory.ts'
import { isTrustedAuthor } from './trusted-author.ts'

export interface OwnCommentDeps {
  readonly client: GitHubClient
  readonly repository: RepositoryName
  readonly self: PeerId
  readonly trustedApps: readonly string[]
  readonly memory: RememberedRegistry
  /** How comments of peers begin; unset, as those of the predecessor. */
  readonly marker?: string
}

export class OwnComment {
  readonly #deps: OwnCommentDeps
  /** A peer that remembers nothing may still have written once, from a state directory that lost its memory. */
  #isLookedFor = false

  constructor(deps: OwnCommentDeps) {
    this.#deps = deps
  }

  async write(place: RegistryPlace, body: string, signal: AbortSignal): Promise<void> {
    const { memory } = this.#deps
    const { comment } = memory.value
    if (comment !== undefined) {
      if (await this.#update(comment, body, signal)) return
      await memory.change({ comment: undefined })
    }
    const [first, ...others] = await this.#find(place, signal)
    if (first !== undefined && (await this.#update(first.id, body, signal))) {
      await memory.change({ comment: first.id, author: first.user?.login, creatingSince: undefined })
      for (const { id } of others) await this.#delete(id, signal)
      return
    }
    await this.#create(place, body, signal)
  }

  /** Takes the comment away. Without waiting: who is told to stop has seconds. */
  async withdraw(signal: AbortSignal): Promise<void> {
    const { memory, client, repository } = this.#deps
    const { comment } = memory.value
    if (comment === undefined) return
    await client.deleteComment(repository, comment, signal, 'goodbye')
    await memory.change({ comment: undefined })
  }

  /**
   * For a process that could not: takes away the comment that is remembered, and those whose creation was never answered.
   * @returns how many there were
   */
  async removeAll(signal: AbortSignal): Promise<number> {
    const { memory } = this.#deps
    const { comment, issue, creatingSince } = memory.value
    const place = issue === undefined || creatingSince === undefined ? undefined : { number: issue, comments: 0 }
    const unanswered = place === undefined ? [] : await this.#find(place, signal)
    const all = new Set([...(comment === undefined ? [] : [comment]), ...unanswered.map(({ id }) => id)])
    for (const id of all) await this.#delete(id, signal)
    await memory.change({ comment: undefined, creatingSince: undefined })
    return all.size
  }

  async #create(place: RegistryPlace, body: string, signal: AbortSignal): Promise<void> {
    const { client, repository, memory } = this.#deps
    await memory.change({ creatingSince: Math.floor(client.now() - MINUTE) })
    const created = await client.createComment(repository, place.number, body, signal)
    await memory.change({ comment: created.id, author: created.user?.login, creatingSince: undefined })
  }

  /** @returns false when the comment is gone, or was never ours to change */
  async #update(id: number, body: string, signal: AbortSignal): Promise<boolean> {
    const { client, repository } = this.#deps
    try {
      await client.updateComment(repository, id, body, signal)
      return true
    } catch (error) {
      if (error instanceof GitHubError && (error.refusal === 'missing' || error.refusal === 'forbidden')) return false
      throw error
    }
  }

  async #delete(id: number, signal: AbortSignal): Promise<void> {
    const { client, repository } = this.#deps
    await client.deleteComment(repository, id, signal).catch((error: unknown) => {
      if (!(error instanceof GitHubError) || error.refusal !== 'missing') throw error
    })
  }

  /** Our comments, oldest first. */
  async #find(place: RegistryPlace, signal: AbortSignal): Promise<readonly GitHubComment[]> {
    const { client, repository, memory } = this.#deps
    const { creatingSince } = memory.value
    if (creatingSince === undefined) {
      // Key and memory live in one directory: without memory there is hardly a comment, and in a large fleet looking for
      // it would cost more than all else. Should there be one, a sweep takes the older of the two.
      if (this.#isLookedFor || (!memory.wasKept && place.comments > PAGE_SIZE)) return []
    }
    const found: GitHubComment[] = []
    const since = creatingSince === undefined ? {} : { since: creatingSince }
    for (let page = 1, isLast = false; !isLast; page += 1) {
      const read = await client.listComments(repository, place.number, { page, ...since }, signal)
      found.push(...read.items.filter((comment) => this.#isOwn(comment)))
      isLast = read.isLast
    }
    this.#isLookedFor = true
    return found.toSorted((a, b) => a.id - b.id)
  }

  #isOwn(comment: GitHubComment): boolean {
    const { self, memory, trustedApps, marker } = this.#deps
    const { author } = memory.value
    if (author === undefined ? !isTrustedAuthor(comment, trustedApps) : comment.user?.login !== author) return false
    const record = findRecord(comment.body ?? '', marker)
    return record?.['peer_id'] === self && findSeal(record) !== undefined
  }
}
