/**
 * Images built from a Dockerfile of a repository, by the engine's classic build API and under hard limits. What was built
 * from the same commit, path, arguments and stage is found again by its tag. However many tasks want it, it is built once.
 * Images that it builds on are fetched beforehand, as those of tasks are: a build itself is given no credentials.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageBuild
 */
import { createHash } from 'node:crypto'
import { cleanLine } from '../../core/clean-text.ts'
import type { RepositoryTask } from '../../core/container-task.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import type { RepositorySource } from '../../core/ports/repository-source.ts'
import type { NetworkMode } from '../../core/task.ts'
import { baseImages } from './base-images.ts'
import { ContextFault, openContext, type ContextLimits } from './build-context.ts'
import { BuildProgress } from './build-progress.ts'
import type { ImageFacts } from '../containers/container-spec.ts'
import { engineSentence, unreachable, type Engine } from '../engine/engine.ts'
import { OUR_TAGS } from './image-keeper.ts'
import type { ImagePuller } from './image-puller.ts'
import { engineReports } from '../engine/json-lines.ts'
import { SharedWork, type Notice } from '../shared-work.ts'

export interface BuildSettings extends ContextLimits {
  /** What a step may use, whatever the task asks for its run. */
  readonly memoryMiB: number
  readonly cpus: number
  /** Most Dockerfiles fetch something. */
  readonly network: NetworkMode
  /** Steps are built by BuildKit, which holds them to the network but not to memory and processors. */
  readonly buildKit?: boolean
}

export interface BuildFault {
  /** `pull` and `disk` when the repository, or an image it builds on, could not be had. */
  readonly reason: 'build' | 'pull' | 'disk'
  readonly message: string
  readonly hostFault?: true
}

export interface BuilderDeps {
  readonly engine: Engine
  readonly source: RepositorySource
  readonly puller: Pick<ImagePuller, 'ensure' | 'use'>
  /** Of this machine, such as linux/amd64. */
  readonly platform: () => Promise<string>
  /** Whether an image to build on may be fetched with this host's credentials; others the engine asks for without any. */
  readonly allowsImage: (image: string) => boolean
}

const CPU_PERIOD_US = 100_000
const MIB = 1_048_576

/** On every image that is built here; its value is `<repository>@<commit>`. One only: each label is a step of the build. */
export const BUILD_LABEL = 'runner-mesh.build'

export class ImageBuilder {
  readonly #deps: BuilderDeps
  readonly #settings: BuildSettings
  readonly #builds = new SharedWork<BuildFault | undefined>()

  constructor(deps: BuilderDeps, settings: BuildSettings) {
    this.#deps = deps
    this.#settings = settings
  }

  /**
   * @returns the image, built when it was absent, or why there is none
   * @throws the signal's reason; RunnerMeshError executor_unavailable
   */
  async ensure(task: RepositoryTask, notice: Notice, signal: AbortSignal): Promise<ImageFacts | BuildFault> {
    const { commit } = task
    if (commit === undefined)
      return fault('The task names no commit to build. Submit it again: a commit is found when it is accepted.')
    const tag = buildTag({ ...task, commit })
    const present = await this.#deps.puller.use(tag)
    if (present !== undefined) return present
    const failed = await this.#builds.join(
      tag,
      `Fetching ${task.repo_url} at ${commit.slice(0, 12)}`,
      notice,
      signal,
      (notify, given) => this.#build({ ...task, commit }, tag, notify, given),
    )
    if (failed !== undefined) return failed
    return (await this.#deps.puller.use(tag)) ?? fault('The image was removed right after it was built. Try again.')
  }

  /** Gives every build up. */
  stop(): void {
    this.#builds.stop()
  }

