/**
 * What changed, as resource URIs, for whoever subscribed. Events come in bursts; a URI is told at most once per pause, and
 * the end of a task at once.
 */
import type { EventName } from '../../core/events.ts'
import type { Clock } from '../../core/ports/clock.ts'

export const UPDATE_PAUSE_MS = 250

export const QUEUE_URI = 'queue://status'
export const PEERS_URI = 'peers://'

export function taskUri(taskId: string): string {
  return `task://${taskId}`
}

export function logsUri(taskId: string): string {
  return `task://${taskId}/logs`
}

export function artifactsUri(taskId: string): string {
  return `task://${taskId}/artifacts`
}

/** As much of an event as says which resources it changes. */
export interface Change {
  readonly name: EventName
  readonly taskId?: string
}

/** The stream of events, or what stands for it in another process. */
export interface ChangeSource {
  /** @returns a function that ends the subscription */
  listen(listener: (change: Change) => void): () => void
}

export class ResourceUpdates {
  readonly #clock: Clock
  readonly #events: ChangeSource
  readonly #listeners = new Set<(uri: string) => void>()
  readonly #changed = new Set<string>()
  #endListening: (() => void) | undefined
  #cancelPause: (() => void) | undefined

  constructor(events: ChangeSource, clock: Clock) {
    this.#events = events
    this.#clock = clock
  }

  /** @returns a function that ends the subscription; it may be called twice */
  subscribe(listener: (uri: string) => void): () => void {
    this.#listeners.add(listener)
    this.#endListening ??= this.#events.listen((event) => this.#take(event))
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#rest()
    }
  }

  get listeners(): number {
    return this.#listeners.size
  }

  #take(event: Change): void {
    for (const uri of urisOf(event)) this.#changed.add(uri)
    if (event.name === 'task.settled') this.#tell()
    else if (this.#changed.size > 0) this.#cancelPause ??= this.#clock.after(UPDATE_PAUSE_MS, () => this.#tell())
  }

  #tell(): void {
    this.#cancelPause?.()
    this.#cancelPause = undefined
    const changed = [...this.#changed]
    this.#changed.clear()
    for (const uri of changed) for (const listener of this.#listeners) listener(uri)
  }

  #rest(): void {
    this.#endListening?.()
    this.#endListening = undefined
    this.#cancelPause?.()
    this.#cancelPause = undefined
    this.#changed.clear()
  }
}

function urisOf({ name, taskId }: Change): readonly string[] {
  if (taskId === undefined) return name === 'peer.joined' || name === 'peer.left' ? [PEERS_URI] : []
  if (name === 'task.logged') return [logsUri(taskId)]
  const changed = [taskUri(taskId), QUEUE_URI]
  return name === 'task.settled' ? [...changed, logsUri(taskId), artifactsUri(taskId)] : changed
}
