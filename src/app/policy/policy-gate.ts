/** Closes the gate of a worker while the host policy takes no work: paused, or at another hour. */
import type { ClaimGate } from '../../coordinator/worker/claim-gate.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock, Logger, Startable } from '../../core/ports/clock.ts'
import type { PolicyKeeper } from './policy-keeper.ts'

const HOLDER = 'policy'
const LOOK_EVERY_MS = SECOND

export interface PolicyGateDeps {
  readonly policy: Pick<PolicyKeeper, 'whyClosed' | 'onChange'>
  readonly gate: ClaimGate
  readonly clock: Pick<Clock, 'after'>
  readonly log: Logger
}

export function createPolicyGate({ policy, gate, clock, log }: PolicyGateDeps): Startable {
  let stopTimer: (() => void) | undefined
  let closed = false
  const look = (): void => {
    const why = policy.whyClosed()
    if (why !== undefined) {
      if (!closed) log.info('policy.closed', { why })
      // Again each time: whoever resumes everything does not overrule the owner.
      if (!gate.pauses().some(({ holder }) => holder === HOLDER)) gate.pause(HOLDER, undefined)
    } else if (closed) {
      log.info('policy.open')
      gate.resume(HOLDER)
    }
    closed = why !== undefined
    stopTimer?.()
    stopTimer = clock.after(LOOK_EVERY_MS, look)
  }
  policy.onChange(() => {
    if (stopTimer !== undefined) look()
  })
  return {
    start: () => {
      if (stopTimer === undefined) look()
      return Promise.resolve()
    },
    stop: () => {
      stopTimer?.()
      stopTimer = undefined
      return Promise.resolve()
    },
  }
}
