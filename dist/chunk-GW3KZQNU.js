import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  taskIdOf,
  waits
} from "./chunk-YNBUGJVE.js";
import {
  fitClassKey
} from "./chunk-T2ICPVXN.js";
import {
  Sql,
  isCollision
} from "./chunk-PP6MXAWV.js";
import {
  homeIdFromBytes,
  makeFence
} from "./chunk-R56T724L.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/store/postgres/schema.ts
var FIRST = `
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
`;
var OUTPUTS = `
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
`;
var MIGRATIONS = [
  { sql: FIRST, servesFrom: 1 },
  { sql: OUTPUTS, servesFrom: 2 }
];

// src/store/postgres/schema-version.ts
var KNOWN = MIGRATIONS.length;
var SERVES_FROM = Math.max(...MIGRATIONS.map(({ servesFrom }) => servesFrom));
var KEY = "hashtextextended($1, 3)";
async function migrate(client, sql, { schema, log }) {
  const found = await sql.row("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema]);
  if (found === void 0) await client.query({ text: `CREATE SCHEMA ${schema}` });
  const table = await sql.row("SELECT to_regclass($1 || '.schema_version')::text AS there", [
    schema
  ]);
  if (table?.there == null) {
    await client.query({
      text: "CREATE TABLE schema_version(version integer NOT NULL, serves_from integer); INSERT INTO schema_version VALUES (0, 0)"
    });
  }
  const { version } = await readVersions(sql);
  if (version < KNOWN) {
    await holdOlderPeersOff(sql, schema);
    await sql.run("SET LOCAL statement_timeout = 0");
    for (const step of MIGRATIONS.slice(version)) await client.query({ text: step.sql });
    await client.query({ text: "ALTER TABLE schema_version ADD COLUMN IF NOT EXISTS serves_from integer" });
    await sql.run("UPDATE schema_version SET version = $1, serves_from = $2", [KNOWN, SERVES_FROM]);
    log.info("store.migrated", { from: version, to: KNOWN });
  }
  await refuseTooNew(sql);
  if (version > KNOWN) log.info("store.schema_newer", { schema: version, known: KNOWN });
}
async function holdSchema(sql, schema) {
  await sql.rows(`SELECT pg_advisory_lock_shared(${KEY})`, [nameOf(schema, KNOWN)]);
  await refuseTooNew(sql);
}
async function demandOwnSchema(sql) {
  const versions = await readVersions(sql);
  if (versions.version > KNOWN) throw tooNew(versions);
}
async function holdOlderPeersOff(sql, schema) {
  for (let version = 1; version < SERVES_FROM; version += 1) {
    const lock = await sql.row(`SELECT pg_try_advisory_xact_lock(${KEY}) AS held`, [
      nameOf(schema, version)
    ]);
    if (lock?.held === true) continue;
    throw new RunnerMeshError(
      "home_locked",
      `A peer of an older version (schema ${String(version)}) serves the home, and could not work with schema ${String(KNOWN)}. Stop every peer below schema ${String(SERVES_FROM)} (runner-mesh drain --stop), then start this one.`
    );
  }
}
async function refuseTooNew(sql) {
  const versions = await readVersions(sql);
  if (versions.serves_from > KNOWN) throw tooNew(versions);
}
function tooNew({ version, serves_from: servesFrom }) {
  return new RunnerMeshError(
    "store_newer",
    `The shared home has schema ${String(version)} and is served from schema ${String(servesFrom)} on, this version knows ${String(KNOWN)}. Upgrade runner-mesh on this machine.`
  );
}
async function readVersions(sql) {
  const row = await sql.row(
    `SELECT version, coalesce((to_jsonb(v) ->> 'serves_from')::integer, version) AS serves_from FROM schema_version v`
  );
  if (row !== void 0) return row;
  throw new RunnerMeshError(
    "store_corrupt",
    "The shared home does not say which schema it has. Put a backup in its place."
  );
}
function nameOf(schema, version) {
  return `${schema} ${String(version)}`;
}

// src/store/postgres/home.ts
var SharedHome = class {
  homeId;
  epoch;
  random;
  clock;
  log;
  settings;
  /** A grant adds a number of the database's sequence, from 1. */
  fenceBase;
  /** More unfinished tasks than allowed, as of the last look. */
  full = false;
  /** No task that waits was written by this peer after this instant; unknown at first, and what others wrote from time to time. */
  waitedAt = Infinity;
  #outside;
  #lanes = /* @__PURE__ */ new Map();
  #groups = /* @__PURE__ */ new Map();
  /** @param outside runs statements outside of any transaction: lanes and groups stay, whatever becomes of the task */
  constructor(facts, deps, outside) {
    this.homeId = facts.homeId;
    this.epoch = facts.epoch;
    this.random = deps.random;
    this.clock = deps.clock;
    this.log = deps.log;
    this.settings = deps.settings;
    this.fenceBase = makeFence(facts.epoch, 1) - 1;
    this.#outside = outside;
  }
  idOf(row) {
    return taskIdOf(this, row);
  }
  noteWait(state, now) {
    if (waits(state)) this.waitedAt = Math.max(this.waitedAt, now);
  }
  /** The lane of a new task, made when it is the first of its kind. The newest `max` of a group is the one that counts. */
  async internLane({ requirements, submitter, priority, group }) {
    if (group !== void 0 && this.#groups.get(group.key) !== group.max) {
      await this.#outside.run(
        `INSERT INTO concurrency_group(key, max) VALUES ($1, $2)
           ON CONFLICT (key) DO UPDATE SET max = excluded.max WHERE concurrency_group.max <> excluded.max`,
        [group.key, group.max]
      );
      this.#groups.set(group.key, group.max);
    }
    const classKey = fitClassKey(requirements);
    const key = JSON.stringify([classKey, submitter, priority, group?.key ?? null]);
    const known = this.#lanes.get(key);
    if (known !== void 0) return known;
    const row = await this.#outside.row(
      `WITH made AS (
         INSERT INTO fit_class(key, needs) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id)
       INSERT INTO lane(fit_class, submitter, priority, group_key) SELECT id, $3, $4, $5 FROM made
         ON CONFLICT (fit_class, submitter, priority, group_key) DO UPDATE SET priority = excluded.priority RETURNING id`,
      [classKey, JSON.stringify(requirements), submitter, priority, group?.key ?? null]
    );
    if (row === void 0) throw new RunnerMeshError("internal", "The database made no lane.");
    this.#lanes.set(key, row.id);
    return row.id;
  }
  /** Another peer may have set the maximum of a group since. */
  forgetGroups() {
    this.#groups.clear();
  }
};
var MIGRATION_LOCK = 1919775592;
var TRIES = 8;
async function prepareHome(client, { schema, random, log }) {
  const sql = new Sql(client);
  for (let tries = 1; ; tries += 1) {
    await sql.run("BEGIN");
    try {
      await sql.rows("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
      await migrate(client, sql, { schema, log });
      const facts = await findOrMakeHome(sql, random, log);
      await sql.run("COMMIT");
      return facts;
    } catch (thrown) {
      await sql.run("ROLLBACK").catch(() => void 0);
      if (tries === TRIES || !isCollision(thrown)) throw thrown;
    }
  }
}
async function findOrMakeHome(sql, random, log) {
  const cluster = await readCluster(sql);
  const row = await sql.row("SELECT home_id, epoch, cluster FROM home WHERE id = 1 FOR UPDATE");
  if (row === void 0) {
    const homeId2 = homeIdFromBytes(random.bytes(10));
    await sql.run(
      "INSERT INTO home(id, home_id, epoch, cluster, swept_at, created_at) VALUES (1, $1, 1, $2, lease_now(), lease_now())",
      [homeId2, cluster]
    );
    return { homeId: homeId2, epoch: 1 };
  }
  const homeId = row.home_id;
  if (row.cluster === cluster) return { homeId, epoch: row.epoch };
  const epoch = row.epoch + 1;
  await sql.run("UPDATE home SET epoch = $1, cluster = $2 WHERE id = 1", [epoch, cluster]);
  log.warn("store.epoch_raised", { homeId, epoch, why: "the database was put back from a copy, or failed over" });
  return { homeId, epoch };
}
async function readCluster(sql) {
  const row = await sql.row(
    `SELECT s.system_identifier || '/' || c.timeline_id || '/' || current_database() AS cluster
       FROM pg_control_system() s, pg_control_checkpoint() c`
  );
  return row?.cluster ?? "";
}

// src/store/postgres/serving-lock.ts
var KEY2 = "hashtextextended($1, 2)";
async function holdToServe(sql, schema) {
  const lock = await sql.row(`SELECT pg_try_advisory_lock_shared(${KEY2}) AS held`, [schema]);
  if (lock?.held === true) return;
  throw new RunnerMeshError("home_locked", "This home is being copied. Start the peer when that is done.");
}
async function holdAlone(sql, schema, name) {
  const lock = await sql.row(`SELECT pg_try_advisory_lock(${KEY2}) AS held`, [schema]);
  if (lock?.held === true) return;
  throw new RunnerMeshError("home_locked", `A peer serves the home in ${name}. Stop all that do, then repeat this.`);
}

export {
  holdSchema,
  demandOwnSchema,
  holdToServe,
  holdAlone,
  SharedHome,
  prepareHome
};
