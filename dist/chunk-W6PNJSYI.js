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
  isCollision,
  migrate
} from "./chunk-KRR3HWVF.js";
import {
  homeIdFromBytes,
  makeFence
} from "./chunk-R56T724L.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

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

export {
  SharedHome,
  prepareHome
};
