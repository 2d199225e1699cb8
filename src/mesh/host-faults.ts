/**
 * Addresses from which connections come that prove nothing. Each such connection takes from what its address may still
 * do wrong; once that is used up, its connections are closed before they cost anything, until time has given some of it
 * back. It is no ban: it slows down an address for as long as it goes on, and connections that stand stay.
 */
import { SECOND } from '../core/lease.ts'
import type { Clock } from '../core/ports/clock.ts'

export interface HostFaultsOptions {
  readonly clock: Pick<Clock, 'mono'>
  /** Faults at once. */
  readonly burst: number
  /** Faults forgotten in a second. */
  readonly perSecond: number
}

interface Faults {
  readonly left: number
  /** Monotonic. */
  readonly at: number
}

const MOST_HOSTS = 10_000

export class HostFaults {
  readonly #options: HostFaultsOptions
  readonly #hosts = new Map<string, Faults>()

  constructor(options: HostFaultsOptions) {
    this.#options = options
  }

  /** @param weight how many it counts as */
  fault(host: string, weight = 1): void {
    const left = Math.max(0, this.#left(host) - weight)
    this.#hosts.delete(host)
    this.#hosts.set(host, { left, at: this.#options.clock.mono() })
    if (this.#hosts.size <= MOST_HOSTS) return
    const [oldest] = this.#hosts.keys()
    if (oldest !== undefined) this.#hosts.delete(oldest)
  }

  isSpent(host: string): boolean {
    return this.#left(host) < 1
  }

  #left(host: string): number {
    const { clock, burst, perSecond } = this.#options
    const faults = this.#hosts.get(host)
    if (faults === undefined) return burst
    return Math.min(burst, faults.left + ((clock.mono() - faults.at) * perSecond) / SECOND)
  }
}
