import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  fieldOf,
  fromWireError,
  toWireError,
  tooFast,
  tooMany
} from "./chunk-ZBXPZSY4.js";
import {
  CATALOG
} from "./chunk-VKJLFJSI.js";
import {
  checkFrameLength
} from "./chunk-MPWIKHLS.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  cleanLine
} from "./chunk-CRGYTOW4.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";

// src/peers/progress-notes.ts
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

// src/peers/answer-pace.ts
var FIRST_FULL_BYTES = 131072;
var MOST_FULL_BYTES = 1048576;
var GROWS_BY = 0.5;
var FIRST_EXPECTED_BYTES = 8192;
var LEAST_EXPECTED_BYTES = 4096;
var EXPECTED_DECAY = 0.9;
var YOUNG_MS = 25;
var HELD_BYTES = 16777216;
var HELD_ANSWERS = 2048;
var WAITING_BYTES = 8388608;
var COUNTED_BYTES = 4096;
var STUCK_MS = 6e4;
var UNREAD_BYTES = 16777216;
var LEFT_BYTES = 4194304;
var Unread = class {
  #tidy;
  #bytes = 0;
  #leftBytes = 0;
  /** @param tidy throws away what answers have left: several times their bytes, which V8 lets lie until it needs the room */
  constructor(tidy = () => void 0) {
    this.#tidy = tidy;
  }
  get isHigh() {
    return this.#bytes > UNREAD_BYTES;
  }
  add(bytes) {
    this.#bytes += bytes;
  }
  /** An answer was read, or was handed over to be. */
  left(bytes) {
    this.#leftBytes += bytes;
    if (this.#leftBytes < LEFT_BYTES) return;
    this.#leftBytes = 0;
    this.#tidy();
  }
};
var AnswerPace = class {
  #deps;
  #unread;
  #fullBytes = FIRST_FULL_BYTES;
  #requests = [];
  #requestBytes = 0;
  #answers = [];
  #heldBytes = 0;
  #unsentBytes = 0;
  #expectedBytes = FIRST_EXPECTED_BYTES;
  /** In the order in which they have begun; among them some that are young no more. */
  #begun = [];
  #young = 0;
  #cancelAgeing;
  #cancelStuck;
  constructor(deps) {
    this.#deps = deps;
    this.#unread = deps.unread ?? new Unread();
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
    this.#watchAgeing();
    return true;
  }
  /** @param begun the request that is answered; absent: one that was refused */
  answer(bytes, begun) {
    if (begun !== void 0) {
      this.#expectedBytes = Math.max(LEAST_EXPECTED_BYTES, bytes.length, this.#expectedBytes * EXPECTED_DECAY);
      this.#grow(begun);
    }
    if (!this.#isFull()) this.#send(bytes);
    else {
      this.#answers.push(bytes);
      this.#hold(bytes.length);
      if (this.#heldBytes > HELD_BYTES || this.#answers.length > HELD_ANSWERS) this.#deps.onUnread();
    }
    if (this.#requests.length > 0) this.#startWaiting();
  }
  /** Nothing more is started or sent. */
  end() {
    this.#requests = [];
    this.#answers = [];
    this.#hold(-this.#heldBytes);
    this.#cancelStuck?.();
    this.#cancelStuck = void 0;
    this.#cancelAgeing?.();
    this.#cancelAgeing = void 0;
  }
  #isFull() {
    return this.#answers.length > 0 || this.#unsentBytes >= this.#fullBytes;
  }
  #hold(bytes) {
    this.#heldBytes += bytes;
    this.#unread.add(bytes);
  }
  #mayStart() {
    if (this.#isFull() || this.#unsentBytes > 0 && this.#unread.isHigh) return false;
    if (this.#deps.clock === void 0) return true;
    this.#age(this.#deps.clock.mono() - YOUNG_MS);
    if (this.#young === 0) return true;
    return !this.#unread.isHigh && (this.#young + 1) * this.#expectedBytes <= this.#fullBytes;
  }
  #start(start) {
    const { clock } = this.#deps;
    const begun = { at: clock?.mono() ?? 0, young: clock !== void 0 };
    if (begun.young) {
      this.#begun.push(begun);
      this.#young += 1;
    }
    start(begun);
  }
  #grow(begun) {
    if (!begun.young) return;
    begun.young = false;
    this.#young -= 1;
  }
  /** Those that have begun by then count no more. */
  #age(by) {
    let gone = 0;
    for (const begun of this.#begun) {
      if (begun.young && begun.at > by) break;
      this.#grow(begun);
      gone += 1;
    }
    if (gone > 0) this.#begun.splice(0, gone);
  }
  /** Should no answer come, those that wait begin once the others are young no more. */
  #watchAgeing() {
    const [oldest] = this.#begun;
    const { clock } = this.#deps;
    if (this.#cancelAgeing !== void 0 || oldest === void 0 || clock === void 0) return;
    this.#cancelAgeing = clock.after(Math.max(1, oldest.at + YOUNG_MS - clock.mono()), () => {
      this.#cancelAgeing = void 0;
      this.#startWaiting();
      if (this.#requests.length > 0) this.#watchAgeing();
    });
  }
  #startWaiting() {
    while (this.#requests.length > 0 && this.#mayStart()) {
      const next = this.#requests.shift();
      if (next === void 0) break;
      this.#requestBytes -= next.bytes;
      this.#start(next.start);
    }
    if (this.#requests.length > 0) return;
    this.#cancelAgeing?.();
    this.#cancelAgeing = void 0;
  }
  #send(bytes) {
    const sent = this.#deps.send(bytes);
    if (bytes.length < COUNTED_BYTES) {
      sent.catch(() => void 0);
      return;
    }
    this.#leaveUnsent(bytes.length);
    sent.then(
      () => {
        this.#leaveUnsent(-bytes.length);
        this.#unread.left(bytes.length);
        this.#fullBytes = Math.min(MOST_FULL_BYTES, this.#fullBytes + GROWS_BY * bytes.length);
        this.#goOn();
      },
      () => this.#leaveUnsent(-bytes.length)
    );
    this.#watch();
  }
  #leaveUnsent(bytes) {
    this.#unsentBytes += bytes;
    this.#unread.add(bytes);
  }
  /** The other side took something. */
  #goOn() {
    this.#sendHeld();
    this.#startWaiting();
    this.#watch();
  }
  #sendHeld() {
    let sent = 0;
    for (; sent < this.#answers.length && this.#unsentBytes < this.#fullBytes; sent += 1) {
      const bytes = this.#answers[sent];
      if (bytes === void 0) break;
      this.#hold(-bytes.length);
      this.#send(bytes);
    }
    this.#answers.splice(0, sent);
  }
  #watch() {
    this.#cancelStuck?.();
    this.#cancelStuck = this.#isFull() ? this.#deps.clock?.after(STUCK_MS, this.#deps.onUnread) : void 0;
  }
};

