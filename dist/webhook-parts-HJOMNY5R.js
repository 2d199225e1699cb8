import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  GroupCommit,
  WORKFLOW_TAGS,
  openLogSync,
  routeByTags
} from "./chunk-O4AROPR6.js";
import {
  GitHubError,
  createGitHubRequests,
  parsed
} from "./chunk-X5JRLP6X.js";
import {
  findSecret
} from "./chunk-LVE5RFV7.js";
import {
  containerPayload
} from "./chunk-UH4AC3BE.js";
import "./chunk-5O3QGL45.js";
import "./chunk-CX2NPEOW.js";
import "./chunk-V6EY3WH6.js";
import {
  submitOptions
} from "./chunk-NUJEPUXA.js";
import "./chunk-IEU5FUZD.js";
import "./chunk-H2NID2FT.js";
import "./chunk-WGTKGJ5D.js";
import "./chunk-Y27WLGCH.js";
import {
  CONTAINER_TYPES,
  splitWords
} from "./chunk-XRZTWFKW.js";
import {
  DAY,
  HOUR,
  MINUTE,
  SECOND
} from "./chunk-KNG6V2U7.js";
import "./chunk-R56T724L.js";
import {
  cleanLine,
  cleanText
} from "./chunk-CRGYTOW4.js";
import {
  parseYaml
} from "./chunk-DDZGNWNF.js";
import "./chunk-WKYO5WNA.js";
import {
  PRIORITY,
  isTerminal
} from "./chunk-KJG4YYUX.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError,
  errorText,
  toRunnerMeshError
} from "./chunk-GMWOGI5R.js";
import "./chunk-2DBY73CU.js";
import {
  __export
} from "./chunk-GGYFKO7C.js";

// src/app/peer/webhook-parts.ts
import { readFile } from "node:fs/promises";

