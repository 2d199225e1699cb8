/**
 * What becomes of a task when its worker reports, or stops renewing. Pure: the caller holds the task still, so that nothing
 * happens between looking and acting.
 *
 * A completion is accepted exactly when its fence is the task's latest grant and the task has not ended, whatever state it
 * is queued in: nobody was granted it since, and an hour of work is saved (R5). Everything else a worker reports needs the
 * grant to be live or suspect.
 */
import { isRetryable } from '../core/retry.ts'
import type { Settlement, SettleOutcome } from '../core/ports/task-store.ts'
import type { RetryClass, TaskReason, TerminalStatus } from '../core/task.ts'

/** Why a running task is to stop: nobody asked, a cancel, or its total clock. */
export type StopCause = 'none' | 'cancel' | 'totalTime'

export interface End {
  readonly kind: 'end'
  readonly status: TerminalStatus
  readonly reason?: TaskReason
}

/** The attempt failed with budget left: queued again after a back-off. */
export interface Retry {
  readonly kind: 'retry'
}

export interface SettlementFacts {
  readonly stage: 'queued' | 'running' | 'ended'
  readonly latestFence: number
  /** Whether this very fence has settled before. */
  readonly settledBefore: boolean
  readonly stop: StopCause
  readonly failures: number
  readonly maxFailures: number
  readonly retryOn: readonly RetryClass[]
}

export type SettlementVerdict =
  | { readonly outcome: Exclude<SettleOutcome, 'settled' | 'unknown'> }
  | { readonly outcome: 'settled'; readonly next: End | Retry }

export function judgeSettlement(facts: SettlementFacts, settlement: Settlement): SettlementVerdict {
  if (facts.settledBefore) return { outcome: 'already' }
  if (settlement.fence !== facts.latestFence) return { outcome: 'fenced' }
  if (facts.stage === 'ended') return { outcome: 'fenced' }
  if (settlement.status === 'completed') return { outcome: 'settled', next: { kind: 'end', status: 'completed' } }
  if (facts.stage !== 'running') return { outcome: 'fenced' }
  return { outcome: 'settled', next: judgeFailure(facts, settlement) }
}

function judgeFailure(facts: SettlementFacts, settlement: Settlement): End | Retry {
  if (facts.stop !== 'none') return stopped(facts.stop)
  if (settlement.status === 'cancelled') return stopped('cancel')
  return judgeAttempt(facts, settlement.reason ?? 'exit', settlement.exitCode)
}

/** What a task ends as when it ends because it was told to. */
export function stopped(stop: Exclude<StopCause, 'none'>): End {
  return stop === 'cancel'
    ? { kind: 'end', status: 'cancelled', reason: 'cancelled' }
    : { kind: 'end', status: 'failed', reason: 'timeout_total' }
}

interface Budget {
  /** Failures before this one. */
  readonly failures: number
  readonly maxFailures: number
  readonly retryOn: readonly RetryClass[]
}

function judgeAttempt(budget: Budget, reason: TaskReason, exitCode: number | undefined): End | Retry {
  const failure = { reason, ...(exitCode === undefined ? {} : { exitCode }) }
  if (budget.failures + 1 < budget.maxFailures && isRetryable(failure, budget.retryOn)) return { kind: 'retry' }
  return { kind: 'end', status: 'failed', reason }
}

export interface LostFacts extends Budget {
  readonly stop: StopCause
  readonly idempotent: boolean
  /** Whether its grace is over as well. */
  readonly suspect: boolean
  /** Leases lost before this one. */
  readonly lost: number
  readonly maxLost: number
}

/** offer: claimable again at once · suspect: its grace begins */
export type LostVerdict = End | Retry | { readonly kind: 'offer' } | { readonly kind: 'suspect' }

/** A lease ended without a renewal, or the grace of a suspect task did. */
export function judgeLostLease(facts: LostFacts): LostVerdict {
  if (facts.stop !== 'none') return stopped(facts.stop)
  if (facts.lost + 1 > facts.maxLost) {
    if (facts.idempotent || facts.suspect) return { kind: 'end', status: 'failed', reason: 'worker_lost' }
    return { kind: 'suspect' }
  }
  if (facts.idempotent) return { kind: 'offer' }
  if (!facts.suspect) return { kind: 'suspect' }
  return judgeAttempt(facts, 'worker_lost', undefined)
}