  async #build(task: PinnedTask, tag: string, notify: Notice, signal: AbortSignal): Promise<BuildFault | undefined> {
    const progress = new BuildProgress()
    let withheld: readonly string[] = []
    // An engine that refuses early leaves the context unread: its reading ends with the build.
    const reading = new AbortController()
    try {
      const files = await this.#deps.source.fetch(
        { repository: task.repo_url, commit: task.commit, submodules: task.submodules },
        signal,
      )
      const paths = { contextPath: task.context_path, dockerfilePath: task.dockerfile_path }
      await using context = await openContext(files, paths, this.#settings, signal)
      const refusal = this.#settings.buildKit === true ? foreignFrontend(task, context.dockerfile) : undefined
      if (refusal !== undefined) return fault(refusal)
      const bases = baseImages(context.dockerfile ?? '', {
        target: task.target,
        buildArgs: task.build_args,
        platform: await this.#deps.platform(),
        skipsUnneeded: this.#settings.buildKit === true,
      })
      withheld = bases.filter((image) => !this.#deps.allowsImage(image))
      const missing = await this.#fetchBases(bases, notify, signal)
      if (missing !== undefined) return missing
      notify('Sending the build context')
      const options = { ...this.#options(task, tag), abortSignal: signal }
      const stream = await this.#deps.engine.patient.buildImage(
        context.stream(AbortSignal.any([signal, reading.signal])),
        options,
      )
      for await (const report of engineReports(stream as AsyncIterable<Uint8Array>)) {
        const note = progress.hear(report)
        if (note !== undefined) notify(note.text, note.fraction)
        if (report.error !== undefined) return fault(explained(progress.describeFault(report.error), withheld))
      }
      return undefined
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof ContextFault) return fault(error.message)
      if (error instanceof RunnerMeshError) {
        const message = `Cannot fetch ${task.repo_url}: ${error.message}`
        return error.retryable ? { ...fault(message), reason: 'pull', hostFault: true } : fault(message)
      }
      const silent = unreachable(this.#deps.engine, error)
      if (silent !== undefined) throw silent
      return fault(explained(progress.describeFault(engineSentence(error)), withheld))
    } finally {
      reading.abort()
    }
  }

  /** @returns why one of those that may be fetched could not be */
  async #fetchBases(bases: readonly string[], notify: Notice, signal: AbortSignal): Promise<BuildFault | undefined> {
    for (const image of bases) {
      if (!this.#deps.allowsImage(image)) continue
      const found = await this.#deps.puller.ensure(image, notify, signal)
      if ('message' in found) return found
    }
    return undefined
  }

  #options(task: PinnedTask, tag: string) {
    const { memoryMiB, cpus, network, buildKit } = this.#settings
    return {
      // A number: for the word the client would open a session, which a context that is sent along does not need.
      ...(buildKit === true ? { version: 2 as unknown as '2' } : {}),
      t: tag,
      dockerfile: task.dockerfile_path,
      ...(task.target === undefined ? {} : { target: task.target }),
      ...(task.build_args === undefined ? {} : { buildargs: task.build_args }),
      labels: { [BUILD_LABEL]: `${task.repo_url}@${task.commit}` },
      memory: memoryMiB * MIB,
      // Equal to memory: no swap beyond it.
      memswap: memoryMiB * MIB,
      cpuperiod: CPU_PERIOD_US,
      cpuquota: Math.round(cpus * CPU_PERIOD_US),
      // BuildKit has the bridge as its default, and knows it by no other name.
      networkmode: buildKit === true && network === 'bridge' ? 'default' : network,
      // Steps leave their containers behind otherwise; forced, those of a failed build too.
      rm: true,
      forcerm: true,
    }
  }
}

type PinnedTask = RepositoryTask & { readonly commit: string }

/** Equal for what must build the same; the engine's own layer cache helps with the rest. */
export function buildTag(task: PinnedTask): string {
  const args = Object.entries(task.build_args ?? {}).sort(([one], [other]) => (one < other ? -1 : 1))
  const what = [
    task.repo_url.toLowerCase(),
    task.commit,
    task.context_path,
    task.dockerfile_path,
    task.target ?? '',
    task.submodules,
    args,
  ]
  return `${OUR_TAGS.built}:${createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 40)}`
}

/** A directive of a Dockerfile, which counts above its first instruction. BuildKit knows it in comments of other kinds, too. */
const SYNTAX = /^(?:#|\/\/)\s*syntax\s*=|^\{\s*"syntax"/im

/**
 * A frontend is a program that turns the Dockerfile into a build. Another than BuildKit's own would be an image that nobody
 * has allowed, run by the engine itself.
 * @returns why it is not built
 */
function foreignFrontend(
  { build_args: args = {} }: RepositoryTask,
  dockerfile: string | undefined,
): string | undefined {
  if (dockerfile === undefined)
    return 'The Dockerfile is a link, or longer than 1 MiB. With BuildKit name the file itself.'
  const steering = Object.keys(args).find((name) => /^BUILDKIT_/i.test(name))
  if (steering !== undefined)
    return `The build argument ${steering} would steer the builder of this host. Leave it out.`
  return SYNTAX.test(dockerfile)
    ? 'The Dockerfile names a syntax of its own. This host builds with that of its engine alone: remove the line.'
    : undefined
}

/** An engine that was refused an image does not know that nobody gave it the credentials. */
function explained(sentence: string, withheld: readonly string[]): string {
  const image = withheld.find((name) => sentence.includes(name))
  return image === undefined
    ? sentence
    : `${sentence} It was asked for without credentials: images of the host policy do not allow ${image}.`
}

function fault(message: string): BuildFault {
  return { reason: 'build', message: cleanLine(message, 1_000) }
}
