/** Why a task is not running: its phase, and per known peer the first rule that turned it down. */
import { findMisfit, type Offer } from '../core/fit.ts'
import type { Output } from '../core/operations/catalog.ts'
import type { FitView } from '../core/operations/views.ts'
import type { Requirements, Task } from '../core/task.ts'

export interface KnownOffer {
  readonly offer: Offer
  readonly runnerName?: string
}

export interface Refusal {
  readonly worker: string
  readonly policyDigest: string
  readonly rule: string
}

export function explain(
  task: Task,
  offers: readonly KnownOffer[],
  refusals: readonly Refusal[],
): Output<'p2p_taskqueue_explain'> {
  const peers = judge(task.requirements, offers, refusals)
  return { task_id: task.id, status: task.status, summary: summarize(task, peers), peers }
}

/** The same for a task that is not there yet. */
export function foresee(
  { type, requirements }: Pick<Task, 'type' | 'requirements'>,
  offers: readonly KnownOffer[],
): Output<'p2p_taskqueue_preview'> {
  const peers = judge(requirements, offers, [])
  const fitting = countFitting(peers)
  const summary = whyNobody(peers) ?? `${String(fitting)} of ${String(peers.length)} workers fit.`
  return { task_type: type, summary: `${summary} Nothing was submitted.`, fitting, peers }
}

function judge(needs: Requirements, offers: readonly KnownOffer[], refusals: readonly Refusal[]): FitView[] {
  return offers.map(({ offer, runnerName }) => {
    const refusal = refusals.find(
      ({ worker, policyDigest }) => worker === offer.peer && policyDigest === offer.policy.digest,
    )
    const misfit = refusal === undefined ? findMisfit(needs, offer) : { rule: 'refused', message: refusal.rule }
    return {
      peer_id: offer.peer,
      ...(runnerName === undefined ? {} : { runner_name: runnerName }),
      ...(misfit === undefined ? { fits: true } : { fits: false, rule: misfit.rule, message: misfit.message }),
    }
  })
}

function countFitting(peers: readonly FitView[]): number {
  return peers.filter((peer) => peer.fits).length
}

/** @returns undefined when somebody fits */
function whyNobody(peers: readonly FitView[]): string | undefined {
  if (peers.length === 0)
    return 'No worker has asked this home for work yet. Start one with: runner-mesh worker --bootstrap <address>'
  return countFitting(peers) === 0
    ? `None of the ${String(peers.length)} workers that asked this home fits.`
    : undefined
}

function summarize(task: Task, peers: readonly FitView[]): string {
  switch (task.phase) {
    case 'blocked':
      return `It waits for ${String(task.needs.length)} task${task.needs.length === 1 ? '' : 's'} that must complete first.`
    case 'delayed':
      return task.failures > 0 ? 'It failed and is put off before its next attempt.' : 'It was asked not to start yet.'
    case 'held':
      return `Its concurrency group ${task.group?.key ?? ''} is full.`
    case 'ready':
      return (
        whyNobody(peers) ??
        `${String(countFitting(peers))} of ${String(peers.length)} workers fit; it waits for a free one.`
      )
    case 'suspect':
      return 'Its worker has not been heard of since its lease ended; it waits for that worker’s grace to pass.'
    case 'preparing':
    case 'running':
    case 'collecting':
      return `It is ${task.phase} on ${task.worker ?? 'a worker'}.`
    default:
      return `It has ended: ${task.status}${task.reason === undefined ? '' : `, ${task.reason}`}.`
  }
}
