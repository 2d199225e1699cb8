import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  asksForPaths,
  parseRules,
  planTasks,
  readCommand,
  readFacts,
  readRulesFile,
  whyNoMatch,
  whyUntrusted
} from "./chunk-K5KORL3K.js";
import {
  WEBHOOK_PATH,
  createListener,
  findWebhookSecrets
} from "./chunk-OIHUXH2C.js";
import {
  RULES_PATH,
  createSignatures
} from "./chunk-SBO637XZ.js";
import {
  GroupCommit,
  openLogSync,
  openSmallDatabase
} from "./chunk-O4565GRF.js";
import {
  parseSchedule
} from "./chunk-HY525CP3.js";
import {
  GitHubError,
  createGitHubRequests,
  parsed
} from "./chunk-62H26PFQ.js";
import "./chunk-XF7ZOZDV.js";
import "./chunk-MJYKPF2G.js";
import "./chunk-HRSTE2JB.js";
import "./chunk-YS2TVPM3.js";
import "./chunk-2DBY73CU.js";
import "./chunk-5O3QGL45.js";
import "./chunk-LVE5RFV7.js";
import "./chunk-B3FTZ4SR.js";
import "./chunk-7IKXLO6M.js";
import "./chunk-VKJLFJSI.js";
import "./chunk-C6YG63S3.js";
import "./chunk-QYPJREVZ.js";
import "./chunk-SNT4N2C2.js";
import "./chunk-H2NID2FT.js";
import "./chunk-WGTKGJ5D.js";
import "./chunk-5TLONCOL.js";
import "./chunk-Y27WLGCH.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import {
  DAY,
  HOUR,
  MINUTE,
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  isTerminal
} from "./chunk-JVD6W2LK.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  cleanLine,
  cleanText
} from "./chunk-CRGYTOW4.js";
import {
  RunnerMeshError,
  errorText,
  toRunnerMeshError
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/github/repository-desk.ts
var withId = external_exports.object({ id: external_exports.int() });
var hookDelivery = withId.extend({ guid: external_exports.string(), event: external_exports.string(), delivered_at: external_exports.string(), status_code: external_exports.number() }).transform(({ id, guid, event, delivered_at: at, status_code: statusCode }) => {
  const isSuccess = statusCode >= 200 && statusCode < 300;
  return { id, guid, event, statusCode, isSuccess, deliveredAt: Date.parse(at) };
});
var PAGE = 100;
var MOST_PAGES = 10;
var LONGEST_FILE = 262144;
var LONGEST_TEXT = 6e4;
function createRepositoryDesk(requests) {
  const { rest } = requests.octokit;
  const ask = (what, kind, signal, send) => requests.ask({ what, kind }, signal, (headers, request) => send(rest, { headers, request })).catch(inOtherWords);
  return {
    fileAt: async (repository, path, ref, signal) => {
      const what = `read ${path} of ${repository}`;
      try {
        const answer = await ask(
          what,
          "read",
          signal,
          (api, extras) => api.repos.getContent({ ...split(repository), path, ...ref === void 0 ? {} : { ref }, ...extras })
        );
        const file = external_exports.object({ type: external_exports.literal("file"), encoding: external_exports.literal("base64"), content: external_exports.string() });
        const { content } = parsed(file, answer.data, { what, kind: "read" });
        const text = Buffer.from(content, "base64").toString();
        if (text.length <= LONGEST_FILE) return text;
        throw new RunnerMeshError("too_large", `${path} of ${repository} is longer than ${String(LONGEST_FILE)} bytes.`);
      } catch (thrown) {
        if (thrown instanceof RunnerMeshError && thrown.details["refusal"] === "missing") return void 0;
        throw thrown;
      }
    },
    defaultBranchOf: async (repository, signal) => {
      const what = `look at ${repository}`;
      const answer = await ask(
        what,
        "read",
        signal,
        (api, extras) => api.repos.get({ ...split(repository), ...extras })
      );
      return parsed(external_exports.object({ default_branch: external_exports.string() }), answer.data, { what, kind: "read" }).default_branch;
    },
    changedPaths: async (repository, pull, signal) => {
      const what = `list the files of ${repository}#${String(pull)}`;
      const paths = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const answer = await ask(
          what,
          "read",
          signal,
          (api, extras) => api.pulls.listFiles({ ...split(repository), pull_number: pull, per_page: PAGE, page, ...extras })
        );
        const list = external_exports.array(external_exports.object({ filename: external_exports.string(), previous_filename: external_exports.string().optional() }));
        const files = parsed(list, answer.data, { what, kind: "read" });
        paths.push(
          ...files.flatMap(({ filename, previous_filename: former }) => [filename, ...former ? [former] : []])
        );
        if (files.length < PAGE) return paths;
      }
      return void 0;
    },
    permissionOf: async (repository, login, signal) => {
      const what = `ask for the permission of ${login} in ${repository}`;
      try {
        const answer = await ask(
          what,
          "read",
          signal,
          (api, extras) => api.repos.getCollaboratorPermissionLevel({ ...split(repository), username: login, ...extras })
        );
        const { permission } = parsed(external_exports.object({ permission: external_exports.string() }), answer.data, { what, kind: "read" });
        return external_exports.enum(["read", "write", "admin"]).catch("read").or(external_exports.literal("none")).parse(permission);
      } catch (thrown) {
        if (thrown instanceof RunnerMeshError && thrown.details["refusal"] === "missing") return "none";
        throw thrown;
      }
    },
    createCheck: async (repository, check, signal) => {
      const what = `open a check in ${repository}`;
      const answer = await ask(
        what,
        "write",
        signal,
        (api, extras) => api.checks.create({ ...split(repository), head_sha: check.sha, ...fieldsOf(check), ...extras })
      );
      return parsed(withId, answer.data, { what, kind: "write" }).id;
    },
    updateCheck: async (repository, id, check, signal) => {
      await ask(
        `update a check in ${repository}`,
        "write",
        signal,
        (api, extras) => api.checks.update({ ...split(repository), check_run_id: id, ...fieldsOf(check), ...extras })
      );
    },
    findCheck: async (repository, { sha, name, externalId }, signal) => {
      const what = `look for a check in ${repository}`;
      const answer = await ask(
        what,
        "read",
        signal,
        (api, extras) => api.checks.listForRef({ ...split(repository), ref: sha, check_name: name, per_page: PAGE, ...extras })
      );
      const list = external_exports.object({ check_runs: external_exports.array(withId.extend({ external_id: external_exports.string().nullish() })) });
      const { check_runs: runs } = parsed(list, answer.data, { what, kind: "read" });
      return runs.find((run) => run.external_id === externalId)?.id;
    },
    setStatus: async (repository, { sha, context, state, description, targetUrl }, signal) => {
      const url = targetUrl === void 0 ? {} : { target_url: targetUrl };
      await ask(
        `set a status in ${repository}`,
        "write",
        signal,
        (api, extras) => api.repos.createCommitStatus({
          ...{ ...split(repository), sha, context, state, description: description.slice(0, 140), ...url, ...extras }
        })
      );
    },
    createComment: async (repository, issue, body, signal) => {
      const what = `write a comment to ${repository}#${String(issue)}`;
      const answer = await ask(
        what,
        "write",
        signal,
        (api, extras) => api.issues.createComment({ ...split(repository), issue_number: issue, body, ...extras })
      );
      return parsed(withId, answer.data, { what, kind: "write" }).id;
    },
    updateComment: async (repository, id, body, signal) => {
      await ask(
        `update a comment of ${repository}`,
        "write",
        signal,
        (api, extras) => api.issues.updateComment({ ...split(repository), comment_id: id, body, ...extras })
      );
    },
    findComment: async (repository, issue, { text, since }, signal) => {
      const what = `look for a comment of ${repository}#${String(issue)}`;
      const from = { issue_number: issue, since: new Date(since).toISOString(), per_page: PAGE };
      const answer = await ask(
        what,
        "read",
        signal,
        (api, extras) => api.issues.listComments({ ...split(repository), ...from, ...extras })
      );
      const comments = parsed(external_exports.array(withId.extend({ body: external_exports.string().nullish() })), answer.data, {
        what,
        kind: "read"
      });
      return comments.find(({ body }) => body?.includes(text) === true)?.id;
    },
    react: async (repository, comment, content, signal) => {
      await ask(
        `react to a comment of ${repository}`,
        "write",
        signal,
        (api, extras) => api.reactions.createForIssueComment({ ...split(repository), comment_id: comment, content, ...extras })
      );
    },
    dispatch: async (repository, eventType, payload, signal) => {
      const event = { event_type: eventType, client_payload: payload };
      await ask(
        `dispatch an event to ${repository}`,
        "write",
        signal,
        (api, extras) => api.repos.createDispatchEvent({ ...split(repository), ...event, ...extras })
      );
    },
    hooks: async (repository, signal) => {
      const what = `list the webhooks of ${repository}`;
      const answer = await ask(
        what,
        "read",
        signal,
        (api, extras) => api.repos.listWebhooks({ ...split(repository), per_page: PAGE, ...extras })
      );
      const list = external_exports.array(withId.extend({ active: external_exports.boolean(), config: external_exports.object({ url: external_exports.string().optional() }) }));
      return parsed(list, answer.data, { what, kind: "read" }).map(({ id, active, config }) => ({
        ...{ id, active, url: config.url ?? "" }
      }));
    },
    hookDeliveries: async (repository, hook, since, signal) => {
      const what = `list the deliveries of a webhook of ${repository}`;
      const found = [];
      let cursor;
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const from = { per_page: PAGE, ...cursor === void 0 ? {} : { cursor } };
        const answer = await ask(
          what,
          "read",
          signal,
          (api, extras) => api.repos.listWebhookDeliveries({ ...split(repository), hook_id: hook, ...from, ...extras })
        );
        const deliveries = parsed(external_exports.array(hookDelivery), answer.data, { what, kind: "read" });
        found.push(...deliveries.filter(({ deliveredAt }) => deliveredAt >= since));
        cursor = cursorOf(answer);
        if (cursor === void 0 || deliveries.some(({ deliveredAt }) => deliveredAt < since)) break;
      }
      return found;
    },
    redeliver: async (repository, hook, delivery, signal) => {
      await ask(
        `redeliver to a webhook of ${repository}`,
        "write",
        signal,
        (api, extras) => api.repos.redeliverWebhookDelivery({ ...split(repository), hook_id: hook, delivery_id: delivery, ...extras })
      );
    }
  };
}
function fieldsOf({ name, externalId, status, conclusion, detailsUrl, startedAt, completedAt, ...check }) {
  const { annotation } = check;
  return {
    ...{ name, status, external_id: externalId },
    ...conclusion === void 0 ? {} : { conclusion },
    ...detailsUrl === void 0 ? {} : { details_url: detailsUrl },
    ...startedAt === void 0 ? {} : { started_at: new Date(startedAt).toISOString() },
    ...completedAt === void 0 ? {} : { completed_at: new Date(completedAt).toISOString() },
    output: {
      title: check.title,
      summary: check.summary.slice(0, LONGEST_TEXT),
      ...check.log === void 0 ? {} : { text: fenced(check.log) },
      ...annotation === void 0 ? {} : {
        annotations: [
          {
            ...annotation,
            start_line: 1,
            end_line: 1,
            annotation_level: "failure",
            title: name.slice(0, 255)
          }
        ]
      }
    }
  };
}
function fenced(text) {
  const tail = text.slice(-LONGEST_TEXT);
  const longest = Math.max(2, ...[...tail.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text
${tail}
${fence}`;
}
function cursorOf({ headers }) {
  const [, link] = /<([^>]*)>;\s*rel="?next"?/.exec(String(headers["link"] ?? "")) ?? [];
  return link === void 0 ? void 0 : new URL(link).searchParams.get("cursor") ?? void 0;
}
function split(repository) {
  const [owner = "", repo = ""] = repository.split("/");
  return { owner, repo };
}
function inOtherWords(thrown) {
  if (thrown instanceof GitHubError && thrown.refusal === "forbidden") {
    throw new RunnerMeshError(
      "forbidden",
      `${thrown.message.replace(/ Give the token .*$/, "")} Give the token contents: read, checks: write, statuses: write, issues: write and, for the sweep, webhooks: write.`,
      { cause: thrown }
    );
  }
  throw thrown;
}

// src/store/sqlite/delivery-inbox.ts
import { join } from "node:path";

// src/store/sqlite/inbox-schema.ts
var INBOX_SCHEMA = 1;
var INBOX_TABLES = `
  CREATE TABLE IF NOT EXISTS delivery (
    id TEXT PRIMARY KEY, event TEXT NOT NULL, repository TEXT NOT NULL, received_at INTEGER NOT NULL,
    body TEXT, state TEXT NOT NULL DEFAULT 'waiting', planned INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, note TEXT NOT NULL DEFAULT ''
  ) STRICT;
  CREATE INDEX IF NOT EXISTS delivery_due ON delivery (due_at, received_at) WHERE state = 'waiting';
  CREATE TABLE IF NOT EXISTS made (
    delivery TEXT NOT NULL, key TEXT NOT NULL, place INTEGER NOT NULL, repository TEXT NOT NULL, grp TEXT,
    planned_json TEXT NOT NULL, task_id TEXT, told_json TEXT NOT NULL DEFAULT '{}',
    over INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (delivery, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS made_due ON made (due_at) WHERE over = 0 AND task_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS made_task ON made (task_id) WHERE task_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS made_open ON made (repository, grp) WHERE over = 0;
  CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`;
var TASK = "SELECT delivery, key, repository, planned_json, task_id, told_json, tries FROM made";
var INBOX_SQL = {
  accept: "INSERT INTO delivery (id, event, repository, received_at, body, due_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  knows: "SELECT 1 FROM delivery WHERE id = ?",
  due: `SELECT id, event, repository, received_at, body, tries, planned FROM delivery
    WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, received_at LIMIT ?`,
  nextDue: `SELECT min(due_at) AS at FROM delivery WHERE state = 'waiting'`,
  countPending: `SELECT count(*) AS count FROM delivery WHERE state = 'waiting'`,
  planned: "UPDATE delivery SET planned = 1 WHERE id = ?",
  postpone: "UPDATE delivery SET due_at = ?, note = ?, tries = tries + 1 WHERE id = ?",
  close: `UPDATE delivery SET state = ?, note = ?, body = NULL WHERE id = ? AND state = 'waiting'`,
  addTask: `INSERT INTO made (delivery, key, place, grp, planned_json, repository)
    SELECT ?, ?, ?, ?, ?, repository FROM delivery WHERE id = ? ON CONFLICT DO NOTHING`,
  tasksOf: `${TASK} WHERE delivery = ? ORDER BY place`,
  tasksOfGroup: `${TASK} WHERE over = 0 AND repository = ? AND grp = ?`,
  countOpen: "SELECT count(*) AS count FROM made WHERE over = 0 AND repository = ?",
  findByTask: `${TASK} WHERE task_id = ?`,
  submitted: "UPDATE made SET task_id = ?, due_at = 0 WHERE delivery = ? AND key = ?",
  told: "UPDATE made SET told_json = ?, over = ?, tries = 0, due_at = ? WHERE delivery = ? AND key = ?",
  tellAgain: "UPDATE made SET due_at = ?, tries = tries + 1 WHERE delivery = ? AND key = ?",
  dueReports: `${TASK} WHERE over = 0 AND task_id IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT ?`,
  nextReport: "SELECT min(due_at) AS at FROM made WHERE over = 0 AND task_id IS NOT NULL",
  note: "SELECT value FROM note WHERE name = ?",
  keepNote: "INSERT INTO note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
  pruneDeliveries: `DELETE FROM delivery WHERE state <> 'waiting' AND received_at < ?
    AND NOT EXISTS (SELECT 1 FROM made WHERE made.delivery = delivery.id AND over = 0)`,
  pruneTasks: "DELETE FROM made WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.id = made.delivery)"
};

// src/store/sqlite/delivery-inbox.ts
var FILE = "webhook.db";
var GROUP = { maxSteps: 256, maxMs: 5 };
var MOST_PENDING = 1e4;
function createSqliteDeliveryInbox(directory, clock, openLog = openLogSync) {
  return new SqliteDeliveryInbox(join(directory, FILE), clock, openLog);
}
var SqliteDeliveryInbox = class {
  #file;
  #clock;
  #openLog;
  #open;
  constructor(file, clock, openLog) {
    this.#file = file;
    this.#clock = clock;
    this.#openLog = openLog;
  }
  start() {
    if (this.#open !== void 0) return Promise.resolve();
    const db = openSmallDatabase({
      file: this.#file,
      schema: INBOX_SCHEMA,
      tables: INBOX_TABLES,
      synchronous: "NORMAL",
      advice: "Move it away to start without it: deliveries that wait in it are lost, redeliver them from GitHub."
    });
    const log = this.#openLog(this.#file);
    const commit = new GroupCommit({
      db,
      sync: () => log.sync(),
      mono: () => this.#clock.mono(),
      ...GROUP,
      beforeCommit: () => void 0,
      onRollback: () => false,
      emit: () => void 0
    });
    const sql = Object.fromEntries(
      Object.entries(INBOX_SQL).map(([name, text]) => [name, db.prepare(text)])
    );
    const { count } = sql.countPending.get();
    this.#open = { db, log, commit, sql, pending: count };
    return Promise.resolve();
  }
  async stop() {
    const open = this.#open;
    this.#open = void 0;
    await open?.commit.close();
    open?.log.close();
    open?.db.close();
  }
  accept({ id, event, repository, receivedAt, body }) {
    const open = this.#opened();
    if (open.pending >= MOST_PENDING) {
      return Promise.reject(
        new RunnerMeshError("queue_full", `${String(MOST_PENDING)} deliveries wait already. Send it again later.`)
      );
    }
    return open.commit.run((change) => {
      const isNew = open.sql.accept.run(id, event, repository, receivedAt, body, receivedAt).changes === 1;
      if (!isNew) return false;
      open.pending += 1;
      change.onUndo(() => {
        open.pending -= 1;
      });
      return true;
    });
  }
  knows(id) {
    return this.#opened().sql.knows.get(id) !== void 0;
  }
  due(now, most) {
    const rows = this.#opened().sql.due.all(now, most);
    return rows.map(({ received_at: receivedAt, planned, ...row }) => ({ ...row, receivedAt, planned: planned === 1 }));
  }
  nextDueAt() {
    const { at } = this.#opened().sql.nextDue.get();
    return at ?? void 0;
  }
  async plan(id, tasks) {
    await this.#change(({ sql }) => {
      for (const [place, task] of tasks.entries()) {
        sql.addTask.run(id, task.key, place, task.supersedes ?? null, JSON.stringify(task), id);
      }
      sql.planned.run(id);
    });
  }
  async postpone(id, dueAt, why) {
    await this.#change(({ sql }) => sql.postpone.run(dueAt, why, id));
  }
  async close(id, outcome, note) {
    const open = this.#opened();
    await open.commit.run((change) => {
      if (open.sql.close.run(outcome, note, id).changes === 0) return;
      open.pending -= 1;
      change.onUndo(() => {
        open.pending += 1;
      });
    });
  }
  pendingCount() {
    return this.#opened().pending;
  }
  tasksOf(delivery) {
    return this.#tasks("tasksOf", delivery);
  }
  tasksOfGroup(repository, group) {
    return this.#tasks("tasksOfGroup", repository, group);
  }
  countOpen(repository) {
    return this.#opened().sql.countOpen.get(repository).count;
  }
  findByTask(taskId) {
    return this.#tasks("findByTask", taskId)[0];
  }
  async submitted(delivery, key, taskId) {
    await this.#change(({ sql }) => sql.submitted.run(taskId, delivery, key));
  }
  async told(delivery, key, told, lookAgainAt) {
    const over = lookAgainAt === void 0 ? 1 : 0;
    await this.#change(({ sql }) => sql.told.run(JSON.stringify(told), over, lookAgainAt ?? 0, delivery, key));
  }
  async tellAgain(delivery, key, dueAt) {
    await this.#change(({ sql }) => sql.tellAgain.run(dueAt, delivery, key));
  }
  dueReports(now, most) {
    return this.#tasks("dueReports", now, most);
  }
  nextReportAt() {
    const { at } = this.#opened().sql.nextReport.get();
    return at ?? void 0;
  }
  note(name) {
    return this.#opened().sql.note.get(name)?.value;
  }
  async keepNote(name, value) {
    await this.#change(({ sql }) => sql.keepNote.run(name, value));
  }
  prune(before) {
    const open = this.#opened();
    return open.commit.run(() => {
      const { changes } = open.sql.pruneDeliveries.run(before);
      open.sql.pruneTasks.run();
      return Number(changes);
    });
  }
  #tasks(name, ...values) {
    const rows = this.#opened().sql[name].all(...values);
    return rows.map(({ planned_json: planned, told_json: told, task_id: taskId, delivery, repository, tries }) => ({
      ...JSON.parse(planned),
      ...{ delivery, repository, tries },
      ...taskId === null ? {} : { taskId },
      told: JSON.parse(told)
    }));
  }
  async #change(write) {
    const open = this.#opened();
    await open.commit.run(() => write(open));
  }
  #opened() {
    if (this.#open === void 0) throw new RunnerMeshError("stopping", "This peer is stopping.");
    return this.#open;
  }
};

// src/webhook/command-reply.ts
var PEOPLE = /* @__PURE__ */ new Set(["OWNER", "MEMBER", "COLLABORATOR"]);
async function replyToCommand(desk, { barred, association, comment, issue, repository }, message, signal) {
  if (barred !== void 0 || comment === void 0 || issue === void 0 || !PEOPLE.has(association ?? "")) return;
  if (readCommand(comment.text) === void 0) return;
  await desk.react(repository, comment.id, "confused", signal);
  await desk.createComment(repository, issue, `No task was made: ${cleanLine(message, 500)}`, signal);
}

// src/webhook/intake.ts
var AT_A_TIME = 16;
var RETRY = { firstMs: 2 * SECOND, mostMs: 10 * MINUTE, forMs: 3 * DAY };
var KEPT_MS = 8 * DAY;
var Intake = class {
  #deps;
  #working = /* @__PURE__ */ new Map();
  #stopping = new AbortController();
  #stopTimer = () => void 0;
  #running = false;
  constructor(deps) {
    this.#deps = deps;
  }
  start() {
    this.#running = true;
    this.#stopping = new AbortController();
    this.wake();
    return Promise.resolve();
  }
  async stop() {
    this.#running = false;
    this.#stopTimer();
    this.#stopping.abort(new RunnerMeshError("stopping", "This peer is stopping."));
    await Promise.all(this.#working.values());
  }
  /** Looks what is due. */
  wake() {
    if (!this.#running) return;
    const { inbox, clock } = this.#deps;
    const room = AT_A_TIME - this.#working.size;
    const due = room > 0 ? inbox.due(clock.now(), AT_A_TIME * 2) : [];
    for (const delivery of due.filter(({ id }) => !this.#working.has(id)).slice(0, room)) {
      const work = this.#work(delivery).finally(() => {
        this.#working.delete(delivery.id);
        this.wake();
      });
      this.#working.set(delivery.id, work);
    }
    this.#stopTimer();
    if (this.#working.size >= AT_A_TIME) return;
    const nextAt = inbox.nextDueAt();
    const waitMs = nextAt === void 0 ? HOUR : Math.min(HOUR, nextAt - clock.now());
    this.#stopTimer = clock.after(waitMs > 0 ? waitMs : SECOND, () => {
      void inbox.prune(clock.now() - KEPT_MS).catch(() => 0);
      this.wake();
    });
  }
  async #work(delivery) {
    const { inbox, clock, log } = this.#deps;
    const { id, event, repository, receivedAt, tries } = delivery;
    try {
      const note = await this.#process(delivery);
      await inbox.close(id, "done", note);
      log.debug("webhook.worked_off", { delivery: id, event, repository, note });
    } catch (thrown) {
      if (this.#stopping.signal.aborted) return;
      const error = toRunnerMeshError(thrown);
      const why = error.code === "internal" ? errorText(thrown) : error.message;
      const line = { delivery: id, event, repository, code: error.code, error: why };
      if (!error.retryable || clock.now() - receivedAt > RETRY.forMs) {
        log.warn("webhook.given_up", line);
        await this.#explain(delivery, error.message);
        await inbox.close(id, "refused", why).catch(() => void 0);
        return;
      }
      const waitMs = error.retryAfterMs ?? Math.min(RETRY.mostMs, RETRY.firstMs * 2 ** Math.min(tries, 12));
      log.warn("webhook.postponed", { ...line, waitMs });
      await inbox.postpone(id, clock.now() + waitMs, why).catch(() => void 0);
    }
  }
  /** @returns what was done, in words */
  async #process(delivery) {
    const { inbox } = this.#deps;
    if (!delivery.planned) {
      const { tasks, note } = await this.#plan(delivery);
      if (tasks.length === 0) return note;
      await inbox.plan(delivery.id, tasks);
    }
    const made = await this.#submitAll(delivery);
    this.#deps.onSubmitted();
    return `made ${String(made)} tasks`;
  }
  async #plan(delivery) {
    const { rulesOf, inbox } = this.#deps;
    const json = JSON.parse(delivery.body);
    const again = rerequested(inbox, delivery, json);
    if (again !== void 0) return { tasks: [again], note: "asked for again" };
    const read = readFacts(delivery.event, json);
    if (read === void 0) return { tasks: [], note: "no rule can name it" };
    if (read.barred !== void 0) return { tasks: [], note: read.barred };
    const ref = read.kind === "push" ? read.sha : void 0;
    const rules = await rulesOf(delivery.repository, ref, this.#stopping.signal);
    if (rules === void 0) return { tasks: [], note: "no rules" };
    const facts = await this.#withPaths(read, rules);
    const isWanted = Object.values(rules.rules).some((rule) => whyNoMatch(rule, facts) === void 0);
    if (!isWanted) return { tasks: [], note: "no rule fits" };
    const open = inbox.countOpen(delivery.repository);
    if (open >= rules.limits["open-tasks"]) {
      const message = `${String(open)} tasks of ${delivery.repository} are open; open-tasks allows no more.`;
      throw new RunnerMeshError("queue_full", message);
    }
    const permission = await this.#permission(facts);
    const { tasks, skipped } = planTasks({
      ...{ rules, facts, delivery: delivery.id, receivedAt: delivery.receivedAt },
      whyUntrusted: (rule) => whyUntrusted(rule, facts, permission)
    });
    const note = skipped.map(({ rule, why }) => `${rule}: ${why}`).join("; ").slice(0, 1e3);
    return { tasks, note };
  }
  /** A pull request does not tell what it changes: GitHub is asked where a rule of ours wants to know. */
  async #withPaths(facts, { rules }) {
    const { desk } = this.#deps;
    const { kind, issue, repository } = facts;
    if (kind !== "pull_request" || issue === void 0 || desk === void 0) return facts;
    const fits = ({ on }) => on.pull_request !== void 0 && asksForPaths(on.pull_request);
    const isAsked = Object.values(rules).some((rule) => fits(rule) && whyNoMatch(rule, facts) === void 0);
    return isAsked ? { ...facts, paths: await desk.changedPaths(repository, issue, this.#stopping.signal) } : facts;
  }
  /** Without a way to ask, nobody has any. */
  async #permission({ needsWriteAccess, sender, repository }) {
    const { desk } = this.#deps;
    if (needsWriteAccess || sender.login === "" || sender.isBot || desk === void 0) return "none";
    return desk.permissionOf(repository, sender.login, this.#stopping.signal);
  }
  async #submitAll({ id, tries }) {
    const { inbox } = this.#deps;
    const tasks = inbox.tasksOf(id);
    const ids = /* @__PURE__ */ new Map();
    for (const task of tasks) {
      if (task.taskId === void 0 && await this.#isSuperseded(task)) continue;
      const needs = task.needs.map((key) => ids.get(key));
      if (needs.includes(void 0)) {
        await inbox.told(id, task.key, { superseded: true }, void 0);
        continue;
      }
      const taskId = task.taskId ?? await this.#submit(task, needs);
      ids.set(task.key, taskId);
      if (task.taskId === void 0) await inbox.submitted(id, task.key, taskId);
      if (task.supersedes !== void 0) await this.#cancelOlder(task, task.supersedes);
    }
    if (tries > 0) this.#deps.log.info("webhook.resumed", { delivery: id });
    return ids.size;
  }
  async #submit({ repository, delivery, key, submit }, needs) {
    const input = { ...submit, needs, idempotency_key: `${delivery}/${key}` };
    const answer = await this.#deps.operations.call("p2p_taskqueue_submit", input, this.#call(repository));
    return answer.task_id;
  }
  /** Events arrive in any order: one that is older than what runs in its group has had its time. */
  async #isSuperseded({ delivery, key, repository, supersedes, eventAt }) {
    if (supersedes === void 0) return false;
    const { inbox } = this.#deps;
    const isOlder = inbox.tasksOfGroup(repository, supersedes).some((other) => other.delivery !== delivery && other.taskId !== void 0 && other.eventAt > eventAt);
    if (isOlder) await inbox.told(delivery, key, { superseded: true }, void 0);
    return isOlder;
  }
  async #cancelOlder(task, group) {
    const { inbox, operations, log } = this.#deps;
    for (const older of inbox.tasksOfGroup(task.repository, group)) {
      if (older.taskId === void 0 || older.delivery === task.delivery || older.eventAt > task.eventAt) continue;
      const input = { task_id: older.taskId };
      await operations.call("p2p_taskqueue_cancel", input, this.#call(task.repository)).catch((error) => {
        log.warn("webhook.not_cancelled", { taskId: older.taskId, error: errorText(error) });
      });
    }
  }
  /** A command that is refused is answered, if who wrote it is somebody here. */
  async #explain(delivery, message) {
    const { desk, log } = this.#deps;
    const facts = readFacts(delivery.event, JSON.parse(delivery.body));
    if (desk === void 0 || facts === void 0) return;
    await replyToCommand(desk, facts, message, this.#stopping.signal).catch((error) => {
      log.warn("webhook.not_answered", { delivery: delivery.id, error: errorText(error) });
    });
  }
  #call(repository) {
    return { caller: webhookCaller(repository), signal: this.#stopping.signal, progress: () => void 0 };
  }
};
function webhookCaller(repository) {
  return {
    principal: `webhook:${repository.toLowerCase()}`,
    door: "webhook",
    access: /* @__PURE__ */ new Set(["tasks:submit", "tasks:cancel", "tasks:read"])
  };
}
function rerequested(inbox, { event, repository }, json) {
  if (event !== "check_run") return void 0;
  const { action, check_run: run } = json;
  if (action !== "rerequested" || typeof run?.external_id !== "string") return void 0;
  const [delivery = "", key] = run.external_id.split("/");
  const before = inbox.tasksOf(delivery).find((task) => task.key === key && task.repository === repository);
  if (before === void 0) return void 0;
  const { submit, eventAt, report } = before;
  return { key: before.key, submit, eventAt, report, needs: [] };
}

// src/webhook/redelivery-sweep.ts
var KEPT_MS2 = 3 * DAY;
var MOST_ATTEMPTS = 4;
var UNWANTED = /* @__PURE__ */ new Set([400, 404, 413, 415]);
var RedeliverySweep = class {
  #deps;
  #stopping = new AbortController();
  #running;
  #stopTimer = () => void 0;
  constructor(deps) {
    this.#deps = deps;
  }
  start() {
    this.#stopping = new AbortController();
    this.#plan(SECOND);
    return Promise.resolve();
  }
  async stop() {
    this.#stopping.abort(new RunnerMeshError("stopping", "This peer is stopping."));
    this.#stopTimer();
    await this.#running;
  }
  /** Once over all repositories. @returns how many deliveries GitHub was asked for */
  async sweep() {
    const { desk, repositories, url, clock, log } = this.#deps;
    const since = clock.now() - KEPT_MS2;
    const signal = this.#stopping.signal;
    let asked = 0;
    for (const repository of repositories) {
      try {
        const ours = (await desk.hooks(repository, signal)).filter((hook) => hook.active && hook.url === url);
        for (const { id } of ours) {
          for (const missed of this.#missed(await desk.hookDeliveries(repository, id, since, signal))) {
            await desk.redeliver(repository, id, missed.id, signal);
            asked += 1;
          }
        }
      } catch (thrown) {
        if (signal.aborted) return asked;
        const { code } = toRunnerMeshError(thrown);
        log.warn("webhook.sweep_failed", { repository, code, error: errorText(thrown) });
      }
    }
    if (asked > 0) log.info("webhook.redelivery_asked", { deliveries: asked });
    return asked;
  }
  /** The last attempt of each delivery that never came through. */
  #missed(deliveries) {
    const { inbox, clock } = this.#deps;
    return [...Map.groupBy(deliveries, ({ guid }) => guid).values()].flatMap((attempts) => {
      const [last] = attempts.toSorted((a, b) => b.deliveredAt - a.deliveredAt);
      if (last === void 0 || inbox.knows(last.guid) || attempts.some(({ isSuccess }) => isSuccess)) return [];
      if (attempts.length >= MOST_ATTEMPTS || UNWANTED.has(last.statusCode)) return [];
      return clock.now() - last.deliveredAt > KEPT_MS2 ? [] : [last];
    });
  }
  #plan(waitMs) {
    this.#stopTimer = this.#deps.clock.after(waitMs, () => {
      this.#running = this.sweep().then(() => {
        if (!this.#stopping.signal.aborted) this.#plan(this.#deps.everyMs);
      });
    });
  }
};

// src/webhook/report-texts.ts
var LONGEST_LOG = 3e4;
function checkOf({ name, sha = "" }, { task, log, externalId, detailsUrl }) {
  const conclusion = conclusionOf(task);
  const status = conclusion !== void 0 ? "completed" : task.status === "running" ? "in_progress" : "queued";
  const text = log === void 0 || log === "" ? void 0 : cleanText(log).slice(-LONGEST_LOG);
  return {
    ...{ name, sha, externalId, status },
    title: titleOf(task),
    summary: summaryOf(task),
    ...conclusion === void 0 ? {} : { conclusion },
    ...text === void 0 ? {} : { log: text },
    ...detailsUrl === void 0 ? {} : { detailsUrl },
    ...task.started_at === void 0 ? {} : { startedAt: task.started_at },
    ...conclusion === void 0 || task.finished_at === void 0 ? {} : { completedAt: task.finished_at },
    ...conclusion === "failure" || conclusion === "timed_out" ? { annotation: { path: ".github", message: titleOf(task) } } : {}
  };
}
function statusOf({ name, sha = "" }, { task, detailsUrl }) {
  const conclusion = conclusionOf(task);
  const state = conclusion === void 0 ? "pending" : conclusion === "success" ? "success" : conclusion === "failure" ? "failure" : "error";
  return {
    ...{ sha, context: name, state, description: titleOf(task) },
    ...detailsUrl === void 0 ? {} : { targetUrl: detailsUrl }
  };
}
function commentOf({ name }, { task, log, detailsUrl }, marker) {
  const text = log === void 0 ? "" : cleanText(log).slice(-LONGEST_LOG);
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return [
    `**${name}** ${titleOf(task)}`,
    ...detailsUrl === void 0 ? [] : ["", detailsUrl],
    ...text.trim() === "" ? [] : ["", `${fence}text`, text, fence],
    "",
    marker
  ].join("\n");
}
function markerOf(externalId) {
  return `<!-- runner-mesh ${externalId.replaceAll("--", "- -")} -->`;
}
function conclusionOf({ status, reason }) {
  if (status === "completed") return "success";
  if (status === "cancelled") return "cancelled";
  if (status !== "failed") return void 0;
  return reason?.startsWith("timeout_") === true ? "timed_out" : "failure";
}
function titleOf({ status, reason, exit_code: code, error, worker_name: worker }) {
  const where = worker === void 0 ? "" : ` on ${cleanLine(worker, 60)}`;
  if (status === "queued") return "is waiting for a runner";
  if (status === "running") return `is running${where}`;
  if (status === "failed") {
    const why = code !== void 0 ? `exit code ${String(code)}` : reason ?? "failed";
    return `failed${where}: ${why}${code === void 0 && error !== void 0 ? `, ${cleanLine(error, 120)}` : ""}`;
  }
  return `${status}${where}`;
}
function summaryOf(task) {
  const seconds = task.duration_ms === void 0 ? void 0 : (task.duration_ms / 1e3).toFixed(1);
  const lines = [
    `Task \`${task.task_id}\`, attempt ${String(task.attempt)}.`,
    ...seconds === void 0 ? [] : [`It took ${seconds} s.`],
    ...task.error === void 0 ? [] : [`\`${cleanLine(task.error, 300).replaceAll("`", "'")}\``]
  ];
  return lines.join("\n\n");
}

// src/webhook/reporter.ts
var AT_A_TIME2 = 8;
var LOG_LINES = 200;
var LOOK_MS = MINUTE;
var RETRY2 = { firstMs: 2 * SECOND, mostMs: HOUR, most: 40 };
var Reporter = class {
  #deps;
  #working = /* @__PURE__ */ new Map();
  #changed = /* @__PURE__ */ new Set();
  #stopping = new AbortController();
  #running = false;
  #stopTimer = () => void 0;
  #unlisten = () => void 0;
  constructor(deps) {
    this.#deps = deps;
  }
  start() {
    this.#running = true;
    this.#stopping = new AbortController();
    this.#unlisten = this.#deps.events.listen((event) => {
      if (event.name !== "task.claimed" && event.name !== "task.settled") return;
      const task = this.#deps.inbox.findByTask(event.taskId);
      if (task === void 0) return;
      this.#changed.add(keyOf(task));
      this.#look(task);
    });
    this.wake();
    return Promise.resolve();
  }
  async stop() {
    this.#running = false;
    this.#unlisten();
    this.#stopTimer();
    this.#stopping.abort(new RunnerMeshError("stopping", "This peer is stopping."));
    await Promise.all(this.#working.values());
  }
  wake() {
    if (!this.#running) return;
    const { inbox, clock } = this.#deps;
    for (const task of inbox.dueReports(clock.now(), AT_A_TIME2 * 2)) this.#look(task);
    this.#stopTimer();
    const nextAt = inbox.nextReportAt();
    const waitMs = nextAt === void 0 ? LOOK_MS : Math.min(LOOK_MS, Math.max(SECOND, nextAt - clock.now()));
    this.#stopTimer = clock.after(waitMs, () => {
      this.wake();
    });
  }
  #look(task) {
    const key = keyOf(task);
    if (!this.#running || this.#working.has(key) || this.#working.size >= AT_A_TIME2) return;
    this.#changed.delete(key);
    const work = this.#tell(task).finally(() => {
      this.#working.delete(key);
      if (this.#changed.has(key)) this.#lookAgain(task);
      else this.wake();
    });
    this.#working.set(key, work);
  }
  #lookAgain({ delivery, key }) {
    const fresh = this.#running ? this.#deps.inbox.tasksOf(delivery).find((task) => task.key === key) : void 0;
    if (fresh !== void 0) this.#look(fresh);
  }
  async #tell(task) {
    const { inbox, clock, log } = this.#deps;
    const { delivery, key, tries } = task;
    try {
      const { memory, isOver } = await this.#report(task);
      await inbox.told(delivery, key, memory, isOver ? void 0 : clock.now() + LOOK_MS);
    } catch (thrown) {
      if (this.#stopping.signal.aborted) return;
      const error = toRunnerMeshError(thrown);
      const line = { delivery, key, taskId: task.taskId, code: error.code, error: errorText(thrown) };
      const isHopeless = tries >= RETRY2.most || !error.retryable && tries >= 5;
      if (isHopeless) {
        log.warn("webhook.report_given_up", line);
        await inbox.told(delivery, key, task.told, void 0).catch(() => void 0);
        return;
      }
      const waitMs = error.retryAfterMs ?? Math.min(RETRY2.mostMs, RETRY2.firstMs * 2 ** Math.min(tries, 12));
      log.warn("webhook.report_postponed", { ...line, waitMs });
      await inbox.tellAgain(delivery, key, clock.now() + waitMs).catch(() => void 0);
    }
  }
  async #report(task) {
    const { operations, inbox, desk, linkOf } = this.#deps;
    const signal = this.#stopping.signal;
    const wish = task.report;
    let memory = task.told;
    const call = { caller: webhookCaller(task.repository), signal, progress: () => void 0 };
    const input = { task_id: task.taskId, log_tail_lines: LOG_LINES };
    const found = await operations.call("p2p_taskqueue_get_task", input, call).catch((error) => {
      if (toRunnerMeshError(error).code === "task_not_found") return void 0;
      throw error;
    });
    if (found === void 0) return { memory, isOver: true };
    const isOver = isTerminal(found.task.status);
    if (desk === void 0) return { memory, isOver };
    const externalId = `${task.delivery}/${task.key}`;
    const told = {
      ...{ task: found.task, log: isOver ? found.log_tail : void 0, externalId },
      detailsUrl: linkOf(found.task.task_id)
    };
    const remember = async (more) => {
      memory = { ...memory, ...more };
      await inbox.told(task.delivery, task.key, memory, 0);
    };
    if (memory.status !== found.task.status) {
      await tellStatus(desk, task, wish, told, memory, remember, signal);
      await remember({ status: found.task.status });
    }
    if (isOver && wish.dispatch !== void 0 && memory.dispatched !== true) {
      await desk.dispatch(task.repository, wish.dispatch, summaryOf2(told), signal);
      await remember({ dispatched: true });
    }
    return { memory, isOver };
  }
};
async function tellStatus(desk, { repository, tries, eventAt }, wish, told, memory, remember, signal) {
  if (wish.as === "check") {
    const check = checkOf(wish, told);
    const known2 = memory.check ?? (tries > 0 ? await desk.findCheck(repository, check, signal) : void 0);
    if (known2 !== void 0) await desk.updateCheck(repository, known2, check, signal);
    const id2 = known2 ?? await desk.createCheck(repository, check, signal);
    if (memory.check === void 0) await remember({ check: id2 });
  }
  if (wish.as === "status") await desk.setStatus(repository, statusOf(wish, told), signal);
  if (wish.as !== "comment" || wish.issue === void 0) return;
  if (wish.comment !== void 0 && memory.reacted !== true) {
    await desk.react(repository, wish.comment, "eyes", signal);
    await remember({ reacted: true });
  }
  const marker = markerOf(told.externalId);
  const text = commentOf(wish, told, marker);
  const wanted = { text: marker, since: eventAt - DAY };
  const known = memory.comment ?? (tries > 0 ? await desk.findComment(repository, wish.issue, wanted, signal) : void 0);
  if (known !== void 0) await desk.updateComment(repository, known, text, signal);
  const id = known ?? await desk.createComment(repository, wish.issue, text, signal);
  if (memory.comment === void 0) await remember({ comment: id });
}
function summaryOf2({ task, externalId }) {
  return {
    task_id: task.task_id,
    status: task.status,
    ...task.reason === void 0 ? {} : { reason: task.reason },
    ...task.exit_code === void 0 ? {} : { exit_code: task.exit_code },
    delivery: externalId
  };
}
function keyOf({ delivery, key }) {
  return `${delivery}/${key}`;
}

