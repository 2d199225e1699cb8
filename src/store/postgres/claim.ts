/**
 * Grants of a shared home. Which tasks are next is looked up first and locked then: `SKIP LOCKED` passes over what another
 * peer is granting at this moment, and only that, so that nobody misses a task that stays claimable.
 */
import type { Fence } from '../../core/ids.ts'
import { leaseMsOf } from '../../core/lease.ts'
import type { ClaimRequest, Grant } from '../../core/ports/task-store.ts'
import { queuedAt } from '../queue-times.ts'
import { STATE } from '../states.ts'
import type { SharedHome } from './home.ts'
import { FULL_ROW, lockTasks, needsOf, specOfRow, viewOf, type FullRow } from './tasks.ts'
import type { Change, Sql } from './transaction.ts'
import { requeue } from './transitions.ts'

const PROMOTED_ROWS = 200
/** How often what was looked up is found taken before a claim settles for less. */
const ROUNDS = 4

export async function claim(
  home: SharedHome,
  sql: Sql,
  change: Change,
  request: ClaimRequest,
  now: number,
): Promise<readonly Grant[]> {
  const { worker, requestId } = request
  // A repeat may come by another peer while the first is under way.
  await sql.rows('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [`${worker} ${requestId}`])
  const repeated = await sql.rows<FullRow>(
    `${FULL_ROW} WHERE e.worker = $1 AND e.request_id = $2 AND t.state = 3 ORDER BY t.fence`,
    [worker, requestId],
  )
  if (repeated.length > 0) return repeated.map((row) => grantOf(home, row))
  await promoteDelayed(home, sql, change, now)
  const grants: Grant[] = []
  const passedOver = new Set<number>()
  for (let round = 0; round < ROUNDS && grants.length < request.max; round += 1) {
    const wanted = await choose(sql, request, request.max - grants.length, passedOver)
    if (wanted.length === 0) break
    const taken = await take(home, sql, change, wanted, request, now)
    for (const seq of wanted) passedOver.add(seq)
    grants.push(...taken)
    if (taken.length === wanted.length && grants.length < request.max) break
  }
  return grants
}

interface LaneRow {
  readonly id: number
  readonly submitter: string
  readonly group_key: string | null
  readonly fit_class: number
  readonly needs: string
}

/** Lanes with claimable tasks, each found by one step in the index however many tasks it holds. */
export const READY_LANES = `WITH RECURSIVE found(lane) AS (
    (SELECT lane FROM task WHERE state = 2 ORDER BY lane LIMIT 1)
    UNION ALL
    SELECT (SELECT t.lane FROM task t WHERE t.state = 2 AND t.lane > f.lane ORDER BY t.lane LIMIT 1)
      FROM found f WHERE f.lane IS NOT NULL)`

async function choose(
  sql: Sql,
  request: ClaimRequest,
  max: number,
  passedOver: ReadonlySet<number>,
): Promise<readonly number[]> {
  const lanes = fitting(
    await sql.rows<LaneRow>(`${READY_LANES}
    SELECT a.id, a.submitter, a.group_key, a.fit_class, c.needs
      FROM found f JOIN lane a ON a.id = f.lane JOIN fit_class c ON c.id = a.fit_class`),
    request,
  )
  if (lanes.length === 0) return []
  const slots = await freeSlots(sql, lanes)
  const room = await submitterRoom(sql, request, lanes)
  const heads = await sql.rows<{ seq: number; lane: number }>(
    `SELECT h.seq, h.lane FROM unnest($1::integer[]) l(id) CROSS JOIN LATERAL (
         SELECT t.seq, t.lane, t.order_key FROM task t WHERE t.lane = l.id AND t.state = 2 AND t.seq <> ALL($5)
           AND NOT EXISTS (SELECT 1 FROM refusal r WHERE r.seq = t.seq AND r.worker = $2 AND r.policy_digest = $3)
         ORDER BY t.order_key, t.seq LIMIT $4) h
      ORDER BY h.order_key, h.seq`,
    [lanes.map(({ id }) => id), request.worker, request.policyDigest, max, [...passedOver]],
  )
  const byId = new Map(lanes.map((lane) => [lane.id, lane]))
  const chosen: number[] = []
  for (const { seq, lane: id } of heads) {
    const lane = byId.get(id)
    if (chosen.length === max) break
    if (lane !== undefined && use(slots, lane.group_key) && use(room, lane.submitter)) chosen.push(seq)
  }
  return chosen
}

function fitting(lanes: readonly LaneRow[], request: ClaimRequest): readonly LaneRow[] {
  const verdicts = new Map<number, boolean>()
  return lanes.filter((lane) => {
    let fits = verdicts.get(lane.fit_class)
    if (fits === undefined) verdicts.set(lane.fit_class, (fits = request.fits(needsOf(lane))))
    return fits
  })
}

/** Takes one of what is left of a name; a name that is not listed has no limit. */
function use(left: Map<string, number>, name: string | null): boolean {
  const rest = name === null ? undefined : left.get(name)
  if (name === null || rest === undefined) return true
  if (rest <= 0) return false
  left.set(name, rest - 1)
  return true
}

/** The groups are locked: nobody takes or frees a slot before this claim is done. */
async function freeSlots(sql: Sql, lanes: readonly LaneRow[]): Promise<Map<string, number>> {
  const keys = [...new Set(lanes.flatMap(({ group_key: key }) => (key === null ? [] : [key])))]
  if (keys.length === 0) return new Map()
  const groups = await sql.rows<{ key: string; max: number; running: number }>(
    'SELECT key, max, running FROM concurrency_group WHERE key = ANY($1) ORDER BY key FOR UPDATE',
    [keys],
  )
  return new Map(groups.map(({ key, max, running }) => [key, max - running]))
}

const CAP_LOCK = 0x63617073

async function submitterRoom(sql: Sql, request: ClaimRequest, lanes: readonly LaneRow[]): Promise<Map<string, number>> {
  const cap = request.submitterCap
  if (cap === undefined) return new Map()
  await sql.rows('SELECT pg_advisory_xact_lock($1)', [CAP_LOCK])
  const running = await sql.rows<{ submitter: string; tasks: number }>(
    `SELECT a.submitter, count(*) AS tasks FROM lease e JOIN task t ON t.seq = e.seq JOIN lane a ON a.id = t.lane
      GROUP BY a.submitter`,
  )
  const used = new Map(running.map(({ submitter, tasks }) => [submitter, tasks]))
  return new Map(lanes.map(({ submitter }) => [submitter, cap - (used.get(submitter) ?? 0)]))
}

async function take(
  home: SharedHome,
  sql: Sql,
  change: Change,
  wanted: readonly number[],
  request: ClaimRequest,
  now: number,
): Promise<readonly Grant[]> {
  const free = await sql.rows<{ seq: number }>(
    'SELECT seq FROM task WHERE seq = ANY($1) AND state = 2 FOR UPDATE SKIP LOCKED',
    [wanted],
  )
  const seqs = new Set(free.map(({ seq }) => seq))
  if (seqs.size === 0) return []
  const rows = await sql.rows<FullRow>(`${FULL_ROW} WHERE t.seq = ANY($1)`, [[...seqs]])
  const byOrder = wanted.flatMap((seq) => rows.filter((row) => row.seq === seq))
  const leases = byOrder.map((row) => leaseMsOf(request.leaseMs, specOfRow(row).clocks))
  const granted = await sql.rows<{ seq: number; fence: number }>(
    `UPDATE task t SET state = 3, fence = $1 + u.lsn, attempt = attempt + 1, worker = $2, request_id = $3,
         lease_ms = u.lease_ms, started_at = $4, updated_at = $4
       FROM (SELECT seq, lease_ms, nextval('lsn') AS lsn FROM unnest($5::bigint[], $6::bigint[]) g(seq, lease_ms)) u
      WHERE t.seq = u.seq RETURNING t.seq, t.fence`,
    [home.fenceBase, request.worker, request.requestId, now, byOrder.map(({ seq }) => seq), leases],
  )
  await sql.run(
    `INSERT INTO lease(seq, fence, worker, request_id, lease_ms, until)
       SELECT t.seq, t.fence, t.worker, t.request_id, t.lease_ms, lease_now() + t.lease_ms FROM task t WHERE t.seq = ANY($1)`,
    [[...seqs]],
  )
  for (const [key, tasks] of countGroups(byOrder)) {
    await sql.run('UPDATE concurrency_group SET running = running + $2 WHERE key = $1', [key, tasks])
  }
  const fences = new Map(granted.map(({ seq, fence }) => [seq, fence]))
  return byOrder.map((row, index) => {
    change.changed.push(home.idOf(row))
    return grantOf(home, {
      ...row,
      state: STATE.running,
      fence: fences.get(row.seq) ?? 0,
      attempt: row.attempt + 1,
      worker: request.worker,
      request_id: request.requestId,
      lease_ms: leases[index] ?? 0,
      started_at: now,
      updated_at: now,
      suspect: false,
      progress: null,
    })
  })
}

function countGroups(rows: readonly FullRow[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { group_key: key } of rows) if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

function grantOf(home: SharedHome, row: FullRow): Grant {
  return { task: viewOf(home, row), fence: row.fence as Fence, attempt: row.attempt, leaseMs: row.lease_ms ?? 0 }
}

/** Delayed tasks whose instant has come are claimable even when no sweep came by. */
async function promoteDelayed(home: SharedHome, sql: Sql, change: Change, now: number): Promise<void> {
  const due = await sql.rows<{ seq: number }>(
    'SELECT seq FROM task WHERE state = 1 AND due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED',
    [now, PROMOTED_ROWS],
  )
  if (due.length === 0) return
  const rows = await lockTasks(
    sql,
    due.map(({ seq }) => seq),
  )
  for (const row of rows) {
    if (row.total_at > now && row.ready_at <= now) {
      await requeue(home, sql, change, row, queuedAt(row.ready_at, row.priority, now), now)
    }
  }
}
