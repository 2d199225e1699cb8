import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  STATE,
  isEnded
} from "./chunk-YNBUGJVE.js";
import {
  withoutPin
} from "./chunk-LG2VQSGP.js";
import {
  MINUTE,
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  PRIORITY
} from "./chunk-JVD6W2LK.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";

// src/store/event-listeners.ts
var EventListeners = class {
  #log;
  #listeners = /* @__PURE__ */ new Set();
  constructor(log) {
    this.#log = log;
  }
  /** @returns a function that ends it */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  emit(event) {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (thrown) {
        this.#log.error("store.listener_failed", { error: errorText(thrown) });
      }
    }
  }
};

// src/core/retry.ts
function isRetryable(failure, retryOn) {
  if (failure.reason === "policy" || failure.reason === "cancelled" || failure.reason === "dependency") return false;
  return retryOn.some((kind) => {
    switch (kind) {
      case "any":
        return true;
      case "worker_lost":
        return failure.reason === "worker_lost";
      case "pull_failed":
        return failure.reason === "pull";
      case "oom":
        return failure.reason === "oom";
      case "exit":
        return failure.reason === "exit" || failure.reason === "signal";
      default:
        return failure.reason === "exit" && kind === `exit:${String(failure.exitCode)}`;
    }
  });
}
var BACKOFF = { firstMs: 2 * SECOND, longestMs: 15 * MINUTE };
function backoffMs(failures, unit) {
  const ceiling = Math.min(BACKOFF.longestMs, BACKOFF.firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(ceiling * unit);
}

// src/store/lifecycle.ts
function judgeSettlement(facts, settlement) {
  if (facts.settledBefore) return { outcome: "already" };
  if (settlement.fence !== facts.latestFence) return { outcome: "fenced" };
  if (facts.stage === "ended") return { outcome: "fenced" };
  if (settlement.status === "completed") return { outcome: "settled", next: { kind: "end", status: "completed" } };
  if (facts.stage !== "running") return { outcome: "fenced" };
  return { outcome: "settled", next: judgeFailure(facts, settlement) };
}
function judgeFailure(facts, settlement) {
  if (facts.stop !== "none") return stopped(facts.stop);
  if (settlement.status === "cancelled") return stopped("cancel");
  return judgeAttempt(facts, settlement.reason ?? "exit", settlement.exitCode);
}
function stopped(stop) {
  return stop === "cancel" ? { kind: "end", status: "cancelled", reason: "cancelled" } : { kind: "end", status: "failed", reason: "timeout_total" };
}
function judgeAttempt(budget, reason, exitCode) {
  const failure = { reason, ...exitCode === void 0 ? {} : { exitCode } };
  if (budget.failures + 1 < budget.maxFailures && isRetryable(failure, budget.retryOn)) return { kind: "retry" };
  return { kind: "end", status: "failed", reason };
}
function judgeLostLease(facts) {
  if (facts.stop !== "none") return stopped(facts.stop);
  if (facts.lost + 1 > facts.maxLost) {
    if (facts.idempotent || facts.suspect) return { kind: "end", status: "failed", reason: "worker_lost" };
    return { kind: "suspect" };
  }
  if (facts.idempotent) return { kind: "offer" };
  if (!facts.suspect) return { kind: "suspect" };
  return judgeAttempt(facts, "worker_lost", void 0);
}

// src/core/order-key.ts
var AGEING_STEP_MS = 6e4;
function orderKey(readyAt, priority) {
  return readyAt - (priority - PRIORITY.lowest) * AGEING_STEP_MS;
}

// src/store/queue-times.ts
function queuedAt(readyAt, priority, now) {
  return {
    state: readyAt > now ? STATE.delayed : STATE.ready,
    readyAt,
    orderKey: orderKey(readyAt, priority),
    pending: 0
  };
}
function dueAt(state, readyAt, row) {
  if (state === STATE.ready) return Math.min(readyAt + row.queue_ms, row.total_at);
  return state === STATE.delayed ? Math.min(readyAt, row.total_at) : row.total_at;
}
function dependencyFailed(parent) {
  return { status: "failed", reason: "dependency", error: `It needs task ${parent}, which did not complete.` };
}
function queueTimeout(row, now) {
  if (row.total_at <= now) {
    return {
      status: "failed",
      reason: "timeout_total",
      error: "Its time limit from submit to end ran out in the queue."
    };
  }
  if (row.state === STATE.ready && row.ready_at + row.queue_ms <= now) {
    const waited = String(Math.round((now - row.ready_at) / 1e3));
    return { status: "failed", reason: "timeout_queue", error: `No fitting runner took it within ${waited} s.` };
  }
  return void 0;
}

// src/store/swept.ts
function nothingSwept() {
  return { ready: [], suspect: [], ended: [], more: false };
}
function sweepOf(steps, dues) {
  const next = dues.filter((ms) => ms !== void 0).map((ms) => Math.max(0, ms));
  return {
    ready: steps.flatMap((step) => step.ready),
    suspect: steps.flatMap((step) => step.suspect),
    ended: steps.flatMap((step) => step.ended),
    ...next.length === 0 ? {} : { nextDueMs: Math.min(...next) }
  };
}

// src/store/cron-rows.ts
var CRON_COLUMNS = "name, expression, time_zone, template, next_at, paused, fired_at";
function cronEntryOf(row) {
  return {
    name: row.name,
    expression: row.expression,
    timeZone: row.time_zone,
    template: JSON.parse(row.template),
    nextAt: row.next_at,
    paused: isPaused(row)
  };
}
function isPaused({ paused }) {
  return paused === true || paused === 1;
}
function taskOfInstant({ name, template }, scheduledAt, envelope) {
  const { alias: _alias, notBefore: _notBefore, ...task } = JSON.parse(template);
  const signed = envelope === void 0 ? task : { ...task, envelope };
  return { ...signed, idempotencyKey: `cron:${name}:${String(scheduledAt)}` };
}

// src/store/named-submits.ts
function repeatedTask(home, task, digest, { byKey, byAlias }) {
  const named = byKey ?? byAlias;
  if (named === void 0) return void 0;
  if (byKey !== void 0 && byAlias !== void 0 && byKey.seq !== byAlias.seq) {
    throw conflict(`The key and the id of this submit name two tasks, ${home.idOf(byKey)} and ${home.idOf(byAlias)}.`);
  }
  if (Buffer.compare(named.digest, digest) !== 0) {
    const what = byKey === void 0 ? `id ${quoted(task.alias)}` : `key ${quoted(task.idempotencyKey)}`;
    throw conflict(`The ${what} was used before for another type or payload, as task ${home.idOf(named)}.`);
  }
  return home.idOf(named);
}
function conflict(message) {
  return new RunnerMeshError("idempotency_conflict", `${message} Use a new one for a new task.`);
}
function quoted(text) {
  return JSON.stringify(text);
}

// src/store/spec.ts
import { createHash } from "node:crypto";
function specOf(task) {
  return {
    type: task.type,
    modelName: task.modelName,
    payload: task.payload,
    ...task.envelope === void 0 ? {} : { envelope: task.envelope },
    clocks: task.clocks,
    idempotent: task.idempotent,
    retryOn: task.retryOn,
    maxFailures: task.maxFailures,
    maxLost: task.maxLost,
    needs: task.needs,
    depth: task.depth,
    ...task.idempotencyKey === void 0 ? {} : { idempotencyKey: task.idempotencyKey },
    ...task.alias === void 0 ? {} : { alias: task.alias },
    ...task.workflowId === void 0 ? {} : { workflowId: task.workflowId },
    tags: task.tags
  };
}
function contentDigest(task) {
  const content = JSON.stringify([task.type, task.modelName, sorted(withoutPin(task.type, task.payload))]);
  return createHash("sha256").update(content).digest().subarray(0, 16);
}
function marksOf({ workflowId, tags }) {
  return [...workflowId === void 0 ? [] : [`workflow ${workflowId}`], ...tags.map((tag) => `tag ${tag}`)];
}
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const fields = Object.entries(value);
  return Object.fromEntries(fields.sort(([a], [b]) => a < b ? -1 : 1).map(([key, field]) => [key, sorted(field)]));
}

