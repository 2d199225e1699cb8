/** The typed stream that doors, metrics and tests listen to. Names are noun.past; one event per change of state. */
import type { Fence, PeerId, TaskId } from './ids.ts'
import type { TaskProgress, TaskReason, TerminalStatus } from './task.ts'

/** Told by another peer that serves the same home: it reports it, we only know. */
interface Heard {
  readonly elsewhere?: true
}

export interface EventMap {
  'task.submitted': { readonly taskId: TaskId; readonly type: string; readonly submitter: string }
  'task.claimed': {
    readonly taskId: TaskId
    readonly fence: Fence
    readonly worker: PeerId
    readonly attempt: number
  } & Heard
  'task.progressed': { readonly taskId: TaskId; readonly worker: PeerId; readonly progress: TaskProgress } & Heard
  /** Its log grew at this home: where it stands, never what it says. */
  'task.logged': { readonly taskId: TaskId; readonly attempt: number; readonly nextSeq: number; readonly bytes: number }
  'task.released': { readonly taskId: TaskId; readonly worker: PeerId; readonly why: 'released' | 'refused' }
  /** An attempt failed with budget left: the task is queued again. */
  'task.retried': { readonly taskId: TaskId; readonly reason: TaskReason }
  'task.suspected': { readonly taskId: TaskId }
  'task.cancel_requested': { readonly taskId: TaskId; readonly worker?: PeerId } & Heard
  'task.settled': { readonly taskId: TaskId; readonly status: TerminalStatus; readonly reason?: TaskReason } & Heard
  'task.fenced': { readonly taskId: TaskId; readonly fence: Fence }
  'claim.parked': { readonly worker: PeerId }
  'claim.answered': { readonly worker: PeerId; readonly grants: number }
  'peer.joined': { readonly peer: PeerId; readonly runnerName: string }
  'peer.left': { readonly peer: PeerId }
  /** This peer was asked to stop, and nothing runs on it any more. */
  'peer.drained': object
}

export type EventName = keyof EventMap
export type AnyEvent = { readonly [N in EventName]: { readonly name: N; readonly at: number } & EventMap[N] }[EventName]

/** A listener that throws is the listener's fault: it is reported and never stops the change it heard of. */
export class Events {
  readonly #listeners = new Set<(event: AnyEvent) => void>()
  readonly #onFault: (thrown: unknown) => void

  constructor(onFault: (thrown: unknown) => void) {
    this.#onFault = onFault
  }

  /** @returns a function that ends the subscription */
  listen(listener: (event: AnyEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(event: AnyEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (thrown) {
        this.#onFault(thrown)
      }
    }
  }
}
