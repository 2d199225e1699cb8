/**
 * Images that tasks name: found on this machine, or pulled. However many tasks want an image at once, it is pulled once;
 * the pull goes on while one of them still wants it and is given up with the last.
 */
import type Docker from 'dockerode'
import { errorText } from '../../core/errors.ts'
import { MINUTE } from '../../core/lease.ts'
import type { Clock, Logger, Random } from '../../core/ports/clock.ts'
import { TimeLimit } from '../../core/time-limit.ts'
import { engineSentence, isGone, unreachable, type Engine } from '../engine/engine.ts'
import type { ImageFacts } from '../containers/container-spec.ts'
import { OUR_TAGS, pulledTag } from './image-keeper.ts'
import { parseImageReference, type ImageReference } from './image-reference.ts'
import { engineReports } from '../engine/json-lines.ts'
import { pullFaultOf, type PullFault } from './pull-fault.ts'
import { PullProgress } from './pull-progress.ts'
import type { CredentialsOf } from './registry-credentials.ts'
import { SharedWork, type Notice } from '../shared-work.ts'

export interface PullSettings {
  /** An image that is larger than this, compressed, is given up as soon as its size shows. */
  readonly pullMaxBytes: number
  /** A pull during which nothing moves for so long is given up. */
  readonly pullIdleMs: number
  /** How often a pull is tried when the registry is out of order or limits the rate. */
  readonly pullAttempts: number
  /** Pause before the second try; it doubles with each further one. Five times as long under a rate limit. */
  readonly pullBackoffMs: number
}

export interface PullerDeps {
  readonly engine: Engine
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** Of this machine, such as linux/amd64. */
  readonly platform: () => Promise<string>
  readonly credentials?: CredentialsOf
}

/** Reports come by the dozen; people read a line a second. */
const NOTICE_EVERY_MS = 500
const RATE_LIMIT_FACTOR = 5
/** Far below the time that an image rests before it may be removed. */
const MARK_EVERY_MS = MINUTE

export class ImagePuller {
  readonly #deps: PullerDeps
  readonly #settings: PullSettings
  readonly #pulls = new SharedWork<PullFault | undefined>()
  /** When, on the monotonic clock, a tag of ours was last set anew. */
  readonly #markedAt = new Map<string, number>()

  constructor(deps: PullerDeps, settings: PullSettings) {
    this.#deps = deps
    this.#settings = settings
  }

