/** What changes at the peer of this machine, heard through its local socket for as long as somebody listens. */
import type { ChangeSource, Change } from '../mcp/resources/resource-updates.ts'
import { toRunnerMeshError } from '../core/errors.ts'
import { changeNote } from '../core/operations/watch.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { OperationsLink } from '../core/ports/link.ts'

/** One call listens so long, and the next begins before it ends: nothing is missed between them. */
const WATCH_S = 300
const NEXT_AFTER_MS = 240_000
/** After a call that failed, as while the peer is away. */
const PAUSE_MS = 1_000

export class ChangeFeed implements ChangeSource {
  readonly #link: Pick<OperationsLink, 'call'>
  readonly #clock: Clock
  readonly #log: Logger
  readonly #listeners = new Set<(change: Change) => void>()
  #watching: AbortController | undefined

  constructor({ link, clock, log }: { link: Pick<OperationsLink, 'call'>; clock: Clock; log: Logger }) {
    this.#link = link
    this.#clock = clock
    this.#log = log
  }

  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    if (this.#watching === undefined) {
      this.#watching = new AbortController()
      this.#watch(this.#watching.signal)
    }
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      this.#watching?.abort()
      this.#watching = undefined
    }
  }

  #watch(signal: AbortSignal): void {
    const stopTimer = this.#clock.after(NEXT_AFTER_MS, () => this.#watch(signal))
    signal.addEventListener('abort', stopTimer, { once: true })
    const onProgress = ({ data }: { data?: unknown }): void => this.#hear(data)
    this.#link.call('p2p_taskqueue_watch', { wait_s: WATCH_S }, { signal, onProgress }).catch((thrown: unknown) => {
      stopTimer()
      // An older peer, or a token without that right, will not say it later either.
      if (signal.aborted || !toRunnerMeshError(thrown).retryable) return
      this.#log.debug('mcp.changes_unheard', { thrown })
      const stopPause = this.#clock.after(PAUSE_MS, () => this.#watch(signal))
      signal.addEventListener('abort', stopPause, { once: true })
    })
  }

  #hear(data: unknown): void {
    const note = changeNote.safeParse(data).data ?? {}
    const tell = (name: Change['name'], ids = ''): void => {
      for (const id of ids.split(',').filter((one) => one !== '')) this.#tell({ name, taskId: id })
    }
    tell('task.progressed', note.tasks)
    tell('task.logged', note.logs)
    tell('task.settled', note.ended)
    if (note.peers !== undefined) this.#tell({ name: 'peer.joined' })
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }
}
