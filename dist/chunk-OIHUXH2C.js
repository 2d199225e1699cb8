import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  findSecret
} from "./chunk-LVE5RFV7.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError,
  errorText,
  toRunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/webhook/request-guard.ts
var GUARD = {
  maxBytes: 25 * 1024 * 1024,
  bodyMs: 1e4,
  perSource: 64,
  openBytes: 128 * 1024 * 1024
};
var RequestRefused = class extends Error {
  name = "RequestRefused";
  status;
  constructor(status, message) {
    super(message);
    this.status = status;
  }
};
var EVENT = /^[a-z][a-z0-9_]{0,63}$/;
var ID = /^[A-Za-z0-9-]{1,64}$/;
function readHead({ method, headers }, { maxBytes }) {
  if (method !== "POST") throw new RequestRefused(405, "GitHub delivers by POST.");
  const type = (headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new RequestRefused(415, "Set the content type of the webhook to application/json.");
  }
  if ((headers["content-encoding"] ?? "identity") !== "identity") {
    throw new RequestRefused(415, "Encoded bodies are not taken.");
  }
  if (Number(headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const signature = single(headers["x-hub-signature-256"]);
  if (signature === void 0) {
    throw new RequestRefused(401, "X-Hub-Signature-256 is missing. Give the webhook a secret.");
  }
  const [id, event] = [single(headers["x-github-delivery"]), single(headers["x-github-event"])];
  if (id === void 0 || !ID.test(id)) throw new RequestRefused(400, "X-GitHub-Delivery is missing or no id.");
  if (event === void 0 || !EVENT.test(event)) throw new RequestRefused(400, "X-GitHub-Event is missing or no event.");
  return { id, event, signature };
}
var BodyReader = class {
  #clock;
  #settings;
  #bySource = /* @__PURE__ */ new Map();
  #openBytes = 0;
  constructor(clock, settings) {
    this.#clock = clock;
    this.#settings = settings;
  }
  /** @throws RequestRefused 400 (no UTF-8), 408, 413, 503 */
  async read(request) {
    const source = request.socket.remoteAddress ?? "";
    const open = this.#bySource.get(source) ?? 0;
    if (open >= this.#settings.perSource) throw new RequestRefused(503, "Too many deliveries of one source at a time.");
    this.#bySource.set(source, open + 1);
    try {
      return await this.#bytes(request);
    } finally {
      const left = (this.#bySource.get(source) ?? 1) - 1;
      if (left === 0) this.#bySource.delete(source);
      else this.#bySource.set(source, left);
    }
  }
  async #bytes(request) {
    const { maxBytes, bodyMs, openBytes } = this.#settings;
    const chunks = [];
    let bytes = 0;
    let isOver = false;
    const { promise: late, reject } = Promise.withResolvers();
    const stopTimer = this.#clock.after(bodyMs, () => {
      reject(new RequestRefused(408, "The body did not arrive in time."));
    });
    const all = async () => {
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        if (isOver) continue;
        bytes += chunk.length;
        this.#openBytes += chunk.length;
        if (bytes > maxBytes) throw tooLarge(maxBytes);
        if (this.#openBytes > openBytes) throw new RequestRefused(503, "Too many deliveries at a time.");
        chunks.push(chunk);
      }
    };
    try {
      await Promise.race([all(), late]);
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
    } catch (thrown) {
      if (thrown instanceof RequestRefused) throw thrown;
      throw new RequestRefused(400, "The body broke off or is no UTF-8.");
    } finally {
      stopTimer();
      isOver = true;
      this.#openBytes -= bytes;
    }
  }
};
function tooLarge(maxBytes) {
  return new RequestRefused(413, `The body is larger than ${String(maxBytes)} bytes.`);
}
function single(value) {
  return typeof value === "string" ? value : void 0;
}

// src/webhook/listener.ts
var WEBHOOK_PATH = "/webhook";
var named = external_exports.object({ repository: external_exports.object({ full_name: external_exports.string().max(200) }).optional() });
var OPEN = /* @__PURE__ */ new Set(["storage_low", "storage_failed", "queue_full", "stopping"]);
function createListener(deps, settings = GUARD) {
  const reader = new BodyReader(deps.clock, settings);
  return async (request, response) => {
    const startedAt = deps.clock.mono();
    const reply = await answerTo(deps, reader, settings, request).catch(asReply);
    const { status } = reply;
    const line = { status, event: loggable(request.headers["x-github-event"]), ms: deps.clock.mono() - startedAt };
    if (status < 300) deps.log.debug("webhook.delivered", line);
    else deps.log.warn("webhook.refused", { ...line, why: reply.message, source: request.socket.remoteAddress });
    send(request, response, reply, deps.clock);
  };
}
async function answerTo({ inbox, signatures, served, clock, onAccepted }, reader, settings, request) {
  if ((request.url ?? "").split("?", 1)[0] !== WEBHOOK_PATH) throw new RequestRefused(404, "There is nothing here.");
  const { id, event, signature } = readHead(request, settings);
  const body = await reader.read(request);
  if (!await signatures.isGenuine(body, signature)) {
    throw new RequestRefused(401, "The signature does not fit the body. Check the secret of the webhook.");
  }
  if (event === "ping") return { status: 200, message: "pong" };
  const repository = repositoryOf(body);
  if (repository === void 0) return { status: 200, message: "It is about no repository: nothing to do." };
  if (!served.serves(repository)) throw new RequestRefused(404, "This repository is not served here.");
  const isNew = await inbox.accept({ id, event, repository, receivedAt: clock.now(), body });
  if (!isNew) return { status: 200, message: "It is known already." };
  onAccepted();
  return { status: 202, message: "It is kept and will be worked on." };
}
function repositoryOf(body) {
  try {
    return named.parse(JSON.parse(body)).repository?.full_name;
  } catch {
    throw new RequestRefused(400, "The body is no JSON object of an event.");
  }
}
function asReply(thrown) {
  if (thrown instanceof RequestRefused) return thrown;
  const { code } = toRunnerMeshError(thrown);
  if (OPEN.has(code)) return { status: 503, message: errorText(thrown) };
  throw thrown;
}
var LINGER_MS = SECOND;
function send(request, response, { status, message }, clock) {
  const isCutOff = !request.complete;
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...status === 405 ? { allow: "POST" } : {},
    ...status === 503 ? { "retry-after": "30" } : {},
    ...isCutOff ? { connection: "close" } : {}
  });
  response.end(JSON.stringify({ message }), () => {
    if (!isCutOff) return;
    request.resume();
    request.once(
      "close",
      clock.after(LINGER_MS, () => request.destroy())
    );
  });
}
function loggable(header) {
  return typeof header === "string" && /^[a-z][a-z0-9_]{0,63}$/.test(header) ? header : "unknown";
}

// src/app/webhook/webhook-secrets.ts
async function findWebhookSecrets(config) {
  const { webhookSecret: own, webhookSecretFile: path } = config;
  const text = path === void 0 ? "" : await findSecret(path);
  if (text === void 0)
    throw new RunnerMeshError("config_invalid", `There is no file ${path ?? ""} with the webhook\u2019s secret.`);
  const lines = text.split("\n").map((line) => line.trim());
  const [first, ...others] = [own ?? "", ...lines].filter((line) => line !== "");
  return first === void 0 ? void 0 : [first, ...others];
}

export {
  WEBHOOK_PATH,
  createListener,
  findWebhookSecrets
};
