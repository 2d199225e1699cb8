import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  isBusy,
  isDamage
} from "./chunk-Y27WLGCH.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";

// src/store/sqlite/directory-lock.ts
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
var LOCK_FILE = "home.lock";
var HOLDER_FILE = "home.holder";
var LOOK_MS = 250;
var DirectoryLock = class {
  #db;
  #save;
  #reached;
  /** @throws RunnerMeshError home_locked, store_corrupt, storage_failed */
  constructor(directory, clock) {
    this.#db = acquire(directory);
    this.#reached = this.#db.prepare("SELECT home_id, epoch, lsn FROM reached WHERE id = 1").get();
    this.#save = this.#db.prepare(
      `INSERT INTO reached(id, home_id, epoch, lsn) VALUES (1, ?, ?, ?)
         ON CONFLICT DO UPDATE SET home_id = excluded.home_id, epoch = excluded.epoch, lsn = excluded.lsn`
    );
    const since = new Date(clock.now()).toISOString();
    writeFileSync(join(directory, HOLDER_FILE), `process ${String(process.pid)} since ${since}
`, { mode: 384 });
  }
  /** @returns how far the home has come at least; undefined when this directory never saw that home */
  reached(homeId) {
    return this.#reached?.home_id === homeId ? this.#reached : void 0;
  }
  /** Notes how far the home has come; everything up to there is committed. */
  note(homeId, { epoch, lsn }) {
    const last = this.reached(homeId);
    if (last?.epoch === epoch && last.lsn === lsn) return;
    this.#save.run(homeId, epoch, lsn);
    this.#reached = { home_id: homeId, epoch, lsn };
  }
  release() {
    this.#db.close();
  }
};
function isDirectoryHeld(directory) {
  const file = join(directory, LOCK_FILE);
  if (!existsSync(file)) return false;
  const db = new DatabaseSync(file, { timeout: 0, readOnly: true });
  try {
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
    return false;
  } catch (cause) {
    if (isBusy(cause)) return true;
    throw cause;
  } finally {
    db.close();
  }
}
function acquire(directory) {
  let db;
  try {
    mkdirSync(directory, { recursive: true, mode: 448 });
    db = new DatabaseSync(join(directory, LOCK_FILE), { timeout: LOOK_MS });
    db.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA synchronous = OFF;
      BEGIN EXCLUSIVE;
      CREATE TABLE IF NOT EXISTS reached(
        id INTEGER PRIMARY KEY CHECK(id = 1), home_id TEXT NOT NULL, epoch INTEGER NOT NULL, lsn INTEGER NOT NULL
      ) STRICT;
      COMMIT`);
    return db;
  } catch (cause) {
    db?.close();
    throw lockError(directory, cause);
  }
}
function lockError(directory, cause) {
  if (isBusy(cause)) {
    return new RunnerMeshError(
      "home_locked",
      `The queue in ${directory} is in use by ${holder(directory)}. Stop that one, or give this peer its own state directory.`,
      { cause }
    );
  }
  if (isDamage(cause)) {
    return new RunnerMeshError(
      "store_corrupt",
      `${join(directory, LOCK_FILE)} is damaged. It holds no tasks: remove it while no peer uses the directory, and start again.`,
      { cause }
    );
  }
  return new RunnerMeshError("storage_failed", `Cannot use ${directory} for the queue: ${errorText(cause)}.`, { cause });
}
function holder(directory) {
  try {
    return readFileSync(join(directory, HOLDER_FILE), "utf8").trim();
  } catch (cause) {
    return `another process (who: ${errorText(cause)})`;
  }
}

export {
  DirectoryLock,
  isDirectoryHeld
};
