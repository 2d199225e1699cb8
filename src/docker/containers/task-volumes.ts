/**
 * Volumes of a task's own, made ready before its container is there:
 *
 *   /inputs     what it is given, read-only
 *   /artifacts  where it can leave artifacts when its root filesystem is read-only: what it writes to memory is gone with
 *               its process
 *
 * They are filled through the engine's archive call, by way of a helper container that is never started: so the engine may
 * be on another machine, and nothing of this host is bound into a container.
 */
import { posix } from 'node:path'
import tar from 'tar-stream'
import type { MountSettings } from 'dockerode'
import { INPUTS_DIRECTORY } from '../../core/artifact.ts'
import type { Fence, TaskId } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { ContainerRun, RunInput } from '../../core/ports/executor.ts'
import { containerName, LABELS } from './container-labels.ts'
import { EngineContainer } from '../engine/engine-container.ts'
import { isGone, type Engine } from '../engine/engine.ts'

export interface VolumeDeps {
  readonly engine: Engine
  readonly clock: Clock
  /** Stable id of this runner. */
  readonly runner: string
}

/** Helpers and volumes are told from all others by it; the value is the name of the task's container. */
const VOLUMES_OF = 'runner-mesh.volumes-of'
const ARTIFACTS_DIRECTORY = '/artifacts'

/** Whether a run needs any. */
export function needsVolumes(run: ContainerRun): boolean {
  return (run.inputs ?? []).length > 0 || needsArtifactsFolder(run)
}

/** @throws RunnerMeshError what an input cannot be had for; the signal's reason; whatever the engine's client throws */
export async function fillVolumes(
  { engine, clock, runner }: VolumeDeps,
  run: ContainerRun,
  image: string,
  signal: AbortSignal,
): Promise<readonly MountSettings[]> {
  const container = containerName(run.taskId, run.fence)
  const labels = { [LABELS.ours]: '1', [LABELS.runner]: runner, [VOLUMES_OF]: container }
  const inputs = (run.inputs ?? []).length > 0 ? `${container}-inputs` : undefined
  const artifacts = needsArtifactsFolder(run) ? `${container}-artifacts` : undefined
  const helper = new EngineContainer(engine, clock, `${container}-volumes`)
  const mounts = (inputsReadOnly: boolean): MountSettings[] => [
    ...(inputs === undefined ? [] : [mountOf(inputs, INPUTS_DIRECTORY, inputsReadOnly)]),
    ...(artifacts === undefined ? [] : [mountOf(artifacts, ARTIFACTS_DIRECTORY, false)]),
  ]
  // Of an earlier try at this very grant.
  await helper.remove()
  await removeVolumes(engine, run.taskId, run.fence)
  try {
    for (const name of [inputs, artifacts])
      if (name !== undefined) await engine.prompt.createVolume({ Name: name, Labels: labels })
    await engine.prompt.createContainer({
      name: `${container}-volumes`,
      Image: image,
      Entrypoint: ['never-started'],
      Cmd: [],
      Labels: labels,
      NetworkDisabled: true,
      HostConfig: { Mounts: mounts(false) },
    })
    if (artifacts !== undefined) await openToAll(helper, ARTIFACTS_DIRECTORY)
    if (inputs !== undefined) await sendInputs(helper, run.inputs ?? [], signal)
    await helper.remove()
    return mounts(true)
  } catch (error) {
    await helper.remove().catch(() => undefined)
    await removeVolumes(engine, run.taskId, run.fence).catch(() => undefined)
    throw error
  }
}

/** After the container of that grant is gone. Idempotent. */
export async function removeVolumes(engine: Engine, taskId: TaskId, fence: Fence): Promise<void> {
  for (const kind of ['inputs', 'artifacts']) await removeVolume(engine, `${containerName(taskId, fence)}-${kind}`)
}

/** What a former process of this runner left: helpers, and volumes whose container is not among those that are kept. */
export async function removeLostVolumes(
  { engine, clock, runner }: VolumeDeps,
  isKept: (container: string) => boolean,
): Promise<void> {
  const filters = { label: [`${LABELS.ours}=1`, `${LABELS.runner}=${runner}`, VOLUMES_OF] }
  const isLost = (labels: Readonly<Record<string, string>>): boolean => !isKept(labels[VOLUMES_OF] ?? '')
  for (const { Id, Labels } of await engine.prompt.listContainers({ all: true, filters }))
    if (isLost(Labels)) await new EngineContainer(engine, clock, Id).remove()
  const { Volumes } = await engine.prompt.listVolumes({ filters })
  for (const { Name, Labels } of Volumes) if (isLost(Labels)) await removeVolume(engine, Name)
}

function needsArtifactsFolder({ container }: ContainerRun): boolean {
  const isReadOnly = container.profile === 'strict' || container.read_only === true
  return isReadOnly && (container.artifacts ?? []).length > 0
}

/** Like /tmp. From its parent, because the engine leaves the mode of the folder that it unpacks into alone. */
async function openToAll(helper: EngineContainer, folder: string): Promise<void> {
  const pack = tar.pack()
  pack.entry({ name: folder.slice(1), type: 'directory', mode: 0o1777 })
  pack.finalize()
  await helper.extract('/', pack)
}

async function sendInputs(helper: EngineContainer, inputs: readonly RunInput[], signal: AbortSignal): Promise<void> {
  const pack = tar.pack()
  const over = new AbortController()
  const sent = helper.extract(INPUTS_DIRECTORY, pack, AbortSignal.any([signal, over.signal]))
  try {
    await Promise.race([Promise.all([sent, packInputs(pack, inputs, signal)]), whenAborted(signal)])
  } finally {
    sent.catch(() => undefined)
    over.abort()
    pack.destroy()
  }
}

async function packInputs(pack: tar.Pack, inputs: readonly RunInput[], signal: AbortSignal): Promise<void> {
  const folders = new Set<string>()
  for (const input of inputs) {
    const { name } = input
    for (const folder of foldersOf(name)) {
      if (folders.has(folder)) continue
      folders.add(folder)
      pack.entry({ name: folder, type: 'directory', mode: 0o755 })
    }
    const { bytes, content } = await input.open(signal)
    const { promise: ended, resolve, reject } = Promise.withResolvers<undefined>()
    const entry = pack.entry({ name, size: bytes, mode: 0o444 }, (error) => {
      if (error) reject(error)
      else resolve(undefined)
    })
    // A reader that is gone ends the packing, wherever it waits.
    pack.once('close', () => reject(new Error('The engine did not take the inputs.')))
    ended.catch(() => undefined)
    for await (const piece of content) {
      signal.throwIfAborted()
      if (!entry.write(Buffer.from(piece)))
        await Promise.race([new Promise<void>((drained) => entry.once('drain', () => drained())), ended])
    }
    entry.end()
    await ended
  }
  pack.finalize()
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)))
    }
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp, { once: true })
  })
}

function foldersOf(name: string): readonly string[] {
  const parts = posix.dirname(name).split('/')
  return parts[0] === '.' ? [] : parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function mountOf(volume: string, target: string, readOnly: boolean): MountSettings {
  return {
    Type: 'volume',
    Source: volume,
    Target: target,
    ReadOnly: readOnly,
    VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: 'local', Options: {} } },
  }
}

async function removeVolume(engine: Engine, name: string): Promise<void> {
  try {
    await engine.prompt.getVolume(name).remove({ force: true })
  } catch (error) {
    if (!isGone(error)) throw error
  }
}
