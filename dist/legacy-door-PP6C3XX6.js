import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  LEGACY_PRINCIPAL,
  legacyLeaseEnd,
  legacyWorkerName
} from "./chunk-XDULKKDN.js";
import {
  BadFrame,
  CONTAINER_MODEL,
  CONTAINER_SPELLINGS,
  FRAMES_PER_SECOND,
  FrameReader,
  GrowingBytes,
  MAX_FRAMES,
  MAX_MESSAGE_BYTES,
  TokenBucket,
  UnprovenBytes,
  claimLabels,
  done,
  encodeObject,
  errorReply,
  expandTaskTypes,
  failed,
  parseObject,
  splitPayload,
  toOurTypes,
  toTheirPayload,
  toTheirResult,
  toWireType,
  typeNames
} from "./chunk-6Z6E4QBO.js";
import {
  LEGACY_PROTOCOLS
} from "./chunk-VOOCSGJM.js";
import {
  isObject,
  numberOf,
  pythonInt,
  textOf
} from "./chunk-VUFGL47S.js";
import {
  canonicalTaskType
} from "./chunk-B3FTZ4SR.js";
import {
  isOperationName
} from "./chunk-VKJLFJSI.js";
import "./chunk-C6YG63S3.js";
import "./chunk-QYPJREVZ.js";
import "./chunk-SNT4N2C2.js";
import "./chunk-H2NID2FT.js";
import "./chunk-WGTKGJ5D.js";
import {
  TimeLimit
} from "./chunk-5TLONCOL.js";
import {
  isContainerType
} from "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  STATUSES,
  ranMs
} from "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";
import {
  __callDispose,
  __using
} from "./chunk-GGYFKO7C.js";

// src/peers/legacy/task-record.ts
function toRecord(task) {
  const leaseUntil = legacyLeaseEnd(task);
  const isRunning = task.status === "running";
  return {
    task_id: task.id,
    task_type: toWireType(task.type),
    model_name: modelOf(task),
    payload: payloadOf(task),
    status: task.status,
    assigned_worker: task.status === "queued" || task.worker === void 0 ? null : legacyWorkerName(task.worker),
    created_at: seconds(task.createdAt),
    updated_at: seconds(task.updatedAt),
    result: resultOf(task),
    error: task.error ?? null,
    priority: task.priority,
    attempt: task.attempt,
    max_attempts: task.maxFailures,
    next_attempt_at: task.phase === "delayed" ? seconds(task.readyAt) : 0,
    lease_until: leaseUntil === void 0 ? null : seconds(leaseUntil),
    heartbeat_at: isRunning ? seconds(task.startedAt ?? task.updatedAt) : null,
    idempotency_key: task.idempotencyKey ?? null,
    ...task.phase === void 0 ? {} : { phase: task.phase },
    ...task.reason === void 0 ? {} : { reason: task.reason }
  };
}
function toClaimed({ task, fence, attempt, leaseMs }, asked) {
  return {
    task_id: task.id,
    task_type: toWireType(task.type, asked),
    model_name: modelOf(task),
    payload: pinned(payloadOf(task)),
    created_at: seconds(task.createdAt),
    status: "running",
    assigned_worker: task.worker === void 0 ? null : legacyWorkerName(task.worker),
    attempt,
    fence,
    lease_s: seconds(leaseMs)
  };
}
function modelOf({ modelName, type }) {
  return modelName === "" && isContainerType(type) ? CONTAINER_MODEL : modelName;
}
function payloadOf({ payload, priority, idempotencyKey, clocks, type }) {
  if (!isContainerType(type)) return payload;
  return {
    ...toTheirPayload(payload, clocks.runMs),
    priority,
    ...idempotencyKey === void 0 ? {} : { idempotency_key: idempotencyKey }
  };
}
function pinned(payload) {
  const { image, digest: digest2 } = payload;
  return typeof image === "string" && typeof digest2 === "string" ? { ...payload, image: `${image}@${digest2}` } : payload;
}
function resultOf(task) {
  const { type, result, exitCode, status, error } = task;
  if (result === void 0) return null;
  if (!isContainerType(type)) return result;
  return toTheirResult(result, { status, exitCode, error, ranMs: ranMs(task) });
}
function seconds(ms) {
  return ms / SECOND;
}

