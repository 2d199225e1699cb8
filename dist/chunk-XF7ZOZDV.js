import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  canonicalTaskType,
  queueOptions,
  translatePayload
} from "./chunk-B3FTZ4SR.js";
import {
  parseInput
} from "./chunk-7IKXLO6M.js";
import {
  imageName,
  repositoryName
} from "./chunk-H2NID2FT.js";
import {
  CONTAINER_TYPES,
  imageTask,
  isContainerType,
  networkOf,
  repositoryTask,
  secretAsks
} from "./chunk-LG2VQSGP.js";
import {
  parsePeerId,
  parseTaskId
} from "./chunk-R56T724L.js";
import {
  DAY,
  HOUR,
  MINUTE,
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  tellClocks
} from "./chunk-JVD6W2LK.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/core/policy/asks.ts
function asksOf(type, payload, clocks, by) {
  const container = payload;
  const secrets = secretAsks(container).map(({ ref, env }) => ({ ref, env }));
  const { mounts = [], devices = [] } = container;
  return {
    signer: by.signer,
    depth: by.depth,
    ...type === CONTAINER_TYPES.image ? { image: imageAsk(container) } : { repository: repositoryName(container.repo_url) },
    pids: container.pids,
    ...container.shm_mb === void 0 ? {} : { shmMb: container.shm_mb },
    runMs: clocks.runMs,
    prepareMs: clocks.prepareMs,
    ...mounts.length === 0 ? {} : { mounts: mounts.map(({ source, read_only }) => ({ source, write: !read_only })) },
    ...devices.length === 0 ? {} : { devices: [...devices].sort() },
    ...secrets.length === 0 ? {} : { secrets, submitter: by.submitter }
  };
}
function imageAsk({ image, digest }) {
  const { name, pinned } = imageName(image);
  return { name, pinned: pinned || digest !== void 0 };
}