// src/github/repository-desk.ts
var withId = external_exports.object({ id: external_exports.int() });
var PAGE = 100;
var LONGEST_FILE = 262144;
var LONGEST_TEXT = 6e4;
function createRepositoryDesk(requests) {
  const { rest } = requests.octokit;
  const ask = (what, kind, signal, send2) => requests.ask({ what, kind }, signal, (headers, request) => send2(rest, { headers, request })).catch(inOtherWords);
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
        const text2 = Buffer.from(content, "base64").toString();
        if (text2.length <= LONGEST_FILE) return text2;
        throw new RunnerMeshError("too_large", `${path} of ${repository} is longer than ${String(LONGEST_FILE)} bytes.`);
      } catch (thrown) {
        if (thrown instanceof RunnerMeshError && thrown.details["refusal"] === "missing") return void 0;
        throw thrown;
      }
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
    findCheck: async (repository, { sha, name: name2, externalId }, signal) => {
      const what = `look for a check in ${repository}`;
      const answer = await ask(
        what,
        "read",
        signal,
        (api, extras) => api.checks.listForRef({ ...split(repository), ref: sha, check_name: name2, per_page: PAGE, ...extras })
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
    findComment: async (repository, issue, { text: text2, since }, signal) => {
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
      return comments.find(({ body }) => body?.includes(text2) === true)?.id;
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
    hookDeliveries: async (repository, hook, signal) => {
      const what = `list the deliveries of a webhook of ${repository}`;
      const answer = await ask(
        what,
        "read",
        signal,
        (api, extras) => api.repos.listWebhookDeliveries({ ...split(repository), hook_id: hook, per_page: PAGE, ...extras })
      );
      const list = external_exports.array(
        withId.extend({ guid: external_exports.string(), event: external_exports.string(), delivered_at: external_exports.string(), status_code: external_exports.number() })
      );
      return parsed(list, answer.data, { what, kind: "read" }).map((each) => ({
        ...{ id: each.id, guid: each.guid, event: each.event, statusCode: each.status_code },
        deliveredAt: Date.parse(each.delivered_at),
        isSuccess: each.status_code >= 200 && each.status_code < 300
      }));
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
function fieldsOf({ name: name2, externalId, status, conclusion, detailsUrl, startedAt, completedAt, ...check }) {
  const { annotation } = check;
  return {
    ...{ name: name2, status, external_id: externalId },
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
            title: name2.slice(0, 255)
          }
        ]
      }
    }
  };
}
function fenced(text2) {
  const tail = text2.slice(-LONGEST_TEXT);
  const longest = Math.max(2, ...[...tail.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text
${tail}
${fence}`;
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
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

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
function createSqliteDeliveryInbox(directory, clock) {
  return new SqliteDeliveryInbox(join(directory, FILE), clock);
}
var SqliteDeliveryInbox = class {
  #file;
  #clock;
  #open;
  constructor(file, clock) {
    this.#file = file;
    this.#clock = clock;
  }
  start() {
    if (this.#open !== void 0) return Promise.resolve();
    const db = openFile(this.#file);
    const log = openLogSync(this.#file);
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
      Object.entries(INBOX_SQL).map(([name2, text2]) => [name2, db.prepare(text2)])
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
      for (const [place, task2] of tasks.entries()) {
        sql.addTask.run(id, task2.key, place, task2.supersedes ?? null, JSON.stringify(task2), id);
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
  note(name2) {
    return this.#opened().sql.note.get(name2)?.value;
  }
  async keepNote(name2, value) {
    await this.#change(({ sql }) => sql.keepNote.run(name2, value));
  }
  prune(before) {
    const open = this.#opened();
    return open.commit.run(() => {
      const { changes: changes2 } = open.sql.pruneDeliveries.run(before);
      open.sql.pruneTasks.run();
      return Number(changes2);
    });
  }
  #tasks(name2, ...values) {
    const rows = this.#opened().sql[name2].all(...values);
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
function openFile(file) {
  closeSync(openSync(file, "a", 384));
  const db = new DatabaseSync(file, { timeout: 5e3 });
  try {
    const { user_version: found } = db.prepare("PRAGMA user_version").get();
    if (found > INBOX_SCHEMA) {
      throw new RunnerMeshError(
        "store_newer",
        `${file} has schema ${String(found)}, this build knows ${String(INBOX_SCHEMA)}. Upgrade runner-mesh, or name another state directory.`
      );
    }
    const { quick_check: check } = db.prepare("PRAGMA quick_check(1)").get();
    if (check !== "ok") throw new Error(check);
    db.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;");
    db.exec(`${INBOX_TABLES} PRAGMA user_version=${String(INBOX_SCHEMA)};`);
    return db;
  } catch (cause) {
    db.close();
    if (cause instanceof RunnerMeshError) throw cause;
    throw new RunnerMeshError(
      "store_corrupt",
      `${file} is damaged (${errorText(cause)}). Move it away to start without it: deliveries that wait in it are lost, redeliver them from GitHub.`,
      { cause }
    );
  }
}

// src/webhook/command.ts
var PREFIX = /^\/mesh[ \t]+(.*)$/;
var LONGEST = 4096;
function readCommand(comment) {
  const [first = ""] = comment.split(/\r?\n/, 1);
  const [, rest] = PREFIX.exec(first.slice(0, LONGEST)) ?? [];
  if (rest === void 0) return void 0;
  try {
    const [word = "", ...words2] = splitWords(rest);
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(word)) return { fault: "The word after /mesh is no command." };
    const dashes = words2.indexOf("--");
    return dashes < 0 ? { word, args: words2, argv: [] } : { word, args: words2.slice(0, dashes), argv: words2.slice(dashes + 1) };
  } catch {
    return { fault: "Its words cannot be told apart: a quote is open." };
  }
}
function commandContext({ word, args, argv: argv2 }) {
  return { name: word, image: args[0] ?? "", args, argv: argv2 };
}

// src/webhook/command-reply.ts
var PEOPLE = /* @__PURE__ */ new Set(["OWNER", "MEMBER", "COLLABORATOR"]);
async function replyToCommand(desk, { barred, association, comment, issue, repository }, message, signal) {
  if (barred !== void 0 || comment === void 0 || issue === void 0 || !PEOPLE.has(association ?? "")) return;
  if (readCommand(comment.text) === void 0) return;
  await desk.react(repository, comment.id, "confused", signal);
  await desk.createComment(repository, issue, `No task was made: ${cleanLine(message, 500)}`, signal);
}

// src/webhook/event-facts.ts
var soft = (schema) => schema.optional().catch(void 0);
var text = soft(external_exports.string());
var repositoryName = soft(external_exports.object({ full_name: text }).nullable());
var labelled = soft(external_exports.array(external_exports.object({ name: external_exports.string() })));
var branchOf = soft(external_exports.object({ ref: text, sha: text, repo: repositoryName }));
var changes = soft(external_exports.array(external_exports.string()));
var eventPayload = external_exports.object({
  action: text,
  repository: external_exports.object({
    full_name: external_exports.string(),
    default_branch: text,
    pushed_at: soft(external_exports.union([external_exports.number(), external_exports.string()]))
  }),
  sender: soft(external_exports.object({ login: external_exports.string(), type: text })),
  ref: text,
  after: text,
  deleted: soft(external_exports.boolean()),
  commits: soft(external_exports.array(external_exports.object({ added: changes, modified: changes, removed: changes }))),
  head_commit: soft(external_exports.object({ timestamp: text }).nullable()),
  pull_request: soft(
    external_exports.object({
      number: soft(external_exports.int()),
      head: branchOf,
      base: branchOf,
      labels: labelled,
      author_association: text,
      user: soft(external_exports.object({ login: text })),
      updated_at: text
    })
  ),
  issue: soft(
    external_exports.object({
      number: external_exports.int(),
      labels: labelled,
      author_association: text,
      user: soft(external_exports.object({ login: text })),
      updated_at: text
    })
  ),
  comment: soft(
    external_exports.object({
      id: external_exports.int(),
      body: text,
      author_association: text,
      user: soft(external_exports.object({ login: text })),
      created_at: text,
      updated_at: text
    })
  ),
  release: soft(external_exports.object({ tag_name: text, target_commitish: text, published_at: soft(external_exports.string().nullable()) })),
  workflow_run: soft(
    external_exports.object({
      name: text,
      conclusion: soft(external_exports.string().nullable()),
      head_branch: soft(external_exports.string().nullable()),
      head_sha: text,
      head_repository: repositoryName,
      updated_at: text
    })
  ),
  workflow_job: soft(
    external_exports.object({
      labels: changes,
      head_branch: soft(external_exports.string().nullable()),
      head_sha: text,
      workflow_name: soft(external_exports.string().nullable()),
      created_at: text
    })
  ),
  workflow: soft(external_exports.string().nullable()),
  branch: text,
  schedule: soft(external_exports.object({ cron: external_exports.string(), timezone: external_exports.string() }))
});
var KINDS = /* @__PURE__ */ new Set([
  "push",
  "pull_request",
  "issue_comment",
  "issues",
  "release",
  "workflow_run",
  "workflow_job",
  "repository_dispatch",
  "workflow_dispatch",
  "schedule"
]);
var MOST_COMMITS = 2048;
var SHA = /^[0-9a-f]{40}$/;
function readFacts(event, json) {
  if (!KINDS.has(event)) return void 0;
  const parsed2 = eventPayload.safeParse(json);
  if (!parsed2.success) return void 0;
  const kind = event;
  const payload = parsed2.data;
  const place = placeOf(kind, payload);
  const { action = "", repository, sender } = payload;
  return {
    ...{ kind, repository: repository.full_name, payload: json },
    action: action === "" && kind === "issue_comment" ? "created" : action,
    defaultBranch: repository.default_branch ?? "main",
    sender: { login: sender?.login ?? "", isBot: sender?.type === "Bot" },
    association: associationOf(kind, payload),
    needsWriteAccess: ["push", "release", "repository_dispatch", "workflow_dispatch", "schedule"].includes(kind),
    ...place,
    sha: place.sha !== void 0 && SHA.test(place.sha) && !/^0+$/.test(place.sha) ? place.sha : void 0,
    barred: whyBarred(kind, payload),
    labels: (payload.pull_request?.labels ?? payload.issue?.labels)?.map(({ name: name2 }) => name2) ?? payload.workflow_job?.labels ?? [],
    paths: pathsOf(payload),
    workflow: payload.workflow_run?.name ?? payload.workflow_job?.workflow_name ?? payload.workflow ?? void 0,
    conclusion: payload.workflow_run?.conclusion ?? void 0,
    schedule: payload.schedule,
    issue: payload.issue?.number ?? payload.pull_request?.number,
    comment: payload.comment === void 0 ? void 0 : { id: payload.comment.id, text: payload.comment.body ?? "" },
    at: instantOf(kind, payload)
  };
}
function placeOf(kind, payload) {
  const branch = (name2, sha) => name2 == null ? { branch: void 0, tag: void 0, sha, ref: void 0 } : { branch: name2, tag: void 0, sha, ref: `refs/heads/${name2}` };
  const tag = (name2, sha) => ({
    branch: void 0,
    tag: name2,
    sha,
    ref: `refs/tags/${name2}`
  });
  const { ref = "", after } = payload;
  if (ref.startsWith("refs/tags/")) return tag(ref.slice(10), after);
  if (ref.startsWith("refs/heads/")) return branch(ref.slice(11), after);
  switch (kind) {
    case "pull_request": {
      const { base, head } = payload.pull_request ?? {};
      return { ...branch(base?.ref, head?.sha), ref: `refs/pull/${String(payload.pull_request?.number ?? 0)}/head` };
    }
    case "release":
      return payload.release?.tag_name === void 0 ? branch(void 0, void 0) : tag(payload.release.tag_name, void 0);
    case "workflow_run":
      return branch(payload.workflow_run?.head_branch, payload.workflow_run?.head_sha);
    case "workflow_job":
      return branch(payload.workflow_job?.head_branch, payload.workflow_job?.head_sha);
    case "repository_dispatch":
      return branch(payload.branch, void 0);
    default:
      return branch(payload.repository.default_branch, void 0);
  }
}
function associationOf(kind, { comment, issue, pull_request: pull, sender }) {
  const source = kind === "issue_comment" ? comment : kind === "issues" ? issue : kind === "pull_request" ? pull : void 0;
  return source !== void 0 && source.user?.login === sender?.login ? source.author_association : void 0;
}
function whyBarred(kind, payload) {
  const here = payload.repository.full_name;
  if (kind === "push" && payload.deleted === true) return "the branch was deleted";
  if (kind === "pull_request" && payload.pull_request?.head?.repo?.full_name !== here) return "it comes from a fork";
  if (kind === "workflow_run" && payload.workflow_run?.head_repository?.full_name !== here)
    return "it comes from a fork";
  if (kind === "issue_comment") {
    if (payload.action !== "created") return "only new comments count";
    const { comment, sender } = payload;
    if (comment?.user?.login !== sender?.login) return "somebody else wrote the comment";
    if (comment?.created_at !== comment?.updated_at) return "the comment was edited";
  }
  return void 0;
}
function pathsOf({ commits }) {
  if (commits === void 0 || commits.length >= MOST_COMMITS) return void 0;
  return [
    ...new Set(commits.flatMap(({ added = [], modified = [], removed = [] }) => [...added, ...modified, ...removed]))
  ];
}
function instantOf(kind, payload) {
  const { pushed_at: pushed } = payload.repository;
  if (kind === "push" && typeof pushed === "number") return pushed * 1e3;
  const told = [
    ...[payload.comment?.created_at, payload.pull_request?.updated_at, payload.workflow_run?.updated_at],
    ...[payload.workflow_job?.created_at, payload.release?.published_at, payload.issue?.updated_at],
    payload.head_commit?.timestamp
  ].find((each) => each != null);
  const at = Date.parse(told ?? "");
  return Number.isNaN(at) ? void 0 : at;
}
function githubContext(facts, delivery) {
  const [owner = ""] = facts.repository.split("/");
  return {
    event: facts.payload,
    event_name: facts.kind,
    action: facts.action,
    repository: facts.repository,
    repository_owner: owner,
    default_branch: facts.defaultBranch,
    ref: facts.ref ?? "",
    ref_name: facts.branch ?? facts.tag ?? "",
    sha: facts.sha ?? "",
    actor: facts.sender.login,
    delivery
  };
}

// src/webhook/rules/glob.ts
var any = () => true;
function tokensOf(pattern) {
  const tokens = [];
  const add = (fits, { many = false, endsWithSlash = false } = {}) => {
    tokens.push({ fits, mayBeAbsent: many, mayRepeat: many, endsWithSlash });
  };
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? "";
    const last = tokens.at(-1);
    if (pattern.startsWith("**/", at)) {
      add(any, { many: true, endsWithSlash: true });
      at += 2;
    } else if (pattern.startsWith("**", at)) {
      add(any, { many: true });
      at += 1;
    } else if (char === "*") add((other) => other !== "/", { many: true });
    else if (char === "?" && last !== void 0) last.mayBeAbsent = true;
    else if (char === "+" && last !== void 0) last.mayRepeat = true;
    else {
      const set = char === "[" ? /^\[([A-Za-z0-9_-]+)\]/.exec(pattern.slice(at))?.[1] : void 0;
      if (set === void 0) add((other) => other === char);
      else {
        add(oneOf(set));
        at += set.length + 1;
      }
    }
  }
  return tokens;
}
function oneOf(set) {
  const parts = [...set.matchAll(/(.)-(.)|./g)].map(([one, from = one, to = from]) => [from, to]);
  return (char) => parts.some(([from, to]) => from <= char && char <= to);
}
function fitsPattern(text2, pattern) {
  const tokens = tokensOf(pattern);
  const closed = (places2) => {
    const all = new Set(places2);
    for (const place of all) {
      const token = tokens[place >> 1];
      if (token === void 0) continue;
      const isInside = place % 2 === 1;
      if (isInside ? !token.endsWithSlash : token.mayBeAbsent) all.add(((place >> 1) + 1) * 2);
    }
    return all;
  };
  let places = closed([0]);
  for (const char of text2) {
    const next = [];
    for (const place of places) {
      const index = place >> 1;
      const token = tokens[index];
      if (token?.fits(char) !== true || place % 2 === 1 && !token.mayRepeat) continue;
      if (token.mayRepeat) next.push(index * 2 + 1);
      if (token.endsWithSlash ? char === "/" : !token.mayRepeat) next.push((index + 1) * 2);
    }
    places = closed(next);
    if (places.size === 0) return false;
  }
  return places.has(tokens.length * 2);
}
function fitsPatterns(text2, patterns2) {
  return patterns2.reduce((fits, pattern) => {
    const takesAway = pattern.startsWith("!");
    return fitsPattern(text2, takesAway ? pattern.slice(1) : pattern) ? !takesAway : fits;
  }, false);
}

// src/webhook/rules/match.ts
function whyNoMatch({ on: on2 }, facts) {
  const filters = on2[facts.kind];
  if (filters === void 0) return `it is not about ${facts.kind}`;
  if (facts.barred !== void 0) return facts.barred;
  if ("types" in filters && filters.types !== void 0 && !filters.types.includes(facts.action))
    return `the action is ${facts.action === "" ? "unset" : facts.action}`;
  const {
    push,
    issue_comment: comment,
    workflow_job: job,
    workflow_run: run,
    workflow_dispatch: dispatch,
    schedule
  } = on2;
  switch (facts.kind) {
    case "push": {
      const why = whyNoPush(push ?? {}, facts);
      if (why !== void 0) return why;
      break;
    }
    case "issue_comment": {
      const command = readCommand(facts.comment?.text ?? "");
      if (command === void 0 || "fault" in command) return "it is no command";
      if (command.word !== comment?.command) return "it is another command";
      break;
    }
    case "workflow_job": {
      const { recognised, shouldBypassGithub } = routeByTags(facts.labels);
      const wanted = job?.tags;
      if (wanted === void 0 ? !shouldBypassGithub : !wanted.some((tag) => recognised.includes(tag)))
        return "its labels carry no such workflow tag";
      break;
    }
    case "workflow_run":
      if (run?.workflows?.includes(facts.workflow ?? "") === false) return "it is another workflow";
      if (run?.conclusions?.includes(facts.conclusion ?? "") === false)
        return `its conclusion is ${facts.conclusion ?? "unset"}`;
      break;
    case "workflow_dispatch":
      if (dispatch?.workflows?.includes(facts.workflow ?? "") === false) return "it is another workflow";
      break;
    case "schedule": {
      const { cron, timezone } = facts.schedule ?? { cron: "", timezone: "" };
      if (schedule?.some((each) => each.cron === cron && each.timezone === timezone) !== true)
        return "it is another schedule";
      break;
    }
    default:
  }
  if (facts.kind !== "push" && "branches" in filters) {
    const why = whyNoBranch(filters, facts.branch);
    if (why !== void 0) return why;
  }
  if ("labels" in filters && filters.labels?.some((label) => facts.labels.includes(label)) === false)
    return "it has no such label";
  return void 0;
}
function whyNoBranch({ branches, "branches-ignore": ignored }, branch) {
  if (branches === void 0 && ignored === void 0) return void 0;
  if (branch === void 0) return "it tells no branch";
  const fits = (branches === void 0 || fitsPatterns(branch, branches)) && !(ignored !== void 0 && fitsPatterns(branch, ignored));
  return fits ? void 0 : `the branch is ${branch}`;
}
function whyNoPush(filters, facts) {
  const { tags, paths, "paths-ignore": ignored } = filters;
  const namesBranches = filters.branches !== void 0 || filters["branches-ignore"] !== void 0;
  if (facts.tag !== void 0) {
    if (tags === void 0 ? namesBranches : !fitsPatterns(facts.tag, tags)) return `the tag is ${facts.tag}`;
    return void 0;
  }
  if (facts.branch === void 0) return "it is about no branch";
  if (tags !== void 0 && !namesBranches) return "it is no tag";
  const why = whyNoBranch(filters, facts.branch);
  if (why !== void 0 || facts.paths === void 0) return why;
  if (paths !== void 0 && !facts.paths.some((path) => fitsPatterns(path, paths))) return "it changes no such path";
  if (ignored !== void 0 && facts.paths.every((path) => fitsPatterns(path, ignored)))
    return "it changes only ignored paths";
  return void 0;
}

// src/webhook/rules/matrix.ts
function combinationsOf(matrix2) {
  if (matrix2 === void 0) return [{}];
  const { include = [], exclude = [], ...axes } = matrix2;
  const all = Object.entries(axes).reduce(
    (found, [axis, values]) => found.flatMap((each) => values.map((value) => ({ ...each, [axis]: value }))),
    [{}]
  );
  const kept = all.filter((each) => !exclude.some((row) => agrees(row, each)));
  const base = Object.keys(axes).length === 0 ? [] : kept;
  const added = [];
  let extended = base;
  for (const row of include) {
    const ofAxes = Object.fromEntries(Object.entries(row).filter(([name2]) => axes[name2] !== void 0));
    const fits = base.map((each) => Object.keys(axes).length > 0 && agrees(ofAxes, each));
    if (fits.includes(true)) extended = extended.map((each, at) => fits[at] === true ? { ...each, ...row } : each);
    else added.push(row);
  }
  return [...extended, ...added];
}
function agrees(row, combination) {
  return Object.entries(row).every(([name2, value]) => combination[name2] === value);
}

// node_modules/@actions/expressions/dist/ast.js
var Expr = class {
};
var Literal = class extends Expr {
  constructor(literal, token) {
    super();
    this.literal = literal;
    this.token = token;
  }
  accept(v) {
    return v.visitLiteral(this);
  }
};
var Unary = class extends Expr {
  constructor(operator, expr) {
    super();
    this.operator = operator;
    this.expr = expr;
  }
  accept(v) {
    return v.visitUnary(this);
  }
};
var FunctionCall = class extends Expr {
  constructor(functionName, args) {
    super();
    this.functionName = functionName;
    this.args = args;
  }
  accept(v) {
    return v.visitFunctionCall(this);
  }
};
var Binary = class extends Expr {
  constructor(left, operator, right) {
    super();
    this.left = left;
    this.operator = operator;
    this.right = right;
  }
  accept(v) {
    return v.visitBinary(this);
  }
};
var Logical = class extends Expr {
  constructor(operator, args) {
    super();
    this.operator = operator;
    this.args = args;
  }
  accept(v) {
    return v.visitLogical(this);
  }
};
var Grouping = class extends Expr {
  constructor(group) {
    super();
    this.group = group;
  }
  accept(v) {
    return v.visitGrouping(this);
  }
};
var ContextAccess = class extends Expr {
  constructor(name2) {
    super();
    this.name = name2;
  }
  accept(v) {
    return v.visitContextAccess(this);
  }
};
var IndexAccess = class extends Expr {
  constructor(expr, index) {
    super();
    this.expr = expr;
    this.index = index;
  }
  accept(v) {
    return v.visitIndexAccess(this);
  }
};
var Star = class extends Expr {
  accept() {
    throw new Error("Method not implemented.");
  }
};

// node_modules/@actions/expressions/dist/data/expressiondata.js
var Kind;
(function(Kind2) {
  Kind2[Kind2["String"] = 0] = "String";
  Kind2[Kind2["Array"] = 1] = "Array";
  Kind2[Kind2["Dictionary"] = 2] = "Dictionary";
  Kind2[Kind2["Boolean"] = 3] = "Boolean";
  Kind2[Kind2["Number"] = 4] = "Number";
  Kind2[Kind2["CaseSensitiveDictionary"] = 5] = "CaseSensitiveDictionary";
  Kind2[Kind2["Null"] = 6] = "Null";
})(Kind || (Kind = {}));
function kindStr(k) {
  switch (k) {
    case Kind.Array:
      return "Array";
    case Kind.Boolean:
      return "Boolean";
    case Kind.Null:
      return "Null";
    case Kind.Number:
      return "Number";
    case Kind.Dictionary:
      return "Object";
    case Kind.String:
      return "String";
  }
  return "unknown";
}

// node_modules/@actions/expressions/dist/data/dictionary.js
var Dictionary = class {
  constructor(...pairs) {
    this.keys = [];
    this.v = [];
    this.indexMap = {};
    this.kind = Kind.Dictionary;
    this.primitive = false;
    for (const p of pairs) {
      this.add(p.key, p.value);
    }
  }
  coerceString() {
    return kindStr(this.kind);
  }
  number() {
    return NaN;
  }
  add(key, value) {
    if (key.toLowerCase() in this.indexMap) {
      return;
    }
    this.keys.push(key);
    this.v.push(value);
    this.indexMap[key.toLowerCase()] = this.v.length - 1;
  }
  get(key) {
    const index = this.indexMap[key.toLowerCase()];
    if (index === void 0) {
      return void 0;
    }
    return this.v[index];
  }
  values() {
    return this.v;
  }
  pairs() {
    const result = [];
    for (const key of this.keys) {
      result.push({ key, value: this.v[this.indexMap[key.toLowerCase()]] });
    }
    return result;
  }
};

// node_modules/@actions/expressions/dist/data/index.js
var data_exports = {};
__export(data_exports, {
  Array: () => Array2,
  BooleanData: () => BooleanData,
  Dictionary: () => Dictionary,
  Kind: () => Kind,
  Null: () => Null,
  NumberData: () => NumberData,
  StringData: () => StringData,
  replacer: () => replacer,
  reviver: () => reviver
});

// node_modules/@actions/expressions/dist/data/array.js
var Array2 = class {
  constructor(...data) {
    this.v = [];
    this.kind = Kind.Array;
    this.primitive = false;
    for (const d of data) {
      this.add(d);
    }
  }
  coerceString() {
    return kindStr(this.kind);
  }
  number() {
    return NaN;
  }
  add(value) {
    this.v.push(value);
  }
  get(index) {
    return this.v[index];
  }
  values() {
    return this.v;
  }
};

// node_modules/@actions/expressions/dist/data/boolean.js
var BooleanData = class {
  constructor(value) {
    this.value = value;
    this.kind = Kind.Boolean;
    this.primitive = true;
  }
  coerceString() {
    if (this.value) {
      return "true";
    }
    return "false";
  }
  number() {
    if (this.value) {
      return 1;
    }
    return 0;
  }
};

// node_modules/@actions/expressions/dist/data/null.js
var Null = class {
  constructor() {
    this.kind = Kind.Null;
    this.primitive = true;
  }
  coerceString() {
    return "";
  }
  number() {
    return 0;
  }
};

// node_modules/@actions/expressions/dist/data/number.js
var NumberData = class {
  constructor(value) {
    this.value = value;
    this.kind = Kind.Number;
    this.primitive = true;
  }
  coerceString() {
    if (this.value === 0) {
      return "0";
    }
    return (+this.value.toFixed(15)).toString();
  }
  number() {
    return this.value;
  }
};

// node_modules/@actions/expressions/dist/data/string.js
var StringData = class {
  constructor(value) {
    this.value = value;
    this.kind = Kind.String;
    this.primitive = true;
  }
  coerceString() {
    return this.value;
  }
  number() {
    return Number(this.value);
  }
};

// node_modules/@actions/expressions/dist/data/replacer.js
function replacer(_key, value) {
  if (value instanceof Null) {
    return null;
  }
  if (value instanceof BooleanData) {
    return value.value;
  }
  if (value instanceof NumberData) {
    return value.number();
  }
  if (value instanceof StringData) {
    return value.coerceString();
  }
  if (value instanceof Array2) {
    return value.values();
  }
  if (value instanceof Dictionary) {
    const pairs = value.pairs();
    const r = {};
    for (const p of pairs) {
      r[p.key] = p.value;
    }
    return r;
  }
  return value;
}

// node_modules/@actions/expressions/dist/data/reviver.js
function reviver(_key, val) {
  if (val === null) {
    return new Null();
  }
  if (typeof val === "string") {
    return new StringData(val);
  }
  if (typeof val === "number") {
    return new NumberData(val);
  }
  if (typeof val === "boolean") {
    return new BooleanData(val);
  }
  if (Array.isArray(val)) {
    return new Array2(...val);
  }
  if (typeof val === "object") {
    return new Dictionary(...Object.keys(val).map((k) => ({
      key: k,
      value: val[k]
    })));
  }
  return val;
}

// node_modules/@actions/expressions/dist/filtered_array.js
var FilteredArray = class extends Array2 {
};

// node_modules/@actions/expressions/dist/lexer.js
var TokenType;
(function(TokenType2) {
  TokenType2[TokenType2["UNKNOWN"] = 0] = "UNKNOWN";
  TokenType2[TokenType2["LEFT_PAREN"] = 1] = "LEFT_PAREN";
  TokenType2[TokenType2["RIGHT_PAREN"] = 2] = "RIGHT_PAREN";
  TokenType2[TokenType2["LEFT_BRACKET"] = 3] = "LEFT_BRACKET";
  TokenType2[TokenType2["RIGHT_BRACKET"] = 4] = "RIGHT_BRACKET";
  TokenType2[TokenType2["COMMA"] = 5] = "COMMA";
  TokenType2[TokenType2["DOT"] = 6] = "DOT";
  TokenType2[TokenType2["BANG"] = 7] = "BANG";
  TokenType2[TokenType2["BANG_EQUAL"] = 8] = "BANG_EQUAL";
  TokenType2[TokenType2["EQUAL_EQUAL"] = 9] = "EQUAL_EQUAL";
  TokenType2[TokenType2["GREATER"] = 10] = "GREATER";
  TokenType2[TokenType2["GREATER_EQUAL"] = 11] = "GREATER_EQUAL";
  TokenType2[TokenType2["LESS"] = 12] = "LESS";
  TokenType2[TokenType2["LESS_EQUAL"] = 13] = "LESS_EQUAL";
  TokenType2[TokenType2["AND"] = 14] = "AND";
  TokenType2[TokenType2["OR"] = 15] = "OR";
  TokenType2[TokenType2["STAR"] = 16] = "STAR";
  TokenType2[TokenType2["NUMBER"] = 17] = "NUMBER";
  TokenType2[TokenType2["STRING"] = 18] = "STRING";
  TokenType2[TokenType2["IDENTIFIER"] = 19] = "IDENTIFIER";
  TokenType2[TokenType2["TRUE"] = 20] = "TRUE";
  TokenType2[TokenType2["FALSE"] = 21] = "FALSE";
  TokenType2[TokenType2["NULL"] = 22] = "NULL";
  TokenType2[TokenType2["EOF"] = 23] = "EOF";
})(TokenType || (TokenType = {}));
function tokenString(tok) {
  switch (tok.type) {
    case TokenType.EOF:
      return "EOF";
    case TokenType.NUMBER:
      return tok.lexeme;
    case TokenType.STRING:
      return tok.value.toString();
    default:
      return tok.lexeme;
  }
}
var Lexer = class {
  constructor(input) {
    this.input = input;
    this.start = 0;
    this.offset = 0;
    this.line = 0;
    this.lastLineOffset = 0;
    this.tokens = [];
  }
  lex() {
    if (this.input.length > MAX_EXPRESSION_LENGTH) {
      throw new Error("ErrorExceededMaxLength");
    }
    while (!this.atEnd()) {
      this.start = this.offset;
      const c = this.next();
      switch (c) {
        case "(":
          this.addToken(TokenType.LEFT_PAREN);
          break;
        case ")":
          this.addToken(TokenType.RIGHT_PAREN);
          break;
        case "[":
          this.addToken(TokenType.LEFT_BRACKET);
          break;
        case "]":
          this.addToken(TokenType.RIGHT_BRACKET);
          break;
        case ",":
          this.addToken(TokenType.COMMA);
          break;
        case ".":
          if (this.previous() != TokenType.IDENTIFIER && this.previous() != TokenType.RIGHT_BRACKET && this.previous() != TokenType.RIGHT_PAREN && this.previous() != TokenType.STAR) {
            this.consumeNumber();
          } else {
            this.addToken(TokenType.DOT);
          }
          break;
        case "-":
        case "+":
          this.consumeNumber();
          break;
        case "!":
          this.addToken(this.match("=") ? TokenType.BANG_EQUAL : TokenType.BANG);
          break;
        case "=":
          if (!this.match("=")) {
            this.consumeIdentifier();
            break;
          }
          this.addToken(TokenType.EQUAL_EQUAL);
          break;
        case "<":
          this.addToken(this.match("=") ? TokenType.LESS_EQUAL : TokenType.LESS);
          break;
        case ">":
          this.addToken(this.match("=") ? TokenType.GREATER_EQUAL : TokenType.GREATER);
          break;
        case "&":
          if (!this.match("&")) {
            this.consumeIdentifier();
            break;
          }
          this.addToken(TokenType.AND);
          break;
        case "|":
          if (!this.match("|")) {
            this.consumeIdentifier();
            break;
          }
          this.addToken(TokenType.OR);
          break;
        case "*":
          this.addToken(TokenType.STAR);
          break;
        // Ignore whitespace.
        case " ":
        case "\r":
        case "	":
          break;
        case "\n":
          ++this.line;
          this.lastLineOffset = this.offset;
          break;
        case "'":
          this.consumeString();
          break;
        default:
          switch (true) {
            case isDigit(c):
              this.consumeNumber();
              break;
            default:
              this.consumeIdentifier();
              break;
          }
      }
    }
    this.tokens.push({
      type: TokenType.EOF,
      lexeme: "",
      range: this.range()
    });
    return {
      tokens: this.tokens
    };
  }
  pos() {
    return {
      line: this.line,
      column: this.start - this.lastLineOffset
    };
  }
  endPos() {
    return {
      line: this.line,
      column: this.offset - this.lastLineOffset
    };
  }
  range() {
    return {
      start: this.pos(),
      end: this.endPos()
    };
  }
  atEnd() {
    return this.offset >= this.input.length;
  }
  peek() {
    if (this.atEnd()) {
      return "\0";
    }
    return this.input[this.offset];
  }
  peekNext() {
    if (this.offset + 1 >= this.input.length) {
      return "\0";
    }
    return this.input[this.offset + 1];
  }
  previous() {
    const l = this.tokens.length;
    if (l == 0) {
      return TokenType.EOF;
    }
    return this.tokens[l - 1].type;
  }
  next() {
    return this.input[this.offset++];
  }
  match(expected) {
    if (this.atEnd()) {
      return false;
    }
    if (this.input[this.offset] !== expected) {
      return false;
    }
    this.offset++;
    return true;
  }
  addToken(type, value) {
    this.tokens.push({
      type,
      lexeme: this.input.substring(this.start, this.offset),
      range: this.range(),
      value
    });
  }
  consumeNumber() {
    while (!this.atEnd() && (!isBoundary(this.peek()) || this.peek() == ".")) {
      this.next();
    }
    const lexeme = this.input.substring(this.start, this.offset);
    const value = new StringData(lexeme).number();
    if (isNaN(value)) {
      throw new Error(`Unexpected symbol: '${lexeme}'. Located at position ${this.start + 1} within expression: ${this.input}`);
    }
    this.addToken(TokenType.NUMBER, value);
  }
  consumeString() {
    while ((this.peek() !== "'" || this.peekNext() === "'") && !this.atEnd()) {
      if (this.peek() === "\n")
        this.line++;
      if (this.peek() === "'" && this.peekNext() === "'") {
        this.next();
      }
      this.next();
    }
    if (this.atEnd()) {
      throw new Error(`Unexpected symbol: '${this.input.substring(this.start)}'. Located at position ${this.start + 1} within expression: ${this.input}`);
    }
    this.next();
    let value = this.input.substring(this.start + 1, this.offset - 1);
    value = value.replace("''", "'");
    this.addToken(TokenType.STRING, value);
  }
  consumeIdentifier() {
    while (!this.atEnd() && !isBoundary(this.peek())) {
      this.next();
    }
    let tokenType = TokenType.IDENTIFIER;
    let tokenValue = void 0;
    const lexeme = this.input.substring(this.start, this.offset);
    if (this.previous() != TokenType.DOT) {
      switch (lexeme) {
        case "true":
          tokenType = TokenType.TRUE;
          break;
        case "false":
          tokenType = TokenType.FALSE;
          break;
        case "null":
          tokenType = TokenType.NULL;
          break;
        case "NaN":
          tokenType = TokenType.NUMBER;
          tokenValue = NaN;
          break;
        case "Infinity":
          tokenType = TokenType.NUMBER;
          tokenValue = Infinity;
          break;
      }
    }
    if (!isLegalIdentifier(lexeme)) {
      throw new Error(`Unexpected symbol: '${lexeme}'. Located at position ${this.start + 1} within expression: ${this.input}`);
    }
    this.addToken(tokenType, tokenValue);
  }
};
function isDigit(c) {
  return c >= "0" && c <= "9";
}
function isBoundary(c) {
  switch (c) {
    case "(":
    case "[":
    case ")":
    case "]":
    case ",":
    case ".":
    case "!":
    case ">":
    case "<":
    case "=":
    case "&":
    case "|":
      return true;
  }
  return /\s/.test(c);
}
function isLegalIdentifier(str) {
  if (str == "") {
    return false;
  }
  const first = str[0];
  if (first >= "a" && first <= "z" || first >= "A" && first <= "Z" || first == "_") {
    for (const c of str.substring(1).split("")) {
      if (c >= "a" && c <= "z" || c >= "A" && c <= "Z" || c >= "0" && c <= "9" || c == "_" || c == "-") {
      } else {
        return false;
      }
    }
    return true;
  }
  return false;
}

// node_modules/@actions/expressions/dist/errors.js
var MAX_PARSER_DEPTH = 50;
var MAX_EXPRESSION_LENGTH = 21e3;
var ErrorType;
(function(ErrorType2) {
  ErrorType2[ErrorType2["ErrorUnexpectedSymbol"] = 0] = "ErrorUnexpectedSymbol";
  ErrorType2[ErrorType2["ErrorUnrecognizedNamedValue"] = 1] = "ErrorUnrecognizedNamedValue";
  ErrorType2[ErrorType2["ErrorUnexpectedEndOfExpression"] = 2] = "ErrorUnexpectedEndOfExpression";
  ErrorType2[ErrorType2["ErrorExceededMaxDepth"] = 3] = "ErrorExceededMaxDepth";
  ErrorType2[ErrorType2["ErrorExceededMaxLength"] = 4] = "ErrorExceededMaxLength";
  ErrorType2[ErrorType2["ErrorTooFewParameters"] = 5] = "ErrorTooFewParameters";
  ErrorType2[ErrorType2["ErrorTooManyParameters"] = 6] = "ErrorTooManyParameters";
  ErrorType2[ErrorType2["ErrorEvenParameters"] = 7] = "ErrorEvenParameters";
  ErrorType2[ErrorType2["ErrorUnrecognizedContext"] = 8] = "ErrorUnrecognizedContext";
  ErrorType2[ErrorType2["ErrorUnrecognizedFunction"] = 9] = "ErrorUnrecognizedFunction";
})(ErrorType || (ErrorType = {}));
var ExpressionError = class extends Error {
  constructor(typ, tok) {
    super(`${errorDescription(typ)}: '${tokenString(tok)}'`);
    this.typ = typ;
    this.tok = tok;
    this.pos = this.tok.range.start;
  }
};
function errorDescription(typ) {
  switch (typ) {
    case ErrorType.ErrorUnexpectedEndOfExpression:
      return "Unexpected end of expression";
    case ErrorType.ErrorUnexpectedSymbol:
      return "Unexpected symbol";
    case ErrorType.ErrorUnrecognizedNamedValue:
      return "Unrecognized named-value";
    case ErrorType.ErrorExceededMaxDepth:
      return `Exceeded max expression depth ${MAX_PARSER_DEPTH}`;
    case ErrorType.ErrorExceededMaxLength:
      return `Exceeded max expression length ${MAX_EXPRESSION_LENGTH}`;
    case ErrorType.ErrorTooFewParameters:
      return "Too few parameters supplied";
    case ErrorType.ErrorTooManyParameters:
      return "Too many parameters supplied";
    case ErrorType.ErrorEvenParameters:
      return "Even number of parameters supplied, requires an odd number of parameters";
    case ErrorType.ErrorUnrecognizedContext:
      return "Unrecognized named-value";
    case ErrorType.ErrorUnrecognizedFunction:
      return "Unrecognized function";
    default:
      return "Unknown error";
  }
}
var ExpressionEvaluationError = class extends Error {
};

// node_modules/@actions/expressions/dist/funcs/case.js
var caseFunc = {
  name: "case",
  description: "`case( pred1, val1, pred2, val2, ..., default )`\n\nEvaluates predicates in order and returns the value corresponding to the first predicate that evaluates to `true`. If no predicate matches, it returns the last argument as the default value.",
  minArgs: 3,
  maxArgs: Number.MAX_SAFE_INTEGER,
  call: (...args) => {
    for (let i = 0; i < args.length - 1; i += 2) {
      const predicate = args[i];
      if (predicate.kind !== Kind.Boolean) {
        throw new Error("case predicate must evaluate to a boolean value");
      }
      if (predicate.value) {
        return args[i + 1];
      }
    }
    return args[args.length - 1];
  }
};

// node_modules/@actions/expressions/dist/result.js
function falsy(d) {
  switch (d.kind) {
    case Kind.Null:
      return true;
    case Kind.Boolean:
      return !d.value;
    case Kind.Number: {
      const dv = d.value;
      return dv === 0 || isNaN(dv);
    }
    case Kind.String:
      return d.value.length === 0;
  }
  return false;
}
function truthy(d) {
  return !falsy(d);
}
function coerceTypes(li, ri) {
  let lv = li;
  let rv = ri;
  if (li.kind === ri.kind) {
    return [lv, rv];
  }
  switch (li.kind) {
    // Number, String
    case Kind.Number:
      if (ri.kind === Kind.String) {
        rv = new NumberData(ri.number());
        return [lv, rv];
      }
      break;
    // String, Number
    case Kind.String:
      if (ri.kind === Kind.Number) {
        lv = new NumberData(li.number());
        return [lv, rv];
      }
      break;
    // Boolean|Null, Any
    case Kind.Null:
    case Kind.Boolean:
      lv = new NumberData(li.number());
      return coerceTypes(lv, rv);
  }
  switch (ri.kind) {
    case Kind.Null:
    case Kind.Boolean:
      rv = new NumberData(ri.number());
      return coerceTypes(lv, rv);
  }
  return [lv, rv];
}
function equals(lhs, rhs) {
  const [lv, rv] = coerceTypes(lhs, rhs);
  if (lv.kind != rv.kind) {
    return false;
  }
  switch (lv.kind) {
    // Null, Null
    case Kind.Null:
      return true;
    // Number, Number
    case Kind.Number: {
      const ld = lv.value;
      const rd = rv.value;
      if (isNaN(ld) || isNaN(rd)) {
        return false;
      }
      return ld == rd;
    }
    // String, String
    case Kind.String: {
      const ls = lv.value;
      const rs = rv.value;
      return toUpperSpecial(ls) === toUpperSpecial(rs);
    }
    // Boolean, Boolean
    case Kind.Boolean: {
      const lb = lv.value;
      const rb = rv.value;
      return lb == rb;
    }
    // Object, Object
    case Kind.Dictionary:
    case Kind.Array:
      return lv === rv;
  }
  return false;
}
function greaterThan(lhs, rhs) {
  const [lv, rv] = coerceTypes(lhs, rhs);
  if (lv.kind != rv.kind) {
    return false;
  }
  switch (lv.kind) {
    // Number, Number
    case Kind.Number: {
      const lf = lv.value;
      const rf = rv.value;
      if (isNaN(lf) || isNaN(rf)) {
        return false;
      }
      return lf > rf;
    }
    // String, String
    case Kind.String: {
      let ls = lv.value;
      let rs = rv.value;
      ls = toUpperSpecial(ls);
      rs = toUpperSpecial(rs);
      return ls > rs;
    }
    // Boolean, Boolean
    case Kind.Boolean: {
      const lb = lv.value;
      const rb = rv.value;
      return lb && !rb;
    }
  }
  return false;
}
function lessThan(lhs, rhs) {
  const [lv, rv] = coerceTypes(lhs, rhs);
  if (lv.kind != rv.kind) {
    return false;
  }
  switch (lv.kind) {
    // Number, Number
    case Kind.Number: {
      const lf = lv.value;
      const rf = rv.value;
      if (isNaN(lf) || isNaN(rf)) {
        return false;
      }
      return lf < rf;
    }
    // String, String
    case Kind.String: {
      let ls = lv.value;
      let rs = rv.value;
      ls = toUpperSpecial(ls);
      rs = toUpperSpecial(rs);
      return ls < rs;
    }
    // Boolean, Boolean
    case Kind.Boolean: {
      const lb = lv.value;
      const rb = rv.value;
      return !lb && rb;
    }
  }
  return false;
}
function toUpperSpecial(s) {
  const sb = [];
  let i = 0;
  const len = s.length;
  let found = s.indexOf("\u0131");
  while (i < len) {
    if (i < found) {
      sb.push(s.substring(i, found).toUpperCase());
      i = found;
    } else if (i == found) {
      sb.push(s.substring(i, i + 1));
      i += 1;
      found = s.indexOf("\u0131", i);
    } else {
      sb.push(s.substring(i).toUpperCase());
      break;
    }
  }
  return sb.join("");
}

// node_modules/@actions/expressions/dist/funcs/contains.js
var contains = {
  name: "contains",
  description: "`contains( search, item )`\n\nReturns `true` if `search` contains `item`. If `search` is an array, this function returns `true` if the `item` is an element in the array. If `search` is a string, this function returns `true` if the `item` is a substring of `search`. This function is not case sensitive. Casts values to a string.",
  minArgs: 2,
  maxArgs: 2,
  call: (...args) => {
    const left = args[0];
    const right = args[1];
    if (left.primitive) {
      const ls = left.coerceString();
      if (right.primitive) {
        const rs = right.coerceString();
        return new BooleanData(ls.toLowerCase().includes(rs.toLowerCase()));
      }
    } else if (left.kind === Kind.Array) {
      const la = left;
      if (la.values().length === 0) {
        return new BooleanData(false);
      }
      for (const v of la.values()) {
        if (equals(right, v)) {
          return new BooleanData(true);
        }
      }
    }
    return new BooleanData(false);
  }
};

// node_modules/@actions/expressions/dist/funcs/endswith.js
var endswith = {
  name: "endsWith",
  description: "`endsWith( searchString, searchValue )`\n\nReturns `true` if `searchString` ends with `searchValue`. This function is not case sensitive. Casts values to a string.",
  minArgs: 2,
  maxArgs: 2,
  call: (...args) => {
    const left = args[0];
    if (!left.primitive) {
      return new BooleanData(false);
    }
    const right = args[1];
    if (!right.primitive) {
      return new BooleanData(false);
    }
    const ls = toUpperSpecial(left.coerceString());
    const rs = toUpperSpecial(right.coerceString());
    return new BooleanData(ls.endsWith(rs));
  }
};

// node_modules/@actions/expressions/dist/funcs/format.js
var format = {
  name: "format",
  description: "`format( string, replaceValue0, replaceValue1, ..., replaceValueN)`\n\nReplaces values in the `string`, with the variable `replaceValueN`. Variables in the `string` are specified using the `{N}` syntax, where `N` is an integer. You must specify at least one `replaceValue` and `string`. There is no maximum for the number of variables (`replaceValueN`) you can use. Escape curly braces using double braces.",
  minArgs: 1,
  maxArgs: 255,
  call: (...args) => {
    const fs = args[0].coerceString();
    const result = [];
    let index = 0;
    while (index < fs.length) {
      const lbrace = fs.indexOf("{", index);
      const rbrace = fs.indexOf("}", index);
      if (lbrace >= 0 && (rbrace < 0 || rbrace > lbrace)) {
        if (safeCharAt(fs, lbrace + 1) === "{") {
          result.push(fs.substr(index, lbrace - index + 1));
          index = lbrace + 2;
          continue;
        }
        if (rbrace > lbrace + 1) {
          const argIndex = readArgIndex(fs, lbrace + 1);
          if (argIndex.success) {
            if (1 + argIndex.result > args.length - 1) {
              throw new Error(`The following format string references more arguments than were supplied: ${fs}`);
            }
            if (lbrace > index) {
              result.push(fs.substr(index, lbrace - index));
            }
            result.push(`${args[1 + argIndex.result].coerceString()}`);
            index = rbrace + 1;
            continue;
          }
        }
        throw new Error(`The following format string is invalid: ${fs}`);
      } else if (rbrace >= 0) {
        if (safeCharAt(fs, rbrace + 1) === "}") {
          result.push(fs.substr(index, rbrace - index + 1));
          index = rbrace + 2;
        } else {
          throw new Error(`The following format string is invalid: ${fs}`);
        }
      } else {
        result.push(fs.substr(index));
        break;
      }
    }
    return new StringData(result.join(""));
  }
};
function safeCharAt(string, index) {
  if (string.length > index) {
    return string[index];
  }
  return "\0";
}
function readArgIndex(string, startIndex) {
  let length = 0;
  for (; ; ) {
    const nextChar = safeCharAt(string, startIndex + length);
    if (nextChar >= "0" && nextChar <= "9") {
      length++;
    } else {
      break;
    }
  }
  if (length < 1) {
    return {
      success: false
    };
  }
  const endIndex = startIndex + length - 1;
  const result = parseInt(string.substr(startIndex, length));
  return {
    success: !isNaN(result),
    result,
    endIndex
  };
}

// node_modules/@actions/expressions/dist/funcs/fromjson.js
var fromjson = {
  name: "fromJson",
  description: "`fromJSON(value)`\n\nReturns a JSON object or JSON data type for `value`. You can use this function to provide a JSON object as an evaluated expression or to convert environment variables from a string.",
  minArgs: 1,
  maxArgs: 1,
  call: (...args) => {
    const input = args[0];
    const is = input.coerceString();
    if (is.trim() === "") {
      throw new Error("empty input");
    }
    try {
      return JSON.parse(is, reviver);
    } catch (e) {
      throw new ExpressionEvaluationError("Error parsing JSON when evaluating fromJson", { cause: e });
    }
  }
};

// node_modules/@actions/expressions/dist/funcs/join.js
var join2 = {
  name: "join",
  description: "`join( array, optionalSeparator )`\n\nThe value for `array` can be an array or a string. All values in `array` are concatenated into a string. If you provide `optionalSeparator`, it is inserted between the concatenated values. Otherwise, the default separator `,` is used. Casts values to a string.",
  minArgs: 1,
  maxArgs: 2,
  call: (...args) => {
    if (args[0].primitive) {
      return new StringData(args[0].coerceString());
    }
    if (args[0].kind === Kind.Array) {
      let separator = ",";
      if (args.length > 1 && args[1].primitive) {
        separator = args[1].coerceString();
      }
      return new StringData(args[0].values().map((item) => item.coerceString()).join(separator));
    }
    return new StringData("");
  }
};

// node_modules/@actions/expressions/dist/funcs/startswith.js
var startswith = {
  name: "startsWith",
  description: "`startsWith( searchString, searchValue )`\n\nReturns `true` when `searchString` starts with `searchValue`. This function is not case sensitive. Casts values to a string.",
  minArgs: 2,
  maxArgs: 2,
  call: (...args) => {
    const left = args[0];
    if (!left.primitive) {
      return new BooleanData(false);
    }
    const right = args[1];
    if (!right.primitive) {
      return new BooleanData(false);
    }
    const ls = toUpperSpecial(left.coerceString());
    const rs = toUpperSpecial(right.coerceString());
    return new BooleanData(ls.startsWith(rs));
  }
};

// node_modules/@actions/expressions/dist/funcs/tojson.js
var tojson = {
  name: "toJson",
  description: "`toJSON(value)`\n\nReturns a pretty-print JSON representation of `value`. You can use this function to debug the information provided in contexts.",
  minArgs: 1,
  maxArgs: 1,
  call: (...args) => {
    return new StringData(JSON.stringify(args[0], replacer, "  "));
  }
};

// node_modules/@actions/expressions/dist/funcs.js
var wellKnownFunctions = {
  case: caseFunc,
  contains,
  endswith,
  format,
  fromjson,
  join: join2,
  startswith,
  tojson
};
function validateFunction(context, identifier, argCount) {
  const name2 = identifier.lexeme.toLowerCase();
  let f;
  f = wellKnownFunctions[name2];
  if (!f) {
    f = context.extensionFunctions.get(name2);
    if (!f) {
      if (!context.allowUnknownKeywords) {
        throw new ExpressionError(ErrorType.ErrorUnrecognizedFunction, identifier);
      }
      return;
    }
  }
  if (argCount < f.minArgs) {
    throw new ExpressionError(ErrorType.ErrorTooFewParameters, identifier);
  }
  if (argCount > f.maxArgs) {
    throw new ExpressionError(ErrorType.ErrorTooManyParameters, identifier);
  }
  if (name2 === "case" && argCount % 2 === 0) {
    throw new ExpressionError(ErrorType.ErrorEvenParameters, identifier);
  }
}

// node_modules/@actions/expressions/dist/idxHelper.js
var idxHelper = class {
  constructor(star, idx) {
    this.star = star;
    if (!idx) {
      return;
    }
    if (!star) {
      if (idx.primitive) {
        this.str = idx.coerceString();
      }
      let f = idx.number();
      if (!isNaN(f) && isFinite(f) && f >= 0) {
        f = Math.floor(f);
        this.int = f;
      }
    }
  }
};

// node_modules/@actions/expressions/dist/evaluator.js
var Evaluator = class {
  /**
   * Creates a new evaluator
   * @param n Parsed expression to evaluate
   * @param context Context data to use
   * @param functions Optional map of function implementations. If given, these will be preferred over the built-in functions.
   */
  constructor(n, context, functions) {
    this.n = n;
    this.context = context;
    this.functions = functions;
  }
  evaluate() {
    return this.eval(this.n);
  }
  eval(n) {
    return n.accept(this);
  }
  visitLiteral(literal) {
    return literal.literal;
  }
  visitUnary(unary) {
    const r = this.eval(unary.expr);
    if (unary.operator.type === TokenType.BANG) {
      return new BooleanData(falsy(r));
    }
    throw new Error(`unknown unary operator: ${unary.operator.lexeme}`);
  }
  visitBinary(binary) {
    const left = this.eval(binary.left);
    const right = this.eval(binary.right);
    switch (binary.operator.type) {
      case TokenType.EQUAL_EQUAL:
        return new BooleanData(equals(left, right));
      case TokenType.BANG_EQUAL:
        return new BooleanData(!equals(left, right));
      case TokenType.GREATER:
        return new BooleanData(greaterThan(left, right));
      case TokenType.GREATER_EQUAL:
        return new BooleanData(equals(left, right) || greaterThan(left, right));
      case TokenType.LESS:
        return new BooleanData(lessThan(left, right));
      case TokenType.LESS_EQUAL:
        return new BooleanData(equals(left, right) || lessThan(left, right));
    }
    throw new Error(`unknown binary operator: ${binary.operator.lexeme}`);
  }
  visitLogical(logical) {
    let result;
    for (const arg of logical.args) {
      result = this.eval(arg);
      if (logical.operator.type === TokenType.AND && falsy(result) || logical.operator.type === TokenType.OR && truthy(result)) {
        break;
      }
    }
    return result;
  }
  visitGrouping(grouping) {
    return this.eval(grouping.group);
  }
  visitContextAccess(contextAccess) {
    const r = this.context.get(contextAccess.name.lexeme);
    return r;
  }
  visitIndexAccess(ia) {
    let idx;
    if (ia.index instanceof Star) {
      idx = new idxHelper(true, void 0);
    } else {
      let idxResult;
      try {
        idxResult = this.eval(ia.index);
      } catch (e) {
        throw new Error(`could not evaluate index for index access: ${e.message}`, { cause: e });
      }
      idx = new idxHelper(false, idxResult);
    }
    const objResult = this.eval(ia.expr);
    let result;
    switch (objResult.kind) {
      case Kind.Array: {
        const tobjResult = objResult;
        if (tobjResult instanceof FilteredArray) {
          result = filteredArrayAccess(tobjResult, idx);
        } else {
          result = arrayAccess(tobjResult, idx);
        }
        break;
      }
      case Kind.Dictionary: {
        const tobjResult = objResult;
        result = objectAccess(tobjResult, idx);
        break;
      }
      default:
        if (idx.star) {
          result = new FilteredArray();
        } else {
          result = new Null();
        }
    }
    return result;
  }
  visitFunctionCall(functionCall) {
    const args = functionCall.args.map((arg) => this.eval(arg));
    const functionName = functionCall.functionName.lexeme.toLowerCase();
    const f = this.functions?.get(functionName) || wellKnownFunctions[functionName];
    return f.call(...args);
  }
};
function filteredArrayAccess(fa, idx) {
  const result = new FilteredArray();
  for (const item of fa.values()) {
    switch (item.kind) {
      case Kind.Dictionary: {
        const ti = item;
        if (idx.star) {
          for (const v of ti.values()) {
            result.add(v);
          }
        } else if (idx.str !== void 0) {
          const v = ti.get(idx.str);
          if (v !== void 0) {
            result.add(v);
          }
        }
        break;
      }
      case Kind.Array: {
        const ti = item;
        if (idx.star) {
          for (const v of ti.values()) {
            result.add(v);
          }
        } else if (idx.int !== void 0 && idx.int < ti.values().length) {
          result.add(ti.get(idx.int));
        }
        break;
      }
    }
  }
  return result;
}
function arrayAccess(a, idx) {
  if (idx.star) {
    const fa = new FilteredArray();
    for (const item of a.values()) {
      fa.add(item);
    }
    return fa;
  }
  if (idx.int !== void 0 && idx.int < a.values().length) {
    return a.get(idx.int);
  }
  return new Null();
}
function objectAccess(obj, idx) {
  if (idx.star) {
    const fa = new FilteredArray(...obj.values());
    return fa;
  }
  if (idx.str !== void 0) {
    const r = obj.get(idx.str);
    if (r !== void 0) {
      return r;
    }
  }
  return new Null();
}

// node_modules/@actions/expressions/dist/parser.js
var Parser = class {
  /**
   * Constructs a new parser for the given tokens
   *
   * @param tokens Tokens to build a parse tree from
   * @param extensionContexts Available context names
   * @param extensionFunctions Available functions (beyond the built-in ones)
   */
  constructor(tokens, extensionContexts, extensionFunctions) {
    this.tokens = tokens;
    this.offset = 0;
    this.depth = 0;
    this.extContexts = /* @__PURE__ */ new Map();
    this.extFuncs = /* @__PURE__ */ new Map();
    for (const contextName of extensionContexts) {
      this.extContexts.set(contextName.toLowerCase(), true);
    }
    for (const { name: name2, func } of extensionFunctions.map((x) => ({
      name: x.name,
      func: x
    }))) {
      this.extFuncs.set(name2.toLowerCase(), func);
    }
    this.context = {
      allowUnknownKeywords: false,
      extensionContexts: this.extContexts,
      extensionFunctions: this.extFuncs
    };
  }
  parse() {
    let result;
    if (this.atEnd()) {
      return result;
    }
    result = this.expression();
    if (!this.atEnd()) {
      throw this.buildError(ErrorType.ErrorUnexpectedSymbol, this.peek());
    }
    return result;
  }
  expression() {
    this.incrDepth();
    try {
      return this.logicalOr();
    } finally {
      this.decrDepth();
    }
  }
  logicalOr() {
    let expr = this.logicalAnd();
    if (this.check(TokenType.OR)) {
      this.incrDepth();
      try {
        const logical = new Logical(this.peek(), [expr]);
        expr = logical;
        while (this.match(TokenType.OR)) {
          const right = this.logicalAnd();
          logical.args.push(right);
        }
      } finally {
        this.decrDepth();
      }
    }
    return expr;
  }
  logicalAnd() {
    let expr = this.equality();
    if (this.check(TokenType.AND)) {
      this.incrDepth();
      try {
        const logical = new Logical(this.peek(), [expr]);
        expr = logical;
        while (this.match(TokenType.AND)) {
          const right = this.equality();
          logical.args.push(right);
        }
      } finally {
        this.decrDepth();
      }
    }
    return expr;
  }
  equality() {
    let expr = this.comparison();
    while (this.match(TokenType.BANG_EQUAL, TokenType.EQUAL_EQUAL)) {
      const operator = this.previous();
      const right = this.comparison();
      expr = new Binary(expr, operator, right);
    }
    return expr;
  }
  comparison() {
    let expr = this.unary();
    while (this.match(TokenType.GREATER, TokenType.GREATER_EQUAL, TokenType.LESS, TokenType.LESS_EQUAL)) {
      const operator = this.previous();
      const right = this.unary();
      expr = new Binary(expr, operator, right);
    }
    return expr;
  }
  unary() {
    if (this.match(TokenType.BANG)) {
      this.incrDepth();
      const operator = this.previous();
      const unary = this.unary();
      try {
        return new Unary(operator, unary);
      } finally {
        this.decrDepth();
      }
    }
    return this.index();
  }
  index() {
    let expr = this.call();
    let depthIncreased = 0;
    if (expr instanceof Grouping || expr instanceof FunctionCall || expr instanceof ContextAccess) {
      let cont = true;
      while (cont) {
        switch (true) {
          case this.match(TokenType.LEFT_BRACKET): {
            let indexExpr;
            if (this.match(TokenType.STAR)) {
              indexExpr = new Star();
            } else {
              indexExpr = this.expression();
            }
            this.consume(TokenType.RIGHT_BRACKET, ErrorType.ErrorUnexpectedSymbol);
            this.incrDepth();
            depthIncreased++;
            expr = new IndexAccess(expr, indexExpr);
            break;
          }
          case this.match(TokenType.DOT):
            this.incrDepth();
            depthIncreased++;
            if (this.match(TokenType.IDENTIFIER)) {
              const property = this.previous();
              expr = new IndexAccess(expr, new Literal(new StringData(property.lexeme), property));
            } else if (this.match(TokenType.STAR)) {
              expr = new IndexAccess(expr, new Star());
            } else {
              throw this.buildError(ErrorType.ErrorUnexpectedSymbol, this.peek());
            }
            break;
          default:
            cont = false;
        }
      }
    }
    for (let i = 0; i < depthIncreased; i++) {
      this.decrDepth();
    }
    return expr;
  }
  call() {
    if (!this.check(TokenType.IDENTIFIER)) {
      return this.primary();
    }
    const identifier = this.next();
    if (!this.match(TokenType.LEFT_PAREN)) {
      if (!this.extContexts.has(identifier.lexeme.toLowerCase())) {
        throw this.buildError(ErrorType.ErrorUnrecognizedContext, identifier);
      }
      return new ContextAccess(identifier);
    }
    const args = [];
    while (!this.match(TokenType.RIGHT_PAREN)) {
      const aexp = this.expression();
      args.push(aexp);
      if (!this.check(TokenType.RIGHT_PAREN)) {
        this.consume(TokenType.COMMA, ErrorType.ErrorUnexpectedSymbol);
      }
    }
    validateFunction(this.context, identifier, args.length);
    return new FunctionCall(identifier, args);
  }
  primary() {
    switch (true) {
      case this.match(TokenType.FALSE):
        return new Literal(new BooleanData(false), this.previous());
      case this.match(TokenType.TRUE):
        return new Literal(new BooleanData(true), this.previous());
      case this.match(TokenType.NULL):
        return new Literal(new Null(), this.previous());
      case this.match(TokenType.NUMBER):
        return new Literal(new NumberData(this.previous().value), this.previous());
      case this.match(TokenType.STRING):
        return new Literal(new StringData(this.previous().value), this.previous());
      case this.match(TokenType.LEFT_PAREN): {
        const expr = this.expression();
        if (this.atEnd()) {
          throw this.buildError(ErrorType.ErrorUnexpectedEndOfExpression, this.previous());
        }
        this.consume(TokenType.RIGHT_PAREN, ErrorType.ErrorUnexpectedSymbol);
        return new Grouping(expr);
      }
      case this.atEnd():
        throw this.buildError(ErrorType.ErrorUnexpectedEndOfExpression, this.previous());
    }
    throw this.buildError(ErrorType.ErrorUnexpectedSymbol, this.peek());
  }
  // match consumes the next token if it matches any of the given types
  match(...tokenTypes) {
    for (const tokenType of tokenTypes) {
      if (this.check(tokenType)) {
        this.next();
        return true;
      }
    }
    return false;
  }
  // check peeks whether the next token is of the given type
  check(tokenType) {
    if (this.atEnd()) {
      return false;
    }
    return this.peek().type == tokenType;
  }
  // atEnd peeks whether the next token is EOF
  atEnd() {
    return this.peek().type == TokenType.EOF;
  }
  next() {
    if (!this.atEnd()) {
      this.offset++;
    }
    return this.previous();
  }
  peek() {
    return this.tokens[this.offset];
  }
  // previous returns the previous token
  previous() {
    return this.tokens[this.offset - 1];
  }
  // consume attempts to consume the next token if it matches the given type. It returns an error of
  // the given ParseErrorKind otherwise.
  consume(tokenType, errorType) {
    if (this.check(tokenType)) {
      this.next();
      return;
    }
    throw this.buildError(errorType, this.peek());
  }
  incrDepth() {
    this.depth++;
    if (this.depth > MAX_PARSER_DEPTH) {
      throw this.buildError(ErrorType.ErrorExceededMaxDepth, this.peek());
    }
  }
  decrDepth() {
    this.depth--;
  }
  buildError(errType, token) {
    return new ExpressionError(errType, token);
  }
};

// src/webhook/rules/template.ts
var CONTEXTS = ["github", "matrix", "command"];
var LONGEST2 = 65536;
var EXPRESSION = /\$\{\{(.*?)\}\}/gs;
function hasExpression(text2) {
  return text2.includes("${{");
}
function faultOfTemplate(text2) {
  const rest = text2.replace(EXPRESSION, "");
  if (rest.includes("${{")) return "has a ${{ without its }}";
  for (const [, source = ""] of text2.matchAll(EXPRESSION)) {
    try {
      parse(source);
    } catch (error) {
      return `has an expression that is none (\${{${source.slice(0, 80)}}}): ${errorText(error).slice(0, 200)}`;
    }
  }
  return void 0;
}
function fillIn(text2, context) {
  if (!hasExpression(text2)) return text2;
  const names = dictionaryOf(context);
  const filled = text2.replace(EXPRESSION, (_, source) => evaluate(source, names).coerceString());
  if (filled.length > LONGEST2) throw new Error(`an expression makes a text of ${String(filled.length)} characters`);
  return filled;
}
function holds(condition, context) {
  const [whole, source = condition] = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition) ?? [];
  const value = evaluate(whole === void 0 ? condition : source, dictionaryOf(context));
  const falsy2 = value.kind === data_exports.Kind.Null || value.primitive && ["", "false", "0", "NaN"].includes(value.coerceString());
  return !falsy2;
}
function faultOfCondition(condition) {
  return faultOfTemplate(hasExpression(condition) ? condition : `\${{${condition}}}`);
}
function fillInList(text2, context) {
  const [, source] = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(text2) ?? [];
  if (source === void 0) throw new Error("is not one expression");
  const value = evaluate(source, dictionaryOf(context));
  if (!(value instanceof data_exports.Array)) throw new Error("its expression makes no list");
  return value.values().map((item) => item.coerceString());
}
function parse(source) {
  return new Parser(new Lexer(source).lex().tokens, [...CONTEXTS], []).parse();
}
function evaluate(source, names) {
  return new Evaluator(parse(source), names).evaluate();
}
function dictionaryOf(context) {
  const filled = Object.fromEntries(CONTEXTS.map((name2) => [name2, context[name2] ?? {}]));
  return JSON.parse(JSON.stringify(filled), data_exports.reviver);
}

// src/webhook/rules/shell-guard.ts
var READS_CODE = /^(?:-[A-Za-z]*[ceE]|-r|--(?:eval|exec|command|expression|print|require)|\/[cC]|-(?:Command|EncodedCommand))$/;
var CODE_INSIDE = /^(?:--(?:eval|exec|command|expression|print|require)=|-[ceE](?=\$\{\{))/;
var EVALUATORS = /^(?:.*\/)?(?:eval|source|\.)$/;
function faultOfWords(words2) {
  const place = words2.findIndex((word, at) => {
    if (!hasExpression(word)) return false;
    const before2 = words2[at - 1] ?? "";
    return READS_CODE.test(before2) || CODE_INSIDE.test(word) || EVALUATORS.test(words2[0] ?? "");
  });
  if (place < 0) return void 0;
  const before = words2[place - 1];
  return `word ${String(place + 1)} puts an expression into program text${before === void 0 ? "" : ` (after ${JSON.stringify(before.slice(0, 40))})`}. Put it into environment, or into a word after it such as [sh, -c, 'echo "$1"', sh, '\${{ \u2026 }}']`;
}

// src/webhook/rules/rules-schema.ts
var RULES_PATH = ".github/runner-mesh.yml";
var MOST_TASKS = 256;
var name = external_exports.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, "is not a name of letters, digits, - and _").describe("Name of the rule");
var patterns = external_exports.array(external_exports.string().min(1).max(256)).min(1).max(64);
var words = external_exports.array(external_exports.string().min(1).max(128)).min(1).max(64);
var template = external_exports.string().max(65536).superRefine((text2, context) => {
  const fault = faultOfTemplate(text2);
  if (fault !== void 0) context.addIssue({ code: "custom", message: fault });
});
var plain = (what) => external_exports.string().refine((text2) => !hasExpression(text2), `${what} takes no expression`);
var scalar = external_exports.union([template, external_exports.number(), external_exports.boolean()]).transform(String);
var branchFilters = {
  branches: patterns.optional().describe("Branches, as patterns; ! takes away"),
  "branches-ignore": patterns.optional()
};
var events = external_exports.strictObject({
  push: external_exports.strictObject({
    ...branchFilters,
    tags: patterns.optional(),
    paths: patterns.optional(),
    "paths-ignore": patterns.optional()
  }).describe("Commits pushed by people with write access"),
  pull_request: external_exports.strictObject({
    types: words.default(["opened", "synchronize", "reopened"]),
    ...branchFilters,
    labels: words.optional().describe("At least one of them")
  }).describe("Pull requests from branches of the repository itself; forks start nothing"),
  issue_comment: external_exports.strictObject({ command: external_exports.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "is not a word of small letters") }).describe("A comment that begins with /mesh and this word"),
  issues: external_exports.strictObject({ types: words.default(["opened"]), labels: words.optional() }),
  release: external_exports.strictObject({ types: words.default(["published"]) }),
  workflow_run: external_exports.strictObject({
    types: words.default(["completed"]),
    workflows: words.optional().describe("By name"),
    conclusions: words.optional(),
    ...branchFilters
  }),
  workflow_job: external_exports.strictObject({
    types: words.default(["queued"]),
    tags: external_exports.array(external_exports.enum(WORKFLOW_TAGS)).min(1).optional().describe("At least one of them. Default: p2p-only, p2p-eligible")
  }).describe("A job of a workflow whose labels carry workflow tags. The job itself is left alone"),
  repository_dispatch: external_exports.strictObject({ types: words.optional() }),
  workflow_dispatch: external_exports.strictObject({
    workflows: words.optional().describe("By path, such as .github/workflows/x.yml")
  }),
  schedule: external_exports.array(external_exports.strictObject({ cron: external_exports.string().min(1).max(128), timezone: external_exports.string().min(1).max(64).default("UTC") })).min(1).max(16)
}).partial();
var eventNames = Object.keys(events.shape);
var on = external_exports.preprocess(
  (value) => {
    const empty = (kind) => [String(kind), {}];
    if (typeof value === "string") return Object.fromEntries([empty(value)]);
    if (Array.isArray(value)) return Object.fromEntries(value.map(empty));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([kind, filters]) => [kind, filters ?? {}]));
  },
  events.refine((found) => eventNames.some((kind) => found[kind] !== void 0), "names no event")
);
var argv = external_exports.array(scalar).max(1024);
var commandWords = external_exports.union([
  argv.min(1),
  external_exports.string().max(65536).refine(
    (text2) => !hasExpression(text2) || /^\s*\$\{\{.*\}\}\s*$/s.test(text2) && faultOfTemplate(text2) === void 0,
    "is a string with an expression in it, which would become program text. Write a list of words, or one expression that makes a list"
  )
]);
var environment = external_exports.record(external_exports.string().max(256), scalar);
var container = {
  command: commandWords.optional(),
  entrypoint: commandWords.optional(),
  environment: environment.optional(),
  stdin: template.optional()
};
var task = external_exports.looseObject({
  image: template.optional().describe("Image to run"),
  dockerfile: plain("dockerfile").optional().describe("Dockerfile of the repository to build, at the commit of the event"),
  context: plain("context").optional().describe("Folder to build in"),
  ref: plain("ref").optional().describe("Another branch or tag to build"),
  build_args: environment.optional(),
  ...container
}).superRefine((found, context) => {
  if (found.image === void 0 === (found.dockerfile === void 0)) {
    context.addIssue({ code: "custom", message: "needs either image or dockerfile" });
  }
  const listed = [found.entrypoint, found.command].flatMap((part) => Array.isArray(part) ? part : []);
  const fault = faultOfWords(listed);
  if (fault !== void 0) context.addIssue({ code: "custom", path: ["command"], message: fault });
  for (const [field, value] of Object.entries(found)) {
    if (!EXPRESSIVE.has(field) && hasExpression(JSON.stringify(value))) {
      context.addIssue({ code: "custom", path: [field], message: "takes no expression" });
    }
  }
});
var EXPRESSIVE = /* @__PURE__ */ new Set(["image", "build_args", ...Object.keys(container)]);
var options = external_exports.strictObject(submitOptions).omit({ idempotency_key: true, needs: true, concurrency_group: true }).partial().extend({ priority: external_exports.int().min(PRIORITY.lowest).max(PRIORITY.highest).optional() });
var matrixValue = external_exports.union([external_exports.string().max(256), external_exports.number(), external_exports.boolean()]);
var matrixRow = external_exports.record(external_exports.string(), matrixValue);
var matrix = external_exports.object({ include: external_exports.array(matrixRow).optional(), exclude: external_exports.array(matrixRow).optional() }).catchall(external_exports.array(matrixValue).min(1).max(MOST_TASKS));
var REPORTS = ["check", "status", "comment", "none"];
var report = external_exports.strictObject({
  as: external_exports.enum(REPORTS).optional().describe("Default: comment for commands, check where there is a commit, else none"),
  name: plain("name").max(100).optional().describe("Of the check or status. Default: the name of the rule"),
  dispatch: plain("dispatch").max(100).optional().describe("Event type of a repository_dispatch at the end")
});
var rule = external_exports.strictObject({
  on,
  if: external_exports.string().max(4096).superRefine((text2, context) => {
    const fault = faultOfCondition(text2);
    if (fault !== void 0) context.addIssue({ code: "custom", message: fault });
  }).optional().describe("An expression; without it the filters alone decide"),
  from: external_exports.array(external_exports.enum(["OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR"])).min(1).default(["OWNER", "MEMBER", "COLLABORATOR"]).describe("Author associations that may start it"),
  permission: external_exports.enum(["read", "write", "admin"]).default("write").describe("What who starts it must have at least"),
  matrix: matrix.optional(),
  needs: external_exports.array(name).max(64).optional().describe("Rules whose tasks must complete first"),
  concurrency: external_exports.strictObject({
    group: template.pipe(external_exports.string().min(1)),
    max: external_exports.int().min(1).max(1e5).default(1),
    "cancel-in-progress": external_exports.boolean().default(false)
  }).optional(),
  task,
  options: options.optional().describe("Priority, clocks, retries and so on, as a submit takes them"),
  report: report.prefault({})
});
var rulesSchema = external_exports.strictObject({
  version: external_exports.literal(1),
  limits: external_exports.strictObject({
    "tasks-per-event": external_exports.int().min(1).max(MOST_TASKS).default(32),
    "open-tasks": external_exports.int().min(1).max(1e5).default(500).describe("Of this repository that have not ended")
  }).prefault({}),
  rules: external_exports.record(name, rule)
}).superRefine(({ rules }, context) => {
  for (const [each, { needs = [], on: events2 }] of Object.entries(rules)) {
    if (events2.schedule !== void 0) {
      const message = "is not served yet. Save it with: runner-mesh cron";
      context.addIssue({ code: "custom", path: ["rules", each, "on", "schedule"], message });
    }
    for (const need of needs) {
      if (rules[need] === void 0) {
        context.addIssue({ code: "custom", path: ["rules", each, "needs"], message: `there is no rule ${need}` });
      }
    }
  }
  if (orderOf(rules) === void 0)
    context.addIssue({ code: "custom", path: ["rules"], message: "need each other in a circle" });
});
function orderOf(rules) {
  const order = [];
  let left = Object.keys(rules);
  while (left.length > 0) {
    const free = left.filter((each) => (rules[each]?.needs ?? []).every((need) => !left.includes(need)));
    if (free.length === 0) return void 0;
    order.push(...free);
    left = left.filter((each) => !free.includes(each));
  }
  return order;
}

// src/webhook/rules/plan.ts
function planTasks(input) {
  const { rules, facts } = input;
  const made = /* @__PURE__ */ new Map();
  const skipped = [];
  for (const name2 of orderOf(rules.rules) ?? []) {
    const rule2 = rules.rules[name2];
    if (rule2 === void 0) continue;
    const missing = (rule2.needs ?? []).find((need) => !made.has(need));
    const why = whyNoMatch(rule2, facts) ?? input.whyUntrusted(rule2) ?? (missing === void 0 ? void 0 : `it needs ${missing}, which makes no task`);
    if (why !== void 0) {
      skipped.push({ rule: name2, why });
      continue;
    }
    const needs = (rule2.needs ?? []).flatMap((need) => (made.get(need) ?? []).map(({ key }) => key));
    const tasks2 = tasksOf(name2, rule2, needs, input);
    if (tasks2.length === 0) skipped.push({ rule: name2, why: "its if does not hold" });
    else made.set(name2, tasks2);
  }
  const tasks = [...made.values()].flat();
  const most = rules.limits["tasks-per-event"];
  if (tasks.length > most) {
    throw new RunnerMeshError(
      "quota_exceeded",
      `One event would make ${String(tasks.length)} tasks; tasks-per-event allows ${String(most)}.`
    );
  }
  return { tasks, skipped };
}
function tasksOf(name2, rule2, needs, input) {
  const { facts, delivery, receivedAt } = input;
  const command = readCommand(facts.comment?.text ?? "");
  const shared = {
    github: githubContext(facts, delivery),
    ...command === void 0 || "fault" in command ? {} : { command: commandContext(command) }
  };
  const combinations = combinationsOf(rule2.matrix);
  return combinations.flatMap((combination, at) => {
    const context = { ...shared, matrix: combination };
    try {
      if (rule2.if !== void 0 && !holds(rule2.if, context)) return [];
      const group = rule2.concurrency === void 0 ? void 0 : fillIn(rule2.concurrency.group, context);
      const key = combinations.length === 1 ? name2 : `${name2}#${String(at + 1)}`;
      const planned = {
        key,
        needs,
        submit: submitOf(rule2, facts, context, group),
        ...group !== void 0 && rule2.concurrency?.["cancel-in-progress"] === true ? { supersedes: group } : {},
        eventAt: facts.at ?? receivedAt,
        report: wishOf(name2, rule2, facts, combination)
      };
      return [planned];
    } catch (error) {
      const { code, message } = error instanceof RunnerMeshError ? toRunnerMeshError(error) : { code: "bad_request", message: errorText(error) };
      throw new RunnerMeshError(code, `Rule ${name2} makes no task of this event: ${message}`, { cause: error });
    }
  });
}
function submitOf(rule2, facts, context, group) {
  const {
    image,
    dockerfile,
    context: folder,
    ref,
    build_args: args,
    command,
    entrypoint,
    environment: environment2,
    stdin,
    ...rest
  } = rule2.task;
  const wordsOf = (words2) => {
    if (words2 === void 0 || typeof words2 === "string") {
      return words2 !== void 0 && hasExpression(words2) ? fillInList(words2, context) : words2;
    }
    return words2.map((word) => fillIn(word, context));
  };
  const valuesOf = (values) => values && Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fillIn(value, context)]));
  const container2 = defined({
    ...rest,
    command: wordsOf(command),
    entrypoint: wordsOf(entrypoint),
    environment: valuesOf(environment2),
    stdin: stdin === void 0 ? void 0 : fillIn(stdin, context)
  });
  const commit = facts.kind === "workflow_job" ? void 0 : facts.sha;
  const repository = defined({
    repo_url: facts.repository,
    ref: ref ?? commit ?? facts.tag ?? (facts.kind === "workflow_job" ? facts.defaultBranch : facts.branch),
    commit: ref === void 0 ? commit : void 0,
    dockerfile_path: dockerfile,
    context_path: folder,
    build_args: valuesOf(args)
  });
  const type = image === void 0 ? CONTAINER_TYPES.repository : CONTAINER_TYPES.image;
  const payload = image === void 0 ? { ...container2, ...repository } : { ...container2, image: fillIn(image, context) };
  containerPayload(type, payload);
  return defined({
    ...rule2.options,
    task_type: type,
    payload,
    workflow_id: rule2.options?.workflow_id ?? facts.repository,
    // One home serves several repositories: their groups are not each other's.
    concurrency_group: group && { key: `${facts.repository}:${group}`.slice(0, 256), max: rule2.concurrency?.max ?? 1 }
  });
}
function wishOf(name2, { report: report2 }, facts, combination) {
  const values = Object.values(combination);
  const usual = facts.kind === "issue_comment" ? "comment" : facts.sha === void 0 ? "none" : "check";
  const as = report2.as ?? usual;
  return {
    as: as === "comment" && facts.issue === void 0 || as !== "comment" && facts.sha === void 0 ? "none" : as,
    name: `${report2.name ?? name2}${values.length === 0 ? "" : ` (${values.join(", ")})`}`,
    ...facts.sha === void 0 ? {} : { sha: facts.sha },
    ...facts.issue === void 0 ? {} : { issue: facts.issue },
    ...facts.comment === void 0 ? {} : { comment: facts.comment.id },
    ...report2.dispatch === void 0 ? {} : { dispatch: report2.dispatch }
  };
}
function defined(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== void 0));
}