  /**
   * @returns the image, pulled when it was absent, or why there is none
   * @throws the signal's reason; RunnerMeshError executor_unavailable
   */
  async ensure(image: string, notice: Notice, signal: AbortSignal): Promise<ImageFacts | PullFault> {
    const reference = parseImageReference(image)
    const present = await this.use(reference.full)
    if (present !== undefined) return present
    const fault = await this.#pulls.join(reference.full, `Pulling ${reference.full}`, notice, signal, (notify, given) =>
      this.#pull(reference, notify, given),
    )
    if (fault !== undefined) return fault
    const pulled = await this.find(reference.full)
    if (pulled === undefined) {
      return { reason: 'pull', message: `Image ${reference.full} was removed right after it was pulled. Try again.` }
    }
    await this.#mark(pulledTag(reference.full), pulled.id)
    return pulled
  }

  /** An image that is about to be used: the image keeper is told, through our own tag on it. */
  async use(name: string): Promise<ImageFacts | undefined> {
    const image = await this.find(name)
    const tag = name.startsWith(`${OUR_TAGS.built}:`) ? name : pulledTag(name)
    const now = this.#deps.clock.mono()
    if (image?.tags.includes(tag) === true && now - (this.#markedAt.get(tag) ?? -Infinity) >= MARK_EVERY_MS) {
      this.#markedAt.set(tag, now)
      await this.#mark(tag, image.id)
    }
    return image
  }

  async #mark(tag: string, id: string): Promise<void> {
    const [repo = '', version = ''] = tag.split(':')
    try {
      await this.#deps.engine.prompt.getImage(id).tag({ repo, tag: version })
    } catch (error) {
      this.#deps.log.warn('image.not_marked', { image: id, why: errorText(error) })
    }
  }

  /** @throws RunnerMeshError executor_unavailable */
  async find(name: string): Promise<ImageFacts | undefined> {
    try {
      return factsOf(await this.#deps.engine.prompt.getImage(name).inspect())
    } catch (error) {
      if (isGone(error)) return undefined
      throw unreachable(this.#deps.engine, error) ?? error
    }
  }

  /** Gives every pull up. */
  stop(): void {
    this.#pulls.stop()
  }

  async #pull(reference: ImageReference, notify: Notice, signal: AbortSignal): Promise<PullFault | undefined> {
    const { clock, random, log } = this.#deps
    for (let attempt = 1; ; attempt += 1) {
      const fault = await this.#pullOnce(reference, notify, signal)
      if (fault?.retry === undefined || attempt >= this.#settings.pullAttempts) return fault
      const base = this.#settings.pullBackoffMs * (fault.retry === 'rate_limited' ? RATE_LIMIT_FACTOR : 1)
      const pauseMs = Math.round(base * 2 ** (attempt - 1) * (0.5 + random.unit() / 2))
      log.warn('image.pull_retried', { image: reference.full, attempt, pauseMs, fault: fault.message })
      notify(`${fault.message} Next try in ${Math.ceil(pauseMs / 1_000)} s.`)
      await clock.sleep(pauseMs, signal)
    }
  }

  async #pullOnce(reference: ImageReference, notify: Notice, signal: AbortSignal): Promise<PullFault | undefined> {
    const { clock, engine, platform } = this.#deps
    using idle = new TimeLimit(clock, this.#settings.pullIdleMs, 'nothing came')
    const progress = new PullProgress()
    let noticedAt = -Infinity
    try {
      const stream = await this.#open(reference, idle.or(signal))
      for await (const report of engineReports(stream)) {
        if (report.error !== undefined) return pullFaultOf(reference, report.error, await platform())
        if (progress.hear(report)) idle.rearm()
        if (progress.totalBytes > this.#settings.pullMaxBytes) return tooLarge(reference, this.#settings.pullMaxBytes)
        if (clock.mono() - noticedAt < NOTICE_EVERY_MS) continue
        noticedAt = clock.mono()
        const { text, fraction } = progress.describe()
        notify(`Pulling ${reference.full}: ${text}`, fraction)
      }
      return undefined
    } catch (error) {
      signal.throwIfAborted()
      if (idle.signal.aborted) return stalled(reference, this.#settings.pullIdleMs)
      const gone = unreachable(engine, error)
      if (gone !== undefined) throw gone
      return pullFaultOf(reference, engineSentence(error), await platform())
    }
  }

  async #open(
    reference: ImageReference,
    abortSignal: AbortSignal,
  ): Promise<NodeJS.ReadableStream & AsyncIterable<Uint8Array>> {
    const credentials = await this.#deps.credentials?.(reference.registry)
    const auth = credentials === undefined ? undefined : { ...credentials, serveraddress: reference.registry }
    const options = { fromImage: reference.name, tag: reference.version, abortSignal }
    const stream = await this.#deps.engine.patient.createImage(auth as Docker.AuthConfig, options)
    return stream as NodeJS.ReadableStream & AsyncIterable<Uint8Array>
  }
}

function stalled(reference: ImageReference, idleMs: number): PullFault {
  return {
    reason: 'pull',
    hostFault: true,
    message: `Cannot pull ${reference.full}: nothing came from ${reference.registry} for ${idleMs / 1_000} s. Check the network of this machine, or try later.`,
  }
}

function tooLarge(reference: ImageReference, maxBytes: number): PullFault {
  const most = `${(maxBytes / 1e9).toFixed(1)} GB`
  return {
    reason: 'pull',
    message: `Cannot pull ${reference.full}: it is larger than the ${most} this runner takes. Name a smaller image.`,
  }
}

function factsOf(image: Docker.ImageInspectInfo): ImageFacts {
  const digest = image.RepoDigests[0]?.split('@')[1]
  const config = image.Config as Partial<Docker.ImageInspectInfo['Config']> | null
  const words = (value: string | string[] | null | undefined) => (typeof value === 'string' ? [value] : (value ?? []))
  return {
    id: image.Id,
    tags: image.RepoTags,
    ...(digest === undefined ? {} : { digest }),
    os: image.Os,
    arch: image.Architecture,
    user: config?.User ?? '',
    entrypoint: words(config?.Entrypoint),
    command: words(config?.Cmd),
    volumes: Object.keys(config?.Volumes ?? {}),
  }
}
