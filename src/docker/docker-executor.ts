/** Runs container tasks on a Docker engine. It owns the containers that carry its runner's label, and nothing else. */
import { errorText, RunnerMeshError } from '../core/errors.ts'
import type { Fence, TaskId } from '../core/ids.ts'
import { LEASE } from '../core/lease.ts'
import type { Clock, Logger, Random } from '../core/ports/clock.ts'
import type {
  ContainerRun,
  Executor,
  ExecutorProbe,
  LeftContainer,
  RunEnd,
  RunObserver,
  TrustedAllowances,
} from '../core/ports/executor.ts'
import type { RepositorySource } from '../core/ports/repository-source.ts'
import { containerName } from './containers/container-labels.ts'
import { adoptContainer, runContainer, type Prepared, type RunDeps } from './containers/container-run.ts'
import { STANDARD_CAPABILITIES, type SpecSettings } from './containers/container-spec.ts'
import { EngineContainer } from './engine/engine-container.ts'
import { probeEngine, readFacts, type EngineFacts } from './engine/engine-facts.ts'
import { connectEngine, problemText, type Engine } from './engine/engine.ts'
import {
  fillVolumes,
  needsVolumes,
  removeLostVolumes,
  removeVolumes,
  type VolumeDeps,
} from './containers/task-volumes.ts'
import { findHostParts } from './host-parts.ts'
import { GpuDevices } from './containers/gpu-devices.ts'
import type { BuildSettings } from './images/image-builder.ts'
import type { PullSettings } from './images/image-puller.ts'
import { listOurs } from './containers/our-containers.ts'
import { countOomKills, type CountOomKills } from './containers/oom-kills.ts'
import { PhaseTimes } from './containers/phase-times.ts'
import type { CredentialsOf } from './images/registry-credentials.ts'
import { TaskImages } from './images/task-images.ts'
import { failed } from './containers/run-verdict.ts'
import { SecretFolders } from './containers/secret-folders.ts'
import type { Notice } from './shared-work.ts'

export interface DockerExecutorSettings extends PullSettings {
  /** `unix:///path` or `tcp://host:port`; unset means DOCKER_HOST, else the usual socket. */
  readonly engineHost?: string
  /** A call that the engine should answer at once is given up after this. */
  readonly callTimeoutMs: number
  /** How long a container may outlive the time it was given before any peer of the host removes it. */
  readonly leaseMs: number
  /** What the engine keeps of a container's output, for a restarted peer to read. */
  readonly logMaxBytes: number
  readonly build: Omit<BuildSettings, 'buildKit'>
  /** Whether Dockerfiles are built by BuildKit, which holds steps to no memory and no processors. */
  readonly buildKit: boolean
}

const DOCKER_DEFAULTS: DockerExecutorSettings = {
  callTimeoutMs: 120_000,
  leaseMs: LEASE.leaseMs,
  logMaxBytes: 64 * 1_048_576,
  pullMaxBytes: 20e9,
  pullIdleMs: 120_000,
  pullAttempts: 5,
  pullBackoffMs: 1_000,
  build: { memoryMiB: 2_048, cpus: 1, network: 'bridge', maxBytes: 512 * 1_048_576, maxEntries: 200_000 },
  buildKit: false,
}

export interface DockerExecutorDeps {
  /** Stable id of this runner: what tells its containers from those of other peers on the host. */
  readonly runner: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly settings?: Partial<DockerExecutorSettings>
  /** What this runner shows a registry, by the registry's host and port. */
  readonly credentials?: CredentialsOf
  /** Where repositories come from; without it their tasks are not among the supported types. */
  readonly repositories?: RepositorySource
  /** Whether a build may stand on an image that is fetched with this runner's credentials; without it none may. */
  readonly allowsImage?: (image: string) => boolean
  /** What the host policy lets tasks of profile `trusted` have, asked at each run; without it no more than others have. */
  readonly trusted?: () => TrustedAllowances
  /** Where folders in memory may be made for secrets; the first that is one is used. Without, no task gets a secret. */
  readonly memoryFolders?: readonly string[]
  /** UUIDs of the GPUs that tasks may have, asked at each probe; without it there are none. */
  readonly findGpus?: () => Promise<readonly string[]>
  /** By default the count of this machine's kernel. */
  readonly countOomKills?: CountOomKills
}

