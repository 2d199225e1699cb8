/** Every statement over tasks, prepared once. Decisions are made in the functions that run them; SQL only reads and writes. */
import type { DatabaseSync } from 'node:sqlite'

/** As long as worker, request, fence, lease and times of a grant, and the times of an end. */
const ROOM = ' '.repeat(128)
const END_COLUMNS = 'o.result, o.error, o.exit_code'

export type Statements = ReturnType<typeof prepareStatements>

export function prepareStatements(db: DatabaseSync) {
  return {
    ...homeStatements(db),
    ...taskStatements(db),
    ...transitionStatements(db),
    ...listStatements(db),
    ...historyStatements(db),
    ...nameStatements(db),
    ...pruneStatements(db),
    ...cronStatements(db),
  }
}

function homeStatements(db: DatabaseSync) {
  return {
    readHome: db.prepare('SELECT home_id, epoch, lsn, seq FROM home WHERE id = 1'),
    createHome: db.prepare('INSERT INTO home(id, home_id, epoch, lsn, seq, created_at) VALUES (1, ?, ?, 0, 0, ?)'),
    saveNumbers: db.prepare('UPDATE home SET lsn = ?, seq = ? WHERE id = 1'),
    saveEpoch: db.prepare('UPDATE home SET epoch = ? WHERE id = 1'),
    readRefusers: db.prepare('SELECT DISTINCT worker, policy_digest FROM refusal'),
    countNeeds: db.prepare('SELECT count(*) AS needs FROM need'),
    readRunning: db.prepare(
      "SELECT t.*, s.body ->> '$.idempotent' AS idempotent FROM task t JOIN spec s USING(seq) WHERE t.state = 3",
    ),
  }
}

function taskStatements(db: DatabaseSync) {
  return {
    addTask: db.prepare(
      `INSERT INTO task(seq, epoch, state, lane, order_key, ready_at, due_at, queue_ms, total_at, retention_ms, pending,
         created_at, updated_at, room) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, '${ROOM}')`,
    ),
    addSpec: db.prepare('INSERT INTO spec(seq, body) VALUES (?, ?)'),
    readRow: db.prepare('SELECT * FROM task WHERE seq = ?'),
    readSpec: db.prepare('SELECT body FROM spec WHERE seq = ?'),
    readTask: db.prepare('SELECT t.*, s.body FROM task t JOIN spec s USING(seq) WHERE t.seq = ?'),
    readFull: db.prepare(
      `SELECT t.*, s.body, ${END_COLUMNS} FROM task t JOIN spec s USING(seq) LEFT JOIN outcome o USING(seq) WHERE t.seq = ?`,
    ),
    readHeads: db.prepare(
      `SELECT seq, order_key AS orderKey, ready_at AS readyAt FROM task WHERE lane = ? AND state = 2
         ORDER BY order_key, seq LIMIT ?`,
    ),
    readUnrefusedHead: db.prepare(
      `SELECT seq, order_key AS orderKey, ready_at AS readyAt FROM task t WHERE lane = ?1 AND state = 2
         AND NOT EXISTS (SELECT 1 FROM refusal r WHERE r.seq = t.seq AND r.worker = ?2 AND r.policy_digest = ?3)
         ORDER BY order_key, seq LIMIT 1`,
    ),
    readDue: db.prepare('SELECT * FROM task WHERE finished_at IS NULL AND due_at <= ? ORDER BY due_at LIMIT ?'),
    readDelayedDue: db.prepare(
      'SELECT * FROM task WHERE finished_at IS NULL AND due_at <= ? AND state = 1 ORDER BY due_at LIMIT ?',
    ),
    followClock: db.prepare(
      `UPDATE task SET ready_at = ready_at - (updated_at - ?1), updated_at = ?1,
         due_at = CASE state WHEN 1 THEN min(ready_at - (updated_at - ?1), total_at) ELSE due_at END
       WHERE finished_at IS NULL AND due_at > ?1 AND state IN (0, 1) AND updated_at > ?1 + ?2`,
    ),
    readNextDue: db.prepare('SELECT min(due_at) AS due_at FROM task WHERE finished_at IS NULL'),
  }
}

function transitionStatements(db: DatabaseSync) {
  return {
    takeTask: db.prepare(
      `UPDATE task SET state = 3, fence = ?2, attempt = ?3, worker = ?4, request_id = ?5, lease_ms = ?6, started_at = ?7,
         updated_at = ?7, room = NULL WHERE seq = ?1`,
    ),
    endTask: db.prepare(
      `UPDATE task SET state = ?2, reason = ?3, purge_at = ?4, finished_at = ?5, updated_at = ?5, settled = ?6
         WHERE seq = ?1`,
    ),
    queueTask: db.prepare(
      `UPDATE task SET state = ?2, order_key = ?3, ready_at = ?4, due_at = ?5, pending = ?6, updated_at = ?7,
         finished_at = NULL, purge_at = NULL, reason = NULL, settled = 0 WHERE seq = ?1`,
    ),
    saveBudgets: db.prepare('UPDATE task SET failures = ?2, lost = ?3 WHERE seq = ?1'),
    saveSpec: db.prepare('UPDATE spec SET body = ?2 WHERE seq = ?1'),
    savePending: db.prepare('UPDATE task SET pending = ?2 WHERE seq = ?1'),
    saveStop: db.prepare('UPDATE task SET stop = ?2, updated_at = ?3 WHERE seq = ?1'),
    saveDue: db.prepare('UPDATE task SET due_at = ?2 WHERE seq = ?1'),
    renewTask: db.prepare('UPDATE task SET failures = 0, lost = 0, stop = 0, total_at = ?2 WHERE seq = ?1'),
  }
}

