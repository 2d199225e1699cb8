/**
 * The file `queue.db`, forward only: entry n of MIGRATIONS brings a file from schema n to n + 1.
 *
 * A task is split in two: `task` is hot, small and rewritten two to four times in a life; `spec` is cold and written
 * once; `outcome` is written once, at the end. A *lane* is what tasks share that decides whether a claim may take them:
 * fit class, submitter, priority and concurrency group. The ready index starts with it, so a claim looks at one head per
 * lane however many tasks at the head of the queue do not fit, are capped or are held.
 *
 * Leases, heartbeats and progress are soft state and never touch this file.
 */

/** Written into the header of the file: "rmsh". */
export const APPLICATION_ID = 0x726d7368

const FIRST = `
CREATE TABLE home(
  id INTEGER PRIMARY KEY CHECK(id = 1),
  home_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  lsn INTEGER NOT NULL,
  -- the last task number given out: numbers are never used again, though the row of the highest one be pruned
  seq INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE fit_class(id INTEGER PRIMARY KEY, needs TEXT NOT NULL) STRICT;
CREATE TABLE concurrency_group(key TEXT PRIMARY KEY, max INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE lane(
  id INTEGER PRIMARY KEY,
  fit_class INTEGER NOT NULL,
  submitter TEXT NOT NULL,
  priority INTEGER NOT NULL,
  group_key TEXT
) STRICT;

CREATE TABLE task(
  seq INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 6),
  reason TEXT,
  lane INTEGER NOT NULL,
  order_key INTEGER NOT NULL,
  ready_at INTEGER NOT NULL,
  -- never later than the next thing that time alone does to it: promotion, queue clock, total clock
  due_at INTEGER NOT NULL,
  queue_ms INTEGER NOT NULL,
  total_at INTEGER NOT NULL,
  retention_ms INTEGER NOT NULL,
  fence INTEGER NOT NULL DEFAULT 0,
  attempt INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  lost INTEGER NOT NULL DEFAULT 0,
  stop INTEGER NOT NULL DEFAULT 0,
  -- needs that are not completed yet
  pending INTEGER NOT NULL DEFAULT 0,
  worker TEXT,
  request_id TEXT,
  lease_ms INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  purge_at INTEGER,
  -- whether the worker of the latest grant ended it, and not the home
  settled INTEGER NOT NULL DEFAULT 0,
  CHECK((state >= 4) = (finished_at IS NOT NULL)),
  CHECK((state >= 4) = (purge_at IS NOT NULL)),
  CHECK((state = 0) = (pending > 0) OR state >= 4)
) STRICT;
CREATE INDEX task_ready ON task(lane, order_key, seq) WHERE state = 2;
-- not "state < 4": a claim changes the state, and would rewrite this index for nothing
CREATE INDEX task_due ON task(due_at) WHERE finished_at IS NULL;
CREATE INDEX task_purge ON task(purge_at) WHERE purge_at IS NOT NULL;

CREATE TABLE spec(seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
-- what there is to say of an end beside its state and reason, if anything
CREATE TABLE outcome(
  seq INTEGER PRIMARY KEY,
  exit_code INTEGER,
  result TEXT,
  error TEXT
) STRICT;
-- ends of attempts that did not end the task; the last one stands in task and outcome
CREATE TABLE attempt(
  seq INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  number INTEGER NOT NULL,
  worker TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT,
  error TEXT,
  PRIMARY KEY(seq, fence)
) STRICT, WITHOUT ROWID;
CREATE TABLE refusal(
  seq INTEGER NOT NULL,
  worker TEXT NOT NULL,
  policy_digest TEXT NOT NULL,
  rule TEXT NOT NULL,
  PRIMARY KEY(seq, worker, policy_digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE need(parent INTEGER NOT NULL, child INTEGER NOT NULL, PRIMARY KEY(parent, child)) STRICT, WITHOUT ROWID;
-- outlives the task, so that a late repeat of its submit is still recognised
CREATE TABLE idempotency(
  submitter TEXT NOT NULL,
  key TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  digest BLOB NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY(submitter, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_until ON idempotency(until);
CREATE TABLE alias(
  submitter TEXT NOT NULL,
  workflow TEXT NOT NULL,
  alias TEXT NOT NULL,
  seq INTEGER NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY(submitter, workflow, alias)
) STRICT, WITHOUT ROWID;
-- by what people look for tasks: "workflow <id>" and "tag <tag>"
CREATE TABLE mark(name TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(name, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE cron(
  name TEXT PRIMARY KEY,
  expression TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  template TEXT NOT NULL,
  next_at INTEGER NOT NULL,
  paused INTEGER NOT NULL,
  fired_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
`

/**
 * A task that waits keeps room in its row for what its grant writes. Rows are appended to full pages: one that grows splits
 * its page and has the neighbours and their parent rewritten, five pages more for each claim of a long queue.
 */
const ROOM_FOR_GRANTS = 'ALTER TABLE task ADD COLUMN room TEXT'

export const MIGRATIONS: readonly string[] = [FIRST, ROOM_FOR_GRANTS]
