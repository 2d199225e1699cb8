/** Schedules as the tables of both stores hold them. */
import type { CronEntry, NewTask } from '../core/ports/task-store.ts'

export interface CronRow {
  readonly name: string
  readonly expression: string
  readonly time_zone: string
  readonly template: string
  readonly next_at: number
  /** A number in SQLite, which has no truth. */
  readonly paused: boolean | 0 | 1
  readonly fired_at: number
}

export const CRON_COLUMNS = 'name, expression, time_zone, template, next_at, paused, fired_at'

export function cronEntryOf(row: CronRow): CronEntry {
  return {
    name: row.name,
    expression: row.expression,
    timeZone: row.time_zone,
    template: JSON.parse(row.template) as NewTask,
    nextAt: row.next_at,
    paused: isPaused(row),
  }
}

export function isPaused({ paused }: CronRow): boolean {
  return paused === true || paused === 1
}

/** The task of one instant; its key keeps another from being made for the same. */
export function taskOfInstant(
  { name, template }: CronRow,
  scheduledAt: number,
  envelope: string | undefined,
): NewTask & { readonly idempotencyKey: string } {
  const { alias: _alias, notBefore: _notBefore, ...task } = JSON.parse(template) as NewTask
  const signed = envelope === undefined ? task : { ...task, envelope }
  return { ...signed, idempotencyKey: `cron:${name}:${String(scheduledAt)}` }
}
