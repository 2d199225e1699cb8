import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  CATALOG
} from "./chunk-NUJEPUXA.js";
import {
  FrameDecoder,
  checkFrameLength,
  encodeFrame
} from "./chunk-ZRSSYNKW.js";
import {
  ACCESS
} from "./chunk-WGTKGJ5D.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  cleanLine
} from "./chunk-CRGYTOW4.js";
import {
  RunnerMeshError,
  errorText,
  isErrorCode,
  toErrorView
} from "./chunk-GMWOGI5R.js";

// src/app/local-socket.ts
import { chmod, rm } from "node:fs/promises";
import { createConnection, createServer } from "node:net";

// src/peers/answer-pace.ts
var FULL_BYTES = 1048576;
var HELD_BYTES = 33554432;
var HELD_ANSWERS = 2048;
var WAITING_BYTES = 8388608;
var STARTS_PER_TURN = 32;
var LONG_STARTS_PER_TURN = 4;
var LONG_BYTES = 65536;
var COUNTED_BYTES = 4096;
var STUCK_MS = 6e4;
var AnswerPace = class {
  #deps;
  #requests = [];
  #requestBytes = 0;
  #answers = [];
  #heldBytes = 0;
  #unsentBytes = 0;
  #started = 0;
  #startsPerTurn = STARTS_PER_TURN;
  #cancelStuck;
  constructor(deps) {
    this.#deps = deps;
  }
  /**
   * Calls `start` now or when its turn has come.
   * @param bytes what the request takes in memory while it waits
   * @returns false when too much waits already; then it is not called
   */
  request(bytes, start) {
    if (this.#requests.length === 0 && this.#mayStart()) {
      this.#start(start);
      return true;
    }
    if (this.#requestBytes + bytes > WAITING_BYTES) return false;
    this.#requestBytes += bytes;
    this.#requests.push({ bytes, start });
    return true;
  }
  answer(bytes) {
    if (bytes.length >= LONG_BYTES) this.#startsPerTurn = LONG_STARTS_PER_TURN;
    if (!this.#isFull()) {
      this.#send(bytes);
      return;
    }
    this.#answers.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > HELD_BYTES || this.#answers.length > HELD_ANSWERS) this.#deps.onUnread();
  }
  /** Nothing more is started or sent. */
  end() {
    this.#requests = [];
    this.#answers = [];
    this.#cancelStuck?.();
    this.#cancelStuck = void 0;
  }
  #isFull() {
    return this.#answers.length > 0 || this.#unsentBytes >= FULL_BYTES;
  }
  #mayStart() {
    return this.#started < this.#startsPerTurn && !this.#isFull();
  }
  #start(start) {
    this.#started += 1;
    if (this.#started === 1) {
      void Promise.resolve().then(
        () => process.nextTick(() => {
          this.#started = 0;
          this.#goOn();
          if (this.#requests.length === 0) this.#startsPerTurn = STARTS_PER_TURN;
        })
      );
    }
    start();
  }
  #send(bytes) {
    const sent = this.#deps.send(bytes);
    if (bytes.length < COUNTED_BYTES) {
      sent.catch(() => void 0);
      return;
    }
    this.#unsentBytes += bytes.length;
    const settled = () => {
      this.#unsentBytes -= bytes.length;
      this.#goOn();
    };
    sent.then(settled, settled);
    this.#watch();
  }
  /** The other side took something, or a turn is over. */
  #goOn() {
    this.#sendHeld();
    while (this.#mayStart()) {
      const next = this.#requests.shift();
      if (next === void 0) break;
      this.#requestBytes -= next.bytes;
      this.#start(next.start);
    }
    this.#watch();
  }
  #sendHeld() {
    let sent = 0;
    for (; sent < this.#answers.length && this.#unsentBytes < FULL_BYTES; sent += 1) {
      const bytes = this.#answers[sent];
      if (bytes === void 0) break;
      this.#heldBytes -= bytes.length;
      this.#send(bytes);
    }
    this.#answers.splice(0, sent);
  }
  #watch() {
    this.#cancelStuck?.();
    this.#cancelStuck = this.#isFull() ? this.#deps.clock?.after(STUCK_MS, this.#deps.onUnread) : void 0;
  }
};

