import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  STATE,
  isEnded
} from "./chunk-2H43NDAH.js";
import {
  withoutPin
} from "./chunk-HYCXSTJE.js";
import {
  MINUTE,
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  PRIORITY
} from "./chunk-6VFLFCND.js";

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
  backoffMs,
  judgeSettlement,
  stopped,
  judgeLostLease,
  orderKey,
  queuedAt,
  dueAt,
  queueTimeout,
  specOf,
  contentDigest,
  marksOf,
  attemptsOf
};
