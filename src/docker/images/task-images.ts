/** The image of a task: found on this machine, pulled, or built; and fit for the machine. */
import { CONTAINER_TYPES, type ContainerTask } from '../../core/container-task.ts'
import type { Clock, Logger, Random } from '../../core/ports/clock.ts'
import type { RepositorySource } from '../../core/ports/repository-source.ts'
import type { ImageFacts } from '../containers/container-spec.ts'
import type { Engine } from '../engine/engine.ts'
import type { EngineFacts } from '../engine/engine-facts.ts'
import type { Notice } from '../shared-work.ts'
import { ImageBuilder, type BuildFault, type BuildSettings } from './image-builder.ts'
import { pinnedName } from './image-reference.ts'
import { ImagePuller, type PullSettings } from './image-puller.ts'
import { findPlatformFault } from './pull-fault.ts'
import type { CredentialsOf } from './registry-credentials.ts'

export interface TaskImagesDeps {
  readonly engine: Engine
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** @throws RunnerMeshError executor_unavailable */
  readonly machine: () => Promise<EngineFacts>
  readonly credentials: CredentialsOf | undefined
  readonly repositories: RepositorySource | undefined
  readonly allowsImage: (image: string) => boolean
}

export class TaskImages {
  /** Types of task that images can be had for. */
  readonly types: readonly string[]
  readonly #deps: TaskImagesDeps
  readonly #puller: ImagePuller
  readonly #builder: ImageBuilder | undefined

  constructor(deps: TaskImagesDeps, settings: PullSettings, build: BuildSettings) {
    const { engine, clock, random, log, credentials, repositories: source, allowsImage } = deps
    const platform = async () => platformOf(await deps.machine())
    const puller = new ImagePuller(
      { engine, clock, random, log, platform, ...(credentials === undefined ? {} : { credentials }) },
      settings,
    )
    this.#deps = deps
    this.#puller = puller
    if (source !== undefined) this.#builder = new ImageBuilder({ engine, source, puller, platform, allowsImage }, build)
    this.types = source === undefined ? [CONTAINER_TYPES.image] : Object.values(CONTAINER_TYPES)
  }

  /**
   * @returns the image, or why there is none that runs here
   * @throws the signal's reason; RunnerMeshError executor_unavailable
   */
  async ensure(task: ContainerTask, notice: Notice, signal: AbortSignal): Promise<ImageFacts | BuildFault> {
    const found = await this.#find(task, notice, signal)
    if ('message' in found) return found
    const name = task.kind === 'image' ? task.image : task.repo_url
    return findPlatformFault({ name, ...found }, await this.#deps.machine()) ?? found
  }

  /** Gives up pulls and builds. */
  stop(): void {
    this.#puller.stop()
    this.#builder?.stop()
  }

  async #find(task: ContainerTask, notice: Notice, signal: AbortSignal): Promise<ImageFacts | BuildFault> {
    if (task.kind === 'image') return this.#puller.ensure(pinnedName(task), notice, signal)
    if (this.#builder !== undefined) return this.#builder.ensure(task, notice, signal)
    return { reason: 'build', message: 'This runner builds no repositories: it has no source to fetch them from.' }
  }
}

function platformOf({ os, arch }: EngineFacts): string {
  return `${os}/${arch}`
}
