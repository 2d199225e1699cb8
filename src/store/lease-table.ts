/**
 * Leases of one home: soft state on its monotonic clock. Nothing here is written to disk; a restart grants every running
 * task a full fresh lease.
 *
 *   live ──deadline passes──▶ ended: re-offered, failed or, for a task that is not idempotent, suspect
 *    ▲                                                                                          │
 *    └───────────── renewed by the holder of the fence while `graceMs` runs ────────────────────┘
 *
 * A process that was paused (stopped, a suspended machine, a blocked loop) runs its timers before it reads its sockets, and
 * would end the lease of every worker whose renewal lies unread. `pulse` notices the gap and adds it to every deadline.
 */
import type { Fence, PeerId } from '../core/ids.ts'
import type { TaskProgress } from '../core/task.ts'

export interface Lease {
  /** The task's number within its home. */
  readonly seq: number
  readonly fence: Fence
  readonly worker: PeerId
  readonly requestId: string
  readonly leaseMs: number
  readonly idempotent: boolean
  /** Monotonic instant at which the lease ends, or, for a suspect one, its grace. */
  deadline: number
  suspect: boolean
  /** The worker is told to stop at its next renewal. */
  stop: boolean
  progress: TaskProgress | undefined
}

export type NewLease = Pick<Lease, 'seq' | 'fence' | 'worker' | 'requestId' | 'leaseMs' | 'idempotent' | 'stop'>

export class LeaseTable {
  readonly #leases = new Map<number, Lease>()
  readonly #byRequest = new Map<string, Set<Lease>>()
  readonly #mono: () => number
  readonly #longestGapMs: number
  #pulsedAt: number
  #suspects = 0

  /** @param longestGapMs a pause longer than this is added to every deadline */
  constructor(mono: () => number, longestGapMs: number) {
    this.#mono = mono
    this.#longestGapMs = longestGapMs
    this.#pulsedAt = mono()
  }

  get size(): number {
    return this.#leases.size
  }

  get suspects(): number {
    return this.#suspects
  }

  find(seq: number): Lease | undefined {
    return this.#leases.get(seq)
  }

  all(): IterableIterator<Lease> {
    return this.#leases.values()
  }

  /** Grants of a claim that is repeated because its answer was lost. */
  ofRequest(worker: PeerId, requestId: string): readonly Lease[] {
    return [...(this.#byRequest.get(requestKey(worker, requestId)) ?? [])]
  }

  grant(granted: NewLease): Lease {
    const lease = {
      ...granted,
      deadline: this.#mono() + granted.leaseMs,
      suspect: false,
      progress: undefined,
    }
    this.restore(lease)
    return lease
  }

  /** Puts back what `end` took out. */
  restore(lease: Lease): void {
    this.#leases.set(lease.seq, lease)
    if (lease.suspect) this.#suspects += 1
    const key = requestKey(lease.worker, lease.requestId)
    const siblings = this.#byRequest.get(key)
    if (siblings === undefined) this.#byRequest.set(key, new Set([lease]))
    else siblings.add(lease)
  }

  end(seq: number): Lease | undefined {
    const lease = this.#leases.get(seq)
    if (lease === undefined) return undefined
    this.#leases.delete(seq)
    if (lease.suspect) this.#suspects -= 1
    const key = requestKey(lease.worker, lease.requestId)
    const siblings = this.#byRequest.get(key)
    siblings?.delete(lease)
    if (siblings?.size === 0) this.#byRequest.delete(key)
    return lease
  }

  /** A full lease from now; a suspect task is trusted again. */
  renew(lease: Lease): void {
    lease.deadline = this.#mono() + lease.leaseMs
    this.#setSuspect(lease, false)
  }

  /** Takes `suspect` back. */
  trust(lease: Lease, deadline: number): void {
    lease.deadline = deadline
    this.#setSuspect(lease, false)
  }

  suspect(lease: Lease, graceMs: number): void {
    lease.deadline = this.#mono() + graceMs
    this.#setSuspect(lease, true)
  }

  /**
   * Notes that this process runs.
   * @returns how long it had not, when that was longer than a worker can be blamed for; every deadline has moved by it
   */
  pulse(): number {
    const now = this.#mono()
    const gap = now - this.#pulsedAt
    this.#pulsedAt = now
    if (gap <= this.#longestGapMs) return 0
    for (const lease of this.#leases.values()) lease.deadline += gap
    return gap
  }

  /** Leases and graces that are over now. */
  ended(): readonly Lease[] {
    const now = this.#mono()
    return [...this.#leases.values()].filter((lease) => lease.deadline <= now)
  }

  /** Milliseconds until the first deadline; undefined when there is none. */
  nextEndMs(): number | undefined {
    let first: number | undefined
    for (const { deadline } of this.#leases.values()) if (first === undefined || deadline < first) first = deadline
    return first === undefined ? undefined : Math.max(0, first - this.#mono())
  }

  #setSuspect(lease: Lease, suspect: boolean): void {
    if (lease.suspect !== suspect) this.#suspects += suspect ? 1 : -1
    lease.suspect = suspect
  }
}

function requestKey(worker: PeerId, requestId: string): string {
  return `${worker} ${requestId}`
}
