/**
 * One run from the image to the container proven gone:
 *
 *   prepare (find, pull or build) → create → attach → start → follow → inspect → remove → the end is reported
 *
 * Each step may be ended by the stop switch. Up to `create` nothing exists; from then on every way out leads through
 * `remove`. The only way out without an end is an engine that stays silent: then the labels outlive us, and the next
 * start adopts the container or the reaper removes it.
 */
import type { ContainerCreateOptions, MountSettings } from 'dockerode'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import type { ContainerRun, RunEnd, RunObserver } from '../../core/ports/executor.ts'
import { collectArtifacts } from './artifact-collection.ts'
import { containerName } from './container-labels.ts'
import { ContainerOutput } from './container-output.ts'
import { containerSpec, type ImageFacts, type SpecSettings } from './container-spec.ts'
import { watchDisk } from './disk-watch.ts'
import { EndWitness } from './end-witness.ts'
import { EngineContainer, throughSilence, type InspectedState } from '../engine/engine-container.ts'
import { engineSentence, statusOf, unreachable, type Engine } from '../engine/engine.ts'
import { PhaseTimes } from './phase-times.ts'
import {
  END_UNSEEN,
  failed,
  startFault,
  STOPPED_BY_OTHERS,
  verdictOfExit,
  verdictOfStop,
  type EndCause,
  type Limits,
} from './run-verdict.ts'
import { stopContainer } from './stop-ladder.ts'
import { StopSwitch } from './stop-switch.ts'
import type { CountOomKills } from './oom-kills.ts'
import { needsVolumes } from './task-volumes.ts'
import { UsageWatch } from './usage-watch.ts'

export type Verdict = Omit<RunEnd, 'phases'>
/** The image to run, or the end of a run that gets none. */
export type Prepared =
  { readonly image: ImageFacts; readonly volumes?: readonly MountSettings[] } | { readonly verdict: Verdict }

export interface RunDeps {
  readonly engine: Engine
  readonly clock: Clock
  readonly log: Logger
  /** Finds, pulls or builds. Rejects with the signal's reason or `executor_unavailable`. */
  readonly prepare: (
    run: ContainerRun,
    observer: RunObserver,
    times: PhaseTimes,
    signal: AbortSignal,
  ) => Promise<Prepared>
  readonly specSettings: (run: ContainerRun) => SpecSettings
  /** Whether the storage driver keeps a container within its disk by itself. */
  readonly capsDisk: () => boolean
  /** Whether containers live on while the engine restarts: then it stops none when it shuts down. */
  readonly sparesContainers: () => Promise<boolean>
  readonly countOomKills: CountOomKills
  /** Makes the volumes of a run ready, its inputs among them. Rejects with what these cannot be had for. */
  readonly fillVolumes: (run: ContainerRun, image: string, signal: AbortSignal) => Promise<readonly MountSettings[]>
}

const LATE_START = { attempts: 25, pauseMs: 200 } as const

interface Followed {
  readonly container: EngineContainer
  readonly output: ContainerOutput
  /** Of the kernel, before the container began. */
  readonly oomKills: number | undefined
  /** After the end of a container whose output is read from the engine's records: all of it, from the beginning. */
  readonly records?: () => Promise<NodeJS.ReadableStream>
}
type Launched = Followed | { readonly verdict: Verdict }

export async function runContainer(
  deps: RunDeps,
  run: ContainerRun,
  observer: RunObserver,
  signal: AbortSignal,
): Promise<RunEnd> {
  using stop = new StopSwitch(deps.clock, signal)
  const times = new PhaseTimes(deps.clock)
  const prepared = await prepare(deps, run, observer, times, stop)
  if ('verdict' in prepared) return { ...prepared.verdict, phases: times.read() }
  const launched = await launch(deps, run, prepared, observer, times, stop)
  const verdict =
    'verdict' in launched
      ? launched.verdict
      : await follow(deps, run, launched, observer, times, stop, run.clocks.runMs).catch(hasStarted)
  return { ...verdict, imageDigest: prepared.image.digest ?? prepared.image.id, phases: times.read() }
}

/** Or may have: whoever gives the task to somebody else now could have it run twice. */
function hasStarted(error: unknown): never {
  if (!(error instanceof RunnerMeshError)) throw error
  throw new RunnerMeshError(error.code, error.message, { cause: error, details: { ...error.details, started: true } })
}

