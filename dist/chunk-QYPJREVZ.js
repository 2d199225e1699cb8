import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  capabilitiesView
} from "./chunk-SNT4N2C2.js";
import {
  imageName
} from "./chunk-H2NID2FT.js";
import {
  DURABILITIES,
  NETWORKS,
  PHASES,
  PRIORITY,
  PROFILES,
  REASONS,
  STATUSES,
  TRUST_CLASSES
} from "./chunk-JVD6W2LK.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";

// src/core/image-mark.ts
var MOST_IMAGE_MARKS = 64;
function imageMark(image) {
  let hash = 2166136261;
  for (const byte of new TextEncoder().encode(imageName(image).name)) hash = Math.imul(hash ^ byte, 16777619);
  return (hash >>> 0).toString(36);
}

// src/core/operations/views.ts
var count = () => external_exports.int().min(0).meta({ maximum: void 0 });
var instant = () => count().describe("Epoch milliseconds");
var duration = () => count();
var jsonObject = () => external_exports.record(external_exports.string(), external_exports.json());
var taskIdField = external_exports.string().min(1).max(64).describe("Task id");
var fenceField = external_exports.int().min(1).describe("Fence of the grant");
var progressView = external_exports.object({
  phase: external_exports.enum(["preparing", "running", "collecting"]),
  message: external_exports.string().max(512),
  log_bytes: count(),
  fraction: external_exports.number().min(0).max(1).optional()
});
var taskView = external_exports.object({
  task_id: taskIdField,
  task_type: external_exports.string(),
  model_name: external_exports.string().optional(),
  status: external_exports.enum(STATUSES),
  phase: external_exports.enum(PHASES).optional(),
  reason: external_exports.enum(REASONS).optional(),
  priority: external_exports.int().min(PRIORITY.lowest).max(PRIORITY.highest),
  attempt: count(),
  failures: count(),
  lost: count(),
  created_at: instant(),
  updated_at: instant(),
  ready_at: instant().optional(),
  started_at: instant().optional(),
  finished_at: instant().optional(),
  duration_ms: duration().optional(),
  exit_code: external_exports.int().optional(),
  error: external_exports.string().optional(),
  worker_id: external_exports.string().optional().describe("Peer that runs or ran it"),
  worker_name: external_exports.string().optional().describe("Runner name of that peer"),
  submitter: external_exports.string().optional(),
  cancel_requested: external_exports.boolean().optional(),
  workflow_id: external_exports.string().optional(),
  tags: external_exports.array(external_exports.string()).optional(),
  needs: external_exports.array(external_exports.string()).optional(),
  progress: progressView.optional(),
  payload: jsonObject().optional(),
  result: jsonObject().optional()
});
var attemptView = external_exports.object({
  number: count(),
  fence: fenceField,
  worker_id: external_exports.string(),
  worker_name: external_exports.string().optional(),
  started_at: instant(),
  ended_at: instant().optional(),
  outcome: external_exports.enum(["completed", "failed", "cancelled", "lost", "released"]).optional(),
  reason: external_exports.enum(REASONS).optional(),
  error: external_exports.string().optional()
});
var clocksInput = external_exports.strictObject({
  queue_ms: duration().min(1e3).optional().describe("Longest wait in the queue"),
  prepare_ms: duration().min(1e3).optional().describe("Longest pull or build"),
  run_ms: duration().min(100).optional().describe("Longest run of the container"),
  total_ms: duration().min(1e3).optional().describe("Longest life from submit to end"),
  grace_ms: duration().max(6e5).optional().describe("Between TERM and KILL")
});
var requirementsInput = external_exports.strictObject({
  labels: external_exports.array(external_exports.string().min(1).max(128)).max(32).optional().describe("Labels the runner must have"),
  os: external_exports.string().max(32).optional(),
  arch: external_exports.string().max(32).optional(),
  cpus: external_exports.number().min(0).max(1024).optional(),
  memory_mb: count().optional(),
  disk_mb: count().optional(),
  gpus: count().max(64).optional(),
  trust: external_exports.enum(TRUST_CLASSES).optional(),
  peers: external_exports.array(external_exports.string()).max(64).optional().describe("Only these peers")
});
var retryClass = external_exports.union([
  external_exports.enum(["worker_lost", "pull_failed", "oom", "exit", "any"]),
  external_exports.string().regex(/^exit:[0-9]{1,3}$/)
]);
var submitOptions = {
  priority: external_exports.int().min(PRIORITY.lowest).max(PRIORITY.highest).default(PRIORITY.default).describe("1 to 10; higher runs first"),
  idempotency_key: external_exports.string().min(1).max(256).optional().describe("A repeat with the same key answers the first task"),
  idempotent: external_exports.boolean().default(false).describe("May safely run again elsewhere when its runner is lost"),
  max_failures: external_exports.int().min(1).max(1e3).default(1).describe("Failed attempts before it fails for good"),
  max_lost: external_exports.int().min(0).max(1e3).default(3).describe("Lost runners before it fails for good"),
  retry_on: external_exports.array(retryClass).max(32).default(["pull_failed"]).describe("Failures worth another attempt"),
  delay_ms: duration().max(31536e6).optional().describe("Not before this long from now"),
  needs: external_exports.array(taskIdField).max(256).optional().describe("Tasks that must complete first"),
  concurrency_group: external_exports.strictObject({ key: external_exports.string().min(1).max(256), max: external_exports.int().min(1).max(1e5).default(1) }).optional(),
  requires: requirementsInput.optional(),
  clocks: clocksInput.optional(),
  workflow_id: external_exports.string().min(1).max(256).optional(),
  tags: external_exports.array(external_exports.string().min(1).max(128)).max(32).optional(),
  retention_ms: duration().optional().describe("How long the ended task is kept")
};
var submittedView = external_exports.object({
  task_id: taskIdField,
  created: external_exports.boolean().describe("False when the idempotency key named an existing task"),
  durability: external_exports.enum(DURABILITIES),
  status: external_exports.enum(STATUSES),
  task_type: external_exports.string()
});
var offerInput = external_exports.object({
  task_types: external_exports.array(external_exports.string().max(128)).max(64),
  labels: external_exports.array(external_exports.string().max(128)).max(128),
  os: external_exports.string().max(32),
  arch: external_exports.string().max(32),
  cpus: external_exports.number().min(0),
  memory_bytes: count(),
  disk_bytes: count(),
  gpus: count(),
  trust: external_exports.enum(TRUST_CLASSES),
  policy: external_exports.object({
    digest: external_exports.string().max(128),
    profile: external_exports.enum(PROFILES),
    networks: external_exports.array(external_exports.enum(NETWORKS)).max(8),
    rules: jsonObject().optional()
  }),
  images: external_exports.array(external_exports.string().max(16)).max(MOST_IMAGE_MARKS).optional()
});
var grantView = external_exports.object({
  task_id: taskIdField,
  fence: fenceField,
  attempt: count(),
  lease_ms: duration(),
  task_type: external_exports.string(),
  model_name: external_exports.string(),
  payload: jsonObject(),
  envelope: external_exports.string().optional(),
  /** The peer that grants it answers for its signer, who serves the same home and may be gone. */
  vouched: external_exports.boolean().optional(),
  idempotent: external_exports.boolean(),
  clocks: external_exports.object({
    queue_ms: duration(),
    prepare_ms: duration(),
    run_ms: duration(),
    total_ms: duration(),
    grace_ms: duration()
  }),
  created_at: instant()
});
var fitView = external_exports.object({
  peer_id: external_exports.string(),
  runner_name: external_exports.string().optional(),
  fits: external_exports.boolean(),
  rule: external_exports.string().optional(),
  message: external_exports.string().optional()
});
var peerView = external_exports.object({
  peer_id: external_exports.string(),
  runner_name: external_exports.string(),
  alive: external_exports.boolean(),
  self: external_exports.boolean().optional(),
  relayed: external_exports.boolean().optional(),
  address: external_exports.string().optional(),
  addresses: external_exports.array(external_exports.string()).optional().describe("All under which it says it can be dialled"),
  reachable: external_exports.enum(["internet", "networks", "no", "unknown"]).optional().describe("From where others have reached it"),
  relays: external_exports.boolean().optional().describe("Whether it relays for others"),
  source: external_exports.string().optional().describe("How the connection came about"),
  sources: external_exports.array(external_exports.string()).optional().describe("Every way by which it is found"),
  homes: external_exports.array(external_exports.string()),
  features: external_exports.array(external_exports.string()),
  version: external_exports.string().optional(),
  connected_at: instant().optional(),
  rtt_ms: external_exports.number().optional(),
  capabilities: capabilitiesView.optional(),
  last_error: external_exports.string().optional()
});

export {
  MOST_IMAGE_MARKS,
  imageMark,
  instant,
  duration,
  jsonObject,
  taskIdField,
  fenceField,
  progressView,
  taskView,
  attemptView,
  submitOptions,
  submittedView,
  offerInput,
  grantView,
  fitView,
  peerView
};
