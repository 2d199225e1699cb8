/** Logs in files: `<folder>/<task id>/<attempt>/`. What was written outlives the process; nothing is flushed to the platter. */
import { existsSync } from 'node:fs'
import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { findTaskIdParts, type TaskId } from '../../core/ids.ts'
import type { LogRecord } from '../../core/log-record.ts'
import type { AttemptKey, LogFrom, LogLimits, LogState, LogStore } from '../../core/ports/log-store.ts'
import { BoundedLog } from './bounded-log.ts'

export interface FileLogStoreOptions {
  readonly directory: string
  readonly limits: LogLimits
}

/** Logs that stay known in memory after their end. */
const KNOWN = 256

export function createFileLogStore(options: FileLogStoreOptions): LogStore {
  return new FileLogStore(options)
}

interface Known {
  readonly log: Promise<BoundedLog>
  /** The last change under way. */
  tail: Promise<unknown>
}

class FileLogStore implements LogStore {
  readonly #options: FileLogStoreOptions
  readonly #known = new Map<string, Known>()

  constructor(options: FileLogStoreOptions) {
    this.#options = options
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    await Promise.allSettled([...this.#known.values()].map(({ tail }) => tail))
    this.#known.clear()
  }

  async state(key: AttemptKey): Promise<LogState | undefined> {
    // A container waits for this answer, and most attempts are new: the look takes microseconds.
    if (!this.#known.has(nameOf(key)) && !existsSync(this.#pathOf(key))) return undefined
    const { state } = await this.#find(key).log
    return state.next.seq === 0 ? undefined : state
  }

  append(key: AttemptKey, records: readonly LogRecord[]): Promise<LogState> {
    return this.#change(key, async (log) => {
      await log.append(records)
      return log.state
    })
  }

  async read(key: AttemptKey, from: LogFrom, maxBytes: number): Promise<readonly LogRecord[]> {
    return (await this.#find(key).log).read(from, maxBytes)
  }

  async attempts(taskId: TaskId): Promise<readonly number[]> {
    const names = await namesIn(join(this.#options.directory, taskId))
    return names
      .filter((name) => /^[1-9][0-9]{0,8}$/.test(name))
      .map(Number)
      .sort((a, b) => a - b)
  }

  async keys(): Promise<readonly AttemptKey[]> {
    const tasks = (await namesIn(this.#options.directory)).filter((name) => findTaskIdParts(name) !== undefined)
    const keys: AttemptKey[] = []
    for (const task of tasks as TaskId[])
      for (const attempt of await this.attempts(task)) keys.push({ taskId: task, attempt })
    return keys
  }

  async remove(key: AttemptKey): Promise<void> {
    await this.#change(key, async () => {
      await rm(this.#pathOf(key), { recursive: true, force: true })
      this.#known.delete(nameOf(key))
      await rmdir(join(this.#options.directory, key.taskId)).catch(() => undefined)
    })
  }

  async #change<T>(key: AttemptKey, change: (log: BoundedLog) => Promise<T>): Promise<T> {
    const known = this.#find(key)
    const done = known.tail
      .catch(() => undefined)
      .then(async () => {
        try {
          return await change(await known.log)
        } catch (cause) {
          // What is on the disk now is read anew.
          this.#known.delete(nameOf(key))
          throw new RunnerMeshError('storage_failed', `Cannot write the log of ${key.taskId}: ${errorText(cause)}.`, {
            cause,
          })
        }
      })
    known.tail = done
    return done
  }

  #find(key: AttemptKey): Known {
    const name = nameOf(key)
    const known = this.#known.get(name) ?? {
      log: BoundedLog.open(this.#pathOf(key), this.#options.limits),
      tail: Promise.resolve(),
    }
    this.#known.delete(name)
    this.#known.set(name, known)
    const [oldest] = this.#known
    if (this.#known.size > KNOWN && oldest !== undefined) void this.#forget(...oldest)
    return known
  }

  /** Only when nothing of it is under way: two that write one log would tear it. */
  async #forget(name: string, known: Known): Promise<void> {
    const { tail } = known
    await tail.catch(() => undefined)
    if (this.#known.get(name) === known && known.tail === tail && this.#known.size > KNOWN) this.#known.delete(name)
  }

  #pathOf({ taskId, attempt }: AttemptKey): string {
    if (findTaskIdParts(taskId) === undefined || !Number.isInteger(attempt) || attempt < 1) {
      throw new RunnerMeshError('internal', `No log of attempt ${String(attempt)} at ${taskId} can be kept.`)
    }
    return join(this.#options.directory, taskId, String(attempt))
  }
}

function nameOf({ taskId, attempt }: AttemptKey): string {
  return `${taskId}/${String(attempt)}`
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
