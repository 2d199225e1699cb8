/** One container of the engine: each call with what may go wrong with it, and nothing of what a task is. */
import type Docker from 'dockerode'
import { SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import { isGone, statusOf, unreachable, type Engine } from './engine.ts'
import { engineReports, type EngineReport } from './json-lines.ts'
import type { EndedState } from '../containers/run-verdict.ts'

export interface InspectedState extends EndedState {
  readonly Running: boolean
  /** RFC 3339; the year 1 when it never started. */
  readonly StartedAt: string
  /** RFC 3339, of the engine's clock. */
  readonly FinishedAt: string
}

/** While the engine restarts, its calls fail; with live-restore the containers go on. */
const RECONNECT = { attempts: 60, pauseMs: 500 } as const
const LATE_OOM = { attempts: 10, pauseMs: 100 } as const
/** The exit code of a process that SIGKILL ended: 128 + 9. */
const KILLED = 137
/** How often a container is looked at that should tell its end by itself. */
const LOOK_EVERY_MS = 5 * SECOND
const REMOVE = { attempts: 5, pauseMs: 200 } as const

/**
 * Makes a call again while the engine is silent, for as long as a restart takes.
 * @throws RunnerMeshError executor_unavailable when it stays silent; whatever else the call throws
 */
export async function throughSilence<T>(clock: Clock, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call()
    } catch (error) {
      const isSilent = error instanceof RunnerMeshError && error.code === 'executor_unavailable'
      if (!isSilent || attempt >= RECONNECT.attempts) throw error
      await clock.sleep(RECONNECT.pauseMs)
    }
  }
}

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

  /**
   * A start whose answer is lost may have begun the process all the same: what the container says of itself counts then.
   * @throws RunnerMeshError executor_unavailable when the engine does not say; what the call threw when it did not start
   */
  async start(): Promise<void> {
    try {
      await this.#prompt.start()
    } catch (error) {
      if (unreachable(this.#engine, error) === undefined) throw error
      const state = await throughSilence(this.#clock, () => this.findState())
      if (state === undefined || Date.parse(state.StartedAt) <= 0) throw error
    }
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

  /** Unpacks a tar into a folder of the container. Only the signal ends it before its content does. */
  async extract(path: string, content: NodeJS.ReadableStream, signal?: AbortSignal): Promise<void> {
    const giveUp = signal === undefined ? {} : { abortSignal: signal }
    await this.#patient.putArchive(content, { path, noOverwriteDirNonDir: 'true', ...giveUp })
  }

  /**
   * Resolves when the process is gone. Asked after the start, "not running" has no race: a process that ended in between
   * answers at once. A call that an engine left open when it went away says nothing, ever, so it is asked beside that.
   * @throws RunnerMeshError executor_unavailable when the engine stays silent
   */
  async untilExited(): Promise<void> {
    const over = new AbortController()
    try {
      await Promise.race([this.#waited(over.signal), this.#seenEnded(over.signal)])
    } finally {
      over.abort()
    }
  }

  async #waited(abortSignal: AbortSignal): Promise<void> {
    await throughSilence(this.#clock, async () => {
      try {
        await this.#patient.wait({ condition: 'not-running', abortSignal })
      } catch (error) {
        if (!isGone(error) && !abortSignal.aborted) throw unreachable(this.#engine, error) ?? error
      }
    })
  }

  async #seenEnded(signal: AbortSignal): Promise<void> {
    for (;;) {
      // Given up with the race, which does not hear of it any more.
      await this.#clock.sleep(LOOK_EVERY_MS, signal)
      const state = await throughSilence(this.#clock, () => this.findState())
      if (state?.Running !== true) return
    }
  }

  /**
   * What the engine tells of it, from the first thing that it remembers on: it remembers the last few hundred events of
   * all containers, and none from before it was started.
   * @param until an instant of the engine's clock, at which the telling ends; without it, it ends with the signal
   * @throws RunnerMeshError executor_unavailable when the engine goes away or does not answer
   */
  async *events({ signal, until }: { signal?: AbortSignal; until?: Date } = {}): AsyncGenerator<EngineReport> {
    const filters = JSON.stringify({ container: [this.id], event: ['kill', 'die'] })
    const ends = until === undefined ? {} : { until: until.getTime() / SECOND }
    const client = until === undefined ? this.#engine.patient : this.#engine.prompt
    const giveUp = signal === undefined ? {} : { abortSignal: signal }
    try {
      const events: unknown = await client.getEvents({ since: 1, filters, ...ends, ...giveUp })
      yield* engineReports(events as AsyncIterable<Uint8Array>)
    } catch (error) {
      throw unreachable(this.#engine, error) ?? error
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

  /**
   * How it ended. The engine hears of a process that went over its memory on another way than of its end, and may note it
   * a moment later: a kill that was not ours is looked at again before it is called a mere signal.
   */
  async findEndState(isStoppedByUs: boolean): Promise<InspectedState | undefined> {
    let state = await this.findState()
    for (let attempt = 1; attempt <= LATE_OOM.attempts; attempt += 1) {
      const isKilled = state?.ExitCode === KILLED && !state.OOMKilled
      if (isStoppedByUs || !isKilled) break
      await this.#clock.sleep(LATE_OOM.pauseMs)
      state = await this.findState()
    }
    return state
  }

  /** What it uses at this moment, as the engine tells it. */
  async sample(): Promise<unknown> {
    return this.#prompt.stats({ stream: false, 'one-shot': true })
  }

  /** Devices it was given by their ids. */
  async deviceIds(): Promise<readonly string[]> {
    try {
      const { HostConfig } = await this.#prompt.inspect()
      return (HostConfig.DeviceRequests ?? []).flatMap(({ DeviceIDs }) => DeviceIDs ?? [])
    } catch (error) {
      if (isGone(error)) return []
      throw unreachable(this.#engine, error) ?? error
    }
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