const NOTHING_MORE: TrustedAllowances = {
  capabilities: STANDARD_CAPABILITIES,
  mayMount: () => false,
  mayUseDevice: () => false,
}

export interface DockerExecutor extends Executor {
  readonly runner: string
  readonly engine: Engine
  /** Types of task that it can run, as far as its parts go; whether the engine is there is the probe's answer. */
  readonly supportedTypes: readonly string[]
  /** Whether a run or an adoption of this process has the container in hand. */
  isFollowed(taskId: TaskId, fence: Fence): boolean
  /** Removes secrets of containers that are no more. @throws whatever the engine's client throws */
  forgetSecrets(): Promise<void>
}

export function createDockerExecutor(deps: DockerExecutorDeps): DockerExecutor {
  const settings = { ...DOCKER_DEFAULTS, ...deps.settings }
  return new EngineExecutor(deps, settings)
}

class EngineExecutor implements DockerExecutor {
  readonly runner: string
  readonly engine: Engine
  readonly #deps: DockerExecutorDeps
  readonly #settings: DockerExecutorSettings
  readonly #images: TaskImages
  readonly #secrets: SecretFolders
  readonly #gpus = new GpuDevices()
  readonly #followed = new Set<string>()
  #facts: EngineFacts | undefined

  constructor(deps: DockerExecutorDeps, settings: DockerExecutorSettings) {
    this.#deps = deps
    this.#settings = settings
    this.runner = deps.runner
    this.#secrets = new SecretFolders(deps.runner, deps.memoryFolders ?? [])
    this.engine = connectEngine(settings.engineHost, settings.callTimeoutMs)
    const { clock, random, log, credentials, repositories, allowsImage = () => false } = deps
    const machine = () => this.#machine()
    this.#images = new TaskImages(
      { engine: this.engine, clock, random, log, machine, credentials, repositories, allowsImage },
      settings,
      { ...settings.build, buildKit: settings.buildKit },
    )
  }

  get supportedTypes(): readonly string[] {
    return this.#images.types
  }

  /** An engine that is not there yet is no fault: the probe says so until it is. */
  async start(): Promise<void> {
    await this.probe()
  }

  /** Gives up pulls and builds. Runs end by their own signals. */
  stop(): Promise<void> {
    this.#images.stop()
    return Promise.resolve()
  }

  async probe(): Promise<ExecutorProbe> {
    this.#gpus.found((await this.#deps.findGpus?.()) ?? [])
    const { probe, facts } = await probeEngine(this.engine, this.#gpus.count)
    this.#facts = facts
    return probe
  }

  async run(run: ContainerRun, observer: RunObserver, signal: AbortSignal): Promise<RunEnd> {
    await this.#machine()
    return this.#following(run, async (name) => {
      const parts = await findHostParts(run, name, this.#secrets)
      if ('refusal' in parts)
        return { ...failed('policy', parts.refusal), phases: new PhaseTimes(this.#deps.clock).read() }
      return runContainer(this.#runDeps(parts.secretFolder), parts.run, observer, signal)
    })
  }

  async adopt(left: LeftContainer, run: ContainerRun, observer: RunObserver, signal: AbortSignal): Promise<RunEnd> {
    const same = { ...run, taskId: left.taskId, fence: left.fence, attempt: left.attempt }
    return this.#following(same, async (name) => {
      this.#gpus.hold(name, await new EngineContainer(this.engine, this.#deps.clock, name).deviceIds())
      return adoptContainer(this.#runDeps(undefined), same, observer, signal)
    })
  }

  async left(): Promise<readonly LeftContainer[]> {
    const ours = await listOurs(this.engine)
    const names = new Set([...ours.map(({ mark }) => containerName(mark.taskId, mark.fence)), ...this.#followed])
    await removeLostVolumes(this.#volumeDeps(), (name) => names.has(name))
    return ours
      .filter(({ mark }) => mark.runner === this.runner && !this.isFollowed(mark.taskId, mark.fence))
      .map(({ mark: { taskId, fence, attempt }, running }) => ({ taskId, fence, attempt, running }))
  }

  async remove(taskId: TaskId, fence: Fence): Promise<void> {
    const name = containerName(taskId, fence)
    await new EngineContainer(this.engine, this.#deps.clock, name).remove()
    await this.#secrets.remove(name)
    await removeVolumes(this.engine, taskId, fence)
  }

  deliveredSecrets(taskId: TaskId, fence: Fence): Promise<readonly string[]> {
    return this.#secrets.read(containerName(taskId, fence))
  }

  async forgetSecrets(): Promise<void> {
    const ours = await listOurs(this.engine)
    const names = ours.map(({ mark }) => containerName(mark.taskId, mark.fence))
    await this.#secrets.sweep(new Set([...names, ...this.#followed]))
  }

  isFollowed(taskId: TaskId, fence: Fence): boolean {
    return this.#followed.has(containerName(taskId, fence))
  }

  async #following(run: ContainerRun, work: (name: string) => Promise<RunEnd>): Promise<RunEnd> {
    const name = containerName(run.taskId, run.fence)
    if (this.#followed.has(name)) {
      throw new RunnerMeshError('internal', `Task ${run.taskId} runs here already under fence ${run.fence}.`)
    }
    this.#followed.add(name)
    try {
      const end = await work(name)
      // Only now: as long as the engine does not say that the container is gone, it may need them.
      await this.#clearUp(run, name)
      return end
    } finally {
      this.#followed.delete(name)
      this.#gpus.release(name)
    }
  }

  /** What cannot be removed now is when this runner looks for what was left; the end of the run stands. */
  async #clearUp(run: ContainerRun, name: string): Promise<void> {
    try {
      await this.#secrets.remove(name)
      if (needsVolumes(run)) await removeVolumes(this.engine, run.taskId, run.fence)
    } catch (error) {
      this.#deps.log.warn('container.parts_left', { task: run.taskId, why: errorText(error) })
    }
  }

  /** @throws RunnerMeshError executor_unavailable */
  async #machine(): Promise<EngineFacts> {
    try {
      this.#facts ??= await readFacts(this.engine)
      return this.#facts
    } catch (cause) {
      throw new RunnerMeshError('executor_unavailable', problemText(this.engine, cause), { cause })
    }
  }

  #runDeps(secretFolder: string | undefined): RunDeps {
    const { clock, log } = this.#deps
    return {
      engine: this.engine,
      clock,
      log,
      prepare: (run, observer, times, signal) => this.#prepare(run, observer, times, signal),
      specSettings: (run) => this.#specSettings(run, secretFolder),
      capsDisk: () => this.#facts?.mayCapDisk ?? false,
      sparesContainers: async () => (await this.#machine()).sparesContainers,
      countOomKills: this.#deps.countOomKills ?? countOomKills,
      fillVolumes: (run, image, signal) => fillVolumes(this.#volumeDeps(), run, image, signal),
    }
  }

  #volumeDeps(): VolumeDeps {
    return { engine: this.engine, clock: this.#deps.clock, runner: this.runner }
  }

  async #prepare(
    { container }: ContainerRun,
    observer: RunObserver,
    times: PhaseTimes,
    signal: AbortSignal,
  ): Promise<Prepared> {
    const notice: Notice = (text, fraction) => {
      observer.phase('preparing', text, fraction)
    }
    const found = await times.measure(container.kind === 'image' ? 'pull_ms' : 'build_ms', () =>
      this.#images.ensure(container, notice, signal),
    )
    if (!('message' in found)) return { image: found }
    const { reason, message, hostFault } = found
    return { verdict: { ...failed(reason, message), ...(hostFault === undefined ? {} : { hostFault }) } }
  }

  #specSettings({ clocks, container, taskId, fence }: ContainerRun, secretFolder: string | undefined): SpecSettings {
    const { leaseMs, logMaxBytes } = this.#settings
    const lifeMs = clocks.prepareMs + clocks.runMs + clocks.graceMs + leaseMs
    return {
      runner: this.runner,
      deadline: Math.ceil(this.#deps.clock.now() + lifeMs),
      logMaxBytes,
      capsDisk: this.#facts?.mayCapDisk ?? false,
      gpuDevices: this.#gpus.take(containerName(taskId, fence), container.gpus),
      trusted: this.#deps.trusted?.() ?? NOTHING_MORE,
      ...(secretFolder === undefined ? {} : { secretFolder }),
    }
  }
}
