/** Logs and artifacts go when their task goes: what belongs to no task of this home any more is removed. */
import { errorText } from '../core/errors.ts'
import { getTaskIdParts } from '../core/ids.ts'
import { MINUTE } from '../core/lease.ts'
import type { ArtifactStore } from '../core/ports/artifact-store.ts'
import type { Clock, Logger, Startable } from '../core/ports/clock.ts'
import type { LogStore } from '../core/ports/log-store.ts'
import type { TaskStore } from '../core/ports/task-store.ts'

export interface OutputUpkeepDeps {
  readonly tasks: Pick<TaskStore, 'find' | 'homeId'>
  readonly logs: LogStore
  readonly artifacts: ArtifactStore
  readonly clock: Clock
  readonly log: Logger
}

const EVERY_MS = MINUTE

export class OutputUpkeep implements Startable {
  readonly #deps: OutputUpkeepDeps
  #stopTimer: (() => void) | undefined
  #sweeping: Promise<unknown> = Promise.resolve()

  constructor(deps: OutputUpkeepDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    if (this.#stopTimer === undefined) this.#goOn()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    await this.#sweeping
  }

  /** @returns of how many attempts something was removed */
  async sweep(): Promise<number> {
    const { tasks, logs, artifacts } = this.#deps
    let removed = 0
    for (const store of [logs, artifacts]) {
      for (const key of await store.keys()) {
        // A worker keeps what it brings to other homes in the same folder of artifacts.
        if (getTaskIdParts(key.taskId).home !== tasks.homeId || (await tasks.find(key.taskId)) !== undefined) continue
        await store.remove(key)
        removed += 1
      }
    }
    return removed
  }

  #goOn(): void {
    const { clock, log } = this.#deps
    this.#stopTimer = clock.after(EVERY_MS, () => {
      this.#sweeping = this.sweep()
        .catch((error: unknown) => {
          log.warn('outputs.sweep_failed', { error: errorText(error) })
        })
        .finally(() => {
          if (this.#stopTimer !== undefined) this.#goOn()
        })
    })
  }
}
