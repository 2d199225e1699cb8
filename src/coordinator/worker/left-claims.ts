/**
 * Claims that this worker left unanswered when it stopped. A home that hears of it in time grants nothing, but what it has
 * granted already is on its way to somebody who listens no more, and would stand still until its lease ends. The same
 * request is answered with the same grants, so each home is asked once more, for nothing new, and given back what it granted.
 */
import { errorText } from '../../core/errors.ts'
import type { Offer } from '../../core/fit.ts'
import type { GrantView } from '../../core/operations/views.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import type { OperationsLink } from '../../core/ports/link.ts'
import { TimeLimit } from '../../core/time-limit.ts'
import { toOfferInput } from './offer-input.ts'

export interface LeftClaimsDeps {
  readonly clock: Pick<Clock, 'after'>
  readonly log: Logger
}

interface LeftClaim {
  readonly link: OperationsLink
  readonly requestId: string
  /** Fences of grants that did arrive. */
  readonly seen: ReadonlySet<number>
}

/** No task has such a type. */
const NOTHING = '(none)'

export class LeftClaims {
  readonly #deps: LeftClaimsDeps
  readonly #left = new Map<string, LeftClaim>()

  constructor(deps: LeftClaimsDeps) {
    this.#deps = deps
  }

  add(link: OperationsLink, requestId: string, seen: ReadonlySet<number>): void {
    this.#left.set(requestId, { link, requestId, seen })
  }

  /** Resolves when all is given back that homes say was granted, after `graceMs` at the latest. */
  async giveBack(
    offer: Offer,
    graceMs: number,
    release: (link: OperationsLink, grant: GrantView) => Promise<void>,
  ): Promise<void> {
    using limit = new TimeLimit(this.#deps.clock, graceMs, 'The home did not answer in time.')
    const input = toOfferInput({ ...offer, taskTypes: [NOTHING] }, false)
    const open = [...this.#left.values()].filter(({ link }) => !link.closed.aborted)
    const asked = open.map(async ({ link, requestId, seen }) => {
      const call = { request_id: requestId, offer: input, max_tasks: 1, wait_s: 0 }
      try {
        const { grants } = await link.call('p2p_taskqueue_claim_next', call, { signal: limit.signal })
        for (const grant of grants) if (!seen.has(grant.fence)) await release(link, grant)
      } catch (error) {
        // What it may have granted is noticed when the lease ends.
        this.#deps.log.debug('claim.left', { peer: link.peer, error: errorText(error) })
      }
    })
    await Promise.all(asked)
  }
}
