/** One container of the engine: each call with what may go wrong with it, and nothing of what a task is. */
import type Docker from 'dockerode'
import type { Clock } from '../core/ports/clock.ts'
import { RunnerMeshError } from '../core/errors.ts'
import { isGone, statusOf, unreachable, type Engine } from './engine.ts'
import type { EndedState } from './run-verdict.ts'

export interface InspectedState extends EndedState {
  readonly Running: boolean
  /** RFC 3339; the year 1 when it never started. */
  readonly StartedAt: string
}

/** While the engine restarts, its calls fail; with live-restore the containers go on. */
const RECONNECT = { attempts: 60, pauseMs: 500 } as const
const REMOVE = { attempts: 5, pauseMs: 200 } as const

export class EngineContainer {
  readonly id: string
  readonly #engine: Engine
  readonly #clock: Clock
  readonly #prompt: Docker.Container
  readonly #patient: Docker.Container

  constructor(engine: Engine, clock: Clock, id: string) {
    this.id = id
    this.#engine = engine
    this.#clock = clock
    this.#prompt = engine.prompt.getContainer(id)
    this.#patient = engine.patient.getContainer(id)
  }

  /** Everything that is written from the start on, framed. Attached before the start, it misses nothing. */
  async attach(withStdin: boolean): Promise<NodeJS.ReadWriteStream> {
    return this.#patient.attach({ stream: true, stdout: true, stderr: true, stdin: withStdin, hijack: true })
  }

  /** What the engine kept since the start, then what follows. Framed. */
  async logs(signal: AbortSignal): Promise<NodeJS.ReadableStream> {
    return this.#patient.logs({ follow: true, stdout: true, stderr: true, abortSignal: signal })
  }

  async start(): Promise<void> {
    await this.#prompt.start()
  }

  /**
   * A file or folder of the container as a tar. @returns undefined when there is no such path
   * @throws RunnerMeshError executor_unavailable
   */
  async archive(path: string): Promise<NodeJS.ReadableStream | undefined> {
    try {
      return await this.#patient.getArchive({ path })
    } catch (error) {
      if (isGone(error)) return undefined
      throw unreachable(this.#engine, error) ?? error
    }
  }

  /** Unpacks a tar into a folder of the container. */
  async extract(path: string, content: NodeJS.ReadableStream): Promise<void> {
    await this.#patient.putArchive(content, { path, noOverwriteDirNonDir: 'true' })
  }

  /**
   * Resolves when the process is gone. Asked after the start, "not running" has no race: a process that ended in between
   * answers at once.
   * @throws RunnerMeshError executor_unavailable when the engine stays silent
   */
  async untilExited(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#patient.wait({ condition: 'not-running' })
        return
      } catch (error) {
        if (isGone(error)) return
        const silent = unreachable(this.#engine, error)
        if (silent === undefined || attempt >= RECONNECT.attempts) throw silent ?? error
        await this.#clock.sleep(RECONNECT.pauseMs)
      }
    }
  }

  /** @returns undefined when the container is no more */
  async findState(): Promise<InspectedState | undefined> {
    try {
      return (await this.#prompt.inspect()).State
    } catch (error) {
      if (isGone(error)) return undefined
      throw unreachable(this.#engine, error) ?? error
    }
  }

  /** What it uses at this moment, as the engine tells it. */
  async sample(): Promise<unknown> {
    return this.#prompt.stats({ stream: false, 'one-shot': true })
  }

  /** Bytes written to its own layer. */
  async writtenBytes(): Promise<number> {
    const { SizeRw } = (await this.#prompt.inspect({ size: true } as object)) as { SizeRw?: number }
    return SizeRw ?? 0
  }

  /** A container that runs no more needs no signal: that is no error. */
  async kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    try {
      await this.#prompt.kill({ signal })
    } catch (error) {
      const status = statusOf(error)
      if (status !== 404 && status !== 409) throw unreachable(this.#engine, error) ?? error
    }
  }

  /**
   * Kills what still runs and removes the container with its volumes; resolves when it is no more.
   * @throws RunnerMeshError executor_unavailable
   */
  async remove(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#prompt.remove({ force: true, v: true })
        return
      } catch (error) {
        if (isGone(error)) return
        const silent = unreachable(this.#engine, error)
        if (silent !== undefined) throw silent
        // 409: somebody else removes it this moment. 500: a device is busy for a while.
        if (attempt >= REMOVE.attempts) {
          throw new RunnerMeshError(
            'executor_unavailable',
            `The engine does not remove container ${this.id.slice(0, 12)}. Look at its log.`,
            { cause: error },
          )
        }
        await this.#clock.sleep(REMOVE.pauseMs * attempt)
      }
    }
  }
}