// src/peers/call-rate.ts
var CallRate = class {
  #perSecond;
  #clock;
  /** Requests that may come at once, as of that instant. */
  #tokens;
  #countedAt;
  /** @param clock absent: any number */
  constructor(perSecond, clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#tokens = perSecond;
    this.#countedAt = clock?.mono() ?? 0;
  }
  /** @returns whether one more may come now */
  take() {
    if (this.#clock === void 0) return true;
    const now = this.#clock.mono();
    const since = now - this.#countedAt;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + since * this.#perSecond / SECOND);
    this.#countedAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
};

// src/peers/rpc-messages.ts
function encode(message) {
  return Buffer.from(JSON.stringify(message));
}
function isRpcId(id) {
  return typeof id === "number" || typeof id === "string" && id.length <= 128;
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
  #rate;
  #pace;
  constructor(channel, options) {
    this.#channel = channel;
    this.#options = options;
    this.#limits = { ...RPC_LIMITS, ...options.limits };
    this.#rate = new CallRate(this.#limits.perSecond, options.clock);
    this.#pace = new AnswerPace({
      send: (bytes) => channel.send(bytes),
      onUnread: () => this.#giveUpReader(),
      ...options.clock === void 0 ? {} : { clock: options.clock },
      ...options.unread === void 0 ? {} : { unread: options.unread }
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
    else if (!this.#rate.take()) refusal = tooFast(perSecond);
    else {
      this.#serving.set(request.id, running);
      if (this.#pace.request(bytes, (begun) => void this.#serve(request, running, begun))) return;
      this.#serving.delete(request.id);
      refusal = tooMany(this.#serving.size);
    }
    this.#options.rejections?.count("call_flood");
    this.#answer(request.id, { error: toWireError(refusal) });
  }
  async #serve({ id, method, params }, running, begun) {
    const progress = (note) => {
      if (this.#serving.get(id) === running) this.notify("$/progress", { id, ...note });
    };
    try {
      const result = await this.#options.serve(method, params, { signal: running.signal, progress });
      this.#serving.delete(id);
      this.#answer(id, { result: result ?? null }, begun);
    } catch (thrown) {
      this.#serving.delete(id);
      const error = toWireError(thrown);
      if (error.data.code === "internal") {
        this.#options.log.error("rpc.failed", { peer: this.#options.name, method, error: errorText(thrown) });
      }
      this.#answer(id, { error }, begun);
    }
  }
  #giveUpReader() {
    if (this.#closed.signal.aborted) return;
    this.#options.rejections?.count("slow_reader");
    this.#channel.abort(new RunnerMeshError("peer_unreachable", `${this.#options.name} does not read its answers.`));
  }
  #answer(id, answer, begun) {
    if (this.#closed.signal.aborted) return;
    let bytes;
    try {
      bytes = encode({ jsonrpc: "2.0", id, ...answer });
      checkFrameLength(bytes.length);
    } catch (cause) {
      bytes = encode({ jsonrpc: "2.0", id, error: toWireError(cause) });
    }
    this.#pace.answer(bytes, begun);
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

export {
  Unread,
  toProgressNote,
  serveRpc,
  createRpcLink,
  linkOver
};
