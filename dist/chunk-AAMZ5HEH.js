import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  isDamage
} from "./chunk-Y27WLGCH.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";

// src/app/audit-file.ts
import { appendFile, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
var LIMITS = { fileBytes: 8 * 1048576, files: 4 };
var MOST_WAITING = 1e4;
var entry = external_exports.object({
  at: external_exports.int(),
  principal: external_exports.string(),
  door: external_exports.string(),
  operation: external_exports.string(),
  task_id: external_exports.string().optional(),
  verdict: external_exports.string(),
  ms: external_exports.number()
});
var AuditFile = class {
  #directory;
  #log;
  #limits;
  #waiting = [];
  #dropped = 0;
  #writing;
  #bytes = 0;
  constructor(directory, log, limits = LIMITS) {
    this.#directory = directory;
    this.#log = log;
    this.#limits = limits;
  }
  async start() {
    this.#bytes = await stat(pathOf(this.#directory, 0)).then(
      ({ size }) => size,
      () => 0
    );
  }
  /** Resolves when everything recorded is written. */
  async stop() {
    while (this.#writing !== void 0) await this.#writing;
  }
  record = (line) => {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(`${JSON.stringify(line)}
`);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = void 0;
    });
  };
  async #write() {
    while (this.#waiting.length > 0) {
      const text = this.#waiting.join("");
      this.#waiting = [];
      try {
        if (this.#bytes > 0 && this.#bytes + Buffer.byteLength(text) > this.#limits.fileBytes) await this.#turn();
        await appendFile(pathOf(this.#directory, 0), text, { mode: 384 });
        this.#bytes += Buffer.byteLength(text);
      } catch (error) {
        this.#log.error("audit.write_failed", { error: errorText(error) });
      }
      if (this.#dropped > 0) this.#log.error("audit.dropped", { entries: this.#dropped });
      this.#dropped = 0;
    }
  }
  async #turn() {
    for (let number = this.#limits.files; number > 0; number -= 1) {
      await rename(pathOf(this.#directory, number - 1), pathOf(this.#directory, number)).catch((error) => {
        if (!isMissing(error)) throw error;
      });
    }
    this.#bytes = 0;
  }
};
async function readAudit(directory, files = LIMITS.files) {
  const texts = await Promise.all(
    Array.from(
      { length: files + 1 },
      (_, index) => readFile(pathOf(directory, files - index), "utf8").catch((error) => {
        if (isMissing(error)) return "";
        throw error;
      })
    )
  );
  return texts.join("").split("\n").flatMap((line) => {
    const parsed = entry.safeParse(parseLine(line));
    return parsed.success ? [parsed.data] : [];
  });
}
function parseLine(line) {
  try {
    return JSON.parse(line);
  } catch {
    return void 0;
  }
}
function pathOf(directory, number) {
  return join(directory, number === 0 ? "audit.jsonl" : `audit.${String(number)}.jsonl`);
}
function isMissing(error) {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

// src/store/sqlite/open-database.ts
import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

// src/store/sqlite/schema.ts
var APPLICATION_ID = 1919775592;
var FIRST = `
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
`;
var ROOM_FOR_GRANTS = "ALTER TABLE task ADD COLUMN room TEXT";
var MIGRATIONS = [FIRST, ROOM_FOR_GRANTS];

// src/store/sqlite/open-database.ts
var BUSY_TIMEOUT_MS = 5e3;
function openDatabase(path) {
  let db;
  try {
    closeSync(openSync(path, "a", 384));
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: false });
    checkVersion(db, path);
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = 1000;
      PRAGMA journal_size_limit = 67108864;
      PRAGMA cache_size = -65536;
      PRAGMA temp_store = MEMORY`);
    checkIntegrity(db, path);
    migrate(db);
    return db;
  } catch (cause) {
    if (db?.isOpen === true) db.close();
    if (cause instanceof RunnerMeshError) throw cause;
    if (isDamage(cause)) throw damaged(path, errorText(cause), cause);
    throw new RunnerMeshError("storage_failed", `Cannot open the queue ${path}: ${errorText(cause)}.`, { cause });
  }
}
function checkVersion(db, path) {
  const version = pragma(db, "user_version");
  const application = pragma(db, "application_id");
  const empty = pragma(db, "page_count") === 0;
  if (!empty && application !== APPLICATION_ID) throw damaged(path, "it was not made by runner-mesh");
  if (version <= MIGRATIONS.length) return;
  throw new RunnerMeshError(
    "store_newer",
    `The queue ${path} has schema ${String(version)}, this version knows ${String(MIGRATIONS.length)}. Upgrade runner-mesh, or give it another state directory.`
  );
}
function checkIntegrity(db, path) {
  const row = db.prepare("PRAGMA quick_check(1)").get();
  if (row.quick_check !== "ok") throw damaged(path, row.quick_check);
}
function migrate(db) {
  for (let version = pragma(db, "user_version"); version < MIGRATIONS.length; version += 1) {
    db.exec(`
      BEGIN IMMEDIATE;
      ${MIGRATIONS[version] ?? ""};
      PRAGMA application_id = ${String(APPLICATION_ID)};
      PRAGMA user_version = ${String(version + 1)};
      COMMIT`);
  }
}
function pragma(db, name) {
  const row = db.prepare(`PRAGMA ${name}`).get();
  return row[name] ?? 0;
}
function damaged(path, what, cause) {
  return new RunnerMeshError(
    "store_corrupt",
    `The queue ${path} cannot be trusted: ${what}. Nothing was changed. Put a backup of it in its place, or move it away to start with an empty queue.`,
    { cause }
  );
}

export {
  AuditFile,
  readAudit,
  openDatabase
};
