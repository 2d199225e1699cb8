import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  noticeChannel,
  openPool
} from "./chunk-E5P3G4FD.js";
import {
  storeClosed
} from "./chunk-MJYKPF2G.js";
import {
  DATABASE_DEFAULTS,
  Sql,
  databaseName,
  isCollision,
  isDisconnect,
  sqlState,
  wrapDatabaseError
} from "./chunk-KRR3HWVF.js";
import {
  getTaskIdParts
} from "./chunk-R56T724L.js";
import "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/store/postgres/output-database.ts
var TRIES = 3;
var TASK_IS_GONE = "23503";
var OutputDatabase = class {
  #deps;
  #settings;
  #pool;
  constructor(deps) {
    this.#deps = deps;
    this.#settings = { ...DATABASE_DEFAULTS, ...deps.database };
  }
  start() {
    this.#pool ??= openPool(this.#settings, "outputs", this.#deps.log);
    return Promise.resolve();
  }
  async stop() {
    await this.#pool?.end();
    this.#pool = void 0;
  }
  /** Number of the task in this home; undefined for a task of another. */
  seqOf(taskId) {
    const { home, seq } = getTaskIdParts(taskId);
    return home === this.#deps.home.homeId ? seq : void 0;
  }
  idOf({ epoch, seq }) {
    return `${this.#deps.home.homeId}.${String(epoch)}.${String(seq)}`;
  }
  /** @throws RunnerMeshError storage_failed */
  async read(read) {
    const pool = this.#get();
    return this.#tried(() => read(new Sql(pool)));
  }
  /**
   * One transaction, whose work may run more than once. It is not synced to the platter: outputs may lose their last
   * moments with the database's machine, and what the queue decided after them waits for the sync of both.
   * @throws RunnerMeshError storage_failed, task_not_found when the task has been pruned meanwhile
   */
  async transact(work) {
    const pool = this.#get();
    return this.#tried(async () => {
      const client = await pool.connect();
      let broken;
      try {
        const sql = new Sql(client);
        await client.query("BEGIN; SET LOCAL synchronous_commit = off");
        const result = await work(sql);
        await client.query("COMMIT");
        return result;
      } catch (thrown) {
        if (isDisconnect(thrown)) broken = thrown;
        else await client.query("ROLLBACK");
        throw thrown;
      } finally {
        client.release(broken);
      }
    });
  }
  /** Other peers hear with the commit that a log has grown. */
  async tellLogged(sql, logged) {
    const notice = { by: this.#deps.name, changed: [], ready: false, logged };
    await sql.rows("SELECT pg_notify($1, $2)", [noticeChannel(this.#deps.home.homeId), JSON.stringify(notice)]);
  }
  async #tried(attempt) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt();
      } catch (thrown) {
        if (tries < TRIES && (isCollision(thrown) || isDisconnect(thrown))) continue;
        if (sqlState(thrown) === TASK_IS_GONE) {
          throw new RunnerMeshError("task_not_found", "The task has been removed from its home.", { cause: thrown });
        }
        throw wrapDatabaseError(thrown, databaseName(this.#settings));
      }
    }
  }
  #get() {
    if (this.#pool !== void 0) return this.#pool;
    throw storeClosed();
  }
};
export {
  OutputDatabase
};