// src/peers/legacy/task-requests.ts
var DEFAULT_TYPE = "text-generation";
var DEFAULT_WAIT_S = 60;
var WAIT_ONCE_S = 300;
var LIST = { default: 50, most: 1e3, page: 100 };
var LIST_BYTES = 9e5;
function createTaskRequests(deps) {
  const cancel = (request, asked) => cancelTask(deps, request, asked);
  const list = (request) => listTasks(deps, request);
  return {
    submit: (request, asked) => submitTask(deps, request, asked),
    get: async (request) => done({ task: await findRecord(deps, textOf(request["task_id"])) }),
    wait: (request, asked) => waitForTask(deps, request, asked),
    ...{ cancel, "task.cancel": cancel },
    ...{ list, "tasks.list": list, "queue.list": list }
  };
}
function progressless({ signal }, caller) {
  return { caller, signal, progress: () => void 0 };
}
async function submitTask(deps, request, asked) {
  const type = canonicalTaskType(textOf(request["task_type"]) || DEFAULT_TYPE);
  const given = request["payload"] ?? {};
  const { options, payload } = splitPayload(
    isObject(given) ? given : { payload: given },
    deps.clock.now(),
    isContainerType(type)
  );
  const { task_id: taskId } = await deps.operations.call(
    "p2p_taskqueue_submit",
    { task_type: type, model_name: textOf(request["model_name"]), payload, ...options },
    progressless(asked, deps.caller)
  );
  return done({ task_id: taskId });
}
async function findRecord({ work }, taskId) {
  const task = await work.find(taskId);
  return task === void 0 ? null : toRecord(task);
}
async function waitForTask(deps, request, asked) {
  const taskId = textOf(request["task_id"]);
  if (taskId === "") return failed("missing_task_id");
  const wanted = numberOf(request["timeout_s"]) ?? 0;
  const until = deps.clock.mono() + (wanted > 0 ? wanted : DEFAULT_WAIT_S) * 1e3;
  if (await deps.work.find(taskId) === void 0) return done({ task: null });
  for (; ; ) {
    const leftS = Math.max(0, until - deps.clock.mono()) / 1e3;
    const { timed_out: timedOut } = await deps.operations.call(
      "p2p_taskqueue_wait_task",
      { task_id: taskId, timeout_s: Math.min(WAIT_ONCE_S, leftS), log_tail_lines: 0 },
      progressless(asked, deps.caller)
    );
    if (!timedOut || leftS <= WAIT_ONCE_S) return done({ task: await findRecord(deps, taskId) });
  }
}
async function cancelTask(deps, request, asked) {
  const taskId = textOf(request["task_id"]);
  if (taskId === "") return failed("missing_task_id");
  try {
    const { outcome } = await deps.operations.call(
      "p2p_taskqueue_cancel",
      { task_id: taskId },
      progressless(asked, deps.caller)
    );
    return done({ cancelled: outcome === "cancelled", ...outcome === "requested" ? { requested: true } : {} });
  } catch (error) {
    if (error instanceof RunnerMeshError && error.code === "task_not_found") return done({ cancelled: false });
    throw error;
  }
}
async function listTasks({ work }, request) {
  const status = textOf(request["status"]).toLowerCase();
  if (status !== "" && !isStatus(status)) return done({ tasks: [] });
  const limit = Math.min(LIST.most, Math.max(1, pythonInt(request["limit"] ?? LIST.default) ?? LIST.default));
  const types = toOurTypes(typeNames(request["task_types"]));
  const tasks = await work.list(
    { ...isStatus(status) ? { statuses: [status] } : {}, ...types.length === 0 ? {} : { types } },
    limit
  );
  const rows = [];
  let bytes = 0;
  for (const task of tasks) {
    const row = toRecord(task);
    bytes += Buffer.byteLength(JSON.stringify(row));
    if (bytes > LIST_BYTES) return done({ tasks: rows, truncated: true });
    rows.push(row);
  }
  return done({ tasks: rows });
}
function isStatus(text) {
  return STATUSES.some((status) => status === text);
}

