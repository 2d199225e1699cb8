/**
 * The tables of a shared home, forward only: entry n of MIGRATIONS brings a schema from version n to n + 1. They are those
 * of the embedded home (`../sqlite/schema.ts`), with leases beside them, because no single process holds them in memory.
 *
 * Peers of the version before serve on while a new one brings its tables along. So a migration only adds: tables, indexes,
 * and columns that may be left out of an INSERT, under names that no other table has. Who has taken out of use what the
 * version before still needs says so by `servesFrom`, and is held off while such a peer serves (`schema-version.ts`).
 */

const FIRST = `
CREATE TABLE home(
  id integer PRIMARY KEY CHECK(id = 1),
  home_id text NOT NULL,
  epoch integer NOT NULL,
  -- which cluster and timeline the epoch belongs to: a copy that was put back elsewhere starts a new one
  cluster text NOT NULL,
  -- on the database's clock: when somebody last looked at the leases
  swept_at bigint NOT NULL,
  created_at bigint NOT NULL
);
CREATE SEQUENCE lsn;
CREATE SEQUENCE task_seq;
-- leases are measured on this clock alone, milliseconds
CREATE FUNCTION lease_now() RETURNS bigint LANGUAGE sql VOLATILE
  AS $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

CREATE TABLE fit_class(id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL UNIQUE, needs text NOT NULL);
CREATE TABLE concurrency_group(key text PRIMARY KEY, max integer NOT NULL, running integer NOT NULL DEFAULT 0);
CREATE TABLE lane(
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fit_class integer NOT NULL,
  submitter text NOT NULL,
  priority integer NOT NULL,
  group_key text,
  UNIQUE NULLS NOT DISTINCT (fit_class, submitter, priority, group_key)
);
CREATE TABLE task(
  seq bigint PRIMARY KEY,
  epoch integer NOT NULL,
  state smallint NOT NULL CHECK(state BETWEEN 0 AND 6),
  reason text,
  lane integer NOT NULL,
  order_key bigint NOT NULL,
  ready_at bigint NOT NULL,
  due_at bigint NOT NULL,
  queue_ms bigint NOT NULL,
  total_at bigint NOT NULL,
  retention_ms bigint NOT NULL,
  fence bigint NOT NULL DEFAULT 0,
  attempt integer NOT NULL DEFAULT 0,
  failures integer NOT NULL DEFAULT 0,
  lost integer NOT NULL DEFAULT 0,
  stop smallint NOT NULL DEFAULT 0,
  pending integer NOT NULL DEFAULT 0,
  worker text,
  request_id text,
  lease_ms bigint,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  started_at bigint,
  finished_at bigint,
  purge_at bigint,
  settled smallint NOT NULL DEFAULT 0,
  CHECK((state >= 4) = (finished_at IS NOT NULL)),
  CHECK((state >= 4) = (purge_at IS NOT NULL)),
  CHECK((state = 0) = (pending > 0) OR state >= 4)
) WITH (fillfactor = 70);
CREATE INDEX task_ready ON task(lane, order_key, seq) WHERE state = 2;
CREATE INDEX task_delayed ON task(due_at) WHERE state = 1;
CREATE INDEX task_due ON task(due_at) WHERE finished_at IS NULL;
CREATE INDEX task_purge ON task(purge_at) WHERE purge_at IS NOT NULL;
CREATE TABLE spec(seq bigint PRIMARY KEY, body text NOT NULL);
CREATE TABLE outcome(seq bigint PRIMARY KEY, exit_code bigint, result text, error text);
-- of running tasks alone
CREATE TABLE lease(
  seq bigint PRIMARY KEY,
  fence bigint NOT NULL,
  worker text NOT NULL,
  request_id text NOT NULL,
  lease_ms bigint NOT NULL,
  until bigint NOT NULL,
  suspect boolean NOT NULL DEFAULT false,
  stop boolean NOT NULL DEFAULT false,
  progress text
) WITH (fillfactor = 50);
CREATE INDEX lease_request ON lease(worker, request_id);
CREATE TABLE attempt(
  seq bigint NOT NULL,
  fence bigint NOT NULL,
  number integer NOT NULL,
  worker text NOT NULL,
  started_at bigint NOT NULL,
  ended_at bigint NOT NULL,
  outcome text NOT NULL,
  reason text,
  error text,
  PRIMARY KEY(seq, fence)
);
CREATE TABLE refusal(
  seq bigint NOT NULL,
  worker text NOT NULL,
  policy_digest text NOT NULL,
  rule text NOT NULL,
  PRIMARY KEY(seq, worker, policy_digest)
);
CREATE TABLE need(parent bigint NOT NULL, child bigint NOT NULL, PRIMARY KEY(parent, child));
CREATE INDEX need_child ON need(child);
CREATE TABLE idempotency(
  submitter text NOT NULL,
  key text NOT NULL,
  epoch integer NOT NULL,
  seq bigint NOT NULL,
  digest bytea NOT NULL,
  until bigint NOT NULL,
  PRIMARY KEY(submitter, key)
);
CREATE INDEX idempotency_until ON idempotency(until);
CREATE TABLE alias(
  submitter text NOT NULL,
  workflow text NOT NULL,
  alias text NOT NULL,
  seq bigint NOT NULL,
  digest bytea NOT NULL,
  PRIMARY KEY(submitter, workflow, alias)
);
CREATE TABLE mark(name text NOT NULL, seq bigint NOT NULL, PRIMARY KEY(name, seq));
CREATE TABLE cron(
  name text PRIMARY KEY,
  expression text NOT NULL,
  time_zone text NOT NULL,
  template text NOT NULL,
  next_at bigint NOT NULL,
  paused boolean NOT NULL,
  fired_at bigint NOT NULL DEFAULT 0
);
`

