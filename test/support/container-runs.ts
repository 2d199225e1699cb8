/** Runs for tests of the executor on the machine's real engine. */
import Docker from 'dockerode'
import { imageTask, type ImageTask } from '../../src/core/container-task.ts'
import { formatTaskId, makeFence, type Fence, type HomeId, type TaskId } from '../../src/core/ids.ts'
import type { ContainerRun, RunEnd, RunObserver, StopCause } from '../../src/core/ports/executor.ts'
import type { TaskClocks } from '../../src/core/task.ts'
import { systemClock, systemRandom } from '../../src/app/system.ts'
import { containerName, labelsOf } from '../../src/docker/containers/container-labels.ts'
import { createDockerExecutor, type DockerExecutor, type DockerExecutorDeps } from '../../src/docker/docker-executor.ts'
import { ensureBusyboxImage } from './busybox-image.ts'
import { RecordingLog } from './recording-log.ts'

/** One for all tests: it is left on the machine, for it never changes. */
export const BUSYBOX = 'runner-mesh-test/busybox:1'

export const docker = new Docker()

const CLOCKS: TaskClocks = { queueMs: 60_000, prepareMs: 30_000, runMs: 30_000, totalMs: 120_000, graceMs: 2_000 }

/** Test processes run side by side: the process id keeps their task ids apart. */
const HOME = 'testtesttesttest' as HomeId
let serial = 0

function newGrant(): { readonly taskId: TaskId; readonly fence: Fence; readonly attempt: number } {
  serial += 1
  const seq = process.pid * 100_000 + serial
  return { taskId: formatTaskId({ home: HOME, epoch: 1, seq }), fence: makeFence(1, seq), attempt: 1 }
}

export function newRun(task: Partial<ImageTask> = {}, clocks: Partial<TaskClocks> = {}): ContainerRun {
  const container = imageTask.parse({ image: BUSYBOX, memory_mb: 64, pids: 64, ...task })
  return { ...newGrant(), container: { kind: 'image', ...container }, clocks: { ...CLOCKS, ...clocks } }
}

export interface Heard extends RunObserver {
  readonly stdout: () => string
  readonly stderr: () => string
  readonly bytes: () => number
  readonly notes: string[]
  /** Resolves once the output holds `text`. */
  heard(text: string): Promise<void>
  noted(text: string): Promise<void>
}

/** @param keep how much of the output is kept to look at */
export function hearing(keep = 1_048_576): Heard {
  const kept = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] }
  const notes: string[] = []
  const waiters = new Set<() => void>()
  let bytes = 0
  const textOf = (name: 'stdout' | 'stderr') => Buffer.concat(kept[name]).toString()
  const changed = () => {
    for (const waiter of [...waiters]) waiter()
  }
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!holds()) return
        waiters.delete(look)
        resolve()
      }
      waiters.add(look)
      look()
    })
  return {
    phase: (phase, message) => {
      notes.push(`${phase}: ${message}`)
      changed()
    },
    output: (name, chunk) => {
      bytes += chunk.length
      if (bytes <= keep) kept[name].push(chunk.slice())
      changed()
    },
    stdout: () => textOf('stdout'),
    stderr: () => textOf('stderr'),
    bytes: () => bytes,
    notes,
    heard: (text) => until(() => textOf('stdout').includes(text) || textOf('stderr').includes(text)),
    noted: (text) => until(() => notes.some((note) => note.includes(text))),
  }
}

export function newExecutor(deps: Partial<DockerExecutorDeps> = {}): DockerExecutor {
  return createDockerExecutor({
    runner: `test-${process.pid}`,
    clock: systemClock,
    random: systemRandom,
    log: new RecordingLog(),
    ...deps,
  })
}

export interface Started {
  readonly run: ContainerRun
  readonly heard: Heard
  readonly end: Promise<RunEnd>
  stop(cause: StopCause): void
}

export function startRun(executor: DockerExecutor, run: ContainerRun, heard: Heard = hearing()): Started {
  const controller = new AbortController()
  const end = executor.run(run, heard, controller.signal)
  return { run, heard, end, stop: (cause) => controller.abort(cause) }
}

export async function runToEnd(
  executor: DockerExecutor,
  task: Partial<ImageTask>,
  clocks: Partial<TaskClocks> = {},
): Promise<{ readonly end: RunEnd; readonly heard: Heard; readonly run: ContainerRun }> {
  const { run, heard, end } = startRun(executor, newRun(task, clocks))
  return { end: await end, heard, run }
}

/** The container of a run as its runner would have made it, followed by nobody; not started. */
export function leaveContainer(engine: Docker, run: ContainerRun, runner: string): Promise<Docker.Container> {
  return engine.createContainer({
    name: containerName(run.taskId, run.fence),
    Image: BUSYBOX,
    Cmd: [...(run.container.command as readonly string[])],
    Labels: labelsOf({ ...run, runner, deadline: systemClock.now() + 60_000 }),
  })
}

/** Why tests on the engine cannot run here, for the runner to print; undefined when they can. */
export async function findEngineProblem(): Promise<string | undefined> {
  const { available, problem } = await newExecutor().probe()
  return available ? undefined : problem
}

export async function prepareBusybox(): Promise<void> {
  await ensureBusyboxImage(docker, BUSYBOX)
}

/** Whether the engine still has the container of a run, in any state. */
export async function containerExists(run: Pick<ContainerRun, 'taskId' | 'fence'>): Promise<boolean> {
  const name = `/runner-mesh-${run.taskId}-${run.fence}`
  const all = await docker.listContainers({ all: true, filters: { label: ['runner-mesh=1'] } })
  return all.some(({ Names }) => Names.includes(name))
}