/** Lists of states and lanes are JSON arrays, or null for any. */
function listStatements(db: DatabaseSync) {
  const wanted = `(?3 IS NULL OR t.state IN (SELECT value FROM json_each(?3)))
    AND (?4 IS NULL OR t.lane IN (SELECT value FROM json_each(?4))) AND (?5 IS NULL OR t.worker = ?5)`
  return {
    readRange: db.prepare(
      `SELECT t.* FROM task t WHERE t.seq < ?1 AND t.seq >= ?2 AND ${wanted} ORDER BY t.seq DESC LIMIT ?6`,
    ),
    readMarked: db.prepare(
      `SELECT t.* FROM mark m JOIN task t USING(seq) WHERE m.name = ?7 AND m.seq < ?1 AND m.seq >= ?2 AND ${wanted}
         ORDER BY m.seq DESC LIMIT ?6`,
    ),
    readFirstSeq: db.prepare('SELECT min(seq) AS seq FROM task'),
    addMark: db.prepare('INSERT INTO mark(name, seq) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    dropMark: db.prepare('DELETE FROM mark WHERE name = ? AND seq = ?'),
  }
}

function historyStatements(db: DatabaseSync) {
  return {
    addOutcome: db.prepare('INSERT INTO outcome(seq, exit_code, result, error) VALUES (?, ?, ?, ?)'),
    readOutcome: db.prepare('SELECT exit_code, result, error FROM outcome WHERE seq = ?'),
    dropOutcome: db.prepare('DELETE FROM outcome WHERE seq = ?'),
    addAttempt: db.prepare(
      `INSERT INTO attempt(seq, fence, number, worker, started_at, ended_at, outcome, reason, error)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    readAttempt: db.prepare('SELECT * FROM attempt WHERE seq = ? AND fence = ?'),
    readAttempts: db.prepare('SELECT * FROM attempt WHERE seq = ? ORDER BY fence'),
    dropAttempt: db.prepare('DELETE FROM attempt WHERE seq = ? AND fence = ?'),
    addRefusal: db.prepare(
      `INSERT INTO refusal(seq, worker, policy_digest, rule) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET rule = excluded.rule`,
    ),
    readRefusals: db.prepare('SELECT worker, policy_digest AS policyDigest, rule FROM refusal WHERE seq = ?'),
    addNeed: db.prepare('INSERT INTO need(parent, child) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    takeChildren: db.prepare('DELETE FROM need WHERE parent = ? RETURNING child'),
    dropNeed: db.prepare('DELETE FROM need WHERE parent = ? AND child = ?'),
  }
}

function nameStatements(db: DatabaseSync) {
  return {
    findKey: db.prepare('SELECT epoch, seq, digest, until FROM idempotency WHERE submitter = ? AND key = ?'),
    saveKey: db.prepare(
      `INSERT INTO idempotency(submitter, key, epoch, seq, digest, until) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, digest = excluded.digest, until = excluded.until`,
    ),
    dropOldKeys: db.prepare(
      `DELETE FROM idempotency WHERE (submitter, key) IN (
         SELECT i.submitter, i.key FROM idempotency i LEFT JOIN task t USING(seq)
          WHERE i.until <= ?1 AND (t.seq IS NULL OR t.finished_at IS NOT NULL) ORDER BY i.until LIMIT ?2)`,
    ),
    findAlias: db.prepare(
      `SELECT a.seq, t.epoch, a.digest FROM alias a JOIN task t USING(seq)
         WHERE a.submitter = ? AND a.workflow = ? AND a.alias = ?`,
    ),
    addAlias: db.prepare('INSERT INTO alias(submitter, workflow, alias, seq, digest) VALUES (?, ?, ?, ?, ?)'),
    dropAlias: db.prepare('DELETE FROM alias WHERE submitter = ? AND workflow = ? AND alias = ?'),
  }
}

function pruneStatements(db: DatabaseSync) {
  return {
    readPurgeable: db.prepare(
      `SELECT t.*, s.body FROM task t JOIN spec s USING(seq) WHERE t.purge_at IS NOT NULL AND t.purge_at <= ?
         ORDER BY t.purge_at LIMIT ?`,
    ),
    dropTask: db.prepare('DELETE FROM task WHERE seq = ?'),
    dropSpec: db.prepare('DELETE FROM spec WHERE seq = ?'),
    dropAttempts: db.prepare('DELETE FROM attempt WHERE seq = ?'),
    dropRefusals: db.prepare('DELETE FROM refusal WHERE seq = ?'),
  }
}

function cronStatements(db: DatabaseSync) {
  return {
    saveCron: db.prepare(
      `INSERT INTO cron(name, expression, time_zone, template, next_at, paused) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET expression = excluded.expression, time_zone = excluded.time_zone,
           template = excluded.template, next_at = excluded.next_at, paused = excluded.paused`,
    ),
    readCron: db.prepare('SELECT * FROM cron WHERE name = ?'),
    readCrons: db.prepare('SELECT * FROM cron ORDER BY name'),
    moveCron: db.prepare('UPDATE cron SET next_at = ?2, fired_at = ?3 WHERE name = ?1'),
    dropCron: db.prepare('DELETE FROM cron WHERE name = ?'),
  }
}
