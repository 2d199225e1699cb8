/** Waiting for a task to end, on the stream of events: no polling, and no end missed between looking and listening. */
import type { AnyEvent, Events } from '../core/events.ts'
import type { TaskId } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import { isTerminal, type Task } from '../core/task.ts'

export interface WaitDeps {
  readonly clock: Clock
  readonly events: Events
  readonly find: (taskId: TaskId) => Promise<Task>
}

/**
 * @param onEvent hears everything that happens to the task meanwhile
 * @returns the task as it stands when it ended or when `timeoutMs` were over
 * @throws the signal's reason when the caller gives up; the task is not touched
 */
export async function waitForEnd(
  { clock, events, find }: WaitDeps,
  taskId: TaskId,
  { timeoutMs, signal, onEvent }: { timeoutMs: number; signal: AbortSignal; onEvent: (event: AnyEvent) => void },
): Promise<{ readonly task: Task; readonly timedOut: boolean }> {
  const { promise: woken, resolve: wake, reject } = Promise.withResolvers<'ended' | 'time'>()
  // Whoever gives up may do so while the task is looked for, when nobody listens yet.
  woken.catch(() => undefined)
  const stopListening = events.listen((event) => {
    if (!('taskId' in event) || event.taskId !== taskId) return
    onEvent(event)
    if (event.name === 'task.settled') wake('ended')
  })
  const giveUp = (): void => {
    reject(signal.reason instanceof Error ? signal.reason : new Error('The wait was given up.'))
  }
  const stopTimer = clock.after(timeoutMs, () => {
    wake('time')
  })
  signal.addEventListener('abort', giveUp)
  try {
    signal.throwIfAborted()
    const task = await find(taskId)
    if (isTerminal(task.status)) return { task, timedOut: false }
    await woken
    const then = await find(taskId)
    return { task: then, timedOut: !isTerminal(then.status) }
  } finally {
    stopListening()
    stopTimer()
    signal.removeEventListener('abort', giveUp)
  }
}

/**
 * Anything that happens to a task from now on: its log grows, its state changes.
 * @returns a subscription; `within` resolves at the first news or when `ms` are over, and rejects with the signal's reason
 */
export function untilNews(
  { clock, events }: Pick<WaitDeps, 'clock' | 'events'>,
  taskId: TaskId,
): Disposable & { within(ms: number, signal: AbortSignal): Promise<void> } {
  const heard = new AbortController()
  const stopListening = events.listen((event) => {
    if ('taskId' in event && event.taskId === taskId) heard.abort()
  })
  return {
    within: async (ms, signal) => {
      await clock.sleep(ms, AbortSignal.any([heard.signal, signal])).catch(() => undefined)
      signal.throwIfAborted()
    },
    [Symbol.dispose]: stopListening,
  }
}
