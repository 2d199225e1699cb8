import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  fromGeneric,
  toNewTask
} from "./chunk-XF7ZOZDV.js";
import {
  CONTAINER_SPELLINGS,
  FrameReader,
  GrowingBytes,
  MAX_FRAMES,
  MAX_MESSAGE_BYTES,
  encodeObject,
  parseObject,
  splitPayload,
  toError,
  toTheirResult,
  toWireType
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
  findMisfit
} from "./chunk-T2ICPVXN.js";
import "./chunk-JZXSW7FO.js";
import {
  canonicalTaskType
} from "./chunk-B3FTZ4SR.js";
import {
  parseInput
} from "./chunk-7IKXLO6M.js";
import {
  CATALOG,
  submitTask
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
  CONTAINER_DEFAULTS,
  isContainerType
} from "./chunk-LG2VQSGP.js";
import {
  findTaskIdParts,
  formatTaskId,
  homeIdFromBytes
} from "./chunk-R56T724L.js";
import {
  MINUTE,
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  PRIORITY,
  STATUSES,
  tellClocks
} from "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError,
  errorText,
  toRunnerMeshError
} from "./chunk-GMWOGI5R.js";
import {
  __callDispose,
  __using
} from "./chunk-GGYFKO7C.js";

// src/peers/legacy/legacy-link.ts
import { createHash } from "node:crypto";

// src/peers/legacy/from-record.ts
function readTask(record) {
  const taskId = isObject(record) ? textOf(record["task_id"]) : "";
  if (!isObject(record) || taskId === "" || taskId.length > 64) {
    throw new RunnerMeshError("protocol_mismatch", "The node answered something that is no task.");
  }
  const { payload, result, status } = record;
  const createdAt = milliseconds(record["created_at"]);
  return {
    taskId,
    type: canonicalTaskType(textOf(record["task_type"]).slice(0, 128)),
    modelName: textOf(record["model_name"]).slice(0, 256),
    payload: isObject(payload) ? payload : {},
    status: STATUSES.find((known) => known === status) ?? "queued",
    worker: textOf(record["assigned_worker"]) || void 0,
    createdAt,
    updatedAt: milliseconds(record["updated_at"]) || createdAt,
    attempt: pythonInt(record["attempt"]),
    priority: Math.min(PRIORITY.highest, Math.max(PRIORITY.lowest, pythonInt(record["priority"]) ?? PRIORITY.default)),
    result: isObject(result) ? result : void 0,
    error: textOf(record["error"]) || void 0
  };
}
function toView(task, bodies) {
  const { payload, result, worker, error } = task;
  const exitCode = pythonInt(result?.["exit_code"]);
  return {
    task_id: task.taskId,
    task_type: task.type,
    ...task.modelName === "" ? {} : { model_name: task.modelName },
    status: task.status,
    priority: task.priority,
    attempt: Math.max(0, task.attempt ?? 0),
    failures: 0,
    lost: 0,
    created_at: task.createdAt,
    updated_at: task.updatedAt,
    ...exitCode === void 0 ? {} : { exit_code: exitCode },
    ...error === void 0 ? {} : { error },
    ...worker === void 0 ? {} : { worker_id: worker },
    ...bodies ? { payload } : {},
    ...bodies && result !== void 0 ? { result } : {}
  };
}
function milliseconds(seconds) {
  return Math.max(0, Math.round((numberOf(seconds) ?? 0) * SECOND));
}