/** Follows a container that another process of this runner started, from its first byte of output that was kept. */
export async function adoptContainer(
  deps: RunDeps,
  run: ContainerRun,
  observer: RunObserver,
  signal: AbortSignal,
): Promise<RunEnd> {
  using stop = new StopSwitch(deps.clock, signal)
  const times = new PhaseTimes(deps.clock)
  const container = new EngineContainer(deps.engine, deps.clock, containerName(run.taskId, run.fence))
  const startedAt = await untilStarted(container, deps.clock)
  if (startedAt === undefined) {
    await container.remove()
    const message = 'The container was gone, or never started, when the worker came back.'
    return { ...failed('worker_lost', message), phases: times.read() }
  }
  const logs = new AbortController()
  const records = () => container.logs(logs.signal)
  const output = new ContainerOutput(await records(), observer)
  // A clock that was set back gives a container no more than it had at its start.
  const leftMs = Math.min(run.clocks.runMs, startedAt + run.clocks.runMs - deps.clock.now())
  const followed = { container, output, records, oomKills: await deps.countOomKills() }
  const verdict = await follow(deps, run, followed, observer, times, stop, leftMs)
  return { ...verdict, phases: times.read() }
}

/**
 * A start that was under way when its process died may still come: the engine does not give it up.
 * @returns epoch milliseconds of the engine's clock, undefined when there is no such container or it does not start
 */
async function untilStarted(container: EngineContainer, clock: Clock): Promise<number | undefined> {
  for (let attempt = 1; attempt <= LATE_START.attempts; attempt += 1) {
    const state = await container.findState()
    if (state === undefined) return undefined
    const startedAt = Date.parse(state.StartedAt)
    if (startedAt > 0) return startedAt
    await clock.sleep(LATE_START.pauseMs)
  }
  return undefined
}

async function prepare(
  deps: RunDeps,
  run: ContainerRun,
  observer: RunObserver,
  times: PhaseTimes,
  stop: StopSwitch,
): Promise<Prepared> {
  const lift = stop.limit(run.clocks.prepareMs, 'timeout_prepare')
  try {
    stop.signal.throwIfAborted()
    const prepared = await deps.prepare(run, observer, times, stop.signal)
    if ('verdict' in prepared || !needsVolumes(run)) return prepared
    observer.phase('preparing', 'Fetching inputs')
    return { ...prepared, volumes: await deps.fillVolumes(run, prepared.image.id, stop.signal) }
  } catch (error) {
    const cause = stop.findCause()
    if (cause !== undefined) return { verdict: verdictOfStop(cause, limitsOf(run)) }
    const isOurs = error instanceof RunnerMeshError && error.code !== 'executor_unavailable'
    // Images have verdicts of their own: this is an input that cannot be had.
    if (isOurs) return { verdict: failed('dependency', error.message) }
    throw unreachable(deps.engine, error) ?? error
  } finally {
    lift()
  }
}

async function launch(
  deps: RunDeps,
  run: ContainerRun,
  { image, volumes = [] }: Extract<Prepared, { image: ImageFacts }>,
  observer: RunObserver,
  times: PhaseTimes,
  stop: StopSwitch,
): Promise<Launched> {
  const wanted = containerSpec(run, image, deps.specSettings(run))
  if ('fault' in wanted) return { verdict: failed(wanted.fault.reason, wanted.fault.message) }
  const early = stop.findCause()
  if (early !== undefined) return { verdict: verdictOfStop(early, limitsOf(run)) }
  // By its name until the engine has told the id: a create whose answer is lost can be undone as well.
  const named = new EngineContainer(deps.engine, deps.clock, wanted.spec.name)
  try {
    const id = await times.measure('create_ms', () => create(deps, withMounts(wanted.spec, volumes), named))
    const container = new EngineContainer(deps.engine, deps.clock, id)
    const stream = await times.measure('create_ms', () => container.attach(run.container.stdin !== undefined))
    const output = new ContainerOutput(stream, observer)
    if (run.container.stdin !== undefined) stream.end(run.container.stdin)
    const cause = stop.findCause()
    if (cause === undefined) {
      const oomKills = await deps.countOomKills()
      await times.measure('start_ms', () => container.start())
      return { container, output, oomKills }
    }
    output.close()
    await container.remove()
    return { verdict: verdictOfStop(cause, limitsOf(run)) }
  } catch (error) {
    if (error instanceof RunnerMeshError) hasStarted(error)
    const silent = unreachable(deps.engine, error)
    await removeOrLeave(deps, named)
    if (silent !== undefined) throw silent
    return { verdict: failed('exit', startFault(engineSentence(error))) }
  }
}

