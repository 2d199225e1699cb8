/** Which tasks are next for whom: looked up for many claims in as few statements as for one. */
import type { ClaimRequest } from '../../core/ports/task-store.ts'
import { needsOf } from './tasks.ts'
import type { Sql } from './transaction.ts'

/** A claim that has room left. */
export interface Asker {
  readonly request: ClaimRequest
  readonly room: number
}

export interface Choice {
  /** In the order in which they are to be granted. */
  readonly chosen: readonly { readonly seq: number; readonly asker: Asker }[]
  /** Those who passed over a task that they had refused: behind it may be one for them that was not looked at. */
  readonly refused: ReadonlySet<Asker>
}

interface Lane {
  readonly id: number
  readonly submitter: string
  readonly group_key: string | null
  readonly fit_class: number
  readonly needs: string
}

interface Head {
  readonly seq: number
  readonly lane: number
  /** Those of the askers who have refused it. */
  readonly refused_by: readonly string[]
}

const NOTHING: Choice = { chosen: [], refused: new Set() }

/** Lanes with claimable tasks, each found by one step in the index however many tasks it holds. */
export const READY_LANES = `WITH RECURSIVE found(lane) AS (
    (SELECT lane FROM task WHERE state = 2 ORDER BY lane LIMIT 1)
    UNION ALL
    SELECT (SELECT t.lane FROM task t WHERE t.state = 2 AND t.lane > f.lane ORDER BY t.lane LIMIT 1)
      FROM found f WHERE f.lane IS NOT NULL)`

const REFUSED = `r.worker || ' ' || r.policy_digest = ANY($2)`

/**
 * Each asker in turn gets the next of what fits it. A task that all of them have refused is not looked at, so for a single
 * asker the answer is exact.
 * @param passedOver tasks that are not looked at again
 */
export async function chooseNext(sql: Sql, askers: readonly Asker[], passedOver: ReadonlySet<number>): Promise<Choice> {
  const ready = await sql.rows<Lane>(`${READY_LANES}
    SELECT a.id, a.submitter, a.group_key, a.fit_class, c.needs
      FROM found f JOIN lane a ON a.id = f.lane JOIN fit_class c ON c.id = a.fit_class`)
  const laneIds = new Map(askers.map((asker) => [asker, fitting(ready, asker.request)]))
  const lanes = ready.filter(({ id }) => laneIds.values().some((ids) => ids.has(id)))
  if (lanes.length === 0) return NOTHING
  const slots = await freeSlots(sql, lanes)
  const running = await runningTasks(sql, askers)
  const names = new Set(askers.map(refuserOf))
  const most = askers.reduce((total, { room }) => total + room, 0)
  const heads = await sql.rows<Head>(
    `SELECT h.seq, h.lane, ARRAY(SELECT r.worker || ' ' || r.policy_digest FROM refusal r WHERE r.seq = h.seq AND ${REFUSED}) AS refused_by
       FROM unnest($1::integer[]) l(id) CROSS JOIN LATERAL (
         SELECT t.seq, t.lane, t.order_key FROM task t WHERE t.lane = l.id AND t.state = 2 AND t.seq <> ALL($5)
           AND (SELECT count(*) FROM refusal r WHERE r.seq = t.seq AND ${REFUSED}) < $3
         ORDER BY t.order_key, t.seq LIMIT $4) h
      ORDER BY h.order_key, h.seq`,
    [lanes.map(({ id }) => id), [...names], names.size, most, [...passedOver]],
  )
  const byId = new Map(lanes.map((lane) => [lane.id, lane]))
  const left = new Set(heads)
  const refused = new Set<Asker>()
  const chosen: { seq: number; asker: Asker }[] = []
  for (const asker of askers) {
    const { request } = asker
    let room = asker.room
    for (const head of left) {
      if (room === 0) break
      const lane = byId.get(head.lane)
      if (lane === undefined || laneIds.get(asker)?.has(lane.id) !== true) continue
      if (head.refused_by.includes(refuserOf(asker))) refused.add(asker)
      else if (isUnderCap(running, lane.submitter, request.submitterCap) && takeSlot(slots, lane.group_key)) {
        running.set(lane.submitter, (running.get(lane.submitter) ?? 0) + 1)
        left.delete(head)
        chosen.push({ seq: head.seq, asker })
        room -= 1
      }
    }
  }
  return { chosen, refused }
}

/** One name for a worker and its policy; the database builds the same. */
function refuserOf({ request }: Asker): string {
  return `${request.worker} ${request.policyDigest}`
}

function fitting(lanes: readonly Lane[], request: ClaimRequest): ReadonlySet<number> {
  const verdicts = new Map<number, boolean>()
  const fits = (lane: Lane): boolean => {
    const known = verdicts.get(lane.fit_class)
    if (known !== undefined) return known
    const verdict = request.fits(needsOf(lane))
    verdicts.set(lane.fit_class, verdict)
    return verdict
  }
  return new Set(lanes.filter(fits).map(({ id }) => id))
}

/** A group that is not listed has no limit. */
function takeSlot(slots: Map<string, number>, group: string | null): boolean {
  const rest = group === null ? undefined : slots.get(group)
  if (group === null || rest === undefined) return true
  if (rest <= 0) return false
  slots.set(group, rest - 1)
  return true
}

function isUnderCap(running: ReadonlyMap<string, number>, submitter: string, cap = Infinity): boolean {
  return (running.get(submitter) ?? 0) < cap
}

/** The groups are locked: nobody takes or frees a slot before these claims are done. */
async function freeSlots(sql: Sql, lanes: readonly Lane[]): Promise<Map<string, number>> {
  const keys = [...new Set(lanes.flatMap(({ group_key: key }) => (key === null ? [] : [key])))]
  if (keys.length === 0) return new Map()
  const groups = await sql.rows<{ key: string; max: number; running: number }>(
    'SELECT key, max, running FROM concurrency_group WHERE key = ANY($1) ORDER BY key FOR UPDATE',
    [keys],
  )
  return new Map(groups.map(({ key, max, running }) => [key, max - running]))
}

const CAP_LOCK = 0x63617073

/** By submitter, when anybody asks for a cap: nobody else grants under one before these claims are done. */
async function runningTasks(sql: Sql, askers: readonly Asker[]): Promise<Map<string, number>> {
  if (askers.every(({ request }) => request.submitterCap === undefined)) return new Map()
  await sql.rows('SELECT pg_advisory_xact_lock($1)', [CAP_LOCK])
  const running = await sql.rows<{ submitter: string; tasks: number }>(
    `SELECT a.submitter, count(*) AS tasks FROM lease e JOIN task t ON t.seq = e.seq JOIN lane a ON a.id = t.lane
      GROUP BY a.submitter`,
  )
  return new Map(running.map(({ submitter, tasks }) => [submitter, tasks]))
}
