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
 */
import { fits, type Offer } from '../core/fit.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { ClaimRequest, Grant, ReadyClass } from '../core/ports/task-store.ts'

export interface ParkedClaimsDeps {
  readonly clock: Pick<Clock, 'after'>
  readonly claim: (request: ClaimRequest) => Promise<readonly Grant[]>
  readonly readyClasses: () => readonly ReadyClass[]
  /** Picks who is given a task among those parked that fit it, in order of arrival. Equal views give equal choices. */
  readonly choose: (candidates: readonly ParkedClaim[]) => ParkedClaim
}

export interface ParkedClaim {
  readonly request: ClaimRequest
  readonly offer: Offer
}

interface Entry extends ParkedClaim {
  state: 'probing' | 'parked'
  dirty: boolean
  /** How many tasks the probe under way asks for. */
  asks: number
  /** Its time is up or its caller has gone: the answer of a probe under way is its last. */
  over: boolean
  readonly leave: () => void
  readonly resolve: (grants: readonly Grant[]) => void
  readonly reject: (error: unknown) => void
}

export class ParkedClaims {
  readonly #deps: ParkedClaimsDeps
  /** In order of arrival. */
  readonly #entries = new Set<Entry>()
  #waking = false

  constructor(deps: ParkedClaimsDeps) {
    this.#deps = deps
  }

  /** How many claims wait. */
  get size(): number {
    let parked = 0
    for (const entry of this.#entries) if (entry.state === 'parked') parked += 1
    return parked
  }

  /**
   * Answers as soon as there are grants, and with none after `waitMs` or when the signal is aborted. Grants made while
   * the caller gave up are answered too: whoever called releases them.
   */
  park(request: ClaimRequest, offer: Offer, waitMs: number, signal: AbortSignal): Promise<readonly Grant[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Grant[]>()
    const giveUp = (): void => {
      entry.over = true
      if (entry.state === 'parked') this.#answer(entry, [])
    }
    const stopTimer = waitMs > 0 ? this.#deps.clock.after(waitMs, giveUp) : undefined
    const entry: Entry = {
      request,
      offer,
      state: 'probing',
      dirty: false,
      asks: 0,
      over: waitMs <= 0 || signal.aborted,
      leave: () => {
        stopTimer?.()
        signal.removeEventListener('abort', giveUp)
      },
      resolve,
      reject,
    }
    signal.addEventListener('abort', giveUp)
    this.#entries.add(entry)
    this.#probe(entry, request.max)
    return promise
  }

  /** Something became ready: compare and probe, once for all changes of this turn. */
  wake(): void {
    if (this.#waking || this.#entries.size === 0) return
    this.#waking = true
    queueMicrotask(() => {
      this.#waking = false
      this.#match()
    })
  }

  /** Answers every parked claim with nothing, as a stopping home does. */
  dismissAll(): void {
    for (const entry of [...this.#entries]) {
      entry.over = true
      if (entry.state === 'parked') this.#answer(entry, [])
    }
  }

  #match(): void {
    for (const { needs, count } of this.#deps.readyClasses()) {
      let open = count
      let candidates: Entry[] = []
      for (const entry of this.#entries) {
        if (!fits(needs, entry.offer)) continue
        if (entry.state === 'parked') candidates.push(entry)
        else {
          entry.dirty = true
          open -= entry.asks
        }
      }
      while (open > 0 && candidates.length > 0) {
        const chosen = this.#deps.choose(candidates) as Entry
        candidates = candidates.filter((candidate) => candidate !== chosen)
        open -= 1
        this.#probe(chosen, 1)
      }
    }
  }

  #probe(entry: Entry, max: number): void {
    entry.state = 'probing'
    entry.dirty = false
    entry.asks = max
    this.#deps.claim({ ...entry.request, max }).then(
      (grants) => {
        if (grants.length > 0 || entry.over) this.#answer(entry, grants)
        else if (entry.dirty) this.#probe(entry, 1)
        else entry.state = 'parked'
        // A task that this probe was counted for may still be there, for somebody else.
        if (grants.length > 0) this.wake()
      },
      (error: unknown) => {
        this.#entries.delete(entry)
        entry.leave()
        entry.reject(error)
        this.wake()
      },
    )
  }

  #answer(entry: Entry, grants: readonly Grant[]): void {
    this.#entries.delete(entry)
    entry.leave()
    entry.resolve(grants)
  }
}
