/** What this host has left for one more task. Sizes in bytes. */
import type { Requirements } from '../../core/task.ts'

type Room = Pick<Requirements, 'cpus' | 'memoryBytes' | 'diskBytes' | 'gpus'>

export interface HostCapacity {
  readonly slots: number
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly gpus: number
}

export class Capacity {
  #total: HostCapacity
  readonly #taken = new Map<symbol, Room>()
  readonly #waiting = new Set<() => void>()

  constructor(total: HostCapacity) {
    this.#total = total
  }

  /** Takes a new reading of the host; running tasks keep what they have. */
  resize(total: HostCapacity): void {
    this.#total = total
    this.#wake()
  }

  get total(): HostCapacity {
    return this.#total
  }

  get free(): HostCapacity {
    const taken = [...this.#taken.values()]
    const sum = (of: (needs: Room) => number): number => taken.reduce((all, needs) => all + of(needs), 0)
    return {
      slots: Math.max(0, this.#total.slots - taken.length),
      cpus: Math.max(0, this.#total.cpus - sum((needs) => needs.cpus)),
      memoryBytes: Math.max(0, this.#total.memoryBytes - sum((needs) => needs.memoryBytes)),
      diskBytes: Math.max(0, this.#total.diskBytes - sum((needs) => needs.diskBytes)),
      gpus: Math.max(0, this.#total.gpus - sum((needs) => needs.gpus)),
    }
  }

  /** @returns a function that gives it back, or undefined when there is no room */
  take(needs: Room): (() => void) | undefined {
    const { slots, cpus, memoryBytes, diskBytes, gpus } = this.free
    const room =
      slots > 0 &&
      needs.cpus <= cpus &&
      needs.memoryBytes <= memoryBytes &&
      needs.diskBytes <= diskBytes &&
      needs.gpus <= gpus
    if (!room) return undefined
    const place = Symbol('place')
    this.#taken.set(place, needs)
    return () => {
      if (this.#taken.delete(place)) this.#wake()
    }
  }

  /** Resolves when a slot is free. @throws the signal's reason */
  async whenFree(signal: AbortSignal): Promise<void> {
    while (this.free.slots === 0) {
      const { promise, resolve, reject } = Promise.withResolvers<undefined>()
      const wake = (): void => {
        resolve(undefined)
      }
      const giveUp = (): void => {
        reject(signal.reason instanceof Error ? signal.reason : new Error('given up'))
      }
      signal.throwIfAborted()
      this.#waiting.add(wake)
      signal.addEventListener('abort', giveUp)
      try {
        await promise
      } finally {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', giveUp)
      }
    }
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}