// src/peers/legacy/cache-requests.ts
var LONGEST_TTL_S = 31536e3;
function createCacheRequests({ operations, caller }) {
  const keyed = (work) => async (request, asked) => {
    const { key } = request;
    if (typeof key !== "string" || key.trim() === "") return failed("missing_key");
    return done({ key, ...await work(key, request, asked) });
  };
  const get = keyed(async (key, _request, asked) => {
    const { hit, value } = await operations.call("p2p_taskqueue_cache_get", { key }, progressless(asked, caller));
    return { hit: hit && value !== null && value !== void 0, value: value ?? null };
  });
  const has = keyed(async (key, _request, asked) => {
    const { hit } = await operations.call("p2p_taskqueue_cache_has", { key }, progressless(asked, caller));
    return { hit };
  });
  const set = keyed(async (key, request, asked) => {
    const ttl = Math.min(LONGEST_TTL_S, Math.max(0, numberOf(request["ttl_s"]) ?? 0));
    const input = { key, value: request["value"] ?? null, ttl_s: ttl };
    const { stored } = await operations.call("p2p_taskqueue_cache_set", input, progressless(asked, caller));
    return { stored };
  });
  const remove = keyed(async (key, _request, asked) => {
    await operations.call("p2p_taskqueue_cache_delete", { key }, progressless(asked, caller));
    return { deleted: true };
  });
  return {
    ...{ "cache.get": get, cache_get: get, cache: get },
    ...{ "cache.has": has, cache_has: has },
    ...{ "cache.set": set, cache_set: set },
    ...{ "cache.delete": remove, cache_delete: remove, "cache.del": remove, cache_del: remove }
  };
}