// src/webhook/schedules.ts
import { createHash } from "node:crypto";
var REREAD_MS = 5 * MINUTE;
var LONGEST_NAP_MS = MINUTE;
var EVENT = "schedule";
var Schedules = class {
  #deps;
  #known = /* @__PURE__ */ new Map();
  #stopping = new AbortController();
  #stopTimer = () => void 0;
  #running;
  constructor(deps) {
    this.#deps = deps;
  }
  start() {
    this.#stopping = new AbortController();
    this.#lookAfter(0);
    return Promise.resolve();
  }
  async stop() {
    this.#stopping.abort(new RunnerMeshError("stopping", "This peer is stopping."));
    this.#stopTimer();
    await this.#running;
  }
  #lookAfter(ms) {
    this.#stopTimer = this.#deps.clock.after(ms, () => {
      this.#running = this.#look().then((nextMs) => {
        if (!this.#stopping.signal.aborted) this.#lookAfter(nextMs);
      });
    });
  }
  /** @returns when to look again, milliseconds from now */
  async #look() {
    const { repositories, clock, log } = this.#deps;
    let napMs = LONGEST_NAP_MS;
    for (const repository of repositories) {
      try {
        const nextAt = await this.#fire(repository);
        napMs = Math.min(napMs, Math.max(0, nextAt - clock.now()));
      } catch (thrown) {
        if (this.#stopping.signal.aborted) return napMs;
        log.warn("webhook.schedule_failed", { repository, error: errorText(thrown) });
      }
    }
    return napMs;
  }
  /** @returns when the next schedule of this repository falls due */
  async #fire(repository) {
    const { inbox, clock, log, onAccepted } = this.#deps;
    const { schedules, defaultBranch } = await this.#schedulesOf(repository);
    const now = clock.now();
    const lookedAt = Number(inbox.note(noteOf(repository)) ?? now);
    const instants = schedules.map(({ cron, timezone }) => {
      const schedule = parseSchedule(cron, timezone);
      return { cron, timezone, due: schedule.latest(now), next: schedule.next(now) };
    });
    for (const { cron, timezone, due } of instants) {
      if (due === void 0 || due <= lookedAt) continue;
      const id = idOf(repository, { cron, timezone }, due);
      const place = { full_name: repository, default_branch: defaultBranch };
      const body = JSON.stringify({ repository: place, schedule: { cron, timezone, due_at: due } });
      if (!await inbox.accept({ id, event: EVENT, repository, receivedAt: now, body })) continue;
      log.info("webhook.schedule_due", { repository, cron, timezone, due, lateMs: now - due });
      onAccepted();
    }
    await inbox.keepNote(noteOf(repository), String(Math.max(now, lookedAt)));
    return Math.min(...instants.map(({ next }) => next));
  }
  async #schedulesOf(repository) {
    const { rulesOf, desk, clock, log } = this.#deps;
    const before = this.#known.get(repository);
    if (before !== void 0 && clock.mono() - before.readAt < REREAD_MS) return before;
    const { signal } = this.#stopping;
    try {
      const rules = await rulesOf(repository, void 0, signal);
      const all = Object.values(rules?.rules ?? {}).flatMap(({ on }) => on.schedule ?? []);
      const schedules = [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
      const named = schedules.length > 0 ? await desk?.defaultBranchOf(repository, signal) : void 0;
      const known = { schedules, defaultBranch: named ?? "HEAD", readAt: clock.mono() };
      this.#known.set(repository, known);
      return known;
    } catch (thrown) {
      if (before === void 0 || signal.aborted) throw thrown;
      log.warn("webhook.schedule_rules", { repository, error: errorText(thrown) });
      this.#known.set(repository, { ...before, readAt: clock.mono() });
      return before;
    }
  }
};
function noteOf(repository) {
  return `schedule ${repository.toLowerCase()}`;
}
function idOf(repository, schedule, due) {
  const named = JSON.stringify([repository.toLowerCase(), schedule.cron, schedule.timezone]);
  return `schedule-${createHash("sha256").update(named).digest("hex").slice(0, 16)}-${String(due)}`;
}

