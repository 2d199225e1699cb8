/** Schedules of the queue itself. Each instant makes at most one task, whatever restarts between (R21). */
import type { CronEntry, NewTask, Submitted } from '../../core/ports/task-store.ts'
import type { Change } from './group-commit.ts'
import type { Home } from './home.ts'
import { submitOne } from './submit.ts'
import { findKey } from './submit-names.ts'

interface CronRow {
  readonly name: string
  readonly expression: string
  readonly time_zone: string
  readonly template: string
  readonly next_at: number
  readonly paused: number
  readonly fired_at: number
}

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
  return (home.sql.readCrons.all() as unknown as CronRow[]).map((row) => ({
    name: row.name,
    expression: row.expression,
    timeZone: row.time_zone,
    template: JSON.parse(row.template) as NewTask,
    nextAt: row.next_at,
    paused: row.paused === 1,
  }))
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
  if (row === undefined || row.paused === 1) return undefined
  const { alias: _alias, notBefore: _notBefore, ...template } = JSON.parse(row.template) as NewTask
  const idempotencyKey = `cron:${name}:${String(scheduledAt)}`
  home.sql.moveCron.run(name, nextAt, Math.max(row.fired_at, scheduledAt))
  const fired = findKey(home, template.submitter, idempotencyKey, now)
  if (fired !== undefined) return { id: home.idOf(fired), created: false }
  if (scheduledAt <= row.fired_at) return undefined
  const signed = envelope === undefined ? template : { ...template, envelope }
  return submitOne(home, change, { ...signed, idempotencyKey }, now, home.lastSeq)
}
