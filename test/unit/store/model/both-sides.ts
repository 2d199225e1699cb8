/** What is said of both sides at once: the store that is tried and the model. */
import { isErrorCode, RunnerMeshError } from '../../../../src/core/errors.ts'
import type { Fence, PeerId, TaskId } from '../../../../src/core/ids.ts'
import type { TaskStore } from '../../../../src/core/ports/task-store.ts'
import { WORKERS } from './commands.ts'

export interface Pair<T> {
  readonly real: T
  readonly model: T
}

export interface Granted {
  readonly task: Pair<TaskId>
  readonly fence: Fence
  readonly leaseMs: number
}

export type Outcome<T> = { readonly value: T } | { readonly code: string }

export async function outcome<T>(asked: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await asked }
  } catch (thrown) {
    if (thrown instanceof RunnerMeshError && isErrorCode(thrown.code)) return { code: thrown.code }
    throw thrown
  }
}

export function offered(store: TaskStore): string {
  return JSON.stringify(
    store
      .readyClasses()
      .map(({ needs, count }) => [needs.taskType, count])
      .sort(),
  )
}

export function workerOf(index: number): PeerId {
  return (WORKERS[index % WORKERS.length] ?? WORKERS[0]) as PeerId
}

export function pick<T>(from: readonly T[], index: number): T | undefined {
  return from[index % from.length]
}