// src/peers/legacy/legacy-link.ts
var SILENCES = 3;
var TOOL_MS = 30 * SECOND;
var WAIT_SLACK_MS = 15 * SECOND;
function homeOfNode(address) {
  const place = address.replace(/\/p2p\/[^/]+$/, "");
  return homeIdFromBytes(createHash("sha256").update(`legacy ${place}`).digest().subarray(0, 10));
}
function createLegacyLink(deps) {
  const { home, address, caller, log } = deps;
  const closed = new AbortController();
  const projections = project(deps);
  let silences = 0;
  const watched = async (work) => {
    try {
      const answer = await work;
      silences = 0;
      return answer;
    } catch (thrown) {
      const isSilent = thrown instanceof RunnerMeshError && thrown.code === "peer_unreachable";
      silences = isSilent ? silences + 1 : 0;
      if (silences >= SILENCES && !closed.signal.aborted) {
        log.warn("legacy.node_gone", { address, error: errorText(thrown) });
        closed.abort(thrown);
      }
      throw thrown;
    }
  };
  const call = async (name, raw, given) => {
    const run = projections[name];
    if (run === void 0) {
      throw new RunnerMeshError("unknown_operation", `A node of ipfs_accelerate_py has no ${name} (${address}).`);
    }
    closed.signal.throwIfAborted();
    const input = parseInput(CATALOG[name].input, raw);
    return watched(run(input, given === void 0 ? closed.signal : AbortSignal.any([given, closed.signal])));
  };
  return {
    peer: void 0,
    homes: [home],
    closed: closed.signal,
    call: (name, input, { signal } = {}) => call(name, input, signal),
    callTool: async (tool, args, timeoutMs = TOOL_MS) => {
      const fields = { op: "call_tool", tool_name: tool, args, timeout_s: timeoutMs / SECOND };
      const reply = await watched(caller.request(fields, { timeoutMs: timeoutMs + WAIT_SLACK_MS }));
      if (reply["ok"] !== true) throw toError(reply, `the tool ${tool}`);
      return isObject(reply["result"]) ? reply["result"] : { result: reply["result"] ?? null };
    },
    close: async () => {
      closed.abort(new RunnerMeshError("stopping", "This peer is stopping."));
      await caller.close();
    }
  };
}
function project({ caller, work }) {
  const ask = async (fields, what, options) => {
    const reply = await caller.request(fields, options);
    if (reply["ok"] !== true) throw toError(reply, what);
    return reply;
  };
  const submit = async (type, model, payload) => {
    const theirs = toWireType(type);
    const { task_id: id } = await ask({ op: "submit", task_type: theirs, model_name: model, payload }, "a task");
    return { task_id: textOf(id), created: true, durability: "local", status: "queued", task_type: type };
  };
  const find = async (fields, signal, timeoutMs) => {
    const { task } = await ask(fields, "a task", { signal, ...timeoutMs === void 0 ? {} : { timeoutMs } });
    if (task !== null && task !== void 0) return toView(readTask(task), true);
    throw new RunnerMeshError("task_not_found", `The node knows no task ${textOf(fields["task_id"]).slice(0, 64)}.`);
  };
  return {
    p2p_taskqueue_claim_next: (input, signal) => work.claim(input, signal),
    p2p_taskqueue_renew: (input) => work.renew(input),
    p2p_taskqueue_complete_task: (input) => work.complete(input),
    p2p_taskqueue_release: (input) => work.release(input),
    p2p_taskqueue_submit: ({ task_type: type, model_name: model, payload, ...options }) => submit(canonicalTaskType(type), model || "docker", { ...payload, ...queueKeys(options) }),
    p2p_taskqueue_get_task: async ({ task_id: id }, signal) => ({
      task: await find({ op: "get", task_id: id }, signal)
    }),
    p2p_taskqueue_wait_task: async ({ task_id: id, timeout_s: seconds }, signal) => {
      const timeout = Math.max(1e-3, seconds);
      const task = await find({ op: "wait", task_id: id, timeout_s: timeout }, signal, seconds * SECOND + WAIT_SLACK_MS);
      return { task, timed_out: task.status === "queued" || task.status === "running" };
    },
    p2p_taskqueue_list_tasks: async ({ status, task_types: types = [], limit }, signal) => {
      const names = types.flatMap((type) => CONTAINER_SPELLINGS[canonicalTaskType(type)] ?? [type]);
      const fields = { op: "list", status: status ?? null, limit, task_types: names };
      const { tasks } = await ask(fields, "a list", { signal });
      const rows = Array.isArray(tasks) ? tasks : [];
      return { tasks: rows.map((row) => toView(readTask(row), false)).toReversed() };
    },
    p2p_taskqueue_cancel: async ({ task_id: id }, signal) => {
      const { cancelled } = await ask({ op: "cancel", task_id: id, reason: "cancelled" }, "a cancel", { signal });
      const { status } = await find({ op: "get", task_id: id }, signal);
      if (cancelled !== true && status === "running") {
        throw new RunnerMeshError("invalid_transition", "The node cannot cancel a task that runs.");
      }
      return { outcome: cancelled === true ? "cancelled" : "terminal", status };
    },
    p2p_taskqueue_heartbeat: async ({ peer_id: peer = "", clock }, signal) => {
      const fields = { op: "peer.heartbeat", ...peer === "" ? {} : { peer_id: peer }, clock: clock ?? null };
      return readHeartbeat(await ask(fields, "a heartbeat", { signal }));
    },
    p2p_taskqueue_status: async (_input, signal) => readStatus(await ask({ op: "status", detail: true }, "a look", { signal })),
    p2p_taskqueue_cache_get: async ({ key }, signal) => {
      const { hit, value } = await ask({ op: "cache.get", key }, "a read", { signal });
      return { key, hit: hit === true, ...hit === true && value !== void 0 ? { value } : {} };
    },
    p2p_taskqueue_cache_has: async ({ key }, signal) => {
      const { hit } = await ask({ op: "cache.has", key }, "a look", { signal });
      return { key, hit: hit === true };
    },
    p2p_taskqueue_cache_set: async ({ key, value, ttl_s: ttl }, signal) => {
      await ask({ op: "cache.set", key, value, ttl_s: ttl > 0 ? ttl : null }, "a write", { signal });
      return { key, stored: true };
    },
    p2p_taskqueue_cache_delete: async ({ key }, signal) => {
      const { deleted } = await ask({ op: "cache.delete", key }, "a removal", { signal });
      return { key, deleted: deleted === true };
    }
  };
}
function queueKeys(options) {
  const { priority, idempotency_key: key, max_failures: attempts } = options;
  return { priority, max_attempts: attempts, ...key === void 0 ? {} : { idempotency_key: key } };
}
function readHeartbeat({ peer, scheduler }) {
  const { clock, known_peers: known } = isObject(scheduler) ? scheduler : {};
  const { node_id: node, vector, merkle_root: root } = isObject(clock) ? clock : {};
  const counts = Object.entries(isObject(vector) ? vector : {}).map(([id, count]) => [id, pythonInt(count) ?? 0]);
  const peers = Array.isArray(known) ? known : [];
  return {
    peer: textOf(peer),
    scheduler: {
      clock: {
        node_id: textOf(node),
        vector: Object.fromEntries(counts),
        merkle_root: textOf(root)
      },
      known_peers: peers.map((one) => ({
        peer_id: textOf(one["peer_id"]),
        seen_at: Math.round((numberOf(one["last_seen"]) ?? 0) * SECOND)
      }))
    }
  };
}
function readStatus({ peer_id: peer, queue, scheduler }) {
  const { queued, running, queued_by_type: byType } = isObject(queue) ? queue : {};
  const { known_peers: known } = isObject(scheduler) ? scheduler : {};
  const types = Object.entries(isObject(byType) ? byType : {}).map(([type, count]) => [type, pythonInt(count) ?? 0]);
  return {
    ...{ peer_id: textOf(peer), version: "ipfs_accelerate_py" },
    ...{ queued: pythonInt(queued) ?? 0, running: pythonInt(running) ?? 0 },
    // Ended tasks are not counted there.
    ...{ completed: 0, failed: 0, cancelled: 0, parked_claims: 0 },
    connected_peers: Array.isArray(known) ? known.length : 0,
    queued_by_type: Object.fromEntries(types)
  };
}

