/** Schedules of the queue itself. Each instant makes at most one task, whatever restarts between (R21). */
import type { CronEntry, Submitted } from '../../core/ports/task-store.ts'
import { cronEntryOf, isPaused, taskOfInstant, type CronRow } from '../cron-rows.ts'
import type { Change } from './group-commit.ts'
import type { Home } from './home.ts'
import { submitOne } from './submit.ts'
import { findKey } from './submit-names.ts'

export function saveCron(home: Home, entry: CronEntry): void {
  home.sql.saveCron.run(
    entry.name,
    entry.expression,
    entry.timeZone,
    JSON.stringify(entry.template),
    entry.nextAt,
    entry.paused ? 1 : 0,
  )
}

export function removeCron(home: Home, name: string): boolean {
  return home.sql.dropCron.run(name).changes === 1
}

export function listCron(home: Home): readonly CronEntry[] {
  return (home.sql.readCrons.all() as unknown as CronRow[]).map(cronEntryOf)
}

/**
 * The instant is remembered twice: in the entry, for ever, and as an idempotency key, which also survives that the entry
 * is removed and saved again.
 * @returns undefined when there is no such entry, it is paused, or the instant is older than the last one that fired
 */
export function fireCron(
  home: Home,
  change: Change,
  name: string,
  scheduledAt: number,
  nextAt: number,
  now: number,
  envelope?: string,
): Submitted | undefined {
  const row = home.sql.readCron.get(name) as CronRow | undefined
  if (row === undefined || isPaused(row)) return undefined
  const task = taskOfInstant(row, scheduledAt, envelope)
  home.sql.moveCron.run(name, nextAt, Math.max(row.fired_at, scheduledAt))
  const fired = findKey(home, task.submitter, task.idempotencyKey, now)
  if (fired !== undefined) return { id: home.idOf(fired), created: false }
  if (scheduledAt <= row.fired_at) return undefined
  return submitOne(home, change, task, now, home.lastSeq)
}
