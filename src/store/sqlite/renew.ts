/** Heartbeats. They touch memory only: a lease is soft state, and no heartbeat costs a write. */
import { findTaskIdParts, type PeerId, type TaskId } from '../../core/ids.ts'
import type { Renewal, RenewalVerdict } from '../../core/ports/task-store.ts'
import type { Lease } from '../lease-table.ts'
import type { Home } from './home.ts'

export interface Renewed {
  readonly verdicts: readonly RenewalVerdict[]
  /** Tasks that look different now: progress came in, or a suspect one is trusted again. */
  readonly changed: readonly TaskId[]
}

export function renew(home: Home, renewals: readonly Renewal[], worker: PeerId): Renewed {
  const changed: TaskId[] = []
  const verdicts = renewals.map((renewal): RenewalVerdict => {
    const lease = findLease(home, renewal, worker)
    if (lease === undefined) return 'lost'
    if (lease.suspect || renewal.progress !== undefined) changed.push(renewal.taskId)
    if (renewal.progress !== undefined) lease.progress = renewal.progress
    home.leases.renew(lease)
    return lease.stop ? 'cancel' : 'renewed'
  })
  return { verdicts, changed }
}

/** The live or suspect lease that this very grant holds, and no other (R6). */
function findLease(home: Home, { taskId, fence }: Renewal, worker: PeerId): Lease | undefined {
  const parts = findTaskIdParts(taskId)
  if (parts?.home !== home.homeId) return undefined
  const lease = home.leases.find(parts.seq)
  return lease?.fence === fence && lease.worker === worker ? lease : undefined
}