// src/webhook/served-repositories.ts
function createServedRepositories(patterns) {
  const lower = patterns.map((pattern) => pattern.toLowerCase());
  return {
    named: patterns.filter((pattern) => !pattern.endsWith("/*")),
    serves: (repository) => {
      const name = repository.toLowerCase();
      return lower.some((pattern) => pattern === name || pattern === `${name.split("/", 1)[0] ?? ""}/*`);
    }
  };
}

// src/webhook/door.ts
function createWebhookDoor(deps) {
  const { inbox, desk, url, sweepEveryMs, clock, log } = deps;
  const served = createServedRepositories(deps.repositories);
  const reporter = new Reporter(deps);
  const intake = new Intake({
    ...deps,
    onSubmitted: () => {
      reporter.wake();
    }
  });
  const sweep = desk === void 0 || url === void 0 || sweepEveryMs === 0 ? void 0 : new RedeliverySweep({ inbox, desk, repositories: served.named, url, everyMs: sweepEveryMs, clock, log });
  const onAccepted = () => {
    intake.wake();
  };
  const signatures = createSignatures(deps.secrets);
  const listen = createListener({ inbox, served, clock, log, signatures, onAccepted });
  const schedules = new Schedules({ ...deps, repositories: served.named, onAccepted });
  return {
    handle: listen,
    start: async () => {
      await inbox.start();
      await reporter.start();
      await intake.start();
      await schedules.start();
      await sweep?.start();
    },
    stop: async () => {
      await sweep?.stop();
      await schedules.stop();
      await intake.stop();
      await reporter.stop();
      await inbox.stop();
    }
  };
}