// src/webhook/trust.ts
var PERMISSIONS = ["none", "read", "write", "admin"];
function whyUntrusted({ from, permission: least }, { sender, association, needsWriteAccess, kind }, permission) {
  if (needsWriteAccess) return void 0;
  if (sender.login === "") return "it tells no sender";
  if (sender.isBot) return `${sender.login} is a bot`;
  const tells = ["issue_comment", "issues", "pull_request"].includes(kind);
  if (tells && association !== void 0 && !from.some((each) => each === association))
    return `${sender.login} is ${association}`;
  if (kind === "issue_comment" && association === void 0) return "it does not tell who its author is";
  if (PERMISSIONS.indexOf(permission) < PERMISSIONS.indexOf(least))
    return `${sender.login} has ${permission === "none" ? "no" : permission} permission`;
  return void 0;
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
    const facts = readFacts(delivery.event, json);
    if (facts === void 0) return { tasks: [], note: "no rule can name it" };
    if (facts.barred !== void 0) return { tasks: [], note: facts.barred };
    const ref = facts.kind === "push" ? facts.sha : void 0;
    const rules = await rulesOf(delivery.repository, ref, this.#stopping.signal);
    if (rules === void 0) return { tasks: [], note: "no rules" };
    const all = Object.values(rules.rules);
    const matching = all.filter((rule2) => whyNoMatch(rule2, facts) === void 0);
    if (matching.length === 0) return { tasks: [], note: "no rule fits" };
    const open = inbox.countOpen(delivery.repository);
    if (open >= rules.limits["open-tasks"]) {
      const message = `${String(open)} tasks of ${delivery.repository} are open; open-tasks allows no more.`;
      throw new RunnerMeshError("queue_full", message);
    }
    const permission = await this.#permission(facts);
    const { tasks, skipped } = planTasks({
      ...{ rules, facts, delivery: delivery.id, receivedAt: delivery.receivedAt },
      whyUntrusted: (rule2) => whyUntrusted(rule2, facts, permission)
    });
    const note = skipped.map(({ rule: rule2, why }) => `${rule2}: ${why}`).join("; ").slice(0, 1e3);
    return { tasks, note };
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
    for (const task2 of tasks) {
      if (task2.taskId === void 0 && await this.#isSuperseded(task2)) continue;
      const needs = task2.needs.map((key) => ids.get(key));
      if (needs.includes(void 0)) {
        await inbox.told(id, task2.key, { superseded: true }, void 0);
        continue;
      }
      const taskId = task2.taskId ?? await this.#submit(task2, needs);
      ids.set(task2.key, taskId);
      if (task2.taskId === void 0) await inbox.submitted(id, task2.key, taskId);
      if (task2.supersedes !== void 0) await this.#cancelOlder(task2, task2.supersedes);
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
  async #cancelOlder(task2, group) {
    const { inbox, operations, log } = this.#deps;
    for (const older of inbox.tasksOfGroup(task2.repository, group)) {
      if (older.taskId === void 0 || older.delivery === task2.delivery || older.eventAt > task2.eventAt) continue;
      const input = { task_id: older.taskId };
      await operations.call("p2p_taskqueue_cancel", input, this.#call(task2.repository)).catch((error) => {
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
  const before = inbox.tasksOf(delivery).find((task2) => task2.key === key && task2.repository === repository);
  if (before === void 0) return void 0;
  const { submit, eventAt, report: report2 } = before;
  return { key: before.key, submit, eventAt, report: report2, needs: [] };
}

// src/webhook/request-guard.ts
var GUARD = {
  maxBytes: 25 * 1024 * 1024,
  bodyMs: 1e4,
  perSource: 64,
  openBytes: 128 * 1024 * 1024
};
var RequestRefused = class extends Error {
  name = "RequestRefused";
  status;
  constructor(status, message) {
    super(message);
    this.status = status;
  }
};
var EVENT = /^[a-z_]{1,64}$/;
var ID = /^[A-Za-z0-9-]{1,64}$/;
function readHead({ method, headers }, { maxBytes }) {
  if (method !== "POST") throw new RequestRefused(405, "GitHub delivers by POST.");
  const type = (headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new RequestRefused(415, "Set the content type of the webhook to application/json.");
  }
  if ((headers["content-encoding"] ?? "identity") !== "identity") {
    throw new RequestRefused(415, "Encoded bodies are not taken.");
  }
  if (Number(headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const signature = single(headers["x-hub-signature-256"]);
  if (signature === void 0) {
    throw new RequestRefused(401, "X-Hub-Signature-256 is missing. Give the webhook a secret.");
  }
  const [id, event] = [single(headers["x-github-delivery"]), single(headers["x-github-event"])];
  if (id === void 0 || !ID.test(id)) throw new RequestRefused(400, "X-GitHub-Delivery is missing or no id.");
  if (event === void 0 || !EVENT.test(event)) throw new RequestRefused(400, "X-GitHub-Event is missing or no event.");
  return { id, event, signature };
}
var BodyReader = class {
  #clock;
  #settings;
  #bySource = /* @__PURE__ */ new Map();
  #openBytes = 0;
  constructor(clock, settings) {
    this.#clock = clock;
    this.#settings = settings;
  }
  /** @throws RequestRefused 400 (no UTF-8), 408, 413, 503 */
  async read(request) {
    const source = request.socket.remoteAddress ?? "";
    const open = this.#bySource.get(source) ?? 0;
    if (open >= this.#settings.perSource) throw new RequestRefused(503, "Too many deliveries of one source at a time.");
    this.#bySource.set(source, open + 1);
    try {
      return await this.#bytes(request);
    } finally {
      const left = (this.#bySource.get(source) ?? 1) - 1;
      if (left === 0) this.#bySource.delete(source);
      else this.#bySource.set(source, left);
    }
  }
  async #bytes(request) {
    const { maxBytes, bodyMs, openBytes } = this.#settings;
    const chunks = [];
    let bytes = 0;
    const { promise: late, reject } = Promise.withResolvers();
    const stopTimer = this.#clock.after(bodyMs, () => {
      reject(new RequestRefused(408, "The body did not arrive in time."));
    });
    const all = async () => {
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        bytes += chunk.length;
        this.#openBytes += chunk.length;
        if (bytes > maxBytes) throw tooLarge(maxBytes);
        if (this.#openBytes > openBytes) throw new RequestRefused(503, "Too many deliveries at a time.");
        chunks.push(chunk);
      }
    };
    try {
      await Promise.race([all(), late]);
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
    } catch (thrown) {
      if (thrown instanceof RequestRefused) throw thrown;
      throw new RequestRefused(400, "The body broke off or is no UTF-8.");
    } finally {
      stopTimer();
      this.#openBytes -= bytes;
    }
  }
};
function tooLarge(maxBytes) {
  return new RequestRefused(413, `The body is larger than ${String(maxBytes)} bytes.`);
}
function single(value) {
  return typeof value === "string" ? value : void 0;
}

// src/webhook/listener.ts
var WEBHOOK_PATH = "/webhook";
var named = external_exports.object({ repository: external_exports.object({ full_name: external_exports.string().max(200) }).optional() });
var OPEN = /* @__PURE__ */ new Set(["storage_low", "storage_failed", "queue_full", "stopping"]);
function createListener(deps, settings = GUARD) {
  const reader = new BodyReader(deps.clock, settings);
  return async (request, response) => {
    const startedAt = deps.clock.mono();
    const reply = await answerTo(deps, reader, settings, request).catch(asReply);
    const { status } = reply;
    const line = { status, event: loggable(request.headers["x-github-event"]), ms: deps.clock.mono() - startedAt };
    if (status < 300) deps.log.debug("webhook.delivered", line);
    else deps.log.warn("webhook.refused", { ...line, why: reply.message, source: request.socket.remoteAddress });
    send(request, response, reply);
  };
}
async function answerTo({ inbox, signatures, served, clock, onAccepted }, reader, settings, request) {
  if ((request.url ?? "").split("?", 1)[0] !== WEBHOOK_PATH) throw new RequestRefused(404, "There is nothing here.");
  const { id, event, signature } = readHead(request, settings);
  const body = await reader.read(request);
  if (!await signatures.isGenuine(body, signature)) {
    throw new RequestRefused(401, "The signature does not fit the body. Check the secret of the webhook.");
  }
  if (event === "ping") return { status: 200, message: "pong" };
  const repository = repositoryOf(body);
  if (repository === void 0) return { status: 200, message: "It is about no repository: nothing to do." };
  if (!served.serves(repository)) throw new RequestRefused(404, "This repository is not served here.");
  const isNew = await inbox.accept({ id, event, repository, receivedAt: clock.now(), body });
  if (!isNew) return { status: 200, message: "It is known already." };
  onAccepted();
  return { status: 202, message: "It is kept and will be worked on." };
}
function repositoryOf(body) {
  try {
    return named.parse(JSON.parse(body)).repository?.full_name;
  } catch {
    throw new RequestRefused(400, "The body is no JSON object of an event.");
  }
}
function asReply(thrown) {
  if (thrown instanceof RequestRefused) return thrown;
  const { code } = toRunnerMeshError(thrown);
  if (OPEN.has(code)) return { status: 503, message: errorText(thrown) };
  throw thrown;
}
function send(request, response, { status, message }) {
  const isCutOff = !request.complete;
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...status === 405 ? { allow: "POST" } : {},
    ...status === 503 ? { "retry-after": "30" } : {},
    ...isCutOff ? { connection: "close" } : {}
  });
  response.end(JSON.stringify({ message }), () => {
    if (isCutOff) request.destroy();
  });
}
function loggable(header) {
  return typeof header === "string" && /^[a-z_]{1,64}$/.test(header) ? header : "unknown";
}

// src/webhook/redelivery-sweep.ts
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
    const { desk, repositories, url, log } = this.#deps;
    const signal = this.#stopping.signal;
    let asked = 0;
    for (const repository of repositories) {
      try {
        const ours = (await desk.hooks(repository, signal)).filter((hook) => hook.active && hook.url === url);
        for (const { id } of ours) {
          for (const missed of this.#missed(await desk.hookDeliveries(repository, id, signal))) {
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
      return clock.now() - last.deliveredAt > 3 * DAY ? [] : [last];
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
function checkOf({ name: name2, sha = "" }, { task: task2, log, externalId, detailsUrl }) {
  const conclusion = conclusionOf(task2);
  const status = conclusion !== void 0 ? "completed" : task2.status === "running" ? "in_progress" : "queued";
  const text2 = log === void 0 || log === "" ? void 0 : cleanText(log).slice(-LONGEST_LOG);
  return {
    ...{ name: name2, sha, externalId, status },
    title: titleOf(task2),
    summary: summaryOf(task2),
    ...conclusion === void 0 ? {} : { conclusion },
    ...text2 === void 0 ? {} : { log: text2 },
    ...detailsUrl === void 0 ? {} : { detailsUrl },
    ...task2.started_at === void 0 ? {} : { startedAt: task2.started_at },
    ...conclusion === void 0 || task2.finished_at === void 0 ? {} : { completedAt: task2.finished_at },
    ...conclusion === "failure" || conclusion === "timed_out" ? { annotation: { path: ".github", message: titleOf(task2) } } : {}
  };
}
function statusOf({ name: name2, sha = "" }, { task: task2, detailsUrl }) {
  const conclusion = conclusionOf(task2);
  const state = conclusion === void 0 ? "pending" : conclusion === "success" ? "success" : conclusion === "failure" ? "failure" : "error";
  return {
    ...{ sha, context: name2, state, description: titleOf(task2) },
    ...detailsUrl === void 0 ? {} : { targetUrl: detailsUrl }
  };
}
function commentOf({ name: name2 }, { task: task2, log, detailsUrl }, marker) {
  const text2 = log === void 0 ? "" : cleanText(log).slice(-LONGEST_LOG);
  const fence = "`".repeat(Math.max(3, ...[...text2.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return [
    `**${name2}** ${titleOf(task2)}`,
    ...detailsUrl === void 0 ? [] : ["", detailsUrl],
    ...text2.trim() === "" ? [] : ["", `${fence}text`, text2, fence],
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
function summaryOf(task2) {
  const seconds = task2.duration_ms === void 0 ? void 0 : (task2.duration_ms / 1e3).toFixed(1);
  const lines = [
    `Task \`${task2.task_id}\`, attempt ${String(task2.attempt)}.`,
    ...seconds === void 0 ? [] : [`It took ${seconds} s.`],
    ...task2.error === void 0 ? [] : [`\`${cleanLine(task2.error, 300).replaceAll("`", "'")}\``]
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
      const task2 = this.#deps.inbox.findByTask(event.taskId);
      if (task2 === void 0) return;
      this.#changed.add(keyOf(task2));
      this.#look(task2);
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
    for (const task2 of inbox.dueReports(clock.now(), AT_A_TIME2 * 2)) this.#look(task2);
    this.#stopTimer();
    const nextAt = inbox.nextReportAt();
    const waitMs = nextAt === void 0 ? LOOK_MS : Math.min(LOOK_MS, Math.max(SECOND, nextAt - clock.now()));
    this.#stopTimer = clock.after(waitMs, () => {
      this.wake();
    });
  }
  #look(task2) {
    const key = keyOf(task2);
    if (!this.#running || this.#working.has(key) || this.#working.size >= AT_A_TIME2) return;
    this.#changed.delete(key);
    const work = this.#tell(task2).finally(() => {
      this.#working.delete(key);
      if (this.#changed.has(key)) this.#lookAgain(task2);
      else this.wake();
    });
    this.#working.set(key, work);
  }
  #lookAgain({ delivery, key }) {
    const fresh = this.#running ? this.#deps.inbox.tasksOf(delivery).find((task2) => task2.key === key) : void 0;
    if (fresh !== void 0) this.#look(fresh);
  }
  async #tell(task2) {
    const { inbox, clock, log } = this.#deps;
    const { delivery, key, tries } = task2;
    try {
      const { memory, isOver } = await this.#report(task2);
      await inbox.told(delivery, key, memory, isOver ? void 0 : clock.now() + LOOK_MS);
    } catch (thrown) {
      if (this.#stopping.signal.aborted) return;
      const error = toRunnerMeshError(thrown);
      const line = { delivery, key, taskId: task2.taskId, code: error.code, error: errorText(thrown) };
      const isHopeless = tries >= RETRY2.most || !error.retryable && tries >= 5;
      if (isHopeless) {
        log.warn("webhook.report_given_up", line);
        await inbox.told(delivery, key, task2.told, void 0).catch(() => void 0);
        return;
      }
      const waitMs = error.retryAfterMs ?? Math.min(RETRY2.mostMs, RETRY2.firstMs * 2 ** Math.min(tries, 12));
      log.warn("webhook.report_postponed", { ...line, waitMs });
      await inbox.tellAgain(delivery, key, clock.now() + waitMs).catch(() => void 0);
    }
  }
  async #report(task2) {
    const { operations, inbox, desk, linkOf } = this.#deps;
    const signal = this.#stopping.signal;
    const wish = task2.report;
    let memory = task2.told;
    const call = { caller: webhookCaller(task2.repository), signal, progress: () => void 0 };
    const input = { task_id: task2.taskId, log_tail_lines: LOG_LINES };
    const found = await operations.call("p2p_taskqueue_get_task", input, call).catch((error) => {
      if (toRunnerMeshError(error).code === "task_not_found") return void 0;
      throw error;
    });
    if (found === void 0) return { memory, isOver: true };
    const isOver = isTerminal(found.task.status);
    if (desk === void 0) return { memory, isOver };
    const externalId = `${task2.delivery}/${task2.key}`;
    const told = {
      ...{ task: found.task, log: isOver ? found.log_tail : void 0, externalId },
      detailsUrl: linkOf(found.task.task_id)
    };
    const remember = async (more) => {
      memory = { ...memory, ...more };
      await inbox.told(task2.delivery, task2.key, memory, 0);
    };
    if (memory.status !== found.task.status) {
      await tellStatus(desk, task2, wish, told, memory, remember, signal);
      await remember({ status: found.task.status });
    }
    if (isOver && wish.dispatch !== void 0 && memory.dispatched !== true) {
      await desk.dispatch(task2.repository, wish.dispatch, summaryOf2(told), signal);
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
  const text2 = commentOf(wish, told, marker);
  const wanted = { text: marker, since: eventAt - DAY };
  const known = memory.comment ?? (tries > 0 ? await desk.findComment(repository, wish.issue, wanted, signal) : void 0);
  if (known !== void 0) await desk.updateComment(repository, known, text2, signal);
  const id = known ?? await desk.createComment(repository, wish.issue, text2, signal);
  if (memory.comment === void 0) await remember({ comment: id });
}
function summaryOf2({ task: task2, externalId }) {
  return {
    task_id: task2.task_id,
    status: task2.status,
    ...task2.reason === void 0 ? {} : { reason: task2.reason },
    ...task2.exit_code === void 0 ? {} : { exit_code: task2.exit_code },
    delivery: externalId
  };
}
function keyOf({ delivery, key }) {
  return `${delivery}/${key}`;
}

// src/webhook/served-repositories.ts
function createServedRepositories(patterns2) {
  const lower = patterns2.map((pattern) => pattern.toLowerCase());
  return {
    named: patterns2.filter((pattern) => !pattern.endsWith("/*")),
    serves: (repository) => {
      const name2 = repository.toLowerCase();
      return lower.some((pattern) => pattern === name2 || pattern === `${name2.split("/", 1)[0] ?? ""}/*`);
    }
  };
}

// node_modules/@octokit/webhooks-methods/dist-node/index.js
import { createHmac } from "node:crypto";
import { timingSafeEqual } from "node:crypto";
import { Buffer as Buffer2 } from "node:buffer";
var VERSION = "6.0.0";
async function sign(secret, payload) {
  if (!secret || !payload) {
    throw new TypeError(
      "[@octokit/webhooks-methods] secret & payload required for sign()"
    );
  }
  if (typeof payload !== "string") {
    throw new TypeError("[@octokit/webhooks-methods] payload must be a string");
  }
  const algorithm = "sha256";
  return `${algorithm}=${createHmac(algorithm, secret).update(payload).digest("hex")}`;
}
sign.VERSION = VERSION;
async function verify(secret, eventPayload2, signature) {
  if (!secret || !eventPayload2 || !signature) {
    throw new TypeError(
      "[@octokit/webhooks-methods] secret, eventPayload & signature required"
    );
  }
  if (typeof eventPayload2 !== "string") {
    throw new TypeError(
      "[@octokit/webhooks-methods] eventPayload must be a string"
    );
  }
  const signatureBuffer = Buffer2.from(signature);
  const verificationBuffer = Buffer2.from(await sign(secret, eventPayload2));
  if (signatureBuffer.length !== verificationBuffer.length) {
    return false;
  }
  return timingSafeEqual(signatureBuffer, verificationBuffer);
}
verify.VERSION = VERSION;
async function verifyWithFallback(secret, payload, signature, additionalSecrets) {
  const firstPass = await verify(secret, payload, signature);
  if (firstPass) {
    return true;
  }
  if (additionalSecrets !== void 0) {
    for (const s of additionalSecrets) {
      const v = await verify(s, payload, signature);
      if (v) {
        return v;
      }
    }
  }
  return false;
}

// node_modules/@octokit/webhooks/dist-bundle/index.js
var createLogger = (logger = {}) => {
  if (typeof logger.debug !== "function") {
    logger.debug = () => {
    };
  }
  if (typeof logger.info !== "function") {
    logger.info = () => {
    };
  }
  if (typeof logger.warn !== "function") {
    logger.warn = console.warn.bind(console);
  }
  if (typeof logger.error !== "function") {
    logger.error = console.error.bind(console);
  }
  return logger;
};
var emitterEventNames = [
  "branch_protection_configuration",
  "branch_protection_configuration.disabled",
  "branch_protection_configuration.enabled",
  "branch_protection_rule",
  "branch_protection_rule.created",
  "branch_protection_rule.deleted",
  "branch_protection_rule.edited",
  "check_run",
  "check_run.completed",
  "check_run.created",
  "check_run.requested_action",
  "check_run.rerequested",
  "check_suite",
  "check_suite.completed",
  "check_suite.requested",
  "check_suite.rerequested",
  "code_scanning_alert",
  "code_scanning_alert.appeared_in_branch",
  "code_scanning_alert.closed_by_user",
  "code_scanning_alert.created",
  "code_scanning_alert.fixed",
  "code_scanning_alert.reopened",
  "code_scanning_alert.reopened_by_user",
  "commit_comment",
  "commit_comment.created",
  "create",
  "custom_property",
  "custom_property.created",
  "custom_property.deleted",
  "custom_property.promote_to_enterprise",
  "custom_property.updated",
  "custom_property_values",
  "custom_property_values.updated",
  "delete",
  "dependabot_alert",
  "dependabot_alert.auto_dismissed",
  "dependabot_alert.auto_reopened",
  "dependabot_alert.created",
  "dependabot_alert.dismissed",
  "dependabot_alert.fixed",
  "dependabot_alert.reintroduced",
  "dependabot_alert.reopened",
  "deploy_key",
  "deploy_key.created",
  "deploy_key.deleted",
  "deployment",
  "deployment.created",
  "deployment_protection_rule",
  "deployment_protection_rule.requested",
  "deployment_review",
  "deployment_review.approved",
  "deployment_review.rejected",
  "deployment_review.requested",
  "deployment_status",
  "deployment_status.created",
  "discussion",
  "discussion.answered",
  "discussion.category_changed",
  "discussion.closed",
  "discussion.created",
  "discussion.deleted",
  "discussion.edited",
  "discussion.labeled",
  "discussion.locked",
  "discussion.pinned",
  "discussion.reopened",
  "discussion.transferred",
  "discussion.unanswered",
  "discussion.unlabeled",
  "discussion.unlocked",
  "discussion.unpinned",
  "discussion_comment",
  "discussion_comment.created",
  "discussion_comment.deleted",
  "discussion_comment.edited",
  "fork",
  "github_app_authorization",
  "github_app_authorization.revoked",
  "gollum",
  "installation",
  "installation.created",
  "installation.deleted",
  "installation.new_permissions_accepted",
  "installation.suspend",
  "installation.unsuspend",
  "installation_repositories",
  "installation_repositories.added",
  "installation_repositories.removed",
  "installation_target",
  "installation_target.renamed",
  "issue_comment",
  "issue_comment.created",
  "issue_comment.deleted",
  "issue_comment.edited",
  "issue_dependencies",
  "issue_dependencies.blocked_by_added",
  "issue_dependencies.blocked_by_removed",
  "issue_dependencies.blocking_added",
  "issue_dependencies.blocking_removed",
  "issues",
  "issues.assigned",
  "issues.closed",
  "issues.deleted",
  "issues.demilestoned",
  "issues.edited",
  "issues.labeled",
  "issues.locked",
  "issues.milestoned",
  "issues.opened",
  "issues.pinned",
  "issues.reopened",
  "issues.transferred",
  "issues.typed",
  "issues.unassigned",
  "issues.unlabeled",
  "issues.unlocked",
  "issues.unpinned",
  "issues.untyped",
  "label",
  "label.created",
  "label.deleted",
  "label.edited",
  "marketplace_purchase",
  "marketplace_purchase.cancelled",
  "marketplace_purchase.changed",
  "marketplace_purchase.pending_change",
  "marketplace_purchase.pending_change_cancelled",
  "marketplace_purchase.purchased",
  "member",
  "member.added",
  "member.edited",
  "member.removed",
  "membership",
  "membership.added",
  "membership.removed",
  "merge_group",
  "merge_group.checks_requested",
  "merge_group.destroyed",
  "meta",
  "meta.deleted",
  "milestone",
  "milestone.closed",
  "milestone.created",
  "milestone.deleted",
  "milestone.edited",
  "milestone.opened",
  "org_block",
  "org_block.blocked",
  "org_block.unblocked",
  "organization",
  "organization.deleted",
  "organization.member_added",
  "organization.member_invited",
  "organization.member_removed",
  "organization.renamed",
  "package",
  "package.published",
  "package.updated",
  "page_build",
  "personal_access_token_request",
  "personal_access_token_request.approved",
  "personal_access_token_request.cancelled",
  "personal_access_token_request.created",
  "personal_access_token_request.denied",
  "ping",
  "project",
  "project.closed",
  "project.created",
  "project.deleted",
  "project.edited",
  "project.reopened",
  "project_card",
  "project_card.converted",
  "project_card.created",
  "project_card.deleted",
  "project_card.edited",
  "project_card.moved",
  "project_column",
  "project_column.created",
  "project_column.deleted",
  "project_column.edited",
  "project_column.moved",
  "projects_v2",
  "projects_v2.closed",
  "projects_v2.created",
  "projects_v2.deleted",
  "projects_v2.edited",
  "projects_v2.reopened",
  "projects_v2_item",
  "projects_v2_item.archived",
  "projects_v2_item.converted",
  "projects_v2_item.created",
  "projects_v2_item.deleted",
  "projects_v2_item.edited",
  "projects_v2_item.reordered",
  "projects_v2_item.restored",
  "projects_v2_status_update",
  "projects_v2_status_update.created",
  "projects_v2_status_update.deleted",
  "projects_v2_status_update.edited",
  "public",
  "pull_request",
  "pull_request.assigned",
  "pull_request.auto_merge_disabled",
  "pull_request.auto_merge_enabled",
  "pull_request.closed",
  "pull_request.converted_to_draft",
  "pull_request.demilestoned",
  "pull_request.dequeued",
  "pull_request.edited",
  "pull_request.enqueued",
  "pull_request.labeled",
  "pull_request.locked",
  "pull_request.milestoned",
  "pull_request.opened",
  "pull_request.ready_for_review",
  "pull_request.reopened",
  "pull_request.review_request_removed",
  "pull_request.review_requested",
  "pull_request.synchronize",
  "pull_request.unassigned",
  "pull_request.unlabeled",
  "pull_request.unlocked",
  "pull_request_review",
  "pull_request_review.dismissed",
  "pull_request_review.edited",
  "pull_request_review.submitted",
  "pull_request_review_comment",
  "pull_request_review_comment.created",
  "pull_request_review_comment.deleted",
  "pull_request_review_comment.edited",
  "pull_request_review_thread",
  "pull_request_review_thread.resolved",
  "pull_request_review_thread.unresolved",
  "push",
  "registry_package",
  "registry_package.published",
  "registry_package.updated",
  "release",
  "release.created",
  "release.deleted",
  "release.edited",
  "release.prereleased",
  "release.published",
  "release.released",
  "release.unpublished",
  "repository",
  "repository.archived",
  "repository.created",
  "repository.deleted",
  "repository.edited",
  "repository.privatized",
  "repository.publicized",
  "repository.renamed",
  "repository.transferred",
  "repository.unarchived",
  "repository_advisory",
  "repository_advisory.published",
  "repository_advisory.reported",
  "repository_dispatch",
  "repository_dispatch.sample.collected",
  "repository_import",
  "repository_ruleset",
  "repository_ruleset.created",
  "repository_ruleset.deleted",
  "repository_ruleset.edited",
  "repository_vulnerability_alert",
  "repository_vulnerability_alert.create",
  "repository_vulnerability_alert.dismiss",
  "repository_vulnerability_alert.reopen",
  "repository_vulnerability_alert.resolve",
  "secret_scanning_alert",
  "secret_scanning_alert.assigned",
  "secret_scanning_alert.created",
  "secret_scanning_alert.publicly_leaked",
  "secret_scanning_alert.reopened",
  "secret_scanning_alert.resolved",
  "secret_scanning_alert.unassigned",
  "secret_scanning_alert.validated",
  "secret_scanning_alert_location",
  "secret_scanning_alert_location.created",
  "secret_scanning_scan",
  "secret_scanning_scan.completed",
  "security_advisory",
  "security_advisory.published",
  "security_advisory.updated",
  "security_advisory.withdrawn",
  "security_and_analysis",
  "sponsorship",
  "sponsorship.cancelled",
  "sponsorship.created",
  "sponsorship.edited",
  "sponsorship.pending_cancellation",
  "sponsorship.pending_tier_change",
  "sponsorship.tier_changed",
  "star",
  "star.created",
  "star.deleted",
  "status",
  "sub_issues",
  "sub_issues.parent_issue_added",
  "sub_issues.parent_issue_removed",
  "sub_issues.sub_issue_added",
  "sub_issues.sub_issue_removed",
  "team",
  "team.added_to_repository",
  "team.created",
  "team.deleted",
  "team.edited",
  "team.removed_from_repository",
  "team_add",
  "watch",
  "watch.started",
  "workflow_dispatch",
  "workflow_job",
  "workflow_job.completed",
  "workflow_job.in_progress",
  "workflow_job.queued",
  "workflow_job.waiting",
  "workflow_run",
  "workflow_run.completed",
  "workflow_run.in_progress",
  "workflow_run.requested"
];
function validateEventName(eventName, options2 = {}) {
  if (typeof eventName !== "string") {
    throw new TypeError("eventName must be of type string");
  }
  if (eventName === "*") {
    throw new TypeError(
      `Using the "*" event with the regular Webhooks.on() function is not supported. Please use the Webhooks.onAny() method instead`
    );
  }
  if (eventName === "error") {
    throw new TypeError(
      `Using the "error" event with the regular Webhooks.on() function is not supported. Please use the Webhooks.onError() method instead`
    );
  }
  if (options2.onUnknownEventName === "ignore") {
    return;
  }
  if (!emitterEventNames.includes(eventName)) {
    if (options2.onUnknownEventName !== "warn") {
      throw new TypeError(
        `"${eventName}" is not a known webhook name (https://developer.github.com/v3/activity/events/types/)`
      );
    } else {
      (options2.log || console).warn(
        `"${eventName}" is not a known webhook name (https://developer.github.com/v3/activity/events/types/)`
      );
    }
  }
}
function handleEventHandlers(state, webhookName, handler) {
  if (!state.hooks[webhookName]) {
    state.hooks[webhookName] = [];
  }
  state.hooks[webhookName].push(handler);
}
function receiverOn(state, webhookNameOrNames, handler) {
  if (Array.isArray(webhookNameOrNames)) {
    webhookNameOrNames.forEach(
      (webhookName) => receiverOn(state, webhookName, handler)
    );
    return;
  }
  validateEventName(webhookNameOrNames, {
    onUnknownEventName: "warn",
    log: state.log
  });
  handleEventHandlers(state, webhookNameOrNames, handler);
}
function receiverOnAny(state, handler) {
  handleEventHandlers(state, "*", handler);
}
function receiverOnError(state, handler) {
  handleEventHandlers(state, "error", handler);
}
function wrapErrorHandler(handler, error) {
  let returnValue;
  try {
    returnValue = handler(error);
  } catch (error2) {
    console.log('FATAL: Error occurred in "error" event handler');
    console.log(error2);
  }
  if (returnValue && returnValue.catch) {
    returnValue.catch((error2) => {
      console.log('FATAL: Error occurred in "error" event handler');
      console.log(error2);
    });
  }
}
function getHooks(state, eventPayloadAction, eventName) {
  const hooks = [state.hooks[eventName], state.hooks["*"]];
  if (eventPayloadAction) {
    hooks.unshift(state.hooks[`${eventName}.${eventPayloadAction}`]);
  }
  return [].concat(...hooks.filter(Boolean));
}
function receiverHandle(state, event) {
  const errorHandlers = state.hooks.error || [];
  if (event instanceof Error) {
    const error = Object.assign(new AggregateError([event], event.message), {
      event
    });
    errorHandlers.forEach((handler) => wrapErrorHandler(handler, error));
    return Promise.reject(error);
  }
  if (!event || !event.name) {
    const error = new Error("Event name not passed");
    throw new AggregateError([error], error.message);
  }
  if (!event.payload) {
    const error = new Error("Event name not passed");
    throw new AggregateError([error], error.message);
  }
  const hooks = getHooks(
    state,
    "action" in event.payload ? event.payload.action : null,
    event.name
  );
  if (hooks.length === 0) {
    return Promise.resolve();
  }
  const errors = [];
  const promises = hooks.map((handler) => {
    let promise = Promise.resolve(event);
    if (state.transform) {
      promise = promise.then(state.transform);
    }
    return promise.then((event2) => {
      return handler(event2);
    }).catch((error) => errors.push(Object.assign(error, { event })));
  });
  return Promise.all(promises).then(() => {
    if (errors.length === 0) {
      return;
    }
    const error = new AggregateError(
      errors,
      errors.map((error2) => error2.message).join("\n")
    );
    Object.assign(error, {
      event
    });
    errorHandlers.forEach((handler) => wrapErrorHandler(handler, error));
    throw error;
  });
}
function removeListener(state, webhookNameOrNames, handler) {
  if (Array.isArray(webhookNameOrNames)) {
    webhookNameOrNames.forEach(
      (webhookName) => removeListener(state, webhookName, handler)
    );
    return;
  }
  if (!state.hooks[webhookNameOrNames]) {
    return;
  }
  for (let i = state.hooks[webhookNameOrNames].length - 1; i >= 0; i--) {
    if (state.hooks[webhookNameOrNames][i] === handler) {
      state.hooks[webhookNameOrNames].splice(i, 1);
      return;
    }
  }
}
function createEventHandler(options2) {
  const state = {
    hooks: {},
    log: createLogger(options2 && options2.log)
  };
  if (options2 && options2.transform) {
    state.transform = options2.transform;
  }
  return {
    on: receiverOn.bind(null, state),
    onAny: receiverOnAny.bind(null, state),
    onError: receiverOnError.bind(null, state),
    removeListener: removeListener.bind(null, state),
    receive: receiverHandle.bind(null, state)
  };
}
async function verifyAndReceive(state, event) {
  const matchesSignature = await verifyWithFallback(
    state.secret,
    event.payload,
    event.signature,
    state.additionalSecrets
  ).catch(() => false);
  if (!matchesSignature) {
    const error = new Error(
      "[@octokit/webhooks] signature does not match event payload and secret"
    );
    error.event = event;
    error.status = 400;
    return state.eventHandler.receive(error);
  }
  let payload;
  try {
    payload = JSON.parse(event.payload);
  } catch (error) {
    error.message = "Invalid JSON";
    error.status = 400;
    throw new AggregateError([error], error.message);
  }
  return state.eventHandler.receive({
    id: event.id,
    name: event.name,
    payload
  });
}
var textDecoder = new TextDecoder("utf-8", { fatal: false });
var decode = textDecoder.decode.bind(textDecoder);
var Webhooks = class {
  sign;
  verify;
  on;
  onAny;
  onError;
  removeListener;
  receive;
  verifyAndReceive;
  constructor(options2) {
    if (!options2 || !options2.secret) {
      throw new Error("[@octokit/webhooks] options.secret required");
    }
    const state = {
      eventHandler: createEventHandler(options2),
      secret: options2.secret,
      additionalSecrets: options2.additionalSecrets,
      hooks: {},
      log: createLogger(options2.log)
    };
    this.sign = sign.bind(null, options2.secret);
    this.verify = verify.bind(null, options2.secret);
    this.on = state.eventHandler.on;
    this.onAny = state.eventHandler.onAny;
    this.onError = state.eventHandler.onError;
    this.removeListener = state.eventHandler.removeListener;
    this.receive = state.eventHandler.receive;
    this.verifyAndReceive = verifyAndReceive.bind(null, state);
  }
};

// src/webhook/signatures.ts
var FORM = /^sha256=[0-9a-f]{64}$/;
function createSignatures([current, ...others]) {
  const verifiers = [current, ...others].map((secret) => new Webhooks({ secret, log: SILENT }));
  return {
    isGenuine: async (body, signature) => {
      if (signature === void 0 || !FORM.test(signature) || body === "") return false;
      const verdicts = await Promise.all(verifiers.map((verifier) => verifier.verify(body, signature)));
      return verdicts.includes(true);
    }
  };
}
var SILENT = {
  debug: () => void 0,
  info: () => void 0,
  warn: () => void 0,
  error: () => void 0
};

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
  const listen = createListener({
    ...{ inbox, served, clock, log },
    signatures: createSignatures(deps.secrets),
    onAccepted: () => {
      intake.wake();
    }
  });
  return {
    handle: listen,
    start: async () => {
      await inbox.start();
      await reporter.start();
      await intake.start();
      await sweep?.start();
    },
    stop: async () => {
      await sweep?.stop();
      await intake.stop();
      await reporter.stop();
      await inbox.stop();
    }
  };
}

// src/app/peer/webhook-parts.ts
async function createWebhookParts({ config, stateDir, events: events2, clock, log }, operations) {
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
    ...{ secrets, operations, desk, events: events2, clock, log },
    inbox: createSqliteDeliveryInbox(stateDir, clock),
    repositories: config.webhookRepositories,
    url: publicUrl === void 0 ? void 0 : `${publicUrl}${WEBHOOK_PATH}`,
    sweepEveryMs: config.webhookSweepMs,
    linkOf: (taskId) => publicUrl === void 0 ? void 0 : `${publicUrl}/#/task/${encodeURIComponent(taskId)}`,
    rulesOf: async (repository, ref, signal) => {
      if (rulesFile !== void 0) return readRulesFile(rulesFile);
      const text2 = await desk?.fileAt(repository, RULES_PATH, ref, signal);
      return text2 === void 0 ? void 0 : parseRules(text2, `${repository}/${RULES_PATH}`);
    }
  });
}
function parseRules(text2, name2) {
  return parseYaml(text2, name2, rulesSchema);
}
async function readRulesFile(path) {
  const text2 = await readFile(path, "utf8").catch((cause) => {
    throw new RunnerMeshError("config_invalid", `Cannot read the rules ${path}: ${errorText(cause)}.`, { cause });
  });
  return parseRules(text2, path);
}
async function findWebhookSecrets(config) {
  const { webhookSecret: own, webhookSecretFile: path } = config;
  const text2 = path === void 0 ? "" : await findSecret(path);
  if (text2 === void 0)
    throw new RunnerMeshError("config_invalid", `There is no file ${path ?? ""} with the webhook\u2019s secret.`);
  const lines = text2.split("\n").map((line) => line.trim());
  const [first, ...others] = [own ?? "", ...lines].filter((line) => line !== "");
  return first === void 0 ? void 0 : [first, ...others];
}
export {
  createWebhookParts,
  findWebhookSecrets,
  parseRules,
  readRulesFile
};
