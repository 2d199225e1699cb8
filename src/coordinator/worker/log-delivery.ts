/**
 * Brings the logs in the spool home, each on a stream of its own, from where the home has it. What is on the way is
 * bounded; what waits stands on the disk. A log leaves the spool once the home has its end, or has nobody to give it to.
 */
import { errorText } from '../../core/errors.ts'
import { positionAfter } from '../../core/log-record.ts'
import type { Startable } from '../../core/ports/clock.ts'
import type { AttemptKey, LogStore } from '../../core/ports/log-store.ts'
import type { LogSink } from '../../core/ports/output-desk.ts'
import { atHome, isFinal, type DeliveryDeps } from './home-delivery.ts'

export interface LogDeliveryDeps extends DeliveryDeps {
  readonly spool: LogStore
}

const BATCH_BYTES = 524_288

interface Delivery {
  /** Settled when nothing of it is under way any more: the stream closed, the spool cleared. */
  readonly done: Promise<void>
  /** Resolved when the log is at home as a whole, or will not be. */
  readonly arrived: Promise<undefined>
  readonly arrive: () => void
  wake: () => void
  grown: boolean
}

export class LogDelivery implements Startable {
  readonly #deps: LogDeliveryDeps
  readonly #deliveries = new Map<string, Delivery>()
  readonly #stopping = new AbortController()

  constructor(deps: LogDeliveryDeps) {
    this.#deps = deps
  }

  /** Goes on with what a former process of this worker has left. */
  async start(): Promise<void> {
    for (const key of await this.#deps.spool.keys()) this.grew(key)
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopping'))
    await Promise.all([...this.#deliveries.values()].map(({ done }) => done))
  }

  /** There is more of it in the spool. */
  grew(key: AttemptKey): void {
    const name = nameOf(key)
    const known = this.#deliveries.get(name)
    if (known !== undefined) {
      known.grown = true
      known.wake()
      return
    }
    if (this.#stopping.signal.aborted) return
    const { promise: begun, resolve: begin } = Promise.withResolvers<Delivery>()
    const { promise: arrived, resolve } = Promise.withResolvers<undefined>()
    const arrive = (): void => {
      resolve(undefined)
    }
    const done = begun
      .then((delivery) => this.#deliver(key, delivery))
      .finally(() => {
        this.#deliveries.delete(name)
        arrive()
      })
    const delivery: Delivery = { done, arrived, arrive, wake: () => undefined, grown: true }
    this.#deliveries.set(name, delivery)
    begin(delivery)
  }

  /** Resolves when the log is at home as a whole, or there is no home for it, or the signal says that it took too long. */
  async delivered(key: AttemptKey, signal: AbortSignal): Promise<void> {
    const arrived = this.#deliveries.get(nameOf(key))?.arrived
    if (arrived === undefined || signal.aborted) return
    const { promise: over, resolve } = Promise.withResolvers<undefined>()
    const giveUp = (): void => {
      resolve(undefined)
    }
    signal.addEventListener('abort', giveUp)
    await Promise.race([arrived, over])
    signal.removeEventListener('abort', giveUp)
  }

  async #deliver(key: AttemptKey, delivery: Delivery): Promise<void> {
    const { spool, log } = this.#deps
    const { signal } = this.#stopping
    try {
      await atHome(this.#deps, key.taskId, signal, async (desk) => {
        const sink = await desk.openLog(key, signal)
        try {
          await this.#send(key, sink, delivery)
          delivery.arrive()
        } finally {
          await sink.close()
        }
      })
    } catch (error) {
      if (signal.aborted) return
      const level = isFinal(error) ? 'info' : 'error'
      log[level]('log.not_delivered', { ...key, error: errorText(error) })
    }
    await spool.remove(key).catch((error: unknown) => {
      log.warn('log.not_removed', { ...key, error: errorText(error) })
    })
  }

  async #send(key: AttemptKey, sink: LogSink, delivery: Delivery): Promise<void> {
    let seq = sink.nextSeq
    for (;;) {
      delivery.grown = false
      const records = await this.#deps.spool.read(key, { seq }, BATCH_BYTES)
      const last = records.at(-1)
      if (last !== undefined) {
        await sink.append(records)
        seq = positionAfter(last).seq
        if (last.kind !== 'end') continue
      }
      // Said to be there before this waits: a stream that was cut is found out now.
      await sink.flushed()
      const state = await this.#deps.spool.state(key)
      if (state === undefined || (state.ended && state.next.seq <= seq)) return
      await this.#untilGrown(delivery)
    }
  }

  async #untilGrown(delivery: Delivery): Promise<void> {
    const { signal } = this.#stopping
    signal.throwIfAborted()
    if (delivery.grown) return
    const { promise, resolve } = Promise.withResolvers<undefined>()
    delivery.wake = () => {
      resolve(undefined)
    }
    signal.addEventListener('abort', delivery.wake)
    await promise
    signal.removeEventListener('abort', delivery.wake)
    signal.throwIfAborted()
  }
}

function nameOf({ taskId, attempt }: AttemptKey): string {
  return `${taskId}/${String(attempt)}`
}
