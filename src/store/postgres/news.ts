/** What listeners of a shared home hear: of our own commits, of those of other peers, and of what was missed meanwhile. */
import { errorText } from '../../core/errors.ts'
import type { TaskId } from '../../core/ids.ts'
import type { Logger } from '../../core/ports/clock.ts'
import type { ReadyClass, StoreEvent } from '../../core/ports/task-store.ts'
import type { Notice } from './notices.ts'
import { ReadyView } from './ready-view.ts'
import type { Change } from './transaction.ts'

export interface NewsDeps {
  readonly log: Logger
  /** Ours: what we told ourselves is not news. */
  readonly name: string
  readonly readReady: () => Promise<readonly ReadyClass[]>
  /** Tasks that changed since we last listened, `awayMs` ago. */
  readonly readChanged: (awayMs: number) => Promise<readonly TaskId[]>
}

export class News {
  readonly ready: ReadyView
  readonly #deps: NewsDeps
  readonly #listeners = new Set<(event: StoreEvent) => void>()

  constructor(deps: NewsDeps) {
    this.#deps = deps
    this.ready = new ReadyView(deps.readReady)
  }

  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when what may be claimed now has been looked up, so that whoever is woken finds it. */
  async committed(changes: readonly Change[]): Promise<void> {
    const changed = new Set(changes.flatMap((change) => change.changed))
    const ready = new Map(changes.flatMap((change) => change.ready).map((needs) => [JSON.stringify(needs), needs]))
    if (changed.size === 0 && ready.size === 0) return
    await this.#refresh()
    for (const needs of ready.values()) this.#emit({ kind: 'ready', needs })
    for (const taskId of changed) this.#emit({ kind: 'changed', taskId })
  }

  heard({ by, changed, ready, logged }: Notice): void {
    if (by === this.#deps.name) return
    if (logged !== undefined) {
      const { task_id: taskId, attempt, next_seq: nextSeq, bytes } = logged
      this.#emit({ kind: 'logged', taskId: taskId as TaskId, attempt, nextSeq, bytes })
      return
    }
    for (const taskId of changed) this.#emit({ kind: 'changed', taskId: taskId as TaskId, elsewhere: true })
    void this.#refresh().then(() => {
      if (ready) this.#tellReady()
    })
  }

  async catchUp(awayMs: number): Promise<void> {
    try {
      for (const taskId of await this.#deps.readChanged(awayMs)) {
        this.#emit({ kind: 'changed', taskId, elsewhere: true })
      }
      await this.ready.refresh()
      this.#tellReady()
    } catch (thrown) {
      this.#deps.log.warn('store.catch_up_failed', { error: errorText(thrown) })
    }
  }

  async #refresh(): Promise<void> {
    await this.ready.refresh().catch((thrown: unknown) => {
      this.#deps.log.warn('store.refresh_failed', { error: errorText(thrown) })
    })
  }

  #tellReady(): void {
    for (const { needs } of this.ready.classes) this.#emit({ kind: 'ready', needs })
  }

  #emit(event: StoreEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (thrown) {
        this.#deps.log.error('store.listener_failed', { error: errorText(thrown) })
      }
    }
  }
}
