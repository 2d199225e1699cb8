/** Ended tasks past their retention go; schedules of the queue make their tasks, each instant at most one (R21). */
import type { CronEntry, Submitted } from '../../core/ports/task-store.ts'
import { CRON_COLUMNS, cronEntryOf, isPaused, taskOfInstant, type CronRow } from '../cron-rows.ts'
import { parseSpec, type TaskRow } from '../rows.ts'
import { marksOf } from '../spec.ts'
import { dropUnowned } from './artifacts.ts'
import type { SharedHome } from './home.ts'
import { submit } from './submit.ts'
import { findKey } from './submit-names.ts'
import type { Change, Sql } from './transaction.ts'

interface PurgedRow extends Pick<TaskRow, 'seq' | 'epoch'> {
  readonly body: string
  readonly submitter: string
}

/** @returns how many tasks went */
export async function prune(home: SharedHome, sql: Sql, change: Change, now: number, limit: number): Promise<number> {
  const rows = await sql.rows<PurgedRow>(
    `SELECT t.seq, t.epoch, s.body, a.submitter FROM task t JOIN spec s ON s.seq = t.seq JOIN lane a ON a.id = t.lane
      WHERE t.purge_at IS NOT NULL AND t.purge_at <= $1 ORDER BY t.purge_at, t.seq LIMIT $2 FOR UPDATE OF t SKIP LOCKED`,
    [now, limit],
  )
  if (rows.length > 0) {
    const seqs = rows.map(({ seq }) => seq)
    const left = await sql.rows<{ sha256: string }>('DELETE FROM artifact WHERE seq = ANY($1) RETURNING sha256', [seqs])
    await dropUnowned(
      sql,
      left.map(({ sha256 }) => sha256),
    )
    for (const table of ['spec', 'outcome', 'attempt', 'refusal', 'task']) {
      await sql.run(`DELETE FROM ${table} WHERE seq = ANY($1)`, [seqs])
    }
    for (const { seq, epoch, body, submitter } of rows) {
      const spec = parseSpec(body)
      change.changed.push(home.idOf({ seq, epoch }))
      for (const mark of marksOf(spec)) await sql.run('DELETE FROM mark WHERE name = $1 AND seq = $2', [mark, seq])
      if (spec.alias === undefined) continue
      await sql.run('DELETE FROM alias WHERE submitter = $1 AND workflow = $2 AND alias = $3 AND seq = $4', [
        ...[submitter, spec.workflowId ?? '', spec.alias, seq],
      ])
    }
  }
  await sql.run(
    `DELETE FROM idempotency WHERE (submitter, key) IN (
       SELECT i.submitter, i.key FROM idempotency i LEFT JOIN task t ON t.seq = i.seq
        WHERE i.until <= $1 AND (t.seq IS NULL OR t.finished_at IS NOT NULL) ORDER BY i.until LIMIT $2)`,
    [now, limit],
  )
  return rows.length
}

export async function saveCron(sql: Sql, entry: CronEntry): Promise<void> {
  await sql.run(
    `INSERT INTO cron(name, expression, time_zone, template, next_at, paused) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (name) DO UPDATE SET expression = excluded.expression, time_zone = excluded.time_zone,
         template = excluded.template, next_at = excluded.next_at, paused = excluded.paused`,
    [
      ...[entry.name, entry.expression, entry.timeZone, JSON.stringify(entry.template)],
      ...[entry.nextAt, entry.paused],
    ],
  )
}

export async function removeCron(sql: Sql, name: string): Promise<boolean> {
  return (await sql.run('DELETE FROM cron WHERE name = $1', [name])) === 1
}

export async function listCron(sql: Sql): Promise<readonly CronEntry[]> {
  const rows = await sql.rows<CronRow>(`SELECT ${CRON_COLUMNS} FROM cron ORDER BY name COLLATE "C"`)
  return rows.map(cronEntryOf)
}

/** @returns undefined when there is no such entry, it is paused, or the instant is older than the last one that fired */
export async function fireCron(
  home: SharedHome,
  sql: Sql,
  change: Change,
  name: string,
  scheduledAt: number,
  nextAt: number,
  now: number,
  envelope?: string,
): Promise<Submitted | undefined> {
  const row = await sql.row<CronRow>(`SELECT ${CRON_COLUMNS} FROM cron WHERE name = $1 FOR UPDATE`, [name])
  if (row === undefined || isPaused(row)) return undefined
  const task = taskOfInstant(row, scheduledAt, envelope)
  // Two peers may fire the same instant one after the other: the later one never moves the schedule back.
  await sql.run('UPDATE cron SET next_at = $2, fired_at = $3 WHERE name = $1', [
    ...[name, nextAt, Math.max(row.fired_at, scheduledAt)],
  ])
  const fired = await findKey(sql, task.submitter, task.idempotencyKey, now)
  if (fired !== undefined) return { id: home.idOf(fired), created: false }
  if (scheduledAt <= row.fired_at) return undefined
  const [submitted] = await submit(home, sql, change, [task], now)
  return submitted
}
