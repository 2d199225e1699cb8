/** Runs container tasks on a Docker engine. It owns the containers that carry its runner's label, and nothing else. */
import { CONTAINER_TYPES } from '../core/container-task.ts'
import { RunnerMeshError } from '../core/errors.ts'
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
} from '../core/ports/executor.ts'
import { containerName } from './container-labels.ts'
import { adoptContainer, runContainer, type Prepared, type RunDeps } from './container-run.ts'
import { STANDARD_CAPABILITIES, type SpecSettings } from './container-spec.ts'
import { EngineContainer } from './engine-container.ts'
import { probeEngine, readFacts, type EngineFacts } from './engine-facts.ts'
import { connectEngine, problemText, type Engine } from './engine.ts'
import { ImagePuller, type Credentials, type PullSettings } from './image-puller.ts'
import { listOurs } from './our-containers.ts'
import type { PhaseTimes } from './phase-times.ts'
import { findPlatformFault } from './pull-fault.ts'
import { failed } from './run-verdict.ts'

export interface DockerExecutorSettings extends PullSettings {
  /** `unix:///path` or `tcp://host:port`; unset means DOCKER_HOST, else the usual socket. */
  readonly engineHost?: string
  /** A call that the engine should answer at once is given up after this. */
  readonly callTimeoutMs: number
  /** How long a container may outlive the time it was given before any peer of the host removes it. */
  readonly leaseMs: number
  /** What the engine keeps of a container's output, for a restarted peer to read. */
  readonly logMaxBytes: number
  /** What the profile `trusted` gets: the host policy's list. */
  readonly trustedCapabilities: readonly string[]
}

export const DOCKER_DEFAULTS: DockerExecutorSettings = {
  callTimeoutMs: 120_000,
  leaseMs: LEASE.leaseMs,
  logMaxBytes: 64 * 1_048_576,
  trustedCapabilities: STANDARD_CAPABILITIES,
  pullIdleMs: 120_000,
  pullAttempts: 5,
  pullBackoffMs: 1_000,
}

export interface DockerExecutorDeps {
  /** Stable id of this runner: what tells its containers from those of other peers on the host. */
  readonly runner: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly settings?: Partial<DockerExecutorSettings>
  /** What this runner shows a registry, by the registry's host and port. */
  readonly credentials?: (registry: string) => Promise<Credentials | undefined>
}

export interface DockerExecutor extends Executor {
  readonly runner: string
  readonly engine: Engine
  /** Types of task that it can run, as far as its parts go; whether the engine is there is the probe's answer. */
  readonly supportedTypes: readonly string[]
  /** Whether a run or an adoption of this process has the container in hand. */
  isFollowed(taskId: TaskId, fence: Fence): boolean
}

export function createDockerExecutor(deps: DockerExecutorDeps): DockerExecutor {
  const settings = { ...DOCKER_DEFAULTS, ...deps.settings }
  return new EngineExecutor(deps, settings)
}

class EngineExecutor implements DockerExecutor {
  readonly runner: string
  readonly engine: Engine
  readonly supportedTypes: readonly string[] = [CONTAINER_TYPES.image]
  readonly #deps: DockerExecutorDeps
  readonly #settings: DockerExecutorSettings
  readonly #puller: ImagePuller
  readonly #followed = new Set<string>()
  #facts: EngineFacts | undefined

  constructor(deps: DockerExecutorDeps, settings: DockerExecutorSettings) {
    this.#deps = deps
    this.#settings = settings
    this.runner = deps.runner
    this.engine = connectEngine(settings.engineHost, settings.callTimeoutMs)
    const { clock, random, log, credentials } = deps
    this.#puller = new ImagePuller(
      {
        engine: this.engine,
        clock,
        random,
        log,
        platform: async () => platformOf(await this.#machine()),
        ...(credentials === undefined ? {} : { credentials }),
      },
      settings,
    )
  }

  /** An engine that is not there yet is no fault: the probe says so until it is. */
  async start(): Promise<void> {
    await this.probe()
  }

  /** Gives up pulls. Runs end by their own signals. */
  stop(): Promise<void> {
    this.#puller.stop()
    return Promise.resolve()
  }

  async probe(): Promise<ExecutorProbe> {
    const { probe, facts } = await probeEngine(this.engine, 0)
    this.#facts = facts
    return probe
  }

  async run(run: ContainerRun, observer: RunObserver, signal: AbortSignal): Promise<RunEnd> {
    await this.#machine()
    return this.#following(run, () => runContainer(this.#runDeps(), run, observer, signal))
  }

  async adopt(left: LeftContainer, run: ContainerRun, observer: RunObserver, signal: AbortSignal): Promise<RunEnd> {
    const same = { ...run, taskId: left.taskId, fence: left.fence, attempt: left.attempt }
    return this.#following(same, () => adoptContainer(this.#runDeps(), same, observer, signal))
  }

  async left(): Promise<readonly LeftContainer[]> {
    const ours = await listOurs(this.engine)
    return ours
      .filter(({ mark }) => mark.runner === this.runner && !this.isFollowed(mark.taskId, mark.fence))
      .map(({ mark: { taskId, fence, attempt }, running }) => ({ taskId, fence, attempt, running }))
  }

  async remove(taskId: TaskId, fence: Fence): Promise<void> {
    await new EngineContainer(this.engine, this.#deps.clock, containerName(taskId, fence)).remove()
  }

  isFollowed(taskId: TaskId, fence: Fence): boolean {
    return this.#followed.has(containerName(taskId, fence))
  }

  async #following(run: ContainerRun, work: () => Promise<RunEnd>): Promise<RunEnd> {
    const name = containerName(run.taskId, run.fence)
    if (this.#followed.has(name)) {
      throw new RunnerMeshError('internal', `Task ${run.taskId} runs here already under fence ${run.fence}.`)
    }
    this.#followed.add(name)
    try {
      return await work()
    } finally {
      this.#followed.delete(name)
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

  #runDeps(): RunDeps {
    const { clock, log } = this.#deps
    return {
      engine: this.engine,
      clock,
      log,
      prepare: (run, observer, times, signal) => this.#prepare(run, observer, times, signal),
      specSettings: (run) => this.#specSettings(run),
    }
  }

  async #prepare(
    { container }: ContainerRun,
    observer: RunObserver,
    times: PhaseTimes,
    signal: AbortSignal,
  ): Promise<Prepared> {
    if (container.kind === 'repository') {
      return { verdict: failed('build', 'This runner has no source of repositories to build from.') }
    }
    const found = await times.measure('pull_ms', () =>
      this.#puller.ensure(
        container.image,
        (text, fraction) => {
          observer.phase('preparing', text, fraction)
        },
        signal,
      ),
    )
    if ('message' in found) return { verdict: failed(found.reason, found.message) }
    const foreign = findPlatformFault({ name: container.image, ...found }, await this.#machine())
    return foreign === undefined ? { image: found } : { verdict: failed(foreign.reason, foreign.message) }
  }

  #specSettings({ clocks }: ContainerRun): SpecSettings {
    const { leaseMs, logMaxBytes, trustedCapabilities } = this.#settings
    const lifeMs = clocks.prepareMs + clocks.runMs + clocks.graceMs + leaseMs
    return {
      runner: this.runner,
      deadline: Math.ceil(this.#deps.clock.now() + lifeMs),
      trustedCapabilities,
      logMaxBytes,
      capsDisk: this.#facts?.mayCapDisk ?? false,
      gpuDevices: [],
    }
  }
}

function platformOf({ os, arch }: EngineFacts): string {
  return `${os}/${arch}`
}
