/** Why a task is not running: its phase, and per known peer the first rule that turned it down. */
import { findMisfit, type Offer } from '../core/fit.ts'
import type { Output } from '../core/operations/catalog.ts'
import type { Task } from '../core/task.ts'

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
  const peers = offers.map(({ offer, runnerName }) => {
    const refusal = refusals.find(
      ({ worker, policyDigest }) => worker === offer.peer && policyDigest === offer.policy.digest,
    )
    const misfit = findMisfit(task.requirements, offer)
    const name = runnerName === undefined ? {} : { runner_name: runnerName }
    if (refusal !== undefined)
      return { peer_id: offer.peer, ...name, fits: false, rule: 'refused', message: refusal.rule }
    return misfit === undefined
      ? { peer_id: offer.peer, ...name, fits: true }
      : { peer_id: offer.peer, ...name, fits: false, rule: misfit.rule, message: misfit.message }
  })
  return {
    task_id: task.id,
    status: task.status,
    summary: summarize(task, peers.length, peers.filter((peer) => peer.fits).length),
    peers,
  }
}

function summarize(task: Task, known: number, fitting: number): string {
  switch (task.phase) {
    case 'blocked':
      return `It waits for ${String(task.needs.length)} task${task.needs.length === 1 ? '' : 's'} that must complete first.`
    case 'delayed':
      return task.failures > 0 ? 'It failed and is put off before its next attempt.' : 'It was asked not to start yet.'
    case 'held':
      return `Its concurrency group ${task.group?.key ?? ''} is full.`
    case 'ready':
      if (known === 0)
        return 'No worker has asked this home for work yet. Start one with: runner-mesh worker --bootstrap <address>'
      if (fitting === 0) return `None of the ${String(known)} workers that asked this home fits.`
      return `${String(fitting)} of ${String(known)} workers fit; it waits for a free one.`
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
