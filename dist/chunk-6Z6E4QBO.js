import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  isObject,
  parsePythonJson,
  pythonInt,
  textOf
} from "./chunk-VUFGL47S.js";
import {
  canonicalTaskType
} from "./chunk-B3FTZ4SR.js";
import {
  CONTAINER_TYPES
} from "./chunk-LG2VQSGP.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  PRIORITY
} from "./chunk-JVD6W2LK.js";
import {
  RunnerMeshError,
  isErrorCode,
  toRunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/peers/legacy/wire-types.ts
var SPELLINGS = [
  ["text-generation", "text_generation", "generation"],
  ["text2text-generation", "text2text_generation", "text2text"],
  ["embedding", "embeddings", "text-embedding", "text_embedding", "text_embeddings"],
  ["text-classification", "text_classification"],
  ["hf.pipeline", "hf_pipeline"],
  ["llm.generate", "llm_generate"],
  ["multimodal-generation", "multimodal_generation", "vision-generation", "vision_generation"],
  ["tool.call", "tool"],
  ["voice.tts", "voice_tts", "voice-tts", "tts", "text-to-speech", "text_to_speech"],
  [
    ...["voice.asr", "voice_asr", "voice-asr", "voice.stt", "voice_stt", "voice-stt", "asr", "stt"],
    ...["speech-to-text", "speech_to_text", "automatic-speech-recognition", "automatic_speech_recognition"]
  ],
  [
    ...["voice.audio-validate", "voice.audio_validate", "voice_audio_validate", "voice-audio-validate"],
    ...["audio-validate", "audio_validate", "audio-validation", "audio_validation"]
  ]
];
var CONTAINER_SPELLINGS = {
  [CONTAINER_TYPES.image]: ["docker.execute", "docker.run", "docker.hub", "docker.execute_docker_container"],
  [CONTAINER_TYPES.repository]: ["docker.github", "docker.github_repo", "docker.build_and_execute_github_repo"]
};
function expandTaskTypes(names) {
  const expanded = names.flatMap((raw) => {
    const name = raw.trim().toLowerCase();
    return name === "" ? [] : SPELLINGS.find((spellings) => spellings.includes(name)) ?? [name];
  });
  return [...new Set(expanded)];
}
function toOurTypes(names) {
  return [...new Set(names.map(canonicalTaskType))];
}
function toWireType(type, asked = []) {
  const spellings = CONTAINER_SPELLINGS[type];
  if (spellings === void 0) return type;
  return asked.find((name) => spellings.includes(name)) ?? spellings[0];
}
function typeNames(value) {
  const names = Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : [];
  return names.filter((name) => typeof name === "string").map((name) => name.trim().toLowerCase()).filter((name) => name !== "");
}

// src/peers/legacy/limits.ts
var MAX_MESSAGE_BYTES = 1048576;
var MAX_FRAMES = 128;
var FRAMES_PER_SECOND = 128;
var TokenBucket = class {
  #capacity;
  #perSecond;
  #tokens;
  #at;
  /** @param now in seconds, of any clock that only goes forward */
  constructor(capacity, perSecond, now) {
    this.#capacity = capacity;
    this.#perSecond = perSecond;
    this.#tokens = capacity;
    this.#at = now;
  }
  /** @returns whether there was one */
  take(now) {
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#at) * this.#perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
};
var UnprovenBytes = class {
  #most;
  #held = 0;
  constructor(most) {
    this.#most = most;
  }
  /** @returns false when there is no room for more */
  take(bytes) {
    if (this.#held + bytes > this.#most) return false;
    this.#held += bytes;
    return true;
  }
  giveBack(bytes) {
    this.#held -= bytes;
  }
};

// src/peers/legacy/replies.ts
var RETRY_WORDS = /timeout|connect|stream|handshake|swarmexception|discovery_timeout|no response/i;
var CODES = {
  bad_request: "invalid_message",
  unknown_field: "invalid_message",
  too_large: "frame_too_large",
  unknown_operation: "unknown_op",
  unauthorized: "unauthorized",
  forbidden: "unauthorized",
  peer_not_allowed: "unauthorized"
};
var CONFLICT = "idempotency key or task_id already identifies different work";
function done(fields) {
  return { ok: true, ...fields };
}
function failed(error, fields = {}) {
  return { ok: false, error, ...fields };
}
function errorReply(thrown) {
  const { code, message } = toRunnerMeshError(thrown);
  if (code === "idempotency_conflict") return failed("internal_error", { detail: CONFLICT });
  return failed(CODES[code] ?? "internal_error", RETRY_WORDS.test(message) ? {} : { detail: message });
}
function toError(reply, what) {
  const [error, detail] = [reply["error"], reply["detail"]];
  const said = `${typeof error === "string" ? error : "refused"}${typeof detail === "string" ? `: ${detail}` : ""}`.slice(0, 512);
  const code = typeof error === "string" ? ourCode(error, detail) : "invalid_transition";
  return new RunnerMeshError(code, `The node of ipfs_accelerate_py refused ${what}: ${said}.`);
}
function ourCode(error, detail) {
  if (detail === CONFLICT) return "idempotency_conflict";
  const known = Object.entries(CODES).find(([, theirs]) => theirs === error)?.[0];
  if (known !== void 0 && isErrorCode(known)) return known;
  return error === "rate_limited" ? "rate_limited" : error === "timeout" ? "timeout" : "internal";
}

// src/peers/legacy/queue-keys.ts
var DEFAULT_ATTEMPTS = 3;
var MOST_ATTEMPTS = 1e3;
var LONGEST_NAME = 100;
var YEAR_MS = 31536e6;
function splitPayload(payload, now, containers) {
  const key = textOf(payload["idempotency_key"]);
  const notBefore = Number(payload["next_attempt_at"] ?? 0) * SECOND;
  const labels = [
    ...toLabels("session", payload["session_id"] ?? payload["session"] ?? payload["p2p_session"]),
    ...toLabels("sticky-worker", payload["sticky_worker_id"] ?? payload["sticky_worker"])
  ];
  const rest = Object.entries(payload).filter(([name]) => !QUEUE_KEYS.has(name));
  return {
    options: {
      priority: toPriority(payload["priority"]),
      max_failures: toAttempts(payload["max_attempts"]),
      ...key === "" ? {} : { idempotency_key: key },
      ...notBefore > now ? { delay_ms: Math.min(YEAR_MS, Math.ceil(notBefore - now)) } : {},
      ...labels.length === 0 ? {} : { requires: { labels } }
    },
    payload: containers ? Object.fromEntries(rest) : payload
  };
}
function claimLabels(session, worker) {
  return [...toLabels("session", session), ...toLabels("sticky-worker", worker)];
}
function toPriority(value) {
  return Math.min(PRIORITY.highest, Math.max(PRIORITY.lowest, pythonInt(value) ?? PRIORITY.default));
}
function toAttempts(value) {
  const asked = pythonInt(value) ?? DEFAULT_ATTEMPTS;
  return asked <= 0 ? MOST_ATTEMPTS : Math.min(MOST_ATTEMPTS, asked);
}
var QUEUE_KEYS = /* @__PURE__ */ new Set([
  ...["priority", "idempotency_key", "max_attempts", "next_attempt_at", "session_id", "session", "p2p_session"],
  ...["sticky_worker_id", "sticky_worker", "session_failover", "disable_session_failover"]
]);
function toLabels(kind, value) {
  const name = textOf(value).slice(0, LONGEST_NAME);
  return name === "" ? [] : [`${kind}=${name}`];
}

// src/peers/legacy/container-words.ts
var CONTAINER_MODEL = "docker";
function toTheirPayload(payload, runMs) {
  const { gpus, memory_mb: memory, cpus, network, ref } = payload;
  return {
    ...payload,
    ...typeof memory === "number" ? { memory_limit: `${String(memory)}m` } : {},
    ...cpus === void 0 ? {} : { cpu_limit: cpus },
    network_mode: network ?? "none",
    timeout: Math.ceil(runMs / SECOND),
    ...ref === void 0 || ref === "HEAD" ? {} : { branch: ref },
    ...typeof gpus === "number" && gpus > 0 ? { gpus: String(gpus) } : {}
  };
}
function toTheirResult(result, { status, exitCode, error, ranMs }) {
  const { log } = result;
  if (!isObject(log) || exitCode === void 0) return result;
  return {
    ...result,
    success: status === "completed",
    exit_code: exitCode,
    stdout: textOfLog(log),
    stderr: "",
    execution_time: (ranMs ?? 0) / SECOND,
    error_message: error ?? ""
  };
}
function textOfLog({ head, tail }) {
  return `${isText(head) ? `${head}
\u2026
` : ""}${isText(tail) ? tail : ""}`;
}
function isText(value) {
  return typeof value === "string";
}

// src/peers/legacy/growing-bytes.ts
var FIRST_BYTES = 1024;
var GrowingBytes = class {
  #buffer = Buffer.alloc(0);
  #length = 0;
  get length() {
    return this.#length;
  }
  push(piece) {
    const needed = this.#length + piece.length;
    if (needed > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#buffer.length * 2, FIRST_BYTES));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#length);
    this.#length = needed;
  }
  /** A view that is good until the next change. */
  view() {
    return this.#buffer.subarray(0, this.#length);
  }
  /** Takes that many bytes off the front. */
  take(bytes) {
    const taken = Buffer.from(this.#buffer.subarray(0, bytes));
    const rest = this.#buffer.subarray(bytes, this.#length);
    this.#length = rest.length;
    this.#buffer = Buffer.from(rest);
    return taken;
  }
};

// src/peers/legacy/frame-reader.ts
var HEADER_BYTES = 4;
var BadFrame = class extends Error {
  name = "BadFrame";
  fault;
  constructor(fault) {
    super(`the frame is refused: ${fault}`);
    this.fault = fault;
  }
};
var FrameReader = class {
  #maxBytes;
  #bytes = new GrowingBytes();
  constructor(maxBytes = MAX_MESSAGE_BYTES) {
    this.#maxBytes = maxBytes;
  }
  /** Bytes that belong to no whole frame yet. */
  get held() {
    return this.#bytes.length;
  }
  push(chunk) {
    this.#bytes.push(chunk);
  }
  /** @returns the next whole frame, or undefined until more has come. @throws BadFrame after which nothing more can be read */
  next() {
    if (this.#bytes.length < HEADER_BYTES) return void 0;
    const length = this.#bytes.view().readUInt32BE(0);
    if (length > this.#maxBytes) throw new BadFrame("frame_too_large");
    if (length === 0) throw new BadFrame("invalid_json");
    if (this.#bytes.length < HEADER_BYTES + length) return void 0;
    return parseObject(this.#bytes.take(HEADER_BYTES + length).subarray(HEADER_BYTES));
  }
};
function parseObject(bytes) {
  let value;
  try {
    value = parsePythonJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new BadFrame("invalid_json");
  }
  if (!isObject(value)) throw new BadFrame("invalid_message");
  return value;
}
function encodeObject(value) {
  const body = Buffer.from(JSON.stringify(value));
  if (body.length > MAX_MESSAGE_BYTES) return void 0;
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.writeUInt32BE(body.length, 0);
  frame.set(body, HEADER_BYTES);
  return frame;
}

export {
  done,
  failed,
  errorReply,
  toError,
  splitPayload,
  claimLabels,
  CONTAINER_MODEL,
  toTheirPayload,
  toTheirResult,
  CONTAINER_SPELLINGS,
  expandTaskTypes,
  toOurTypes,
  toWireType,
  typeNames,
  MAX_MESSAGE_BYTES,
  MAX_FRAMES,
  FRAMES_PER_SECOND,
  TokenBucket,
  UnprovenBytes,
  GrowingBytes,
  BadFrame,
  FrameReader,
  parseObject,
  encodeObject
};