// src/app/peer/webhook-parts.ts
async function createWebhookParts({ config, stateDir, events, clock, log }, operations) {
  const secrets = await findWebhookSecrets(config);
  if (secrets === void 0) return void 0;
  if (config.webhookRepositories.length === 0) {
    throw new RunnerMeshError(
      "config_invalid",
      "The webhook has a secret but no repository. Name them with --webhook-repositories owner/name."
    );
  }
  const requests = createGitHubRequests(config, clock, () => 0);
  const desk = requests === void 0 ? void 0 : createRepositoryDesk(requests);
  const { webhookRulesFile: rulesFile, httpPublicUrl } = config;
  if (rulesFile !== void 0) await readRulesFile(rulesFile);
  const publicUrl = httpPublicUrl?.replace(/\/+$/, "");
  return createWebhookDoor({
    ...{ secrets, operations, desk, events, clock, log },
    inbox: createSqliteDeliveryInbox(stateDir, clock),
    repositories: config.webhookRepositories,
    url: publicUrl === void 0 ? void 0 : `${publicUrl}${WEBHOOK_PATH}`,
    sweepEveryMs: config.webhookSweepMs,
    linkOf: (taskId) => publicUrl === void 0 ? void 0 : `${publicUrl}/#/task/${encodeURIComponent(taskId)}`,
    rulesOf: async (repository, ref, signal) => {
      if (rulesFile !== void 0) return readRulesFile(rulesFile);
      const text = await desk?.fileAt(repository, RULES_PATH, ref, signal);
      return text === void 0 ? void 0 : parseRules(text, `${repository}/${RULES_PATH}`);
    }
  });
}
export {
  createWebhookParts
};
