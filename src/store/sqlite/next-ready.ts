/** Which tasks of a fit class would be granted next, from the heads of its lanes in memory. */
import { fitClassKey } from '../../core/fit.ts'
import type { TaskId } from '../../core/ids.ts'
import type { Requirements } from '../../core/task.ts'
import type { Home } from './home.ts'
import type { Group, Lane } from './lanes.ts'
import { isBefore, type Head } from './ready-heads.ts'
import type { TaskRow } from '../rows.ts'

interface LaneHead {
  readonly lane: Lane
  readonly head: Head
}

/** In claim order, and as far as every lane's known heads reach: never past what memory cannot tell. */
export function nextReady(home: Home, needs: Requirements, most: number): readonly TaskId[] {
  const key = fitClassKey(needs)
  const found: LaneHead[] = []
  let horizon: Head | undefined
  for (const lane of home.lanes.ready) {
    if (lane.fitClass.key !== key) continue
    const { heads, complete } = lane.heads.known((limit) => home.sql.readHeads.all(lane.id, limit) as unknown as Head[])
    const last = heads.at(-1)
    if (!complete && last !== undefined && (horizon === undefined || isBefore(last, horizon))) horizon = last
    for (const head of heads.slice(0, most)) found.push({ lane, head })
  }
  found.sort((a, b) => (isBefore(a.head, b.head) ? -1 : 1))
  const taken = new Map<Group, number>()
  const ids: TaskId[] = []
  for (const { lane, head } of found) {
    if (ids.length === most || (horizon !== undefined && isBefore(horizon, head))) break
    if (takesSlot(lane, taken)) ids.push(home.idOf(home.sql.readRow.get(head.seq) as unknown as TaskRow))
  }
  return ids
}

function takesSlot({ group }: Lane, taken: Map<Group, number>): boolean {
  if (group === undefined) return true
  const slots = (taken.get(group) ?? 0) + 1
  taken.set(group, slots)
  return group.running + slots <= group.max
}