// src/peers/wire-errors.ts
var RATE_LIMIT_PAUSE_MS = 100;
var MAX_ERROR_CHARACTERS = 2048;
function toWireError(thrown) {
  const { message, ...data } = toErrorView(thrown);
  return { code: -32e3, message, data };
}
function fromWireError(error, name) {
  const said = fieldOf(error, "message");
  const message = typeof said === "string" ? cleanLine(said, MAX_ERROR_CHARACTERS) : `${name} refused without a reason.`;
  const data = fieldOf(error, "data");
  const code = fieldOf(data, "code");
  const retryAfterMs = fieldOf(data, "retry_after_ms");
  return new RunnerMeshError(typeof code === "string" && isErrorCode(code) ? code : "internal", message, {
    ...typeof retryAfterMs === "number" && retryAfterMs >= 0 ? { retryAfterMs } : {}
  });
}
function tooMany(limit) {
  return new RunnerMeshError("rate_limited", `More than ${String(limit)} calls are under way with this peer.`, {
    retryAfterMs: RATE_LIMIT_PAUSE_MS
  });
}
function tooFast(perSecond) {
  return new RunnerMeshError("rate_limited", `More than ${String(perSecond)} calls a second came from this peer.`, {
    retryAfterMs: RATE_LIMIT_PAUSE_MS
  });
}
function fieldOf(value, name) {
  return typeof value === "object" && value !== null ? value[name] : void 0;
}

