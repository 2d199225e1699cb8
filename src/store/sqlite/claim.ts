/**
 * Grants. The best task a worker may have is the smallest order key among the heads of those lanes that fit it, whose
 * group has a free slot and whose submitter is below its cap.
 */
import type { Fence } from '../../core/ids.ts'
import { leaseMsOf } from '../../core/lease.ts'
import type { ClaimRequest, Grant } from '../../core/ports/task-store.ts'
import type { Change } from './group-commit.ts'
import { refuserKey, type Home } from './home.ts'
import { isFull, type FitClass, type Lane } from './lanes.ts'
import { isBefore, type Head } from './ready-heads.ts'
import type { RecentTask } from './recent-tasks.ts'
import { parseSpec, toTask, type TaskRow } from '../rows.ts'
import { STATE } from '../states.ts'
import { promoteDelayed } from './sweep.ts'

export function claim(home: Home, change: Change, request: ClaimRequest, now: number): readonly Grant[] {
  const repeated = home.leases.ofRequest(request.worker, request.requestId)
  if (repeated.length > 0) return repeated.map((lease) => grantOf(home, lease.seq))
  promoteDelayed(home, change, now)
  const grants: Grant[] = []
  const allowed = laneFilter(request)
  const headOf = headReader(home, request)
  while (grants.length < request.max) {
    const best = findBest(home, allowed, headOf)
    if (best === undefined) break
    grants.push(take(home, change, best.lane, best.head, request, now))
  }
  return grants
}

interface Candidate {
  readonly lane: Lane
  readonly head: Head
}

function findBest(
  home: Home,
  allowed: (lane: Lane) => boolean,
  headOf: (lane: Lane) => Head | undefined,
): Candidate | undefined {
  let best: Candidate | undefined
  for (const lane of home.lanes.ready) {
    if (!allowed(lane)) continue
    const head = headOf(lane)
    if (head !== undefined && (best === undefined || isBefore(head, best.head))) best = { lane, head }
  }
  return best
}

function laneFilter(request: ClaimRequest): (lane: Lane) => boolean {
  const fitting = new Map<FitClass, boolean>()
  const cap = request.submitterCap ?? Infinity
  return (lane) => {
    if (isFull(lane.group) || lane.submitter.running >= cap) return false
    let fits = fitting.get(lane.fitClass)
    if (fits === undefined) {
      fits = request.fits(lane.fitClass.needs)
      fitting.set(lane.fitClass, fits)
    }
    return fits
  }
}

/** A worker that has turned tasks down passes them over; only such a worker pays for looking. */
function headReader(home: Home, request: ClaimRequest): (lane: Lane) => Head | undefined {
  const { sql } = home
  if (home.refusers.has(refuserKey(request.worker, request.policyDigest))) {
    return (lane) => sql.readUnrefusedHead.get(lane.id, request.worker, request.policyDigest) as Head | undefined
  }
  return (lane) => lane.heads.first((limit) => sql.readHeads.all(lane.id, limit) as unknown as Head[])
}

function take(home: Home, change: Change, lane: Lane, head: Head, request: ClaimRequest, now: number): Grant {
  const { worker, requestId } = request
  const { row, body, spec } = home.recent.find(head.seq) ?? readTask(home, head.seq)
  const leaseMs = leaseMsOf(request.leaseMs, spec.clocks)
  const { seq } = row
  const fence = home.nextFence(change)
  const attempt = row.attempt + 1
  home.sql.takeTask.run(seq, fence, attempt, worker, requestId, leaseMs, now)
  const taken: TaskRow = {
    ...row,
    state: STATE.running,
    fence,
    attempt,
    worker,
    request_id: requestId,
    lease_ms: leaseMs,
    started_at: now,
    updated_at: now,
  }
  home.recent.keep(change, taken, body, spec)
  home.leases.grant({ seq, fence, worker, requestId, leaseMs, idempotent: spec.idempotent, stop: false })
  change.onUndo(() => home.leases.end(seq))
  lane.heads.remove(seq)
  home.lanes.move(change, lane, STATE.ready, STATE.running)
  change.changed.push(home.idOf(row))
  return { task: toTask(home, taken, spec), fence, attempt, leaseMs }
}

function grantOf(home: Home, seq: number): Grant {
  const { row, spec } = readTask(home, seq)
  return { task: toTask(home, row, spec), fence: row.fence as Fence, attempt: row.attempt, leaseMs: row.lease_ms ?? 0 }
}

function readTask(home: Home, seq: number): RecentTask & { readonly body: string } {
  const { body, ...row } = home.sql.readTask.get(seq) as unknown as TaskRow & { readonly body: string }
  return { row, body, spec: parseSpec(body) }
}
