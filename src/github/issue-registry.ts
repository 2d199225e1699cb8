/**
 * The registry on a GitHub issue as a way of finding peers. It is a bootstrap list, not a heartbeat:
 *
 *   waiting for its slot ──▶ write ──▶ read, ever more rarely, while nobody is connected
 *                              ▲            │ connected: no reading at all, refresh only
 *                              └── refresh ─┘ connection lost: read again
 *
 * Whatever GitHub refuses is told by `problem` and tried again later; nothing waits for it.
 */
import type { Announcement } from '../core/announcement.ts'
import { errorText, RunnerMeshError, toRunnerMeshError, type ErrorCode } from '../core/errors.ts'
import { MINUTE, SECOND } from '../core/lease.ts'
import type { Clock, Logger, Random } from '../core/ports/clock.ts'
import type { AnnouncementSeal, Discovery, FoundPeer } from '../core/ports/discovery.ts'
import type { Mesh } from '../core/ports/mesh.ts'
import { TimeLimit } from '../core/time-limit.ts'
import { CommentReader } from './comment-reader.ts'
import type { GitHubClient, RepositoryName } from './github-client.ts'
import { GitHubError } from './github-error.ts'
import { OwnComment } from './own-comment.ts'
import { renderAnnouncement } from './own-record.ts'
import { jitteredRefreshMs, joinDelayMs, lifetimeMs, mayWithdraw, pollMs, sweepChance } from './refresh-plan.ts'
import { CONTINUED_AT_COMMENTS, RegistryIssue, type RegistryPlace } from './registry-issue.ts'
import { RememberedRegistry, type MemoryPlace } from './registry-memory.ts'
import { readSome } from './registry-reading.ts'
import { sweepRegistry } from './registry-sweep.ts'

export interface IssueRegistryOptions {
  readonly client: GitHubClient
  readonly repository: RepositoryName
  /** Exact title of the issue; one issue per mesh. */
  readonly title: string
  readonly trustedApps: readonly string[]
  /** How many peers share the token, when somebody knows; it spreads the first writes of a fleet that starts at once. */
  readonly fleetSize: number
  /** How comments of peers begin; unset, as those of the predecessor. */
  readonly marker?: string
  /** For how long announcements of a small fleet are good; unset, 45 minutes. */
  readonly expiryMs?: number
  /** False: it only looks, opens nothing and writes nothing. */
  readonly announces: boolean
  readonly seal: AnnouncementSeal
  readonly mesh: Pick<Mesh, 'self' | 'peers' | 'onPeer' | 'onPeerGone'>
  /** Under which others see this machine, as far as it is known by now. */
  readonly publicIp: () => string | undefined
  /** Told once, with the first refresh, whether strangers can read the registry. Unset: nobody wants to know. */
  readonly onVisibility: ((isPrivate: boolean) => void) | undefined
  readonly memory: MemoryPlace
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

/** With so many addresses to dial the mesh does the rest. */
const ENOUGH_PEERS = 30
/** Every so many writes and reads GitHub is asked which issue the registry is. */
const RECHECK_EVERY = 4
const RETRY_MS = { first: 5 * SECOND, longest: 15 * MINUTE } as const
const GOODBYE_MS = 3 * SECOND
const SWEPT_AT_ONCE = 20

/** To be created before the mesh starts, so that it hears of every peer. */
export function createIssueRegistry(options: IssueRegistryOptions): IssueRegistry {
  return new IssueRegistry(options)
}

export class IssueRegistry implements Discovery {
  readonly source = 'registry'
  readonly #options: IssueRegistryOptions
  readonly #memory: RememberedRegistry
  readonly #issue: RegistryIssue
  readonly #own: OwnComment
  readonly #reader: CommentReader
  #tell: (peers: readonly FoundPeer[]) => void = () => undefined
  #known: readonly Announcement[] = []
  #self: Announcement | undefined
  #saying = ''
  #problem: { readonly text: string; readonly code: ErrorCode } | undefined
  #stopping: AbortController | undefined
  #loop: Promise<void> = Promise.resolve()
  #wake: () => void = () => undefined
  /** On the monotonic clock; infinity: not now. */
  #writeAt = Infinity
  #readAt = Infinity
  #writes = 0
  #reads = 0
  #failures = 0

