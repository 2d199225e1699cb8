/**
 * Whether a container ended by itself. An engine that shuts down sends each of its containers a signal, and what ends
 * itself then may well say 0. It tells of that to whoever listens by then and to nobody later: it takes no new caller any
 * more, and the next engine knows nothing. So somebody listens from the start on, and asks again only where that was cut.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemEvents
 */
import { RunnerMeshError } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { throughSilence, type EngineContainer, type InspectedState } from '../engine/engine-container.ts'
import type { EngineReport } from '../engine/json-lines.ts'

/** `unseen`: the engine of now does not know of the end, so nobody can say. */
export type Testimony = 'by itself' | 'stopped' | 'unseen'

/** By number, as events name them: INT, QUIT, KILL, TERM. */
const ENDING_SIGNALS: ReadonlySet<string> = new Set(['2', '3', '9', '15'])
/** The engine tells of an end a moment after the process was gone. */
const TOLD_LATE_MS = SECOND / 2

export class EndWitness implements Disposable {
  readonly #container: EngineContainer
  readonly #clock: Clock
  readonly #over = new AbortController()
  #heard: Testimony = 'unseen'

  constructor(container: EngineContainer, clock: Clock) {
    this.#container = container
    this.#clock = clock
    void this.#listen()
  }

  /**
   * Asked when it has ended.
   * @throws RunnerMeshError executor_unavailable when the engine stays silent
   */
  async testify({ FinishedAt }: InspectedState): Promise<Testimony> {
    if (this.#heard !== 'unseen') return this.#heard
    const until = new Date(Date.parse(FinishedAt) + TOLD_LATE_MS)
    try {
      return await throughSilence(this.#clock, () => judge(this.#container.events({ until })))
    } catch (error) {
      if (error instanceof RunnerMeshError) throw error
      // It answers, but not this: who guards its socket may have forbidden it.
      return 'unseen'
    }
  }

  [Symbol.dispose](): void {
    this.#over.abort()
  }

  async #listen(): Promise<void> {
    try {
      this.#heard = await judge(this.#container.events({ signal: this.#over.signal }))
    } catch {
      // Cut off: whoever asks makes up for it.
    }
  }
}

/** A signal is told before the end that it brings. */
async function judge(events: AsyncIterable<EngineReport>): Promise<Testimony> {
  let isStopped = false
  for await (const { Action, Actor } of events) {
    if (Action === 'die') return isStopped ? 'stopped' : 'by itself'
    if (ENDING_SIGNALS.has(Actor?.Attributes?.signal ?? '')) isStopped = true
  }
  return 'unseen'
}