// src/peers/legacy/known-workers.ts
var LIVE_MS = 300 * SECOND;
var MOST = 1e3;
var KnownWorkers = class {
  #clock;
  #seen = /* @__PURE__ */ new Map();
  constructor(clock) {
    this.#clock = clock;
  }
  /** A heartbeat says less than a claim did, and takes nothing back. */
  saw(sighting) {
    const before = this.#seen.get(sighting.peer);
    const kept = sighting.worker === "" && before !== void 0 ? { worker: before.worker, types: before.types } : {};
    this.#seen.delete(sighting.peer);
    this.#seen.set(sighting.peer, { ...sighting, ...kept, mono: this.#clock.mono(), at: this.#clock.now() });
    if (this.#seen.size <= MOST) return;
    const [oldest] = this.#seen.keys();
    if (oldest !== void 0) this.#seen.delete(oldest);
  }
  /** The one heard of longest ago first. */
  list() {
    const since = this.#clock.mono() - LIVE_MS;
    return [...this.#seen.values()].filter(({ mono }) => mono >= since);
  }
};

// src/peers/legacy/line-server.ts
var NEWLINE = 10;
function serveLine(stream, { requests, unproven, log }) {
  const gone = new AbortController();
  let bytes = new GrowingBytes();
  let asked = false;
  const forget = () => {
    unproven.giveBack(bytes.length);
    bytes = new GrowingBytes();
  };
  const answer = async (line) => {
    const reply = await replyTo(line);
    const text = Buffer.from(`${JSON.stringify(reply)}
`);
    const tooLong = text.length > MAX_MESSAGE_BYTES;
    await stream.send(tooLong ? Buffer.from(`${JSON.stringify(requests.refuse("frame_too_large"))}
`) : text);
    await stream.close();
  };
  const replyTo = async (line) => {
    try {
      const request = parseObject(line);
      if (requests.isAuthorized(request)) stream.trust();
      return await requests.answer(request, { transport: stream.remote, signal: gone.signal });
    } catch (thrown) {
      if (thrown instanceof BadFrame) return requests.refuse(thrown.fault);
      throw thrown;
    }
  };
  const begin = (line) => {
    asked = true;
    answer(line).catch((cause) => {
      log.debug("legacy.answer_lost", { remote: stream.remote, error: errorText(cause) });
      stream.abort(new Error("the answer could not be sent"));
    });
  };
  stream.onClose(() => {
    forget();
    gone.abort(new Error("the asker has gone"));
  });
  stream.onEnd(() => {
    if (!asked) void stream.close();
  });
  stream.onBytes((chunk) => {
    if (asked) return;
    if (!unproven.take(chunk.length)) {
      stream.abort(new Error("too much is held for those who have not shown the token"));
      return;
    }
    bytes.push(chunk);
    if (chunk.includes(NEWLINE)) {
      const line = bytes.view();
      forget();
      begin(line);
    } else if (bytes.length >= MAX_MESSAGE_BYTES) {
      asked = true;
      forget();
      void stream.send(Buffer.from(`${JSON.stringify(requests.refuse("frame_too_large"))}
`)).then(
        () => stream.close(),
        () => void 0
      );
    }
  });
}

// src/peers/legacy/requests.ts
import { createHash, timingSafeEqual } from "node:crypto";
function createRequests({ self, token, operations, log }) {
  const expected = digest(token);
  const isAuthorized = (request) => timingSafeEqual(digest(textOf(request["token"])), expected);
  const sign = (reply) => ({ ...reply, peer_id: self });
  return {
    isAuthorized,
    answer: async (request, asked) => {
      if (!isAuthorized(request)) return sign(failed("unauthorized"));
      const op = textOf(request["op"]).toLowerCase();
      const handle = Object.hasOwn(operations, op) ? operations[op] : void 0;
      if (handle === void 0) return sign(failed("unknown_op"));
      try {
        return sign(await handle(request, asked));
      } catch (thrown) {
        log.warn("legacy.request_failed", { op, error: errorText(thrown) });
        return sign(errorReply(thrown));
      }
    },
    refuse: (error) => sign(failed(error))
  };
}
function digest(text) {
  return createHash("sha256").update(text).digest();
}

// src/peers/legacy/session-server.ts
var RPC_TOOL = "task_queue.rpc";
var PROFILE = "mcp++/p2p-transport";
var CODES = {
  init_required: -32e3,
  unknown_tool: -32002,
  invalid_tool_params: -32002,
  frame_too_large: -32003,
  invalid_json: -32003,
  invalid_message: -32003,
  rate_limited: -32010,
  invalid_jsonrpc: -32600,
  method_not_found: -32601,
  invalid_params: -32602
};
function serveSession(stream, deps) {
  new Session(stream, deps).serve();
}
var Session = class {
  #stream;
  #deps;
  #reader = new FrameReader();
  #gone = new AbortController();
  #bucket;
  #proven = false;
  #initialized = false;
  #frames = 0;
  #reading = false;
  #over = false;
  #counted = 0;
  constructor(stream, deps) {
    this.#stream = stream;
    this.#deps = deps;
    this.#bucket = new TokenBucket(MAX_FRAMES, FRAMES_PER_SECOND, deps.clock.mono() / 1e3);
  }
  serve() {
    const { counts } = this.#deps;
    counts.sessions_started += 1;
    this.#stream.onClose(() => {
      counts.sessions_closed += 1;
      this.#over = true;
      this.#count(0);
      this.#gone.abort(new Error("the asker has gone"));
    });
    this.#stream.onEnd(() => {
      this.#ended = true;
      void this.#read();
    });
    this.#stream.onBytes((chunk) => {
      if (this.#over) return;
      this.#reader.push(chunk);
      if (this.#reader.held > 2 * MAX_MESSAGE_BYTES || !this.#count(this.#reader.held)) {
        this.#stream.abort(new Error("too much is asked before it is answered"));
        return;
      }
      void this.#read();
    });
  }
  #ended = false;
  /** @returns false when there is no room for those who have not shown the token */
  #count(held) {
    const now = this.#proven ? 0 : held;
    const { unproven } = this.#deps;
    if (now > this.#counted && !unproven.take(now - this.#counted)) return false;
    if (now < this.#counted) unproven.giveBack(this.#counted - now);
    this.#counted = now;
    return true;
  }
  /** Frames one after another; a second call while one is read is the first one's next round. */
  async #read() {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (!this.#over) {
        const frame = this.#reader.next();
        if (frame === void 0) break;
        this.#count(this.#reader.held);
        await this.#take(frame);
      }
      if (this.#ended && !this.#over) await this.#end();
    } catch (thrown) {
      await this.#fail(thrown);
    } finally {
      this.#reading = false;
    }
  }
  async #fail(thrown) {
    const { counts, log } = this.#deps;
    if (thrown instanceof BadFrame) {
      counts.frame_errors += 1;
      await this.#refuse(null, thrown.fault).catch(() => void 0);
    } else if (!this.#over) {
      counts.internal_errors += 1;
      log.warn("legacy.session_failed", { remote: this.#stream.remote, error: errorText(thrown) });
    }
    await this.#end();
  }
  async #take(frame) {
    const { id } = frame;
    this.#frames += 1;
    if (this.#frames > MAX_FRAMES || !this.#bucket.take(this.#deps.clock.mono() / 1e3)) {
      this.#deps.counts.rate_limited += 1;
      if (id !== void 0) await this.#refuse(id, "rate_limited");
      await this.#end();
      return;
    }
    if (!this.#initialized && frame["jsonrpc"] === void 0 && frame["type"] !== void 0) {
      await this.#refuseDialectB(frame);
      return;
    }
    if (frame["jsonrpc"] !== "2.0" || typeof frame["method"] !== "string") {
      await this.#refuse(id ?? null, "invalid_jsonrpc");
      await this.#end();
      return;
    }
    if (id === void 0) return;
    if (!this.#initialized) await this.#initialize(id, frame["method"]);
    else await this.#call(id, frame["method"], frame["params"]);
  }
  async #initialize(id, method) {
    if (method !== "initialize") {
      await this.#refuse(id, "init_required");
      await this.#end();
      return;
    }
    this.#initialized = true;
    this.#deps.counts.initialized_sessions += 1;
    await this.#send({ jsonrpc: "2.0", id, result: greeting(this.#deps) });
  }
  async #call(id, method, params) {
    if (method === "tools/list" || method === "tools.list") {
      await this.#send({ jsonrpc: "2.0", id, result: { tools: [RPC_TOOL_VIEW] } });
      return;
    }
    if (method !== "tools/call" && method !== "tools.call") {
      await this.#refuse(id, "method_not_found");
      return;
    }
    if (params !== void 0 && params !== null && !isObject(params)) {
      await this.#refuse(id, "invalid_params");
      return;
    }
    if (params?.["name"] !== RPC_TOOL) {
      await this.#refuse(id, "unknown_tool");
      return;
    }
    await this.#ask(id, params["arguments"] ?? {});
  }
  async #ask(id, given) {
    if (!isObject(given) || Object.hasOwn(given, "self")) {
      await this.#send({
        jsonrpc: "2.0",
        id,
        error: { code: CODES.invalid_tool_params, message: "invalid_params" }
      });
      return;
    }
    const { requests, counts } = this.#deps;
    const values = Object.values(given);
    const [only] = values;
    const request = values.length === 1 && isObject(only) ? only : given;
    if (requests.isAuthorized(request)) {
      this.#proven = true;
      this.#count(0);
      this.#stream.trust();
    } else counts.unauthorized += 1;
    const content = await requests.answer(request, { transport: this.#stream.remote, signal: this.#gone.signal });
    const answer = encodeObject({ jsonrpc: "2.0", id, result: { content } });
    if (answer !== void 0) await this.#stream.send(answer);
    else await this.#send({ jsonrpc: "2.0", id, result: { content: requests.refuse("frame_too_large") } });
  }
  async #refuseDialectB({ id, method }) {
    await this.#send({
      type: "response",
      id: id ?? null,
      method: method ?? null,
      params: null,
      result: null,
      error: "This peer does not answer unproven requests. Use task_queue.rpc with the token.",
      sender: this.#deps.self,
      timestamp: this.#deps.clock.now() / 1e3
    });
    await this.#end();
  }
  async #refuse(id, fault) {
    await this.#send({ jsonrpc: "2.0", id, error: { code: CODES[fault], message: fault } });
  }
  async #send(message) {
    const frame = encodeObject(message);
    if (frame !== void 0) await this.#stream.send(frame);
  }
  async #end() {
    if (this.#over) return;
    this.#over = true;
    await this.#stream.close();
  }
};
var RPC_TOOL_VIEW = {
  name: RPC_TOOL,
  description: "Invoke a TaskQueue RPC operation over MCP++.",
  inputSchema: { type: "object", additionalProperties: true }
};
function greeting({ self, version }) {
  return {
    ok: true,
    protocolVersion: "2024-11-05",
    serverInfo: { name: "runner-mesh", version },
    capabilities: {
      tools: { listChanged: true },
      mcpPlusPlusProfiles: [PROFILE],
      experimental: { [PROFILE]: true }
    },
    transport: "/mcp+p2p/1.0.0",
    server: { peer_id: self },
    profile_negotiation: { supports_profile_negotiation: true, mode: "optional_additive", profiles: [PROFILE] },
    active_profile: PROFILE,
    limits: {
      max_frame_bytes: MAX_MESSAGE_BYTES,
      max_frames: MAX_FRAMES,
      rate_capacity: MAX_FRAMES,
      rate_refill_per_sec: FRAMES_PER_SECOND
    }
  };
}

