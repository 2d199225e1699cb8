/** What this host has left for one more task. Sizes in bytes. */
import type { Requirements } from '../../core/task.ts'
import { WakeUps } from './wake-ups.ts'

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
  /** Woken when there is more room. */
  readonly more = new WakeUps()
  /** Counted anew after each change: sums kept by adding and taking away would drift, as cpus come in fractions. */
  #free: HostCapacity | undefined

  constructor(total: HostCapacity) {
    this.#total = total
  }

  /** Takes a new reading of the host; running tasks keep what they have. */
  resize(total: HostCapacity): void {
    this.#total = total
    this.#free = undefined
    this.more.wake()
  }

  get total(): HostCapacity {
    return this.#total
  }

  get free(): HostCapacity {
    this.#free ??= this.#count()
    return this.#free
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
    this.#free = undefined
    return () => {
      if (!this.#taken.delete(place)) return
      this.#free = undefined
      this.more.wake()
    }
  }

  /** Resolves when a slot is free. @throws the signal's reason */
  async whenFree(signal: AbortSignal): Promise<void> {
    while (this.free.slots === 0) await this.more.next(signal)
  }

  #count(): HostCapacity {
    let { cpus, memoryBytes, diskBytes, gpus } = this.#total
    for (const needs of this.#taken.values()) {
      cpus -= needs.cpus
      memoryBytes -= needs.memoryBytes
      diskBytes -= needs.diskBytes
      gpus -= needs.gpus
    }
    return {
      slots: Math.max(0, this.#total.slots - this.#taken.size),
      cpus: Math.max(0, cpus),
      memoryBytes: Math.max(0, memoryBytes),
      diskBytes: Math.max(0, diskBytes),
      gpus: Math.max(0, gpus),
    }
  }
}
