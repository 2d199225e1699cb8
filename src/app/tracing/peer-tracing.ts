/** Where a peer listens for its part of a task's trace. Without a collector nothing is loaded, wrapped or listened to. */
import { errorText } from '../../core/errors.ts'
import type { Events } from '../../core/events.ts'
import type { TaskId } from '../../core/ids.ts'
import { CATALOG, isOperationName } from '../../core/operations/catalog.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Call } from '../../core/operations/operation.ts'
import type { Clock, Logger, Startable } from '../../core/ports/clock.ts'
import type { TaskStore } from '../../core/ports/task-store.ts'
import type { WorkedAttempt } from '../../coordinator/worker/worker-deps.ts'
import type { Config } from '../config.ts'
import { VERSION } from '../version.ts'
import { attemptSpans, homeSpans, submitSpan, type TaskSpan } from './task-spans.ts'

export interface TracingDeps {
  readonly config: Pick<Config, 'otlpTracesUrl' | 'otlpHeaders'>
  readonly peer: string
  readonly runnerName: string
  readonly operations: Operations
  readonly events: Events
  readonly store: Pick<TaskStore, 'find' | 'attempts'> | undefined
  readonly onWorked: ((listener: (worked: WorkedAttempt) => void) => () => void) | undefined
  readonly clock: Clock
  readonly log: Logger
}

export interface Tracing extends Startable {
  /** The same operations, of which submits are told. */
  readonly operations: Operations
}

/** Loads the exporter only where it is wanted. */
export async function createTracing(deps: TracingDeps): Promise<Tracing> {
  const { config, peer, runnerName, operations, events, store, onWorked, clock, log } = deps
  const nothing = (): Promise<void> => Promise.resolve()
  if (config.otlpTracesUrl === undefined) return { operations, start: nothing, stop: nothing }
  const { createSpanExport } = await import('./span-export.ts')
  const [url, headers] = [config.otlpTracesUrl, config.otlpHeaders]
  const spans = createSpanExport({ url, headers, peer, runnerName, version: VERSION, log })
  const tellHome = async (taskId: TaskId, from: Pick<TaskStore, 'find' | 'attempts'>): Promise<void> => {
    const task = await from.find(taskId)
    if (task !== undefined) spans.add(homeSpans(task, await from.attempts(taskId)))
  }
  const ends: (() => void)[] = []
  return {
    operations: withSubmitSpans(operations, clock, (span) => spans.add([span])),
    start: () => {
      if (store !== undefined)
        ends.push(
          events.listen((event) => {
            if (event.name !== 'task.settled' || event.elsewhere === true) return
            tellHome(event.taskId, store).catch((cause: unknown) => {
              log.warn('traces.task_unread', { taskId: event.taskId, error: errorText(cause) })
            })
          }),
        )
      if (onWorked !== undefined) ends.push(onWorked((worked) => spans.add(attemptSpans(worked, clock.now()))))
      return Promise.resolve()
    },
    stop: async () => {
      for (const end of ends.splice(0)) end()
      await spans.stop()
    },
  }
}

function withSubmitSpans(operations: Operations, clock: Clock, tell: (span: TaskSpan) => void): Operations {
  const traced = async <T>(name: string, { caller }: Call, ask: () => Promise<T>): Promise<T> => {
    if (!isOperationName(name) || CATALOG[name].access !== 'tasks:submit' || CATALOG[name].hints.readOnly) return ask()
    const startMs = clock.now()
    const began = clock.mono()
    const output = await ask()
    const taskId = (output as { readonly task_id?: TaskId }).task_id
    const endMs = startMs + (clock.mono() - began)
    if (taskId !== undefined)
      tell(submitSpan({ taskId, operation: name, door: caller.door, principal: caller.principal, startMs, endMs }))
    return output
  }
  return {
    invoke: (name, input, call) => traced(name, call, () => operations.invoke(name, input, call)),
    call: (name, input, call) => traced(name, call, () => operations.call(name, input, call)),
  }
}
