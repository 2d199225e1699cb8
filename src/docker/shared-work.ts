/** Work that several tasks want at once is done once: it goes on while one of them still wants it, and is given up with the last. */

export type Notice = (text: string, fraction?: number) => void

interface Shared<T> {
  readonly ended: Promise<T>
  readonly controller: AbortController
  readonly listeners: Set<Notice>
  /** The last notice: what somebody who joins hears first. */
  said: Parameters<Notice>
}

export class SharedWork<T> {
  readonly #works = new Map<string, Shared<T>>()

  /**
   * @param firstNotice what all hear until the work says more
   * @throws the signal's reason; whatever the work rejects with
   */
  async join(
    key: string,
    firstNotice: string,
    notice: Notice,
    signal: AbortSignal,
    begin: (notify: Notice, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted()
    const work = this.#works.get(key) ?? this.#begin(key, firstNotice, begin)
    work.listeners.add(notice)
    notice(...work.said)
    const left = Promise.withResolvers<never>()
    const leave = (): void => {
      left.reject(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([work.ended, left.promise])
    } finally {
      signal.removeEventListener('abort', leave)
      work.listeners.delete(notice)
      if (work.listeners.size === 0) {
        this.#works.delete(key)
        work.controller.abort('nobody waits')
      }
    }
  }

  /** Gives everything up. */
  stop(): void {
    for (const work of this.#works.values()) work.controller.abort('stopping')
  }

  #begin(key: string, firstNotice: string, begin: (notify: Notice, signal: AbortSignal) => Promise<T>): Shared<T> {
    const controller = new AbortController()
    const listeners = new Set<Notice>()
    const draft = { controller, listeners, said: [firstNotice] as Parameters<Notice> }
    const ended = begin((...words) => {
      draft.said = words
      for (const listener of listeners) listener(...words)
    }, controller.signal)
    // Those who wait hear of a failure; when nobody does, it is the end of work that was given up.
    ended.catch(() => undefined)
    const work = Object.assign(draft, { ended })
    this.#works.set(key, work)
    return work
  }
}
