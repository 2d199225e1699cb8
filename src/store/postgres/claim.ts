/**
 * Grants of a shared home. Which tasks are next is looked up first and locked then: `SKIP LOCKED` passes over what another
 * peer is granting at this moment, and only that, so that nobody misses a task that stays claimable. Claims that many
 * workers make at once take as many statements as one.
 */
import type { Fence } from '../../core/ids.ts'
import { leaseMsOf } from '../../core/lease.ts'
import type { ClaimRequest, Grant } from '../../core/ports/task-store.ts'
import { queuedAt } from '../queue-times.ts'
import { STATE } from '../states.ts'
import type { SharedHome } from './home.ts'
import { chooseNext, type Asker, type Choice } from './next-tasks.ts'
import { FULL_ROW, lockTasks, specOfRow, viewOf, type FullRow } from './tasks.ts'
import type { Change, Sql } from './transaction.ts'
import { requeue } from './transitions.ts'

const PROMOTED_ROWS = 200
/** How often what was looked up is found taken before a claim settles for less. */
const ROUNDS = 4

/** Grants by the name of their claim. */
type Granted = Map<string, Grant[]>

/** @returns what each claim is granted, in their order; a claim that is made twice is granted once */
export async function claim(
  home: SharedHome,
  sql: Sql,
  change: Change,
  requests: readonly ClaimRequest[],
  now: number,
): Promise<readonly (readonly Grant[])[]> {
  const byName = new Map(requests.map((request) => [nameOf(request), request]))
  const granted = await findGranted(home, sql, [...byName.values()])
  const open = [...byName].filter(([name]) => !granted.has(name)).map(([, request]) => request)
  if (open.length > 0) {
    await promoteDelayed(home, sql, change, now)
    await grantNext(home, sql, change, open, granted, now)
  }
  return requests.map((request) => granted.get(nameOf(request)) ?? [])
}

function nameOf({ worker, requestId }: ClaimRequest): string {
  return `${worker} ${requestId}`
}

function note(granted: Granted, request: ClaimRequest, grant: Grant): void {
  const name = nameOf(request)
  granted.set(name, [...(granted.get(name) ?? []), grant])
}

/** A repeat may come by another peer while the first is under way: it waits for it here. */
async function findGranted(home: SharedHome, sql: Sql, requests: readonly ClaimRequest[]): Promise<Granted> {
  // Each one's lock in the same order everywhere, so that two peers do not wait for each other.
  await sql.rows(
    `SELECT pg_advisory_xact_lock(k.key)
       FROM (SELECT DISTINCT hashtextextended(name, 1) AS key FROM unnest($1::text[]) n(name) ORDER BY key) k`,
    [requests.map(nameOf)],
  )
  const leased = await sql.rows<{ seq: number; claim: number }>(
    `SELECT e.seq, q.claim FROM unnest($1::text[], $2::text[]) WITH ORDINALITY q(worker, request_id, claim)
       JOIN lease e ON e.worker = q.worker AND e.request_id = q.request_id ORDER BY e.fence`,
    [requests.map(({ worker }) => worker), requests.map(({ requestId }) => requestId)],
  )
  const granted: Granted = new Map()
  if (leased.length === 0) return granted
  const rows = await sql.rows<FullRow>(`${FULL_ROW} WHERE t.seq = ANY($1) AND t.state = 3`, [
    leased.map(({ seq }) => seq),
  ])
  for (const { seq, claim: number } of leased) {
    const [request, row] = [requests[number - 1], rows.find((one) => one.seq === seq)]
    if (request !== undefined && row !== undefined) note(granted, request, grantOf(home, row))
  }
  return granted
}

