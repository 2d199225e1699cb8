/** What changes, told in bundles to one who listens for a while: a busy queue costs a listener a few messages a second. */
import type { AnyEvent, Events } from '../core/events.ts'
import type { Call } from '../core/operations/operation.ts'
import type { ChangeNote } from '../core/operations/watch.ts'
import type { Clock } from '../core/ports/clock.ts'

/** How long changes are gathered, milliseconds. The end of a task is told at once. */
const BUNDLE_MS = 100
/** Ids in one bundle; what is beyond goes with the next. */
const MOST_IDS = 2_000

/** @returns how many events were heard; @throws the signal's reason when the caller gives up */
export async function watch(
  { events, clock }: { readonly events: Events; readonly clock: Clock },
  waitMs: number,
  { signal, progress }: Pick<Call, 'signal' | 'progress'>,
): Promise<number> {
  const bundle = new Bundle()
  let heard = 0
  let cancelPause: (() => void) | undefined
  const tell = (): void => {
    cancelPause?.()
    cancelPause = undefined
    for (let note = bundle.take(); note !== undefined; note = bundle.take()) {
      progress({ message: 'changed', data: note })
    }
  }
  const stopListening = events.listen((event) => {
    if (!bundle.add(event)) return
    heard += 1
    if (event.name === 'task.settled') tell()
    else cancelPause ??= clock.after(BUNDLE_MS, tell)
  })
  const { promise: over, resolve, reject } = Promise.withResolvers<undefined>()
  const giveUp = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('It was given up.'))
  const stopTimer = clock.after(waitMs, () => resolve(undefined))
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    signal.throwIfAborted()
    await over
    tell()
    return heard
  } finally {
    stopListening()
    stopTimer()
    cancelPause?.()
    signal.removeEventListener('abort', giveUp)
  }
}

class Bundle {
  readonly #tasks = new Set<string>()
  readonly #logs = new Set<string>()
  readonly #ended = new Set<string>()
  #peers = false

  /** @returns whether anything that is told has changed */
  add(event: AnyEvent): boolean {
    if (event.name === 'peer.joined' || event.name === 'peer.left') this.#peers = true
    else if (!('taskId' in event)) return false
    else if (event.name === 'task.logged') this.#logs.add(event.taskId)
    else if (event.name === 'task.settled') this.#ended.add(event.taskId)
    else this.#tasks.add(event.taskId)
    return true
  }

  take(): Readonly<Record<string, string | number>> | undefined {
    const [tasks, logs, ended] = [this.#tasks, this.#logs, this.#ended].map(takeSome)
    const note = {
      ...(tasks === undefined ? {} : { tasks }),
      ...(logs === undefined ? {} : { logs }),
      ...(ended === undefined ? {} : { ended }),
      ...(this.#peers ? { peers: 1 } : {}),
    } satisfies ChangeNote
    this.#peers = false
    return Object.keys(note).length === 0 ? undefined : note
  }
}

function takeSome(ids: Set<string>): string | undefined {
  const some = [...ids].slice(0, MOST_IDS)
  for (const id of some) ids.delete(id)
  return some.length === 0 ? undefined : some.join(',')
}
