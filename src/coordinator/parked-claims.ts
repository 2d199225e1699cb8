/**
 * Claims that found nothing and wait for a task.
 *
 * A claim in the table is in one of two states:
 *   probing  it is at the store; whatever becomes ready meanwhile marks it `dirty`, and it asks once more
 *   parked   the store had nothing for it; a ready class that fits sends it back to probing
 * It leaves the table when it is answered with grants, given up, or out of time.
 *
 * The table is level-triggered: after every change it compares the ready classes of the store with those parked and
 * probes as many claims as there are tasks that no probe is under way for. So no wake-up is lost (a claim is in the
 * table before it first asks), and no herd is woken (one task, one probe). A claim may take several tasks of a backlog when
 * it arrives, because then nobody who fits them is idle; woken later it takes one, so that idle peers share.
 *
 * A claim that is made again under the id of one that waits takes its place: that one is answered with nothing, or with what
 * a probe under way finds for it. So a worker that has more to offer says so without giving up what may be on its way.
 *
 * A claim that was woken and comes back empty (its worker had turned the task down, or somebody was faster) is passed over
 * for that class until something else of it becomes ready, so that the task is offered to the next.
 */
import { fitClassKey, fits, type Offer } from '../core/fit.ts'
import type { TaskId } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { ClaimRequest, Grant, ReadyClass } from '../core/ports/task-store.ts'
import type { Requirements } from '../core/task.ts'

export interface ParkedClaimsDeps {
  readonly clock: Pick<Clock, 'after'>
  readonly claim: (request: ClaimRequest) => Promise<readonly Grant[]>
  readonly readyClasses: () => readonly ReadyClass[]
  /** Which tasks of a class are next, as far as the store can say. */
  readonly nextReady: (needs: Requirements, most: number) => readonly TaskId[]
  /** For the claims that fit a class: picks who is given which task. */
  readonly poolFor: (needs: Requirements) => ClaimPool
}

/** A task that is about to be given to one of several. */
export interface TaskAtStake {
  /** Its place among the claimable tasks of its class, from 0. */
  readonly place: number
  /** Undefined where the store does not know it without looking. */
  readonly id?: TaskId
}

export interface ParkedClaim {
  readonly request: ClaimRequest
  readonly offer: Offer
  /** Grows with each claim that arrives. */
  readonly arrival: number
}

/** Parked claims that fit a class of tasks. */
export interface ClaimPool {
  readonly size: number
  add(claim: ParkedClaim): void
  /** Of one that is not there, nothing. */
  delete(claim: ParkedClaim): void
  all(): readonly ParkedClaim[]
  /** Who is given a task, of those that are there. Asked only where there are fewer tasks than claims. Equal views give equal choices. */
  choose(task: TaskAtStake): ParkedClaim
}

interface Entry extends ParkedClaim {
  state: 'probing' | 'parked'
  dirty: boolean
  /** How many tasks the probe under way asks for. */
  asks: number
  /** The class it was woken for; undefined while it asks on arrival or is parked. */
  woken: string | undefined
  /** Classes of which it came back empty. */
  readonly passed: Set<string>
  /** Its time is up or its caller has gone: the answer of a probe under way is its last. */
  over: boolean
  readonly leave: () => void
  readonly resolve: (grants: readonly Grant[]) => void
  readonly reject: (error: unknown) => void
}

/** Those parked who fit a class, kept from one task of it to the next. */
interface Fitting {
  readonly needs: Requirements
  readonly pool: ClaimPool
}

/** Classes whose pools are kept, the last asked for; of more the parked are looked through for each task. */
const POOLS_KEPT = 16

export class ParkedClaims {
  readonly #deps: ParkedClaimsDeps
  /** In order of arrival. */
  readonly #entries = new Set<Entry>()
  readonly #probing = new Set<Entry>()
  readonly #byRequest = new Map<string, Entry>()
  /** Those woken since they arrived: only they can pass a class over. */
  readonly #woken = new Set<Entry>()
  /** By class, the one asked for longest ago first. */
  readonly #fitting = new Map<string, Fitting>()
  #arrivals = 0
  /** Classes of which something became ready since the last comparison. */
  #fresh = new Set<string>()
  #waking = false

  constructor(deps: ParkedClaimsDeps) {
    this.#deps = deps
  }

  /** How many claims wait. */
  get size(): number {
    return this.#entries.size - this.#probing.size
  }

  /**
   * Answers as soon as there are grants, and with none after `waitMs` or when the signal is aborted. Grants made while
   * the caller gave up are answered too: what becomes of them is for whoever called.
   */
  park(request: ClaimRequest, offer: Offer, waitMs: number, signal: AbortSignal): Promise<readonly Grant[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Grant[]>()
    const giveUp = (): void => {
      this.#dismiss(entry)
    }
    const stopTimer = waitMs > 0 ? this.#deps.clock.after(waitMs, giveUp) : undefined
    this.#arrivals += 1
    const entry: Entry = {
      request,
      offer,
      arrival: this.#arrivals,
      state: 'probing',
      dirty: false,
      asks: 0,
      woken: undefined,
      passed: new Set(),
      over: waitMs <= 0 || signal.aborted,
      leave: () => {
        stopTimer?.()
        signal.removeEventListener('abort', giveUp)
      },
      resolve,
      reject,
    }
    signal.addEventListener('abort', giveUp)
    const key = requestKey(request)
    const former = this.#byRequest.get(key)
    if (former !== undefined) this.#dismiss(former)
    this.#byRequest.set(key, entry)
    this.#entries.add(entry)
    this.#probe(entry, request.max)
    return promise
  }

