/** The registry as people look at it and tidy it: nothing is opened, announced or dialled. */
import type { JudgedComment } from './comment-reader.ts'
import type { GitHubClient, RepositoryName } from './github-client.ts'
import { CommentReader, type CommentReaderDeps } from './comment-reader.ts'
import { RegistryIssue, type RegistryPlace } from './registry-issue.ts'
import { RememberedRegistry } from './registry-memory.ts'
import { readAll } from './registry-reading.ts'
import { sweepRegistry, type Swept, type SweepOptions } from './registry-sweep.ts'

export interface RegistryDeskDeps extends Omit<CommentReaderDeps, 'now'> {
  readonly client: GitHubClient
  readonly repository: RepositoryName
  readonly title: string
}

export interface RegistryView {
  /** Undefined: there is no registry issue yet. */
  readonly issue: number | undefined
  readonly comments: readonly JudgedComment[]
}

export class RegistryDesk {
  readonly #deps: RegistryDeskDeps
  readonly #reader: CommentReader
  readonly #issue: RegistryIssue

  constructor(deps: RegistryDeskDeps) {
    const memory = new RememberedRegistry({ load: () => Promise.resolve(undefined), save: () => Promise.resolve() })
    this.#deps = deps
    this.#reader = new CommentReader({ ...deps, now: () => deps.client.now() })
    this.#issue = new RegistryIssue({ ...deps, memory })
  }

  async list(signal: AbortSignal): Promise<RegistryView> {
    const place = await this.#issue.look(signal)
    const comments = place === undefined ? [] : await readAll(this.#reading(), place, signal)
    return { issue: place?.number, comments }
  }

  async sweep(options: SweepOptions, signal: AbortSignal): Promise<Swept> {
    const place: RegistryPlace | undefined = await this.#issue.look(signal)
    if (place === undefined) return { deleted: [], live: 0, left: 0 }
    return sweepRegistry({ ...this.#reading(), now: () => this.#deps.client.now() }, place, options, signal)
  }

  #reading() {
    const { client, repository } = this.#deps
    return { client, repository, reader: this.#reader }
  }
}
