import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  storeClosed
} from "./chunk-MJYKPF2G.js";
import {
  isStorageFault,
  wrapSqliteError
} from "./chunk-Y27WLGCH.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";

// src/store/sqlite/log-sync.ts
import { closeSync, fdatasync, openSync } from "node:fs";
function openLogSync(file) {
  const log = `${file}-wal`;
  const handle = openSync(log, "r");
  return {
    sync: () => new Promise((resolve, reject) => {
      fdatasync(handle, (cause) => {
        if (cause === null) {
          resolve();
          return;
        }
        const message = `${log} could not be brought onto the disk (${errorText(cause)}). What was asked for last may be lost. Check the disk, then start the peer again.`;
        reject(new RunnerMeshError("storage_failed", message, { cause }));
      });
    }),
    close: () => closeSync(handle)
  };
}

// src/store/sqlite/group-commit.ts
var Change = class {
  #undo = [];
  changed = [];
  ready = [];
  /** Called in reverse order when the step does not become durable. */
  onUndo(undo) {
    this.#undo.push(undo);
  }
  undo() {
    for (let undo = this.#undo.pop(); undo !== void 0; undo = this.#undo.pop()) undo();
  }
};
var GroupCommit = class {
  #deps;
  #begin;
  #commit;
  #rollback;
  #savepoint;
  #release;
  #rollbackTo;
  #totalChanges;
  #waiting = [];
  /** Committed, and answered once the log is on the disk. */
  #committed = [];
  #syncing;
  #broken;
  #scheduled = false;
  #closed = false;
  #onIdle;
  constructor(deps) {
    this.#deps = deps;
    this.#begin = deps.db.prepare("BEGIN IMMEDIATE");
    this.#commit = deps.db.prepare("COMMIT");
    this.#rollback = deps.db.prepare("ROLLBACK");
    this.#savepoint = deps.db.prepare("SAVEPOINT step");
    this.#release = deps.db.prepare("RELEASE step");
    this.#rollbackTo = deps.db.prepare("ROLLBACK TO step");
    this.#totalChanges = deps.db.prepare("SELECT total_changes() AS n");
  }
  /** @returns what `work` returned, once that is durable. @throws what it threw, or `storage_failed`, `stopping` */
  run(work) {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(storeClosed());
        return;
      }
      if (this.#broken !== void 0) {
        reject(this.#broken);
        return;
      }
      this.#waiting.push({ work, resolve, reject });
      this.#schedule();
    });
  }
  /** Resolves when all that can be read now is durable. @throws RunnerMeshError storage_failed */
  async durable() {
    await this.#syncing;
    if (this.#broken !== void 0) throw this.#broken;
  }
  /** Resolves when everything asked for so far is durable; nothing is accepted from now on. */
  async close() {
    this.#closed = true;
    if (this.#waiting.length === 0) return this.#syncing;
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }
  #schedule() {
    if (this.#scheduled || this.#syncing !== void 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const before = this.#changes();
      this.#flush();
      const committed = this.#committed;
      this.#committed = [];
      if (this.#changes() === before) {
        this.#answer(committed);
        this.#goOn();
      } else {
        this.#syncing = this.#sync(committed);
      }
    });
  }
  async #sync(committed) {
    try {
      await this.#deps.sync();
    } catch (fault) {
      this.#broken = fault instanceof Error ? fault : new Error(errorText(fault));
    }
    this.#syncing = void 0;
    if (this.#broken === void 0) this.#answer(committed);
    else {
      const lost = [...committed.flatMap(({ done }) => done.map(({ step }) => step)), ...this.#waiting];
      this.#waiting = [];
      for (const step of lost) step.reject(this.#broken);
    }
    this.#goOn();
  }
  #answer(committed) {
    for (const { done, failed } of committed) {
      for (const { step, thrown } of failed) step.reject(wrapSqliteError(thrown));
      for (const { step, value } of done) step.resolve(value);
      this.#tell(done.map(({ change }) => change));
    }
  }
  #goOn() {
    if (this.#waiting.length > 0) this.#schedule();
    else this.#onIdle?.();
  }
  #changes() {
    return this.#totalChanges.get().n;
  }
  #flush() {
    const { maxSteps, maxMs, mono } = this.#deps;
    const startedAt = mono();
    const taken = [];
    const more = () => {
      if (taken.length === maxSteps || taken.length > 0 && mono() - startedAt > maxMs) return void 0;
      const step = this.#waiting[taken.length];
      if (step !== void 0) taken.push(step);
      return step;
    };
    let stopped = this.#commitTogether(more, "bare");
    this.#waiting = this.#waiting.slice(taken.length);
    if (stopped === "refused") stopped = this.#commitTogether(oneByOne(taken), "savepoints");
    if (stopped === void 0) return;
    if (hasRoom(stopped) && this.#commitTogether(oneByOne(taken), "savepoints") === void 0) return;
    for (const step of taken) this.#commitAlone(step);
  }
  #commitAlone(step) {
    let stopped = this.#commitTogether(oneByOne([step]), "savepoints");
    if (hasRoom(stopped)) stopped = this.#commitTogether(oneByOne([step]), "savepoints");
    if (stopped !== void 0 && stopped !== "refused") step.reject(wrapSqliteError(stopped.fault));
  }
  /** @returns what stopped the whole group; then nothing of it happened and no promise is settled */
  #commitTogether(next, how) {
    const done = [];
    const failed = [];
    const careful = how === "savepoints";
    try {
      this.#begin.run();
      for (let step = next(); step !== void 0; step = next()) {
        const change = new Change();
        try {
          if (careful) this.#savepoint.run();
          const value = step.work(change);
          if (careful) this.#release.run();
          done.push({ step, change, value });
        } catch (thrown) {
          change.undo();
          if (isStorageFault(thrown) || !this.#deps.db.isTransaction) throw thrown;
          if (!careful) return this.#takeBack(done);
          this.#rollbackTo.run();
          this.#release.run();
          failed.push({ step, thrown });
        }
      }
      this.#deps.beforeCommit();
      this.#commit.run();
    } catch (fault) {
      this.#takeBack(done);
      return { fault, roomMade: this.#deps.onRollback(fault) };
    }
    this.#committed.push({ done, failed });
    return void 0;
  }
  #takeBack(done) {
    for (const { change } of done.toReversed()) change.undo();
    if (this.#deps.db.isTransaction) this.#rollback.run();
    return "refused";
  }
  /** Once per fit class and task, however many steps of the group touched it. */
  #tell(changes) {
    const ready = /* @__PURE__ */ new Set();
    const changed = /* @__PURE__ */ new Set();
    for (const change of changes) {
      for (const needs of change.ready) ready.add(needs);
      for (const taskId of change.changed) changed.add(taskId);
    }
    for (const needs of ready) this.#deps.emit({ kind: "ready", needs });
    for (const taskId of changed) this.#deps.emit({ kind: "changed", taskId });
  }
};
function hasRoom(stopped) {
  return stopped !== void 0 && stopped !== "refused" && stopped.roomMade;
}
function oneByOne(steps) {
  const left = steps.values();
  return () => left.next().value;
}

// src/store/sqlite/small-database.ts
import { closeSync as closeSync2, openSync as openSync2 } from "node:fs";
import { DatabaseSync } from "node:sqlite";
var BUSY_TIMEOUT_MS = 5e3;
function openSmallDatabase({ file, schema, tables, synchronous, advice }) {
  closeSync2(openSync2(file, "a", 384));
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    const { user_version: found } = db.prepare("PRAGMA user_version").get();
    if (found > schema) {
      throw new RunnerMeshError(
        "store_newer",
        `${file} has schema ${String(found)}, this version knows ${String(schema)}. Upgrade runner-mesh, or give it another state directory.`
      );
    }
    const { quick_check: check } = db.prepare("PRAGMA quick_check(1)").get();
    if (check !== "ok") throw new Error(check);
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};`);
    db.exec(`${tables}; PRAGMA user_version = ${String(schema)}`);
    return db;
  } catch (cause) {
    db.close();
    if (cause instanceof RunnerMeshError) throw cause;
    throw new RunnerMeshError("store_corrupt", `${file} cannot be used: ${errorText(cause)}. ${advice}`, { cause });
  }
}

export {
  openLogSync,
  GroupCommit,
  openSmallDatabase
};