// src/peers/legacy/status-requests.ts
function createStatusRequests(deps) {
  const status = (request, asked) => statusOf(deps, request["detail"] === true, asked);
  return { status, capabilities: status, describe: status };
}
async function statusOf(deps, detail, asked) {
  const own = deps.ownTypes();
  const basic = {
    capabilities: {
      task_types: own.map((type) => toWireType(type)),
      models: [],
      endpoints_by_model: {},
      endpoint_types_by_model: {},
      hwtest: {},
      resource_keys: []
    },
    nat: { autonat: { supported: false, status: "unavailable", code: null } },
    session: ""
  };
  if (!detail) return done(basic);
  const call = progressless(asked, deps.caller);
  const counts = await deps.operations.call("p2p_taskqueue_status", { detail: true }, call);
  const clock = await deps.operations.call("p2p_get_merkle_clock", {}, call);
  const peers = deps.known.list().map(({ peer, at, worker, types, transport, hint }) => ({
    peer_id: peer,
    last_seen: seconds(at),
    worker_id: worker,
    supported_task_types: [...types],
    transport_peer_id: transport,
    peer_hint: hint
  }));
  const workers = peers.filter((peer) => peer["worker_id"] !== "");
  return done({
    ...basic,
    queue: {
      queued: counts.queued,
      running: counts.running,
      queued_by_type: byWireType(counts.queued_by_type),
      running_by_type: byWireType(counts.running_by_type)
    },
    scheduler: {
      clock,
      known_peers: peers,
      known_workers: workers,
      counts: {
        peers: peers.length,
        workers: workers.length,
        docker_workers: workers.filter(runsContainers).length,
        docker_workers_configured: 0
      }
    },
    local_worker: {
      enabled: own.length > 0,
      docker_enabled: own.length > 0,
      supported_task_types: own.flatMap((type) => CONTAINER_SPELLINGS[type] ?? [type])
    },
    transport: { mcp_p2p: { stats: { ...deps.sessions } } }
  });
}
function byWireType(counts) {
  return Object.fromEntries(Object.entries(counts ?? {}).map(([type, count]) => [toWireType(type), count]));
}
var CONTAINER_NAMES = new Set(Object.values(CONTAINER_SPELLINGS).flat());
function runsContainers(worker) {
  const types = isObject(worker) ? worker["supported_task_types"] : void 0;
  return Array.isArray(types) && types.some((type) => CONTAINER_NAMES.has(type));
}

