/** Ended tasks past their retention go, with everything said about them; idempotency keys past theirs. */
import type { Change } from './group-commit.ts'
import type { Home } from './home.ts'
import { parseSpec, type TaskRow } from '../rows.ts'
import { marksOf } from '../spec.ts'

/** @returns how many tasks went */
export function prune(home: Home, change: Change, now: number, limit: number): number {
  const rows = home.sql.readPurgeable.all(now, limit) as unknown as (TaskRow & { readonly body: string })[]
  for (const row of rows) purge(home, change, row)
  home.sql.dropOldKeys.run(now, limit)
  return rows.length
}

function purge(home: Home, change: Change, row: TaskRow & { readonly body: string }): void {
  const { sql } = home
  const lane = home.lanes.get(row.lane)
  const spec = parseSpec(row.body)
  if (spec.alias !== undefined) sql.dropAlias.run(lane.submitter.name, spec.workflowId ?? '', spec.alias)
  for (const mark of marksOf(spec)) sql.dropMark.run(mark, row.seq)
  sql.dropAttempts.run(row.seq)
  sql.dropRefusals.run(row.seq)
  sql.dropOutcome.run(row.seq)
  sql.dropSpec.run(row.seq)
  sql.dropTask.run(row.seq)
  home.lanes.move(change, lane, row.state, undefined)
  home.lanes.dropIfEmpty(change, lane)
  change.changed.push(home.idOf(row))
}