  /** Something of a class became ready: compare and probe, once for all changes of this turn. */
  wake(needs: Requirements): void {
    if (this.#entries.size === 0) return
    const key = fitClassKey(needs)
    this.#fresh.add(key)
    for (const entry of this.#woken) {
      if (entry.passed.delete(key) && entry.state === 'parked') this.#offer(entry, key)
      // Its answer may be on its way, and too old to say that there is nothing.
      if (entry.woken === key) entry.dirty = true
    }
    this.#compare()
  }

  #compare(): void {
    if (this.#waking || this.#entries.size === 0) return
    this.#waking = true
    queueMicrotask(() => {
      this.#waking = false
      this.#match()
    })
  }

  /** Answers every parked claim with nothing, as a stopping home does. */
  dismissAll(): void {
    for (const entry of [...this.#entries]) this.#dismiss(entry)
  }

  #dismiss(entry: Entry): void {
    entry.over = true
    if (entry.state === 'parked') this.#answer(entry, [])
  }

  #match(): void {
    const fresh = this.#fresh
    this.#fresh = new Set()
    for (const { needs, count } of this.#deps.readyClasses()) {
      const key = fitClassKey(needs)
      let asked = 0
      for (const entry of this.#probing) {
        if (!fits(needs, entry.offer)) continue
        if (fresh.has(key)) entry.dirty = true
        asked += entry.asks
      }
      // Most of a large fleet may be parked: it is looked through only for tasks that nobody is asked about.
      if (asked >= count) continue
      const { pool } = this.#fittingTo(needs, key)
      if (count - asked >= pool.size) {
        for (const entry of pool.all()) this.#probe(entry as Entry, 1, key)
        continue
      }
      const ids = this.#deps.nextReady(needs, count)
      for (let place = asked; place < count; place += 1) {
        const id = ids[place]
        this.#probe(pool.choose(id === undefined ? { place } : { place, id }) as Entry, 1, key)
      }
    }
  }

  #fittingTo(needs: Requirements, key: string): Fitting {
    const known = this.#fitting.get(key)
    if (known !== undefined) {
      this.#fitting.delete(key)
      this.#fitting.set(key, known)
      return known
    }
    const made: Fitting = { needs, pool: this.#deps.poolFor(needs) }
    this.#fitting.set(key, made)
    for (const entry of this.#entries) if (entry.state === 'parked') this.#offer(entry, key)
    const [oldest] = this.#fitting.keys()
    if (this.#fitting.size > POOLS_KEPT && oldest !== undefined) this.#fitting.delete(oldest)
    return made
  }

  /** A parked claim may be given tasks of that class, if it fits them. */
  #offer(entry: Entry, key: string): void {
    const fitting = this.#fitting.get(key)
    if (fitting !== undefined && !entry.passed.has(key) && fits(fitting.needs, entry.offer)) fitting.pool.add(entry)
  }

  #withdraw(entry: Entry): void {
    for (const { pool } of this.#fitting.values()) pool.delete(entry)
  }

  /** @param woken the class it was woken for; undefined when it asks on arrival */
  #probe(entry: Entry, max: number, woken?: string): void {
    if (entry.state === 'parked') this.#withdraw(entry)
    entry.state = 'probing'
    this.#probing.add(entry)
    entry.dirty = false
    entry.asks = max
    entry.woken = woken
    if (woken !== undefined) this.#woken.add(entry)
    this.#deps.claim({ ...entry.request, max }).then(
      (grants) => {
        if (grants.length === 0 && entry.dirty && !entry.over) {
          this.#probe(entry, 1, woken)
          return
        }
        if (grants.length > 0 || entry.over) this.#answer(entry, grants)
        else {
          entry.state = 'parked'
          this.#probing.delete(entry)
          entry.woken = undefined
          if (woken !== undefined) entry.passed.add(woken)
          for (const key of this.#fitting.keys()) this.#offer(entry, key)
        }
        // A task that this probe was counted for may still be there, for somebody else.
        if (grants.length > 0 || woken !== undefined || entry.dirty) this.#compare()
      },
      (error: unknown) => {
        this.#remove(entry)
        entry.reject(error)
        this.#compare()
      },
    )
  }

  #answer(entry: Entry, grants: readonly Grant[]): void {
    this.#remove(entry)
    entry.resolve(grants)
  }

  #remove(entry: Entry): void {
    if (entry.state === 'parked') this.#withdraw(entry)
    this.#entries.delete(entry)
    this.#probing.delete(entry)
    this.#woken.delete(entry)
    const key = requestKey(entry.request)
    if (this.#byRequest.get(key) === entry) this.#byRequest.delete(key)
    entry.leave()
  }
}

function requestKey({ worker, requestId }: ClaimRequest): string {
  return `${worker} ${requestId}`
}