// src/peers/rpc-connection.ts
var RPC_LIMITS = { inFlight: 1024, perSecond: 3e4, malformed: 8 };
function createRpcConnection(channel, options) {
  return new ChannelRpc(channel, options);
}
var ChannelRpc = class {
  #channel;
  #options;
  #limits;
  #closed = new AbortController();
  #asked = /* @__PURE__ */ new Map();
  #serving = /* @__PURE__ */ new Map();
  #lastId = 0;
  #malformed = 0;
  /** Requests that may come at once, as of that instant. */
  #tokens;
  #countedAt;
  #pace;
  constructor(channel, options) {
    this.#channel = channel;
    this.#options = options;
    this.#limits = { ...RPC_LIMITS, ...options.limits };
    this.#tokens = this.#limits.perSecond;
    this.#countedAt = options.clock?.mono() ?? 0;
    this.#pace = new AnswerPace({
      send: (bytes) => channel.send(bytes),
      onUnread: () => this.#giveUpReader(),
      ...options.clock === void 0 ? {} : { clock: options.clock }
    });
    channel.onClose((cause) => this.#end(cause));
    channel.onFrame((frame) => this.#receive(frame));
  }
  get closed() {
    return this.#closed.signal;
  }
  request(method, params, { signal, onProgress } = {}) {
    if (signal?.aborted === true) return Promise.reject(asError(signal.reason));
    if (this.#closed.signal.aborted) return Promise.reject(asError(this.#closed.signal.reason));
    if (this.#asked.size >= this.#limits.inFlight) return Promise.reject(tooMany(this.#limits.inFlight));
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        if (!this.#asked.delete(id)) return;
        this.notify("$/cancel", { id });
        reject(asError(signal?.reason));
      };
      const forget = () => signal?.removeEventListener("abort", giveUp);
      signal?.addEventListener("abort", giveUp);
      this.#asked.set(id, {
        resolve: (result) => {
          forget();
          resolve(result);
        },
        reject: (error) => {
          forget();
          reject(asError(error));
        },
        onProgress
      });
      this.#send({ jsonrpc: "2.0", id, method, params }).catch((cause) => this.#take(id)?.reject(cause));
    });
  }
  notify(method, params) {
    this.#send({ jsonrpc: "2.0", method, params }).catch((cause) => {
      this.#options.log.debug("rpc.notice_lost", { peer: this.#options.name, method, error: errorText(cause) });
    });
  }
  close() {
    return this.#channel.close();
  }
  #send(message) {
    if (this.#closed.signal.aborted) return Promise.reject(asError(this.#closed.signal.reason));
    try {
      return this.#channel.send(encode(message));
    } catch (cause) {
      return Promise.reject(asError(cause));
    }
  }
  #receive(frame) {
    let message;
    try {
      message = JSON.parse(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString("utf8"));
    } catch (cause) {
      this.#refuse("not JSON", cause);
      return;
    }
    if (typeof message !== "object" || message === null || !("jsonrpc" in message) || message.jsonrpc !== "2.0") {
      this.#refuse("not JSON-RPC 2.0");
      return;
    }
    const { id, method, params } = message;
    if (typeof method === "string") {
      if (id === void 0) this.#hear(method, params);
      else if (isRpcId(id) && !this.#serving.has(id)) this.#admit({ id, method, params }, frame.length);
      else this.#refuse("a request whose id is no id or in use");
    } else if (typeof id === "number" && ("result" in message || "error" in message)) {
      this.#settle(id, message);
    } else {
      this.#refuse("neither request, answer nor notice");
    }
  }
  #admit(request, bytes) {
    const { inFlight, perSecond } = this.#limits;
    const running = new AbortController();
    let refusal;
    if (this.#serving.size >= inFlight) refusal = tooMany(inFlight);
    else if (!this.#takeToken()) refusal = tooFast(perSecond);
    else {
      this.#serving.set(request.id, running);
      if (this.#pace.request(bytes, () => void this.#serve(request, running))) return;
      this.#serving.delete(request.id);
      refusal = tooMany(this.#serving.size);
    }
    this.#options.rejections?.count("call_flood");
    this.#answer(request.id, { error: toWireError(refusal) });
  }
  async #serve({ id, method, params }, running) {
    const progress = (note) => {
      if (this.#serving.get(id) === running) this.notify("$/progress", { id, ...note });
    };
    try {
      const result = await this.#options.serve(method, params, { signal: running.signal, progress });
      this.#serving.delete(id);
      this.#answer(id, { result: result ?? null });
    } catch (thrown) {
      this.#serving.delete(id);
      const error = toWireError(thrown);
      if (error.data.code === "internal") {
        this.#options.log.error("rpc.failed", { peer: this.#options.name, method, error: errorText(thrown) });
      }
      this.#answer(id, { error });
    }
  }
  #giveUpReader() {
    if (this.#closed.signal.aborted) return;
    this.#options.rejections?.count("slow_reader");
    this.#channel.abort(new RunnerMeshError("peer_unreachable", `${this.#options.name} does not read its answers.`));
  }
  /** A bucket that holds what a second may bring, and fills as evenly. */
  #takeToken() {
    const { clock } = this.#options;
    if (clock === void 0) return true;
    const { perSecond } = this.#limits;
    const now = clock.mono();
    this.#tokens = Math.min(perSecond, this.#tokens + (now - this.#countedAt) * perSecond / SECOND);
    this.#countedAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
  #answer(id, answer) {
    if (this.#closed.signal.aborted) return;
    let bytes;
    try {
      bytes = encode({ jsonrpc: "2.0", id, ...answer });
      checkFrameLength(bytes.length);
    } catch (cause) {
      bytes = encode({ jsonrpc: "2.0", id, error: toWireError(cause) });
    }
    this.#pace.answer(bytes);
  }
  #hear(method, params) {
    if (method === "$/cancel") {
      const id = fieldOf(params, "id");
      if (isRpcId(id)) this.#serving.get(id)?.abort(new RunnerMeshError("cancelled", "The caller gave up the call."));
    } else if (method === "$/progress") {
      const id = fieldOf(params, "id");
      if (typeof id === "number") this.#asked.get(id)?.onProgress?.(toProgressNote(params));
    } else {
      this.#options.onNotice?.(method, params);
    }
  }
  #settle(id, message) {
    if (id < 1 || id > this.#lastId || !Number.isInteger(id)) {
      this.#refuse("an answer to what was never asked");
      return;
    }
    const pending = this.#take(id);
    if (pending === void 0) return;
    if ("error" in message) pending.reject(fromWireError(message.error, this.#options.name));
    else pending.resolve(fieldOf(message, "result"));
  }
  #take(id) {
    const pending = this.#asked.get(id);
    this.#asked.delete(id);
    return pending;
  }
  #refuse(what, cause) {
    this.#malformed += 1;
    this.#options.rejections?.count("bad_message");
    const count = this.#malformed;
    this.#options.log.warn("rpc.malformed", { peer: this.#options.name, what, count });
    if (count < this.#limits.malformed) return;
    const message = `${this.#options.name} sent ${String(count)} messages that are no JSON-RPC, the last one ${what}.`;
    this.#channel.abort(new RunnerMeshError("protocol_mismatch", message, { cause }));
  }
  #end(cause) {
    if (this.#closed.signal.aborted) return;
    const why = cause === void 0 ? "it closed the connection" : cause.message;
    const gone = new RunnerMeshError("peer_unreachable", `Lost ${this.#options.name}: ${why}.`, { cause });
    this.#closed.abort(gone);
    this.#pace.end();
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const pending of asked) pending.reject(gone);
    const serving = [...this.#serving.values()];
    this.#serving.clear();
    for (const running of serving) running.abort(gone);
  }
};
function encode(message) {
  return Buffer.from(JSON.stringify(message));
}
function toProgressNote(params) {
  const [message, fraction, data] = [fieldOf(params, "message"), fieldOf(params, "fraction"), fieldOf(params, "data")];
  return {
    message: typeof message === "string" ? cleanLine(message, 512) : "",
    ...typeof fraction === "number" ? { fraction: Math.min(1, Math.max(0, fraction)) } : {},
    ...typeof data === "object" && data !== null ? { data: scalars(data) } : {}
  };
}
function scalars(data) {
  return Object.fromEntries(
    Object.entries(data).filter(
      (entry) => typeof entry[1] === "string" || typeof entry[1] === "number"
    )
  );
}
function isRpcId(id) {
  return typeof id === "number" || typeof id === "string" && id.length <= 128;
}
function asError(thrown) {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

// src/peers/operations-rpc.ts
function serveRpc(channel, operations, caller, { name = `peer ${channel.remote}`, ...deps }) {
  const serve = (method, params, { signal, progress }) => operations.invoke(method, params, { caller: caller(), signal, progress });
  return createRpcConnection(channel, { serve, name, ...deps });
}
function createRpcLink(channel, end, { name = `peer ${channel.remote}`, ...deps }) {
  const serve = (method) => Promise.reject(new RunnerMeshError("unknown_operation", `This end serves no operations, so not ${method} either.`));
  const connection = createRpcConnection(channel, { serve, name, ...deps });
  return { ...linkOver(connection, end, name), close: () => connection.close() };
}
function linkOver(connection, { peer, homes }, name) {
  return {
    peer,
    homes,
    closed: connection.closed,
    call: async (operation, input, options) => parseOutput(operation, await connection.request(operation, input, options), name)
  };
}
function parseOutput(operation, result, name) {
  const parsed = CATALOG[operation].output.safeParse(result);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join(".") || "result").slice(0, 4);
  throw new RunnerMeshError(
    "protocol_mismatch",
    `${name} answered ${operation} in a form this version does not know (${where.join(", ")}). Upgrade the older of the two.`,
    { cause: parsed.error }
  );
}

// src/app/socket-channel.ts
function createSocketChannel(socket) {
  let receive;
  let waiting = [];
  let fault;
  const decoder = new FrameDecoder((frame) => {
    if (receive === void 0) waiting.push(Uint8Array.from(frame));
    else receive(frame);
  });
  const closeListeners = /* @__PURE__ */ new Set();
  let isClosed = false;
  socket.on("data", (bytes) => {
    try {
      decoder.push(bytes);
    } catch (cause) {
      fault = cause instanceof Error ? cause : new Error(String(cause));
      socket.destroy();
    }
  });
  socket.on("error", (cause) => {
    fault ??= cause;
  });
  socket.on("close", () => {
    isClosed = true;
    for (const closed of closeListeners) closed(fault);
    closeListeners.clear();
  });
  return {
    remote: "local",
    send: (frame) => new Promise((resolve, reject) => {
      if (isClosed || socket.destroyed) {
        reject(fault ?? new Error("the socket is closed"));
        return;
      }
      socket.write(encodeFrame(frame), (cause) => {
        if (cause instanceof Error) reject(cause);
        else resolve();
      });
    }),
    onFrame: (handle) => {
      receive = handle;
      const early = waiting;
      waiting = [];
      for (const frame of early) handle(frame);
    },
    onClose: (closed) => {
      if (isClosed) closed(fault);
      else closeListeners.add(closed);
    },
    close: () => new Promise((resolve) => {
      if (isClosed) {
        resolve();
        return;
      }
      socket.once("close", () => {
        resolve();
      });
      socket.end();
      socket.destroySoon();
    }),
    abort: (cause) => {
      fault ??= cause;
      socket.destroy();
    }
  };
}

// src/app/local-socket.ts
var LOCAL_CALLER = { principal: "local", door: "cli", access: new Set(ACCESS) };
function createLocalSocket(path, operations, log) {
  let server;
  const open = /* @__PURE__ */ new Set();
  return {
    start: async () => {
      if (server !== void 0) return;
      await rm(path, { force: true });
      const listening = createServer((socket) => {
        open.add(socket);
        socket.once("close", () => open.delete(socket));
        serveRpc(createSocketChannel(socket), operations, () => LOCAL_CALLER, { name: "the command line", log });
      });
      await new Promise((resolve, reject) => {
        listening.once("error", (cause) => {
          reject(
            new RunnerMeshError("config_invalid", `Cannot listen on the socket ${path}: ${errorText(cause)}.`, {
              cause
            })
          );
        });
        listening.listen(path, () => {
          resolve();
        });
      });
      await chmod(path, 384);
      server = listening;
    },
    stop: async () => {
      const listening = server;
      server = void 0;
      if (listening === void 0) return;
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => {
        listening.close(() => {
          resolve();
        });
      });
      await rm(path, { force: true });
    }
  };
}
async function openLocalLink(path, log) {
  const socket = createConnection(path);
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", (cause) => {
      reject(
        new RunnerMeshError(
          "peer_unreachable",
          `No peer answers at ${path} (${"code" in cause ? String(cause.code) : cause.message}). Start one with: runner-mesh up \u2014 or name its state directory with --state-dir.`,
          { cause }
        )
      );
    });
  });
  return createRpcLink(createSocketChannel(socket), { peer: void 0, homes: [] }, { name: "the peer", log });
}

export {
  serveRpc,
  linkOver,
  createLocalSocket,
  openLocalLink
};