// src/peers/legacy/tool-requests.ts
var DEFAULT_S = 30;
var LONGEST_S = 3600;
var AS_REQUESTS = {
  p2p_taskqueue_claim_next: "claim",
  p2p_taskqueue_complete_task: "complete",
  p2p_taskqueue_release: "release",
  p2p_taskqueue_heartbeat: "heartbeat"
};
var NOT_OFFERED = /* @__PURE__ */ new Set([
  "p2p_taskqueue_renew",
  "p2p_taskqueue_cache_fetch",
  "p2p_taskqueue_cache_store"
]);
function createToolRequests(deps) {
  const call = (request, asked) => callTool(deps, request, asked);
  return { call_tool: call, tool: call, "tool.call": call };
}
async function callTool(deps, request, asked) {
  var _stack = [];
  try {
    const tool = textOf(request["tool"]) || textOf(request["tool_name"]) || textOf(request["name"]);
    if (tool === "") return failed("missing_tool_name");
    const given = request["args"] ?? request["arguments"] ?? request["params"] ?? {};
    const args = isObject(given) ? given : {};
    if (!isOperationName(tool) || NOT_OFFERED.has(tool)) return failed("unknown_tool", { tool });
    const seconds2 = Math.min(LONGEST_S, numberOf(request["timeout_s"]) ?? DEFAULT_S);
    const limit = __using(_stack, new TimeLimit(deps.clock, Math.max(0, seconds2) * SECOND, "time is up"));
    const signal = limit.or(asked.signal);
    try {
      const result = await Promise.race([runTool(deps, tool, args, { ...asked, signal }), whenAborted(limit.signal)]);
      return result === void 0 ? failed("deadline_exceeded", { tool }) : done({ tool, result });
    } catch (thrown) {
      return { ...errorReply(thrown), tool };
    }
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    __callDispose(_stack, _error, _hasError);
  }
}
async function runTool(deps, tool, args, asked) {
  const { operations, caller, requests } = deps;
  const handle = requests[AS_REQUESTS[tool] ?? ""];
  if (handle !== void 0) return handle(args, asked);
  return await operations.invoke(tool, args, {
    caller,
    signal: asked.signal,
    progress: () => void 0
  });
}
function whenAborted(signal) {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(void 0), { once: true });
  });
}

