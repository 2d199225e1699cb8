import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/core/task.ts
var STATUSES = ["queued", "running", "completed", "failed", "cancelled"];
var PHASES = ["blocked", "delayed", "held", "ready", "preparing", "running", "collecting", "suspect"];
var REASONS = [
  "exit",
  "signal",
  "oom",
  "timeout_queue",
  "timeout_prepare",
  "timeout_run",
  "timeout_total",
  "pull",
  "build",
  "policy",
  "disk",
  "worker_lost",
  "dependency",
  "cancelled"
];
function isTerminal(status) {
  return status === "completed" || status === "failed" || status === "cancelled";
}
var PRIORITY = { lowest: 1, default: 5, highest: 10 };
var DURABILITIES = ["local", "shared"];
var TRUST_CLASSES = ["trusted", "untrusted"];
var PROFILES = ["strict", "standard", "trusted"];
var NETWORKS = ["none", "bridge"];
function tellClocks({ queueMs, prepareMs, runMs, totalMs, graceMs }) {
  return { queue_ms: queueMs, prepare_ms: prepareMs, run_ms: runMs, total_ms: totalMs, grace_ms: graceMs };
}
function ranMs({ startedAt, finishedAt }) {
  return startedAt === void 0 || finishedAt === void 0 ? void 0 : Math.max(0, finishedAt - startedAt);
}

export {
  STATUSES,
  PHASES,
  REASONS,
  isTerminal,
  PRIORITY,
  DURABILITIES,
  TRUST_CLASSES,
  PROFILES,
  NETWORKS,
  tellClocks,
  ranMs
};
