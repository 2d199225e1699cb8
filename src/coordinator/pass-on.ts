/**
 * An attempt that failed because its host could not get the image says nothing against the task. It goes on to another
 * worker that fits (whoever has the image is preferred), as a task that its worker has turned down: no budget is burnt, and
 * it does not come back to the same one. Where nobody else fits, the failure counts as any other.
 */
import { findMisfit } from '../core/fit.ts'
import type { Fence, PeerId, TaskId } from '../core/ids.ts'
import { MINUTE } from '../core/lease.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Mesh } from '../core/ports/mesh.ts'
import type { Home } from './home.ts'
import type { PeerBook } from './peer-book.ts'

export interface PassOnDeps {
  readonly peers: PeerBook
  readonly mesh: Pick<Mesh, 'peers'>
  readonly clock: Pick<Clock, 'now'>
}

/** A worker that waits claims anew well within this time. */
const SEEN_LATELY_MS = MINUTE
const MAX_RULE_CHARACTERS = 500

/** @returns false when it has to end here: nobody else fits, or the grant is not the worker's any more */
export async function passOn(
  { peers, mesh, clock }: PassOnDeps,
  home: Home,
  failed: { readonly taskId: TaskId; readonly fence: Fence; readonly error: string },
  isHolder: (worker: PeerId) => boolean,
): Promise<boolean> {
  const { taskId, fence, error } = failed
  const task = await home.store.find(taskId)
  if (task?.status !== 'running' || task.fence !== fence || task.worker === undefined || !isHolder(task.worker))
    return false
  const { worker, requirements } = task
  const refusals = await home.store.refusals(taskId)
  const connected = new Set<string>(mesh.peers().map(({ peer }) => peer))
  const offers = peers.offersSince(clock.now() - SEEN_LATELY_MS, (peer) => connected.has(peer))
  const hasRefused = (peer: PeerId, digest: string): boolean =>
    refusals.some((refusal) => refusal.worker === peer && refusal.policyDigest === digest)
  const other = offers.find(
    (offer) =>
      offer.peer !== worker &&
      !hasRefused(offer.peer, offer.policy.digest) &&
      findMisfit(requirements, offer) === undefined,
  )
  const own = offers.find(({ peer }) => peer === worker)
  if (other === undefined || own === undefined) return false
  const rule = error.slice(0, MAX_RULE_CHARACTERS)
  return home.refuse(taskId, fence, { worker, policyDigest: own.policy.digest, rule })
}