/** For all together first; whoever might still have something, by itself then. */
async function grantNext(
  home: SharedHome,
  sql: Sql,
  change: Change,
  requests: readonly ClaimRequest[],
  granted: Granted,
  now: number,
): Promise<void> {
  const passedOver = new Set<number>()
  const grantRound = async (askers: readonly Asker[]): Promise<readonly Asker[]> => {
    const choice = await chooseNext(sql, askers, passedOver)
    const taken = choice.chosen.length === 0 ? [] : await take(home, sql, change, choice, now)
    for (const { seq } of choice.chosen) passedOver.add(seq)
    for (const [{ request }, grant] of taken) note(granted, request, grant)
    return askers.flatMap((asker) => {
      const wanted = choice.chosen.filter((one) => one.asker === asker).length
      const got = taken.filter(([one]) => one === asker).length
      const room = asker.room - got
      return room > 0 && (got < wanted || choice.refused.has(asker)) ? [{ ...asker, room }] : []
    })
  }
  for (const asker of await grantRound(requests.map((request) => ({ request, room: request.max })))) {
    let open: readonly Asker[] = [asker]
    for (let round = 1; round < ROUNDS && open.length > 0; round += 1) open = await grantRound(open)
  }
}

/** Locks what was chosen, as far as it is still free, and grants it. */
async function take(
  home: SharedHome,
  sql: Sql,
  change: Change,
  { chosen }: Choice,
  now: number,
): Promise<readonly (readonly [Asker, Grant])[]> {
  const locked = await sql.rows<{ seq: number; state: number }>(
    'SELECT seq, state FROM task WHERE seq = ANY($1) FOR UPDATE SKIP LOCKED',
    [chosen.map(({ seq }) => seq)],
  )
  const seqs = locked.filter(({ state }) => state === STATE.ready).map(({ seq }) => seq)
  if (seqs.length === 0) return []
  const rows = new Map(
    (await sql.rows<FullRow>(`${FULL_ROW} WHERE t.seq = ANY($1)`, [seqs])).map((row) => [row.seq, row]),
  )
  const taken = chosen.flatMap(({ seq, asker }) => {
    const row = rows.get(seq)
    return row === undefined ? [] : [{ asker, row, leaseMs: leaseMsOf(asker.request.leaseMs, specOfRow(row).clocks) }]
  })
  const leased = await sql.rows<{ seq: number; fence: number }>(
    `WITH granted AS (
       UPDATE task t SET state = 3, fence = $1 + u.lsn, attempt = attempt + 1, worker = u.worker,
           request_id = u.request_id, lease_ms = u.lease_ms, started_at = $2, updated_at = $2
         FROM (SELECT g.*, nextval('lsn') AS lsn
                 FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[]) g(seq, lease_ms, worker, request_id)) u
        WHERE t.seq = u.seq RETURNING t.seq, t.fence, t.worker, t.request_id, t.lease_ms)
     INSERT INTO lease(seq, fence, worker, request_id, lease_ms, until)
       SELECT seq, fence, worker, request_id, lease_ms, lease_now() + lease_ms FROM granted RETURNING seq, fence`,
    [
      ...[home.fenceBase, now],
      taken.map(({ row }) => row.seq),
      taken.map(({ leaseMs }) => leaseMs),
      taken.map(({ asker }) => asker.request.worker),
      taken.map(({ asker }) => asker.request.requestId),
    ],
  )
  for (const [key, tasks] of countGroups(taken.map(({ row }) => row))) {
    await sql.run('UPDATE concurrency_group SET running = running + $2 WHERE key = $1', [key, tasks])
  }
  const fences = new Map(leased.map(({ seq, fence }) => [seq, fence]))
  return taken.map(({ asker, row, leaseMs }) => {
    change.changed.push(home.idOf(row))
    const grant = grantOf(home, {
      ...row,
      state: STATE.running,
      fence: fences.get(row.seq) ?? 0,
      attempt: row.attempt + 1,
      worker: asker.request.worker,
      request_id: asker.request.requestId,
      lease_ms: leaseMs,
      started_at: now,
      updated_at: now,
      suspect: false,
      progress: null,
    })
    return [asker, grant] as const
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