// src/peers/legacy/node-caller.ts
var ANSWER_MS = 20 * SECOND;
var MAX_REPLY_BYTES = 16 * MAX_MESSAGE_BYTES;
var MOST_IDLE = 2;
var NEWLINE = 10;
var NodeCaller = class {
  #deps;
  #idle = [];
  constructor(deps) {
    this.#deps = deps;
  }
  /** @throws RunnerMeshError peer_unreachable, protocol_mismatch, timeout; or the signal's reason */
  async request(fields, { signal, timeoutMs = ANSWER_MS } = {}) {
    var _stack = [];
    try {
      const message = { ...fields, token: this.#deps.token };
      const { clock, node } = this.#deps;
      const late = () => new RunnerMeshError("timeout", `${node.address} did not answer ${fields.op} in time.`);
      const limit = __using(_stack, new TimeLimit(clock, timeoutMs, late));
      return await this.#ask(message, limit.or(signal));
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
  async close() {
    await Promise.all(this.#idle.splice(0).map(({ stream }) => stream.close()));
  }
  async #ask(message, signal) {
    signal.throwIfAborted();
    const kept = this.#idle.pop();
    const stream = kept?.stream ?? await this.#deps.node.open(signal);
    const giveUp = () => stream.abort(new Error("given up"));
    signal.addEventListener("abort", giveUp);
    try {
      if (stream.protocol === LEGACY_PROTOCOLS.lines) return await askLine(stream, message);
      const session = kept ?? await openSession(stream);
      const reply = await askTool(session, message);
      this.#keep(session);
      return reply;
    } catch (cause) {
      stream.abort(new Error("the call failed"));
      signal.throwIfAborted();
      if (cause instanceof RunnerMeshError) throw cause;
      const what = `${this.#deps.node.address} broke off: ${errorText(cause)}.`;
      throw new RunnerMeshError("peer_unreachable", what, { cause });
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }
  #keep(session) {
    if (session.frames >= MAX_FRAMES - 1 || this.#idle.length >= MOST_IDLE) {
      void session.stream.close();
      return;
    }
    this.#idle.push(session);
    session.stream.onClose(() => {
      const at = this.#idle.indexOf(session);
      if (at >= 0) this.#idle.splice(at, 1);
    });
  }
};
async function askLine(stream, message) {
  const { promise, resolve, reject } = Promise.withResolvers();
  promise.catch(() => void 0);
  const bytes = new GrowingBytes();
  stream.onClose((cause) => reject(cause ?? new Error("it ended the stream without an answer")));
  stream.onEnd(() => reject(new Error("it ended the stream without an answer")));
  stream.onBytes((chunk) => {
    bytes.push(chunk);
    const end = chunk.indexOf(NEWLINE);
    if (end >= 0) resolve(parseObject(bytes.view().subarray(0, bytes.length - chunk.length + end)));
    else if (bytes.length > MAX_REPLY_BYTES) reject(new Error("its answer has no end"));
  });
  await stream.send(Buffer.from(`${JSON.stringify(message)}
`));
  const reply = await promise;
  await stream.close();
  return reply;
}
async function openSession(stream) {
  const reader = new FrameReader(MAX_REPLY_BYTES);
  let waiting;
  let ended;
  const end = (cause) => {
    ended ??= cause;
    waiting?.reject(cause);
  };
  stream.onClose((cause) => end(cause ?? new Error("it ended the session")));
  stream.onEnd(() => end(new Error("it ended the session")));
  stream.onBytes((chunk) => {
    reader.push(chunk);
    const answer = reader.next();
    if (answer !== void 0) waiting?.resolve(answer);
  });
  const session = {
    stream,
    frames: 0,
    ask: async (message) => {
      if (ended !== void 0) throw ended;
      const frame = encodeObject(message);
      if (frame === void 0) {
        throw new RunnerMeshError("too_large", `A request of more than ${String(MAX_MESSAGE_BYTES)} bytes.`);
      }
      waiting = Promise.withResolvers();
      waiting.promise.catch(() => void 0);
      session.frames += 1;
      await stream.send(frame);
      return waiting.promise;
    }
  };
  const params = { clientInfo: { name: "runner-mesh", version: "1" }, profiles: ["mcp++/p2p-transport"] };
  resultOf(await session.ask({ jsonrpc: "2.0", id: 1, method: "initialize", params }));
  return session;
}
async function askTool(session, message) {
  const params = { name: "task_queue.rpc", arguments: message };
  const { content } = resultOf(
    await session.ask({ jsonrpc: "2.0", id: session.frames + 1, method: "tools/call", params })
  );
  if (isObject(content)) return content;
  throw new RunnerMeshError("protocol_mismatch", "The node answered a call without content.");
}
function resultOf({ result, error }) {
  if (isObject(result)) return result;
  const said = isObject(error) && typeof error["message"] === "string" ? error["message"].slice(0, 200) : "no result";
  throw new RunnerMeshError(
    said === "rate_limited" ? "rate_limited" : said === "unauthorized" ? "unauthorized" : "protocol_mismatch",
    `The node answered: ${said}.`
  );
}

// src/peers/legacy/node-work.ts
var THEIR_LEASE_MS = 300 * SECOND;
var ASK_EVERY_MS = { first: SECOND / 2, longest: 5 * SECOND };
var OFFER_HOLDS_MS = 5 * SECOND;
var LOOK_EVERY_MS = 10 * SECOND;
var PAUSE_MS = { first: 15 * SECOND, longest: 5 * MINUTE };
var NodeWork = class {
  #deps;
  #looked = /* @__PURE__ */ new Map();
  #pausedUntil = 0;
  #misfits = 0;
  constructor(deps) {
    this.#deps = deps;
  }
  /** Whether its queue is left alone for a while, because what it offers does not fit here. */
  get isPaused() {
    return this.#deps.clock.mono() < this.#pausedUntil;
  }
  async claim(input, signal) {
    const { clock, random } = this.#deps;
    const until = clock.mono() + Math.min(input.wait_s * SECOND, OFFER_HOLDS_MS);
    let pauseMs = ASK_EVERY_MS.first;
    for (; ; ) {
      signal.throwIfAborted();
      const isIdle = this.isPaused || !hasRoom(input.offer);
      const grants = isIdle ? [] : await this.#claimOnce(input, signal);
      const leftMs = until - clock.mono();
      if (grants.length > 0 || leftMs <= 0) return { grants };
      await clock.sleep(Math.min(leftMs, pauseMs * (0.5 + random.unit())), signal);
      pauseMs = Math.min(pauseMs * 2, ASK_EVERY_MS.longest);
    }
  }
  /** The peer is heard of, and each task looked at: whatever its queue has done with it since. */
  async renew({ leases }) {
    const { self, caller } = this.#deps;
    await caller.request({ op: "peer.heartbeat", peer_id: self, clock: null });
    const verdicts = [];
    for (const { task_id: id } of leases) verdicts.push({ task_id: id, verdict: await this.#look(id) });
    return { lease_ms: THEIR_LEASE_MS, verdicts };
  }
  async complete(input) {
    const { caller, claimed, clock } = this.#deps;
    const { task_id: id, status, exit_code: exitCode, error } = input;
    const known = this.#find(id);
    if (known === void 0) return { outcome: "unknown" };
    this.#looked.delete(id);
    const task = await this.#get(known.task.taskId);
    if (task === void 0 || !this.#isOurs(task, known.task)) {
      await claimed.forget(known.number);
      return { outcome: task === void 0 ? "unknown" : "fenced" };
    }
    const ranMs = clock.now() - task.updatedAt;
    const result = toTheirResult(input.result ?? {}, { status, exitCode, error, ranMs });
    const reply = await caller.request({
      op: "complete",
      task_id: known.task.taskId,
      status,
      result: { ...result, ...input.reason === void 0 ? {} : { reason: input.reason } },
      error: error ?? (status === "completed" ? null : input.reason ?? status)
    });
    await claimed.forget(known.number);
    return { outcome: reply["ok"] === true ? "settled" : "fenced" };
  }
  async release(input) {
    const { claimed } = this.#deps;
    const known = this.#find(input.task_id);
    if (known === void 0) return { released: false };
    this.#looked.delete(input.task_id);
    if (input.refused !== void 0) this.#pause();
    const released = await this.#giveBack(known.task.taskId, input.refused?.rule ?? "given back");
    await claimed.forget(known.number);
    return { released };
  }
  async #claimOnce(input, signal) {
    const { self, caller } = this.#deps;
    const wanted = input.offer?.task_types ?? input.supported_task_types ?? [];
    const reply = await caller.request({
      op: "claim",
      worker_id: self,
      peer_id: self,
      supported_task_types: wanted.flatMap((type) => CONTAINER_SPELLINGS[type] ?? [type]),
      session_id: "",
      clock: null
    });
    if (reply["ok"] !== true) throw toError(reply, "a claim");
    const { task: record } = reply;
    if (record === null || record === void 0) return [];
    const task = readTask(record);
    try {
      signal.throwIfAborted();
      const grant = await this.#toGrant(task, input.offer);
      this.#misfits = 0;
      return [grant];
    } catch (thrown) {
      const { code, message } = toRunnerMeshError(thrown);
      this.#deps.log.warn("legacy.not_for_us", { address: this.#deps.address, task: task.taskId, code, error: message });
      if (!signal.aborted) this.#pause();
      await this.#giveBack(task.taskId, message);
      return [];
    }
  }
  /** @throws RunnerMeshError bad_request, unknown_field, policy_refused: what cannot be run here */
  async #toGrant({ taskId, type, modelName, payload, createdAt }, offer) {
    const { home, address, claimed, prompts, submission, clock, pin } = this.#deps;
    const { payload: own, options } = splitPayload(prompts.open(payload), clock.now(), isContainerType(type));
    const asked = parseInput(submitTask.input, {
      task_type: type,
      model_name: modelName,
      payload: own,
      priority: options.priority,
      clocks: { run_ms: runMsOf(payload) }
    });
    const read = fromGeneric(asked);
    const pinned = { ...read, payload: await pin(read.type, read.payload) };
    const caller = { principal: `legacy:${address}`, door: "peers", access: /* @__PURE__ */ new Set() };
    const task = await toNewTask(pinned, caller, submission);
    this.#checkFit(task, offer);
    const attempt = (await this.#get(taskId))?.attempt;
    const number = await claimed.add({ home, taskId, attempt });
    return {
      task_id: formatTaskId({ home, epoch: 0, seq: number }),
      fence: number,
      attempt: Math.max(1, attempt ?? 1),
      lease_ms: THEIR_LEASE_MS,
      task_type: task.type,
      model_name: task.modelName,
      payload: task.payload,
      ...task.envelope === void 0 ? {} : { envelope: task.envelope },
      idempotent: false,
      clocks: tellClocks(task.clocks),
      created_at: createdAt
    };
  }
  /** Its queue knows nothing of sizes, so what is too large is found out here. @throws RunnerMeshError policy_refused */
  #checkFit({ requirements }, offer) {
    if (offer === void 0) return;
    const { digest, profile, networks } = offer.policy;
    const ours = {
      peer: this.#deps.self,
      taskTypes: offer.task_types,
      ...{ labels: offer.labels, os: offer.os, arch: offer.arch, cpus: offer.cpus, gpus: offer.gpus },
      ...{ memoryBytes: offer.memory_bytes, diskBytes: offer.disk_bytes, trust: offer.trust },
      policy: { digest, profile, networks }
    };
    const misfit = findMisfit(requirements, ours);
    if (misfit !== void 0) throw new RunnerMeshError("policy_refused", misfit.message);
  }
  async #look(id) {
    const known = this.#find(id);
    if (known === void 0) return "lost";
    const now = this.#deps.clock.mono();
    const before = this.#looked.get(id);
    if (before !== void 0 && now - before.at < LOOK_EVERY_MS) return before.verdict;
    const task = await this.#get(known.task.taskId);
    const verdict = task !== void 0 && this.#isOurs(task, known.task) ? "renewed" : "lost";
    if (verdict === "lost") this.#looked.delete(id);
    else this.#looked.set(id, { at: now, verdict });
    return verdict;
  }
  /** Also when its lease has ended and nobody else was given it: then an end is worth more than another attempt. */
  #isOurs({ status, worker, attempt }, { attempt: given }) {
    if (given !== void 0 && attempt !== void 0 && attempt !== given) return false;
    return status === "running" ? worker === this.#deps.self : status === "queued" && given !== void 0;
  }
  async #get(taskId) {
    const reply = await this.#deps.caller.request({ op: "get", task_id: taskId });
    if (reply["ok"] !== true) throw toError(reply, "a look at a task");
    const { task } = reply;
    return task === null || task === void 0 ? void 0 : readTask(task);
  }
  async #giveBack(taskId, reason) {
    const { self, caller } = this.#deps;
    const reply = await caller.request({
      op: "release",
      task_id: taskId,
      worker_id: self,
      reason: reason.slice(0, 500)
    });
    return reply["ok"] === true;
  }
  #pause() {
    const { clock } = this.#deps;
    this.#pausedUntil = clock.mono() + Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** this.#misfits);
    this.#misfits += 1;
  }
  #find(id) {
    const parts = findTaskIdParts(id);
    const task = parts?.home === this.#deps.home ? this.#deps.claimed.find(parts.seq) : void 0;
    return task === void 0 || parts === void 0 ? void 0 : { number: parts.seq, task };
  }
};
function hasRoom(offer) {
  return offer === void 0 || offer.cpus >= CONTAINER_DEFAULTS.cpus && offer.memory_bytes > 0;
}
function runMsOf({ timeout, timeout_s: timeoutS }) {
  const asked = timeout ?? timeoutS;
  return typeof asked === "number" && asked > 0 ? Math.ceil(asked * SECOND) : THEIR_LEASE_MS;
}

