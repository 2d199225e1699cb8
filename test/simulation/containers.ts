/**
 * The containers of one machine. They belong to the machine, not to the worker's process: a worker that is killed finds
 * them again, and only a loss of power ends them all. No (task, fence) may ever be started twice.
 */
import type { Fence, TaskId } from '../../src/core/ids.ts'
import type { GrantView } from '../../src/core/operations/views.ts'
import type { LeftContainer, StopCause } from '../../src/core/ports/executor.ts'
import type { CheckedGrant, RunnerObserver, TaskRunner } from '../../src/core/ports/task-runner.ts'
import type { AttemptEnd } from '../../src/core/ports/work-journal.ts'
import type { Requirements } from '../../src/core/task.ts'
import { ANY_NEEDS } from '../support/sample-task.ts'
import type { EventLoop } from './event-loop.ts'
import type { Process } from './machine.ts'
import type { Trace } from './trace.ts'

export const TASK_TYPE = 'simulated.work'
const NEEDS: Requirements = { ...ANY_NEEDS, taskType: TASK_TYPE }

interface Container extends LeftContainer {
  running: boolean
  readonly exitCode: number
  /** Called when it exits by itself. */
  onExit: () => void
}

export interface ContainersDeps {
  readonly loop: EventLoop
  readonly trace: Trace
  readonly machine: string
  readonly unit: () => number
  /** Everything that was ever started in the world, as `task fence`. */
  readonly started: Set<string>
}

export class Containers {
  readonly #deps: ContainersDeps
  readonly #containers = new Map<string, Container>()

  constructor(deps: ContainersDeps) {
    this.#deps = deps
  }

  get size(): number {
    return this.#containers.size
  }

  isRunning(taskId: TaskId, fence: Fence): boolean {
    return this.#containers.get(keyOf(taskId, fence))?.running === true
  }

  left(): readonly LeftContainer[] {
    return [...this.#containers.values()]
  }

  remove(taskId: TaskId, fence: Fence): void {
    const container = this.#containers.get(keyOf(taskId, fence))
    if (container !== undefined) container.running = false
    this.#containers.delete(keyOf(taskId, fence))
  }

  powerLost(): void {
    for (const container of this.#containers.values()) container.running = false
    this.#containers.clear()
  }

  /** What a process of the worker runs tasks with. */
  runner(process: Process): TaskRunner & { adopt(left: LeftContainer, ...rest: RunArguments): Promise<AttemptEnd> } {
    return {
      types: () => [TASK_TYPE],
      check: (grant) => Promise.resolve({ grant, needs: NEEDS }),
      run: async ({ grant }, observer, signal) => {
        observer.progress('preparing', 'pulling', 0)
        await process.sleep(50 + this.#deps.unit() * 800, signal).catch(() => undefined)
        if (signal.aborted) return endOf(signal.reason as StopCause)
        const container = this.#start(grant)
        observer.progress('running', 'started', 0)
        return this.#follow(container, process, signal)
      },
      adopt: async (left, _checked, _observer, signal) => {
        const container = this.#containers.get(keyOf(left.taskId, left.fence))
        if (container === undefined) return { status: 'failed', reason: 'worker_lost', error: 'It is gone.' }
        return this.#follow(container, process, signal)
      },
    }
  }

  #start(grant: GrantView): Container {
    const { loop, trace, machine, started, unit } = this.#deps
    const [taskId, fence] = [grant.task_id as TaskId, grant.fence as Fence]
    const key = keyOf(taskId, fence)
    if (started.has(key)) trace.violation(`${key} was started twice`)
    started.add(key)
    trace.line(machine, 'starts', key)
    const { work_ms: workMs, fails } = grant.payload as { work_ms: number; fails: number }
    const exitCode = unit() < fails ? 1 : 0
    const container: Container = {
      taskId,
      fence,
      attempt: grant.attempt,
      running: true,
      exitCode,
      onExit: () => undefined,
    }
    this.#containers.set(key, container)
    loop.after(workMs * (0.5 + unit()), () => {
      if (!container.running) return
      container.running = false
      trace.line(machine, 'exits', key, exitCode)
      container.onExit()
    })
    return container
  }

  async #follow(container: Container, process: Process, signal: AbortSignal): Promise<AttemptEnd> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const wake = (): void => {
      if (process.alive) resolve(undefined)
    }
    container.onExit = wake
    signal.addEventListener('abort', wake)
    if (container.running && !signal.aborted) await promise
    // The way from TERM to gone.
    if (container.running) await process.sleep(20 + this.#deps.unit() * 4_000)
    const { taskId, fence, exitCode } = container
    const stopped = container.running
    this.remove(taskId, fence)
    if (stopped) return endOf(signal.reason as StopCause)
    return exitCode === 0
      ? { status: 'completed', exitCode, result: { by: this.#deps.machine, fence } }
      : { status: 'failed', reason: 'exit', exitCode }
  }
}

type RunArguments = [checked: CheckedGrant, observer: RunnerObserver, signal: AbortSignal]

function endOf(cause: StopCause): AttemptEnd {
  if (cause === 'cancelled') return { status: 'cancelled', reason: 'cancelled' }
  return { status: 'failed', reason: cause === 'timeout_total' ? 'timeout_total' : 'worker_lost' }
}

function keyOf(taskId: TaskId, fence: Fence): string {
  return `${taskId} ${String(fence)}`
}
