/** Tables and statements of the webhook's inbox. A task is over (`over = 1`) when GitHub has been told all there is to tell. */

export const INBOX_SCHEMA = 1

export const INBOX_TABLES = `
  CREATE TABLE IF NOT EXISTS delivery (
    id TEXT PRIMARY KEY, event TEXT NOT NULL, repository TEXT NOT NULL, received_at INTEGER NOT NULL,
    body TEXT, state TEXT NOT NULL DEFAULT 'waiting', planned INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, note TEXT NOT NULL DEFAULT ''
  ) STRICT;
  CREATE INDEX IF NOT EXISTS delivery_due ON delivery (due_at, received_at) WHERE state = 'waiting';
  CREATE TABLE IF NOT EXISTS made (
    delivery TEXT NOT NULL, key TEXT NOT NULL, place INTEGER NOT NULL, repository TEXT NOT NULL, grp TEXT,
    planned_json TEXT NOT NULL, task_id TEXT, told_json TEXT NOT NULL DEFAULT '{}',
    over INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (delivery, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS made_due ON made (due_at) WHERE over = 0 AND task_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS made_task ON made (task_id) WHERE task_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS made_open ON made (repository, grp) WHERE over = 0;
  CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`

const TASK = 'SELECT delivery, key, repository, planned_json, task_id, told_json, tries FROM made'

export const INBOX_SQL = {
  accept:
    'INSERT INTO delivery (id, event, repository, received_at, body, due_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  knows: 'SELECT 1 FROM delivery WHERE id = ?',
  due: `SELECT id, event, repository, received_at, body, tries, planned FROM delivery
    WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, received_at LIMIT ?`,
  nextDue: `SELECT min(due_at) AS at FROM delivery WHERE state = 'waiting'`,
  countPending: `SELECT count(*) AS count FROM delivery WHERE state = 'waiting'`,
  planned: 'UPDATE delivery SET planned = 1 WHERE id = ?',
  postpone: 'UPDATE delivery SET due_at = ?, note = ?, tries = tries + 1 WHERE id = ?',
  close: `UPDATE delivery SET state = ?, note = ?, body = NULL WHERE id = ? AND state = 'waiting'`,
  addTask: `INSERT INTO made (delivery, key, place, grp, planned_json, repository)
    SELECT ?, ?, ?, ?, ?, repository FROM delivery WHERE id = ? ON CONFLICT DO NOTHING`,
  tasksOf: `${TASK} WHERE delivery = ? ORDER BY place`,
  tasksOfGroup: `${TASK} WHERE over = 0 AND repository = ? AND grp = ?`,
  countOpen: 'SELECT count(*) AS count FROM made WHERE over = 0 AND repository = ?',
  findByTask: `${TASK} WHERE task_id = ?`,
  submitted: 'UPDATE made SET task_id = ?, due_at = 0 WHERE delivery = ? AND key = ?',
  told: 'UPDATE made SET told_json = ?, over = ?, tries = 0, due_at = ? WHERE delivery = ? AND key = ?',
  tellAgain: 'UPDATE made SET due_at = ?, tries = tries + 1 WHERE delivery = ? AND key = ?',
  dueReports: `${TASK} WHERE over = 0 AND task_id IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT ?`,
  nextReport: 'SELECT min(due_at) AS at FROM made WHERE over = 0 AND task_id IS NOT NULL',
  note: 'SELECT value FROM note WHERE name = ?',
  keepNote: 'INSERT INTO note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  pruneDeliveries: `DELETE FROM delivery WHERE state <> 'waiting' AND received_at < ?
    AND NOT EXISTS (SELECT 1 FROM made WHERE made.delivery = delivery.id AND over = 0)`,
  pruneTasks: 'DELETE FROM made WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.id = made.delivery)',
} as const

export type InboxStatement = keyof typeof INBOX_SQL
