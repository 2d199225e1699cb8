/** What listeners of a shared home hear: of our own commits, of those of other peers, and of what was missed meanwhile. */
import { errorText } from '../../core/errors.ts'
import type { TaskId } from '../../core/ids.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import type { ReadyClass, StoreEvent } from '../../core/ports/task-store.ts'
import { EventListeners } from '../event-listeners.ts'
import type { Notice } from './notices.ts'
import { ReadyView } from './ready-view.ts'
import type { Change } from './transaction.ts'

export interface NewsDeps {
  readonly log: Logger
  readonly clock: Pick<Clock, 'mono' | 'sleep'>
  /** Ours: what we told ourselves is not news. */
  readonly name: string
  readonly readReady: () => Promise<readonly ReadyClass[]>
  /** Tasks that changed since we last listened, `awayMs` ago. */
  readonly readChanged: (awayMs: number) => Promise<readonly TaskId[]>
}

const RETRY_MS = { first: 100, longest: 2_000 } as const

export class News {
  readonly ready: ReadyView
  readonly #deps: NewsDeps
  readonly #listeners: EventListeners
  #closed = true

  constructor(deps: NewsDeps) {
    this.#deps = deps
    this.#listeners = new EventListeners(deps.log)
    this.ready = new ReadyView(deps.readReady)
  }

  subscribe(listener: (event: StoreEvent) => void): () => void {
    return this.#listeners.subscribe(listener)
  }

  /** Resolves when what may be claimed now has been looked up, so that whoever is woken finds it. */
  async committed(changes: readonly Change[]): Promise<void> {
    const changed = new Set(changes.flatMap((change) => change.changed))
    const ready = new Map(changes.flatMap((change) => change.ready).map((needs) => [JSON.stringify(needs), needs]))
    if (changed.size === 0 && ready.size === 0) return
    await this.#refresh()
    for (const needs of ready.values()) this.#listeners.emit({ kind: 'ready', needs })
    for (const taskId of changed) this.#listeners.emit({ kind: 'changed', taskId })
  }

  heard({ by, changed, ready, logged }: Notice): void {
    if (by === this.#deps.name) return
    if (logged !== undefined) {
      const { task_id: taskId, attempt, next_seq: nextSeq, bytes } = logged
      this.#listeners.emit({ kind: 'logged', taskId: taskId as TaskId, attempt, nextSeq, bytes })
      return
    }
    for (const taskId of changed) this.#listeners.emit({ kind: 'changed', taskId: taskId as TaskId, elsewhere: true })
    void this.#refresh().then(() => {
      if (ready) this.#tellReady()
    })
  }

  /** Until it is done: what is missed here nobody tells again. */
  async catchUp(awayMs: number): Promise<void> {
    const { clock, log, readChanged } = this.#deps
    const begun = clock.mono()
    for (let pauseMs: number = RETRY_MS.first; !this.#closed; pauseMs = Math.min(pauseMs * 2, RETRY_MS.longest)) {
      try {
        for (const taskId of await readChanged(awayMs + clock.mono() - begun)) {
          this.#listeners.emit({ kind: 'changed', taskId, elsewhere: true })
        }
        await this.ready.refresh()
        this.#tellReady()
        return
      } catch (thrown) {
        log.warn('store.catch_up_failed', { error: errorText(thrown) })
        await clock.sleep(pauseMs)
      }
    }
  }

  /** From now on there is a database to look at. */
  open(): void {
    this.#closed = false
  }

  /** What was missed is looked for no more. */
  close(): void {
    this.#closed = true
  }

  async #refresh(): Promise<void> {
    await this.ready.refresh().catch((thrown: unknown) => {
      this.#deps.log.warn('store.refresh_failed', { error: errorText(thrown) })
    })
  }

  #tellReady(): void {
    for (const { needs } of this.ready.classes) this.#listeners.emit({ kind: 'ready', needs })
  }
}
