/**
 * The issue that is the registry of a mesh: open, with exactly this title and label, opened by somebody trusted, and of
 * those the one with the lowest number. Whoever finds none opens one; of several opened at once the lowest wins, and the
 * others are closed by those who opened them.
 *
 * An issue takes 2,500 comments and then none, for ever. Near that it is continued by another, whose text names it, and
 * closed; until its comments have expired, readers of the new one read it too.
 */
import { RunnerMeshError } from '../core/errors.ts'
import type { Logger } from '../core/ports/clock.ts'
import type { GitHubClient, GitHubIssue, RepositoryName } from './github-client.ts'
import type { RememberedRegistry } from './registry-memory.ts'
import { isTrustedAuthor } from './trusted-author.ts'

export const REGISTRY_LABEL = 'runner-mesh'
/** Of the 2,500 that GitHub allows; the rest is for those who come while it is being continued. */
export const CONTINUED_AT_COMMENTS = 2_000

export interface RegistryPlace {
  readonly number: number
  readonly comments: number
  /** The issue that this one continues. */
  readonly previous?: number
}

export interface RegistryIssueDeps {
  readonly client: GitHubClient
  readonly repository: RepositoryName
  readonly title: string
  readonly trustedApps: readonly string[]
  readonly memory: RememberedRegistry
  readonly log: Logger
}

const PREVIOUS = /<!-- runner-mesh:previous:(\d{1,10}) -->/

export class RegistryIssue {
  readonly #deps: RegistryIssueDeps
  #known: RegistryPlace | undefined
  /** Once GitHub has dropped the label: trying again would only leave another closed issue. */
  #mayNotOpen: RunnerMeshError | undefined

  constructor(deps: RegistryIssueDeps) {
    this.#deps = deps
  }

  /** The one known, remembered or found; opened when there is none. */
  async get(signal: AbortSignal): Promise<RegistryPlace> {
    const { issue, fleetSize = 1 } = this.#deps.memory.value
    if (this.#known === undefined && issue !== undefined) this.#known = { number: issue, comments: fleetSize }
    return this.#known ?? (await this.#find(signal)) ?? (await this.#open(signal, undefined))
  }

  /** The one that is there; undefined when there is none. */
  async look(signal: AbortSignal): Promise<RegistryPlace | undefined> {
    const [lowest] = await this.#candidates(signal)
    return lowest === undefined ? undefined : placeOf(lowest)
  }

  /** Asks GitHub whether the one known still is the registry, and goes over to another that is. */
  async recheck(signal: AbortSignal): Promise<void> {
    if ((await this.#find(signal)) !== undefined) return
    const { client, repository, memory } = this.#deps
    const { issue } = memory.value
    if (issue === undefined) return
    // Lists lag behind: one that was just opened may not be in them yet.
    const { state } = await client.getIssue(repository, issue, signal)
    if (state !== 'open') await this.forget()
  }

  async #find(signal: AbortSignal): Promise<RegistryPlace | undefined> {
    const { memory, client, repository } = this.#deps
    const [lowest, ...others] = await this.#candidates(signal)
    const { opened } = memory.value
    if (lowest !== undefined && opened !== undefined && others.some(({ number }) => number === opened)) {
      await client.closeIssue(repository, opened, signal)
      await memory.change({ opened: undefined })
    }
    return lowest === undefined ? undefined : this.#is(placeOf(lowest))
  }

  /** It is gone: the next `get` finds or opens another. */
  async forget(): Promise<void> {
    this.#known = undefined
    await this.#deps.memory.change({ issue: undefined, comment: undefined })
  }

  /** Opens the issue that follows a full one, unless somebody else did, and closes the full one. */
  async continue(full: RegistryPlace, signal: AbortSignal): Promise<RegistryPlace> {
    const { client, repository, log } = this.#deps
    const found = (await this.#candidates(signal)).find(({ number }) => number > full.number)
    const next = found === undefined ? await this.#open(signal, full.number) : await this.#is(placeOf(found))
    await client.closeIssue(repository, full.number, signal)
    log.info('registry.continued', { from: full.number, to: next.number })
    return next
  }

  async #open(signal: AbortSignal, previous: number | undefined): Promise<RegistryPlace> {
    const { client, repository, title, memory, log } = this.#deps
    if (this.#mayNotOpen !== undefined) throw this.#mayNotOpen
    const body = [
      'Runners of this repository find each other here. Each keeps one comment up to date; delete nothing by hand.',
      ...(previous === undefined
        ? []
        : [`It continues #${String(previous)}.\n<!-- runner-mesh:previous:${String(previous)} -->`]),
    ].join('\n')
    const opened = await client.createIssue(repository, { title, body, labels: [REGISTRY_LABEL] }, signal)
    log.info('registry.opened', { issue: opened.number })
    if (!namesOf(opened).includes(REGISTRY_LABEL)) {
      await client.closeIssue(repository, opened.number, signal)
      this.#mayNotOpen = new RunnerMeshError(
        'forbidden',
        `The token may not label issues of ${repository.owner}/${repository.repo}. Open an issue titled "${title}" with the label "${REGISTRY_LABEL}" by hand, or give the token write access and restart this peer.`,
      )
      throw this.#mayNotOpen
    }
    await memory.change({ opened: opened.number })
    // Others may have opened one at the same moment.
    const candidates = (await this.#candidates(signal)).filter(({ number }) => number !== previous)
    const lowest = candidates.find(({ number }) => number < opened.number)
    if (lowest === undefined) return this.#is(placeOf(opened))
    await client.closeIssue(repository, opened.number, signal)
    await memory.change({ opened: undefined })
    return this.#is(placeOf(lowest))
  }

  async #candidates(signal: AbortSignal): Promise<readonly GitHubIssue[]> {
    const { client, repository, title, trustedApps } = this.#deps
    const issues = await client.listIssues(repository, REGISTRY_LABEL, signal)
    return issues
      .filter((issue) => issue.title === title && issue.state === 'open' && isTrustedAuthor(issue, trustedApps))
      .toSorted((a, b) => a.number - b.number)
  }

  async #is(place: RegistryPlace): Promise<RegistryPlace> {
    const { memory } = this.#deps
    if (memory.value.issue !== place.number) await memory.change({ issue: place.number, comment: undefined })
    this.#known = place
    return place
  }
}

function placeOf({ number, comments, body }: GitHubIssue): RegistryPlace {
  const previous = PREVIOUS.exec(body ?? '')?.[1]
  return { number, comments, ...(previous === undefined ? {} : { previous: Number(previous) }) }
}

function namesOf({ labels }: GitHubIssue): readonly string[] {
  return labels.map((label) => (typeof label === 'string' ? label : (label.name ?? '')))
}
