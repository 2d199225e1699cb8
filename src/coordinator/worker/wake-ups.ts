/** Those who wait for something to change on this worker. Who is woken looks for itself whether it is what it waits for. */
export class WakeUps {
  readonly #waiting = new Set<() => void>()

  /** Resolves with the next `wake`. @throws the signal's reason */
  async next(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const wake = (): void => {
      resolve(undefined)
    }
    const giveUp = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('given up'))
    }
    this.#waiting.add(wake)
    signal.addEventListener('abort', giveUp)
    try {
      await promise
    } finally {
      this.#waiting.delete(wake)
      signal.removeEventListener('abort', giveUp)
    }
  }

  wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}
