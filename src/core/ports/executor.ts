/** What a worker needs from whatever runs containers. The executor owns every container it labels, and nothing else. */
import type { ContainerTask, HostMount } from '../container-task.ts'
import type { Fence, TaskId } from '../ids.ts'
import type { TaskClocks, TaskReason, TerminalStatus } from '../task.ts'
import type { Startable } from './clock.ts'

export interface ContainerRun {
  readonly taskId: TaskId
  readonly fence: Fence
  readonly attempt: number
  readonly container: ContainerTask
  readonly clocks: TaskClocks
  readonly inputs?: readonly RunInput[]
  /** Values of what the task's secrets name; kept in memory alone, and on a file system that is. */
  readonly secrets?: readonly SecretValue[]
}

export interface SecretValue {
  /** The file in /run/secrets. */
  readonly name: string
  readonly value: string
  /** Whether it is a variable as well. */
  readonly env: boolean
}

/** What the owner of the machine lets tasks of profile `trusted` have. */
export interface TrustedAllowances {
  /** After everything is dropped. */
  readonly capabilities: readonly string[]
  readonly mayMount: (mount: HostMount) => boolean
  readonly mayUseDevice: (path: string) => boolean
}

/** A file that a container finds below INPUTS_DIRECTORY. */
export interface RunInput {
  /** Relative path. */
  readonly name: string
  /** Its length is known before its content comes. @throws RunnerMeshError when it cannot be had */
  open(signal: AbortSignal): Promise<{ readonly bytes: number; readonly content: AsyncIterable<Uint8Array> }>
}

/** A file that was to be kept and is not. */
export interface ArtifactFault {
  readonly path: string
  /** Why, and what to do. */
  readonly message: string
}

/** Why a run is to stop; passed as the reason of the abort signal. */
export type StopCause = 'cancelled' | 'lease_lost' | 'timeout_total' | 'stopping'

export type RunPhase = 'preparing' | 'running' | 'collecting'

export interface RunObserver {
  /** One cleaned line for people: a pull by layer, a build by step. */
  phase(phase: RunPhase, message: string, fraction?: number): void
  /** Bytes as the container wrote them, in the order of the engine's stream; never blocks the container. */
  output(stream: 'stdout' | 'stderr', bytes: Uint8Array): void
  /**
   * A file that the container has left where the task said, after its end. Its content is read to the end before the next
   * one comes. What it throws is told among the faults of the run.
   */
  artifact?(path: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<void>
}

export interface RunPhases {
  readonly pull_ms: number
  readonly build_ms: number
  readonly create_ms: number
  readonly start_ms: number
  readonly run_ms: number
  readonly collect_ms: number
}

/** The end of a run. It is reported only when the container is proven gone. A missing exit code is never a success. */
export interface RunEnd {
  readonly status: TerminalStatus
  readonly reason?: TaskReason
  /** As the engine's inspect says; unset when the process never started or its code is unknown. */
  readonly exitCode?: number
  readonly signal?: string
  /** What, which, what to do; set unless completed. */
  readonly message?: string
  /** The fault is this host's or its registry's, not the task's: another host may do better. */
  readonly hostFault?: true
  readonly imageDigest?: string
  readonly peakMemoryBytes?: number
  readonly cpuMs?: number
  /** Set when some of the artifacts could not be kept. */
  readonly artifactFaults?: readonly ArtifactFault[]
  readonly phases: RunPhases
}

export interface ExecutorProbe {
  readonly available: boolean
  /** When unavailable: what is missing and what to do. */
  readonly problem?: string
  readonly engine?: string
  readonly os: string
  readonly arch: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly gpus: number
}

/** A container of ours that outlived the process that started it. */
export interface LeftContainer {
  readonly taskId: TaskId
  readonly fence: Fence
  readonly attempt: number
  readonly running: boolean
}

export interface Executor extends Startable {
  probe(): Promise<ExecutorProbe>
  /**
   * Pull or build, create, start, follow, wait, inspect, remove. Resolves with the run's end whatever it is; rejects only
   * when the engine cannot be reached (`executor_unavailable`, with `details.started` when the container may be running
   * still). Aborting the signal starts the stop ladder.
   */
  run(run: ContainerRun, observer: RunObserver, signal: AbortSignal): Promise<RunEnd>
  /** Follows a container that is still there after a restart, as if `run` had started it. */
  adopt(left: LeftContainer, run: ContainerRun, observer: RunObserver, signal: AbortSignal): Promise<RunEnd>
  /** What was delivered to a container that is still there, so that a restarted worker can keep it out of the output. */
  deliveredSecrets(taskId: TaskId, fence: Fence): Promise<readonly string[]>
  /** Containers of this runner that nobody follows. */
  left(): Promise<readonly LeftContainer[]>
  /** Kills and removes the container of one grant. Idempotent. */
  remove(taskId: TaskId, fence: Fence): Promise<void>
}