// src/peers/legacy/worker-requests.ts
var LONGEST_NAME = 100;
function createWorkerRequests(deps) {
  const one = async (request, asked) => {
    const claimed = await claim(deps, request, asked);
    return claimed === void 0 ? failed("missing_worker_id") : done({ task: claimed[0] ?? null });
  };
  const many = async (request, asked) => {
    const claimed = await claim(deps, request, asked);
    return claimed === void 0 ? failed("missing_worker_id") : done({ tasks: claimed });
  };
  const complete = (request) => completeTask(deps, request);
  const release = (request) => releaseTask(deps, request);
  const heartbeat = (request, asked) => beat(deps, request, asked);
  return {
    ...{ claim: one, claim_next: one, claim_many: many, claim_batch: many },
    ...{ complete, "task.complete": complete, complete_task: complete },
    ...{ release, "task.release": release, release_task: release },
    ...{ "peer.heartbeat": heartbeat, heartbeat, peer: heartbeat }
  };
}
async function claim(deps, request, asked) {
  const worker = textOf(request["worker_id"]).slice(0, LONGEST_NAME);
  if (worker === "") return void 0;
  const hint = textOf(request["peer"]) || textOf(request["peer_id"]);
  const types = expandTaskTypes(typeNames(request["supported_task_types"] ?? request["task_types"]));
  deps.known.saw({ peer: hint || worker, worker, types, transport: asked.transport, hint });
  await tellClock(deps, hint || worker, request, asked);
  const session = ["session_id", "session", "p2p_session"].map((name) => textOf(request[name])).find((one) => one !== "");
  const labels = claimLabels(session ?? "", worker);
  const grant = await deps.work.claim({ worker, taskTypes: toOurTypes(types), labels }, asked.signal);
  return grant === void 0 ? [] : [deps.prompts.sealIn(toClaimed(grant, types))];
}
async function completeTask({ work }, request) {
  const taskId = textOf(request["task_id"]);
  if (taskId === "") return failed("missing_task_id");
  const result = request["result"] ?? void 0;
  const ok = await work.complete({
    taskId,
    status: toStatus(textOf(request["status"]) || "completed"),
    result: result === void 0 || isObject(result) ? result : { result },
    error: textOf(request["error"]) || void 0
  });
  return { ok, task_id: taskId };
}
function toStatus(word) {
  return word === "completed" || word === "cancelled" ? word : "failed";
}
async function releaseTask({ work }, request) {
  const taskId = textOf(request["task_id"]);
  if (taskId === "") return failed("missing_task_id");
  const worker = textOf(request["worker_id"]) || textOf(request["assigned_worker"]);
  if (worker === "") return failed("missing_worker_id");
  return { ok: await work.release(taskId, worker.slice(0, LONGEST_NAME)), task_id: taskId };
}
async function beat(deps, request, asked) {
  const hint = textOf(request["peer"]) || textOf(request["peer_id"]);
  const peer = hint || asked.transport;
  deps.known.saw({ peer, worker: "", types: [], transport: asked.transport, hint });
  const { scheduler } = await tellClock(deps, peer, request, asked);
  return done({ peer, scheduler: toSchedulerView(scheduler) });
}
async function tellClock(deps, peer, request, asked) {
  const call = progressless(asked, deps.caller);
  const name = peer.slice(0, 256);
  const { clock } = request;
  if (isObject(clock)) {
    try {
      return await deps.operations.call("p2p_taskqueue_heartbeat", { peer_id: name, clock }, call);
    } catch (error) {
      if (!(error instanceof RunnerMeshError) || error.code !== "bad_request" && error.code !== "too_large")
        throw error;
    }
  }
  return deps.operations.call("p2p_taskqueue_heartbeat", { peer_id: name }, call);
}
function toSchedulerView({ clock, known_peers: known }) {
  const peers = new Map(known.map(({ peer_id: id, seen_at: at }) => [legacyWorkerName(id), seconds(at)]));
  return { clock, known_peers: [...peers].map(([id, at]) => ({ peer_id: id, last_seen: at })) };
}