// src/peers/legacy/legacy-nodes.ts
var ASK_EVERY_MS2 = 3 * SECOND;
var CONTAINER_NAMES = Object.values(CONTAINER_SPELLINGS).flat();
function createLegacyNodes(deps) {
  const links = /* @__PURE__ */ new Map();
  let stopped = false;
  deps.streams.onNode((node) => {
    const home = homeOfNode(node.address);
    if (stopped || links.get(home)?.closed.aborted === false) return;
    const { link, work } = linkTo(node, home, deps);
    links.set(home, link);
    link.closed.addEventListener("abort", () => {
      if (links.get(home) === link) links.delete(home);
    });
    deps.log.info("legacy.node_met", { address: node.address, home });
    deps.onLink(link);
    watch(link, work, deps);
  });
  return {
    start: () => Promise.resolve(),
    stop: async () => {
      stopped = true;
      await Promise.all([...links.values()].map((link) => link.close()));
    }
  };
}
function watch(link, work, { clock, onReady }) {
  const ask = async () => {
    try {
      const { queued_by_type: byType = {} } = await link.call("p2p_taskqueue_status", {});
      const ready = CONTAINER_NAMES.reduce((sum, name) => sum + (byType[name] ?? 0), 0);
      onReady(link, { ready: work.isPaused ? 0 : ready });
    } catch {
    }
    if (!link.closed.aborted) clock.after(ASK_EVERY_MS2, () => void ask());
  };
  void ask();
}
function linkTo(node, home, deps) {
  const { token, clock, log } = deps;
  const { address } = node;
  const caller = new NodeCaller({ node, token, clock });
  const work = new NodeWork({ ...deps, home, address, caller });
  return { link: createLegacyLink({ home, address, caller, work, log }), work };
}
export {
  createLegacyNodes
};
