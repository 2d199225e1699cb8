/** What a benchmark must take away again: servers, folders. Also when it is interrupted, or broken by a fault. */
import { setTimeout as sleep } from 'node:timers/promises'

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
/** A connection whose server has gone may never close. */
const PATIENCE_MS = 12_000

export class Leftovers {
  readonly #removals: (() => Promise<unknown>)[] = []
  #removing: Promise<void> | undefined

  constructor() {
    const removeAndExit = (code: number): void => {
      void this.remove().finally(() => process.exit(code))
    }
    for (const [signal, code] of Object.entries(SIGNALS)) process.on(signal, () => removeAndExit(code))
    process.on('uncaughtException', (fault) => {
      // Whoever was at work when the removal began finds things gone.
      if (this.#removing !== undefined) return
      process.stderr.write(`${fault.stack ?? String(fault)}\n`)
      removeAndExit(1)
    })
  }

  /** Removed in reverse order. */
  add(removal: () => Promise<unknown>): void {
    if (this.#removing === undefined) this.#removals.push(removal)
    else this.#removing = this.#removing.then(() => removeOne(removal))
  }

  remove(): Promise<void> {
    this.#removing ??= this.#removeAll()
    return this.#removing
  }

  async #removeAll(): Promise<void> {
    for (let removal = this.#removals.pop(); removal !== undefined; removal = this.#removals.pop()) {
      await removeOne(removal)
    }
  }
}

async function removeOne(removal: () => Promise<unknown>): Promise<void> {
  const over = new AbortController()
  const impatience = sleep(PATIENCE_MS, undefined, { signal: over.signal })
  try {
    await Promise.race([removal(), impatience])
  } catch (error) {
    process.stderr.write(`Not removed: ${error instanceof Error ? error.message : String(error)}\n`)
  } finally {
    impatience.catch(() => undefined)
    over.abort()
  }
}