// src/peers/legacy/legacy-door.ts
var MOST_UNPROVEN_BYTES = 16 * 1048576;
function openLegacyDoor({ streams, access, ...deps }) {
  const { self, version, token, operations, work, clock, log } = deps;
  const caller = { principal: LEGACY_PRINCIPAL, door: "peers", access };
  const known = new KnownWorkers(clock);
  const counts = {
    ...{ sessions_started: 0, sessions_closed: 0, initialized_sessions: 0, frame_errors: 0 },
    ...{ rate_limited: 0, unauthorized: 0, internal_errors: 0 }
  };
  const workers = createWorkerRequests({ operations, caller, work, known, prompts: deps.prompts });
  const requests = createRequests({
    self,
    token,
    operations: {
      ...createTaskRequests({ operations, caller, work, clock }),
      ...workers,
      ...createCacheRequests({ operations, caller }),
      ...createStatusRequests({ operations, caller, known, ownTypes: deps.ownTypes, sessions: counts }),
      ...createToolRequests({ operations, caller, clock, requests: workers })
    },
    log
  });
  const unproven = new UnprovenBytes(MOST_UNPROVEN_BYTES);
  streams.serve((stream) => {
    if (stream.protocol === LEGACY_PROTOCOLS.lines) serveLine(stream, { requests, unproven, log });
    else serveSession(stream, { self, version, requests, unproven, counts, clock, log });
  });
}
export {
  openLegacyDoor
};