function withMounts<S extends ContainerCreateOptions>(spec: S, more: readonly MountSettings[]): S {
  if (more.length === 0) return spec
  return { ...spec, HostConfig: { ...spec.HostConfig, Mounts: [...(spec.HostConfig?.Mounts ?? []), ...more] } }
}

/** @returns the id. A name that is taken belongs to a container of this very grant that nobody follows. */
async function create(deps: RunDeps, spec: ContainerCreateOptions, leftover: EngineContainer): Promise<string> {
  try {
    return (await deps.engine.prompt.createContainer(spec)).id
  } catch (error) {
    if (statusOf(error) !== 409) throw error
    await leftover.remove()
    return (await deps.engine.prompt.createContainer(spec)).id
  }
}

async function follow(
  deps: RunDeps,
  run: ContainerRun,
  { container, output, records, oomKills }: Followed,
  observer: RunObserver,
  times: PhaseTimes,
  stop: StopSwitch,
  runMs: number,
): Promise<Verdict> {
  const { clock } = deps
  observer.phase('running', 'Running')
  const lift = stop.limit(runMs, 'timeout_run')
  using usage = new UsageWatch(() => container.sample(), clock)
  using witness = new EndWitness(container, clock)
  const unwatch = deps.capsDisk() ? () => undefined : watchDisk(container, run.container.disk_mb, clock, stop)
  let stopped: EndCause | undefined
  try {
    await times.measure('run_ms', async () => {
      const exited = container.untilExited()
      const first = await Promise.race([exited.then(() => 'exited' as const), stop.tripped()])
      if (first === 'exited') return
      stopped = stop.findCause()
      observer.phase('running', `Stopping: ${String(stopped)}`)
      await stopContainer(container, exited, run.clocks.graceMs, clock)
    })
    lift()
    unwatch()
    observer.phase('collecting', 'Collecting')
    return await times.measure('collect_ms', async () => {
      const [state] = await Promise.all([
        throughSilence(clock, () => container.findEndState(stopped !== undefined)),
        output.drained(clock),
      ])
      const isOomLikely = ((await deps.countOomKills()) ?? 0) > (oomKills ?? Infinity)
      // What an engine under load did not get out in time, it has kept.
      const kept = output.fault === undefined ? records : () => container.logs(new AbortController().signal)
      if (kept !== undefined && state !== undefined) await output.goOn(kept)
      if (output.fault !== undefined)
        deps.log.warn('container.output_cut', { task: run.taskId, why: errorText(output.fault) })
      const foreign = stopped === undefined && state !== undefined ? await foreignEnd(deps, witness, state) : undefined
      const told = foreign ?? verdictOf(run, state, stopped, output.lastErrorText, isOomLikely)
      const verdict = { ...told, ...usage.read() }
      const isWanted = state !== undefined && stopped !== 'lease_lost' && stopped !== 'stopping'
      const faults = isWanted ? await collectArtifacts(container, run.container.artifacts ?? [], observer) : []
      await throughSilence(clock, () => container.remove())
      return faults.length === 0 ? verdict : { ...verdict, artifactFaults: faults }
    })
  } finally {
    lift()
    unwatch()
    output.close()
  }
}

/** The end of a container that was not left to itself, or of which nobody can say so. */
async function foreignEnd(deps: RunDeps, witness: EndWitness, state: InspectedState): Promise<Verdict | undefined> {
  const testimony = await witness.testify(state)
  if (testimony === 'stopped') return STOPPED_BY_OTHERS
  return testimony === 'unseen' && !(await deps.sparesContainers()) ? END_UNSEEN : undefined
}

function verdictOf(
  run: ContainerRun,
  state: InspectedState | undefined,
  stopped: EndCause | undefined,
  lastErrorText: string,
  isOomLikely: boolean,
): Verdict {
  const limits = limitsOf(run)
  if (stopped !== undefined) return verdictOfStop(stopped, limits, state?.ExitCode)
  if (state === undefined) {
    return failed('worker_lost', 'Somebody removed the container while it ran; how its command ended is unknown.')
  }
  return verdictOfExit({ ...state, isOomLikely }, lastErrorText, limits)
}

/** On a way out that has its own story to tell: the reaper will come by for what stays. */
async function removeOrLeave(deps: RunDeps, container: EngineContainer): Promise<void> {
  try {
    await container.remove()
  } catch (error) {
    deps.log.warn('container.left_behind', { container: container.id, why: errorText(error) })
  }
}

function limitsOf({ clocks, container }: ContainerRun): Limits {
  return {
    prepareMs: clocks.prepareMs,
    runMs: clocks.runMs,
    memoryMiB: container.memory_mb,
    diskMiB: container.disk_mb,
  }
}
