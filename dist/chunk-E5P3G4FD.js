import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  Sql,
  clientConfig,
  esm_default,
  holdSchema,
  holdToServe
} from "./chunk-KRR3HWVF.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  errorText
} from "./chunk-GMWOGI5R.js";

// src/store/postgres/connections.ts
var PLANNING = {
  plan_cache_mode: "force_generic_plan",
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  jit: "off"
};
var Connections = class {
  #settings;
  #log;
  constructor(settings, log) {
    this.#settings = settings;
    this.#log = log;
  }
  /** @param name as the database lists it */
  async open(name) {
    const client = new esm_default.Client(clientConfig(this.#settings, name));
    client.on("error", (error) => this.#log.debug("store.connection", { name, error: errorText(error) }));
    await client.connect();
    return client;
  }
  /** An answer means that the database has it, whatever this server's own default is. Stronger settings than `on` stay. */
  openToChange() {
    return this.#prepared("changes", async (sql) => {
      await sql.rows(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
      );
      for (const [setting, value] of Object.entries(PLANNING)) {
        await sql.rows("SELECT set_config($1, $2, false)", [setting, value]);
      }
      await holdSchema(sql, this.#settings.schema);
    });
  }
  /** The connection that listens is the one that is always there: it says that this peer serves the home. */
  openToServe() {
    return this.#prepared("listener", async (sql) => {
      await holdToServe(sql, this.#settings.schema);
      await holdSchema(sql, this.#settings.schema);
    });
  }
  /** For reads, as many as the settings say. */
  pool() {
    return openPool(this.#settings, "reads", this.#log);
  }
  async #prepared(name, prepare) {
    const client = await this.open(name);
    try {
      await prepare(new Sql(client));
      return client;
    } catch (thrown) {
      await client.end().catch(() => void 0);
      throw thrown;
    }
  }
};
function openPool(settings, name, log) {
  const pool = new esm_default.Pool({ ...clientConfig(settings, name), max: settings.readers });
  const lost = (error) => log.debug("store.connection", { name, error: errorText(error) });
  pool.on("connect", (client) => void client.on("error", lost));
  pool.on("error", lost);
  return pool;
}

// src/store/postgres/notices.ts
var loggedNotice = external_exports.object({
  task_id: external_exports.string(),
  attempt: external_exports.int(),
  next_seq: external_exports.int(),
  bytes: external_exports.int()
});
function noticeChannel(home) {
  return `runner_mesh_${home}`;
}
var IDS_PER_NOTICE = 150;
var RECONNECT_MS = { first: 100, longest: 2e3 };
async function sendNotices(sql, channel, by, changes) {
  const changed = [...new Set(changes.flatMap((change) => change.changed))];
  const ready = changes.some((change) => change.ready.length > 0);
  if (changed.length === 0 && !ready) return;
  for (let from = 0; from === 0 || from < changed.length; from += IDS_PER_NOTICE) {
    const notice = { by, changed: changed.slice(from, from + IDS_PER_NOTICE), ready: ready && from === 0 };
    await sql.rows("SELECT pg_notify($1, $2)", [channel, JSON.stringify(notice)]);
  }
}
var Listener = class {
  #deps;
  #stopping = new AbortController();
  #client;
  #listening;
  constructor(deps) {
    this.#deps = deps;
  }
  async start() {
    await this.#connect();
  }
  async stop() {
    this.#stopping.abort(new Error("stopping"));
    const client = this.#client;
    this.#client = void 0;
    await client?.end().catch(() => void 0);
    await this.#listening;
  }
  async #connect() {
    const client = await this.#deps.connect();
    client.on("notification", ({ payload }) => {
      const notice = parseNotice(payload);
      if (notice !== void 0) this.#deps.heard(notice);
    });
    const lost = () => {
      if (this.#client !== client) return;
      this.#client = void 0;
      this.#listening = this.#reconnect();
    };
    client.on("error", lost);
    client.on("end", lost);
    await client.query(`LISTEN ${this.#deps.channel}`);
    this.#client = client;
  }
  async #reconnect() {
    const { clock, log, back } = this.#deps;
    const { signal } = this.#stopping;
    const lostAt = clock.mono();
    log.warn("store.listener_lost", {});
    for (let pauseMs = RECONNECT_MS.first; !signal.aborted; pauseMs = Math.min(pauseMs * 2, RECONNECT_MS.longest)) {
      try {
        await clock.sleep(pauseMs, signal);
        await this.#connect();
        log.info("store.listener_back", { awayMs: Math.round(clock.mono() - lostAt) });
        back(clock.mono() - lostAt);
        return;
      } catch (error) {
        log.debug("store.listener_waits", { error: errorText(error) });
      }
    }
  }
};
function parseNotice(payload) {
  try {
    const notice = JSON.parse(payload ?? "");
    if (typeof notice.by !== "string" || !Array.isArray(notice.changed)) return void 0;
    const logged = loggedNotice.safeParse(notice.logged);
    return {
      by: notice.by,
      changed: notice.changed,
      ready: notice.ready === true,
      ...logged.success ? { logged: logged.data } : {}
    };
  } catch {
    return void 0;
  }
}

export {
  Connections,
  openPool,
  noticeChannel,
  sendNotices,
  Listener
};