// src/store/attempt-rows.ts
function attemptsOf(row, rows, error) {
  const earlier = rows.map((attempt) => ({
    number: attempt.number,
    fence: attempt.fence,
    worker: attempt.worker,
    startedAt: attempt.started_at,
    endedAt: attempt.ended_at,
    outcome: attempt.outcome,
    ...attempt.reason === null ? {} : { reason: attempt.reason },
    ...attempt.error === null ? {} : { error: attempt.error }
  }));
  if (row.fence === 0 || earlier.at(-1)?.fence === row.fence) return earlier;
  return [...earlier, lastAttempt(row, error)];
}
function lastAttempt(row, error) {
  const begun = {
    number: row.attempt,
    fence: row.fence,
    worker: row.worker,
    startedAt: row.started_at ?? row.created_at
  };
  if (!isEnded(row.state)) return begun;
  return {
    ...begun,
    endedAt: row.finished_at ?? row.updated_at,
    outcome: row.state === STATE.completed ? "completed" : row.state === STATE.failed ? "failed" : "cancelled",
    ...row.reason === null ? {} : { reason: row.reason },
    ...error === null ? {} : { error }
  };
}

export {
  EventListeners,
  backoffMs,
  judgeSettlement,
  stopped,
  judgeLostLease,
  orderKey,
  queuedAt,
  dueAt,
  dependencyFailed,
  queueTimeout,
  nothingSwept,
  sweepOf,
  CRON_COLUMNS,
  cronEntryOf,
  isPaused,
  taskOfInstant,
  repeatedTask,
  specOf,
  contentDigest,
  marksOf,
  attemptsOf
};