// src/coordinator/submission.ts
var SUBMISSION = {
  clocks: { queueMs: DAY, prepareMs: 15 * MINUTE, runMs: HOUR, totalMs: DAY + 2 * HOUR, graceMs: 10 * SECOND },
  retentionMs: DAY
};
function fromGeneric({ task_type, model_name, payload, ...options }) {
  const type = canonicalTaskType(task_type);
  const theirs = translatePayload(type, payload);
  if (theirs === void 0) return { type, modelName: model_name, payload, options };
  return {
    type,
    modelName: model_name,
    payload: containerPayload(type, theirs.payload) ?? theirs.payload,
    options: withQueueKeys(options, theirs)
  };
}
function withQueueKeys(options, { queue, runMs }) {
  const { priority, idempotency_key: key, max_attempts: maxFailures } = parseInput(queueOptions, queue);
  return {
    ...options,
    ...priority === void 0 ? {} : { priority },
    ...key === void 0 ? {} : { idempotency_key: key },
    ...maxFailures === void 0 ? {} : { max_failures: maxFailures },
    ...runMs === void 0 ? {} : { clocks: { run_ms: runMs, ...options.clocks } }
  };
}
function fromImage(input) {
  const [payload, options] = split(input, Object.keys(imageTask.shape));
  const type = CONTAINER_TYPES.image;
  return { type, modelName: "", payload: withNetwork(payload), options };
}
function fromRepository(input) {
  const [payload, options] = split(input, Object.keys(repositoryTask.shape));
  const type = CONTAINER_TYPES.repository;
  return { type, modelName: "", payload: withNetwork(payload), options };
}
async function toNewTask({ type, modelName, payload, options }, caller, deps) {
  const clocks = withDefaults(options, deps.settings.clocks);
  const now = deps.clock.now();
  const depth = caller.depth ?? 0;
  const deepest = deps.loopDepth?.() ?? Infinity;
  if (depth > deepest) {
    throw new RunnerMeshError(
      "policy_refused",
      `The task would stand ${String(depth)} deep in a chain of tasks that submit tasks; loop_depth of this peer\u2019s host policy allows ${String(deepest)}.`
    );
  }
  const task = {
    type,
    modelName,
    payload,
    priority: options.priority,
    requirements: requirementsOf(type, payload, options.requires, {
      clocks,
      by: { signer: deps.signer.peer, submitter: caller.principal, depth }
    }),
    clocks,
    idempotent: options.idempotent,
    retryOn: options.retry_on,
    maxFailures: options.max_failures,
    maxLost: options.max_lost,
    ...options.delay_ms === void 0 ? {} : { notBefore: now + options.delay_ms },
    needs: [...new Set((options.needs ?? []).map(parseTaskId))],
    ...options.concurrency_group === void 0 ? {} : { group: options.concurrency_group },
    submitter: caller.principal,
    depth,
    ...options.idempotency_key === void 0 ? {} : { idempotencyKey: options.idempotency_key },
    ...options.workflow_id === void 0 ? {} : { workflowId: options.workflow_id },
    tags: [...new Set(options.tags ?? [])],
    retentionMs: options.retention_ms ?? deps.settings.retentionMs
  };
  return isContainerType(type) ? { ...task, envelope: await sealTask(task, now, deps) } : task;
}
function requirementsOf(type, payload, requires = {}, signed) {
  const container = isContainerType(type) ? payload : void 0;
  const MiB = 1048576;
  return {
    taskType: type,
    labels: [...new Set(requires.labels ?? [])].sort(),
    ...requires.os === void 0 ? {} : { os: requires.os },
    ...requires.arch === void 0 ? {} : { arch: requires.arch },
    cpus: Math.max(container?.cpus ?? 0, requires.cpus ?? 0),
    memoryBytes: Math.max(container?.memory_mb ?? 0, requires.memory_mb ?? 0) * MiB,
    diskBytes: Math.max(container?.disk_mb ?? 0, requires.disk_mb ?? 0) * MiB,
    gpus: Math.max(container?.gpus ?? 0, requires.gpus ?? 0),
    profile: container?.profile ?? "strict",
    network: container === void 0 ? "none" : networkOf(container),
    ...requires.trust === void 0 ? {} : { trust: requires.trust },
    peers: [...new Set((requires.peers ?? []).map(parsePeerId))].sort(),
    ...container === void 0 || signed === void 0 ? {} : { asks: asksOf(type, payload, signed.clocks, signed.by) }
  };
}
function containerPayload(type, payload) {
  if (type === CONTAINER_TYPES.image) return withNetwork(parseInput(imageTask, payload));
  if (type === CONTAINER_TYPES.repository) return withNetwork(parseInput(repositoryTask, payload));
  return void 0;
}
function withNetwork(container) {
  return { ...container, network: networkOf(container) };
}
function sealTask(task, now, { signer, meshIds, random }) {
  const { clocks } = task;
  const oldest = meshIds.at(-1) ?? meshIds[0];
  const newer = meshIds.filter((meshId) => meshId !== oldest);
  const content = {
    audience: oldest,
    ...newer.length === 0 ? {} : { also: newer },
    nonce: Buffer.from(random.bytes(16)).toString("base64url"),
    issued_at: now,
    expires_at: now + clocks.totalMs,
    crit: ["audience", "expires_at", "payload", "clocks"],
    task_type: task.type,
    payload: task.payload,
    clocks: tellClocks(clocks),
    submitter: task.submitter,
    depth: task.depth
  };
  return signer.seal("task", new TextEncoder().encode(JSON.stringify(content)));
}
function needsOf({ type, payload, options }, defaults, by) {
  return requirementsOf(type, payload, options.requires, { clocks: withDefaults(options, defaults), by });
}
function withDefaults({ clocks: asked, delay_ms: delayMs = 0 }, defaults) {
  const clocks = {
    queueMs: asked?.queue_ms ?? defaults.queueMs,
    prepareMs: asked?.prepare_ms ?? defaults.prepareMs,
    runMs: asked?.run_ms ?? defaults.runMs,
    graceMs: asked?.grace_ms ?? defaults.graceMs,
    totalMs: asked?.total_ms ?? defaults.totalMs + delayMs
  };
  if (delayMs >= clocks.totalMs) {
    throw new RunnerMeshError(
      "bad_request",
      `delay_ms ${String(delayMs)} leaves nothing of total_ms ${String(clocks.totalMs)}, which runs from the submit on. Raise total_ms or leave it out.`
    );
  }
  if (asked?.total_ms !== void 0 && asked.queue_ms !== void 0 && asked.queue_ms > asked.total_ms) {
    throw new RunnerMeshError(
      "bad_request",
      `clocks: queue_ms ${String(asked.queue_ms)} is longer than total_ms ${String(asked.total_ms)}. Raise total_ms or lower queue_ms.`
    );
  }
  return clocks;
}
function split(input, names) {
  const entries = Object.entries(input);
  return [
    Object.fromEntries(entries.filter(([name]) => names.includes(name))),
    Object.fromEntries(entries.filter(([name]) => !names.includes(name)))
  ];
}

export {
  SUBMISSION,
  fromGeneric,
  fromImage,
  fromRepository,
  toNewTask,
  requirementsOf,
  containerPayload,
  sealTask,
  needsOf
};
