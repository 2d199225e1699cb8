/** What this worker brings to the homes of its tasks, whatever comes between: how long it waits, and when it gives up. */
import { errorText, RunnerMeshError, type ErrorCode } from '../../core/errors.ts'
import { getTaskIdParts, type HomeId, type TaskId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import type { OutputDesk } from '../../core/ports/output-desk.ts'

/** The desks of the homes this peer reaches, its own among them. */
export interface Desks {
  find(home: HomeId): OutputDesk | undefined
  /** It failed: when several peers serve the home, another is found next. */
  putLast(home: HomeId): void
  /** Whether what this worker keeps is kept by that home already. */
  isOwn(home: HomeId): boolean
  /** Hears of every home that is reached from now on. @returns a function that ends the subscription */
  onFound(found: (homes: readonly HomeId[]) => void): () => void
}

export interface DeliveryDeps {
  readonly desks: Desks
  readonly clock: Clock
  readonly log: Logger
}

const PAUSE_MS = { first: SECOND / 4, longest: 15 * SECOND } as const

/** Answers after which asking again is pointless. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'lease_lost',
  'task_not_found',
  'forbidden',
  'peer_not_allowed',
  'bad_request',
  'too_large',
  'storage_low',
  'signature_invalid',
])

export function isFinal(error: unknown): error is RunnerMeshError {
  return error instanceof RunnerMeshError && FINAL.has(error.code)
}

/**
 * Does something at the home of a task, again and again until it is done.
 * @throws RunnerMeshError with a final answer of the home, or the signal's reason
 */
export async function atHome<T>(
  { desks, clock, log }: DeliveryDeps,
  taskId: TaskId,
  signal: AbortSignal,
  work: (desk: OutputDesk) => Promise<T>,
): Promise<T> {
  const { home } = getTaskIdParts(taskId)
  for (let pauseMs: number = PAUSE_MS.first; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS.longest)) {
    signal.throwIfAborted()
    const back = new AbortController()
    const stopListening = desks.onFound((homes) => {
      if (homes.includes(home)) back.abort()
    })
    try {
      const desk = desks.find(home)
      if (desk !== undefined) return await work(desk)
    } catch (error) {
      signal.throwIfAborted()
      if (isFinal(error)) throw error
      desks.putLast(home)
      log.debug('delivery.put_off', { taskId, error: errorText(error) })
    } finally {
      stopListening()
    }
    // A home that came back while the work failed is asked at once, and one that comes back now ends the pause.
    const stopWaiting = desks.onFound((homes) => {
      if (homes.includes(home)) back.abort()
    })
    await clock.sleep(pauseMs, AbortSignal.any([back.signal, signal])).catch(() => undefined)
    stopWaiting()
  }
}