  constructor(options: IssueRegistryOptions) {
    const { client, repository, title, trustedApps, mesh, seal, memory, log } = options
    this.#options = options
    this.#memory = new RememberedRegistry(memory)
    const marker = options.marker === undefined ? {} : { marker: options.marker }
    const shared = { client, repository, trustedApps, memory: this.#memory, ...marker }
    this.#issue = new RegistryIssue({ ...shared, title, log })
    this.#own = new OwnComment({ ...shared, self: mesh.self })
    this.#reader = new CommentReader({ seal, trustedApps, ...marker, now: () => client.now(), log })
    mesh.onPeer(() => this.#connected())
    mesh.onPeerGone(() => this.#disconnected())
  }

  onFound(found: (peers: readonly FoundPeer[]) => void): void {
    this.#tell = found
  }

  problem(): string | undefined {
    return this.#problem?.text
  }

  problemCode(): ErrorCode | undefined {
    return this.#problem?.code
  }

  /** What is to be said; it is written at once in a small fleet, in this peer's slot in a large one. */
  announce(self: Announcement): Promise<void> {
    const saying = JSON.stringify([self.addresses, self.runnerName, self.homes, self.features])
    this.#self = self
    if (saying === this.#saying) return Promise.resolve()
    this.#saying = saying
    if (this.#stopping !== undefined) this.#plan()
    return Promise.resolve()
  }

  /** Something that is said beside the announcement has changed. */
  announceAgain(): void {
    if (this.#stopping !== undefined && this.#self !== undefined) this.#plan()
  }

  async start(): Promise<void> {
    if (this.#stopping !== undefined) return
    const stopping = new AbortController()
    this.#stopping = stopping
    await this.#memory.load()
    if (stopping.signal.aborted) return
    if (this.#self !== undefined) this.#plan()
    this.#loop = this.#run(stopping.signal)
  }

  /** Takes the comment away, if GitHub answers within three seconds; else it expires. */
  async stop(): Promise<void> {
    const stopping = this.#stopping
    if (stopping === undefined) return
    stopping.abort(new Error('this peer is stopping'))
    await this.#loop
    const { mesh, clock, log } = this.#options
    this.#stopping = undefined
    this.#saying = ''
    if (!mayWithdraw(mesh.self, this.#fleetSize())) return
    using limit = new TimeLimit(clock, GOODBYE_MS, 'no answer within 3 s')
    await this.#own
      .withdraw(limit.signal)
      .catch((error: unknown) => log.debug('registry.goodbye_failed', { error: errorText(error) }))
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      const { promise: woken, resolve } = Promise.withResolvers<undefined>()
      const dueInMs = Math.min(this.#writeAt, this.#readAt) - clock.mono()
      const cancel = dueInMs === Infinity ? undefined : clock.after(Math.max(0, dueInMs), () => resolve(undefined))
      this.#wake = () => resolve(undefined)
      signal.addEventListener('abort', this.#wake, { once: true })
      await woken
      signal.removeEventListener('abort', this.#wake)
      cancel?.()
      if (signal.aborted) return
      await this.#work(signal)
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options
    try {
      if (clock.mono() >= this.#writeAt) await this.#write(signal)
      if (clock.mono() >= this.#readAt) await this.#read(signal)
      this.#failures = 0
      this.#problem = undefined
    } catch (error) {
      if (signal.aborted) return
      const message = errorText(error)
      if (message !== this.#problem?.text) log.warn('registry.failed', { error: message })
      this.#problem = { text: message, code: toRunnerMeshError(error).code }
      const named = error instanceof RunnerMeshError ? error.retryAfterMs : undefined
      const pauseMs = named ?? Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** Math.min(this.#failures, 10))
      this.#failures += 1
      const again = clock.mono() + pauseMs * (1 + 0.2 * this.#options.random.unit())
      if (this.#writeAt <= clock.mono()) this.#writeAt = again
      if (this.#readAt <= clock.mono()) this.#readAt = again
    }
  }

  async #write(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options
    const mayHaveMoved = this.#writes > 0 && this.#writes % RECHECK_EVERY === 0
    await this.#atIssue(mayHaveMoved, signal, async (place) => {
      const isNew = this.#memory.value.comment === undefined
      const roomy = isNew && place.comments >= CONTINUED_AT_COMMENTS ? await this.#issue.continue(place, signal) : place
      try {
        await this.#own.write(roomy, await this.#render(), signal)
      } catch (error) {
        if (!(error instanceof GitHubError) || error.refusal !== 'full') throw error
        await this.#own.write(await this.#issue.continue(roomy, signal), await this.#render(), signal)
      }
      await this.#maybeSweep(roomy, signal)
    })
    this.#say()
    this.#writeAt = clock.mono() + jitteredRefreshMs(this.#fleetSize(), random.unit(), this.#options.expiryMs)
    this.#writes += 1
    if (this.#writes === 2) await this.#tellVisibility(signal)
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { client, repository, mesh, clock, random } = this.#options
    if (this.#isConnected()) {
      this.#readAt = Infinity
      return
    }
    const isRecheck = this.#reads % RECHECK_EVERY === 1
    await this.#atIssueToRead(isRecheck, signal, async (place) => {
      const wanted = { enough: ENOUGH_PEERS, self: mesh.self }
      const reading = await readSome({ client, repository, reader: this.#reader }, place, wanted, signal)
      this.#known = reading.announcements.filter(({ peer }) => peer !== mesh.self)
      const fleetSize = reading.isComplete ? this.#known.length + 1 : place.comments
      await this.#memory.change({ fleetSize: Math.max(1, fleetSize) })
    })
    this.#say()
    // The registry turned out to be another issue.
    if (this.#options.announces && this.#memory.value.comment === undefined) this.#writeAt = clock.mono()
    this.#readAt = this.#isConnected() ? Infinity : clock.mono() + pollMs(this.#fleetSize(), this.#reads, random.unit())
    this.#reads += 1
  }

  /** With the first refresh and not with the joining: a fleet that starts at once has better uses for its requests. */
  async #tellVisibility(signal: AbortSignal): Promise<void> {
    const { client, repository, onVisibility } = this.#options
    if (onVisibility === undefined) return
    const isPrivate = this.#memory.value.isPrivate ?? (await client.isPrivate(repository, signal))
    await this.#memory.change({ isPrivate })
    onVisibility(isPrivate)
  }

  /** Who only looks opens no issue: where there is none, nobody is there. */
  async #atIssueToRead(
    askFirst: boolean,
    signal: AbortSignal,
    work: (place: RegistryPlace) => Promise<void>,
  ): Promise<void> {
    if (this.#options.announces) {
      await this.#atIssue(askFirst, signal, work)
      return
    }
    const place = await this.#issue.look(signal)
    if (place !== undefined) await work(place)
  }

  /** Once more with another issue when this one is gone. */
  async #atIssue(askFirst: boolean, signal: AbortSignal, work: (place: RegistryPlace) => Promise<void>): Promise<void> {
    try {
      if (askFirst) await this.#issue.recheck(signal)
      await work(await this.#issue.get(signal))
    } catch (error) {
      const isGone = error instanceof GitHubError && (error.refusal === 'missing' || error.refusal === 'moved')
      if (!isGone || this.#memory.value.issue === undefined) throw error
      this.#options.log.warn('registry.issue_gone', { issue: this.#memory.value.issue, error: error.message })
      await this.#issue.forget()
      await work(await this.#issue.get(signal))
    }
  }

  async #render(): Promise<string> {
    const { client, seal, publicIp, marker, expiryMs } = this.#options
    if (this.#self === undefined) throw new RunnerMeshError('internal', 'There is nothing to announce yet.')
    const issuedAt = Math.floor(client.now())
    const seq = Math.max(issuedAt, (this.#memory.value.seq ?? 0) + 1)
    await this.#memory.change({ seq })
    const expiresAt = Math.floor(issuedAt + lifetimeMs(this.#fleetSize(), expiryMs))
    return renderAnnouncement({ ...this.#self, issuedAt, expiresAt, seq }, publicIp(), seal, marker)
  }

  async #maybeSweep(place: RegistryPlace, signal: AbortSignal): Promise<void> {
    const { client, repository, random, log, expiryMs } = this.#options
    const { author } = this.#memory.value
    // Not with the first write: a fleet that starts has better uses for its requests.
    if (this.#writes === 0 || author === undefined || random.unit() >= sweepChance(this.#fleetSize(), expiryMs)) return
    const deps = { client, repository, reader: this.#reader, now: () => client.now() }
    const swept = await sweepRegistry(deps, place, { author, atMost: SWEPT_AT_ONCE }, signal)
    await this.#memory.change({ fleetSize: Math.max(1, swept.live) })
    this.#forgetPages()
    if (swept.deleted.length > 0) log.info('registry.swept', { deleted: swept.deleted, left: swept.left })
  }

  #plan(): void {
    const { clock, mesh } = this.#options
    const due = clock.mono() + joinDelayMs(mesh.self, this.#fleetSize())
    if (this.#options.announces) this.#writeAt = Math.min(this.#writeAt, due)
    if (!this.#isConnected()) this.#readAt = Math.min(this.#readAt, due)
    this.#wake()
  }

  #connected(): void {
    this.#reads = 0
    this.#readAt = Infinity
    this.#forgetPages()
  }

  #disconnected(): void {
    if (this.#stopping === undefined || this.#isConnected() || this.#self === undefined) return
    const { clock, random } = this.#options
    this.#readAt = clock.mono() + pollMs(this.#fleetSize(), 0, random.unit())
    this.#wake()
  }

  #forgetPages(): void {
    this.#options.client.forgetPages()
    this.#reader.forget()
  }

  #isConnected(): boolean {
    return this.#options.mesh.peers().length > 0
  }

  #fleetSize(): number {
    const { fleetSize, mesh } = this.#options
    return Math.max(fleetSize, this.#memory.value.fleetSize ?? 1, mesh.peers().length + 1)
  }

  #say(): void {
    const now = this.#options.client.now()
    const current = this.#known.filter(({ addresses, expiresAt }) => addresses.length > 0 && expiresAt > now)
    this.#tell(current.map(({ addresses }) => ({ addresses })))
  }
}