/** What tasks leave behind: it goes with its task. A log row is updated with every line that comes, so it has room for that on its page. */
const OUTPUTS = `
CREATE TABLE log(
  seq bigint NOT NULL REFERENCES task(seq) ON DELETE CASCADE,
  attempt integer NOT NULL,
  next_seq bigint NOT NULL DEFAULT 0,
  stdout_bytes bigint NOT NULL DEFAULT 0,
  stderr_bytes bigint NOT NULL DEFAULT 0,
  lines bigint NOT NULL DEFAULT 0,
  ended boolean NOT NULL DEFAULT false,
  head_bytes bigint NOT NULL DEFAULT 0,
  tail_bytes bigint NOT NULL DEFAULT 0,
  -- on the database's clock
  written_at bigint NOT NULL,
  PRIMARY KEY(seq, attempt)
) WITH (fillfactor = 50);
CREATE TABLE log_chunk(
  seq bigint NOT NULL,
  attempt integer NOT NULL,
  first_seq bigint NOT NULL,
  last_seq bigint NOT NULL,
  last_at bigint NOT NULL,
  end_lines bigint NOT NULL,
  head boolean NOT NULL,
  bytes bigint NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY(seq, attempt, first_seq),
  FOREIGN KEY(seq, attempt) REFERENCES log(seq, attempt) ON DELETE CASCADE
);
CREATE TABLE artifact_content(sha256 text PRIMARY KEY, bytes bigint NOT NULL);
CREATE TABLE artifact_piece(
  sha256 text NOT NULL REFERENCES artifact_content(sha256) ON DELETE CASCADE,
  number integer NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY(sha256, number)
);
ALTER TABLE artifact_piece ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE artifact(
  seq bigint NOT NULL REFERENCES task(seq) ON DELETE CASCADE,
  attempt integer NOT NULL,
  path text NOT NULL,
  sha256 text NOT NULL REFERENCES artifact_content(sha256),
  PRIMARY KEY(seq, attempt, path)
);
CREATE INDEX artifact_by_content ON artifact(sha256);
`

export interface Migration {
  readonly sql: string
  /** The oldest schema whose peers can serve a home that has gone through this. */
  readonly servesFrom: number
}

export const MIGRATIONS: readonly Migration[] = [
  { sql: FIRST, servesFrom: 1 },
  { sql: OUTPUTS, servesFrom: 2 },
]
