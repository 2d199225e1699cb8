import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  RATE_LIMIT_SETTINGS,
  RateLimit
} from "./chunk-RQDKTAT3.js";
import {
  toWireError
} from "./chunk-ZBXPZSY4.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  ERRORS,
  RunnerMeshError,
  toErrorView,
  toRunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/dashboard/request-body.ts
async function readJsonBody(req, mostBytes) {
  if (!/^application\/json\b/i.test(req.headers["content-type"] ?? ""))
    throw new RunnerMeshError("bad_request", "Send JSON, with content-type: application/json.");
  const chunks = [];
  let bytes = 0;
  for await (const chunk of req) {
    bytes += chunk.length;
    if (bytes > mostBytes)
      throw new RunnerMeshError("too_large", `The request is over its limit of ${String(mostBytes)} bytes.`);
    chunks.push(chunk);
  }
  try {
    const value = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (typeof value === "object" && value !== null) return value;
  } catch (cause) {
    throw new RunnerMeshError("bad_request", "The body is no JSON.", { cause });
  }
  throw new RunnerMeshError("bad_request", "The body is no JSON object.");
}

// src/dashboard/request-guard.ts
function demandKnownHost(req, allowedHosts) {
  const name = hostNameOf(`http://${req.headers.host ?? ""}`);
  if (name !== void 0 && allowedHosts.includes(name)) return;
  throw new RunnerMeshError(
    "forbidden",
    `This peer does not go by the name in the Host header. Add it with --http-allowed-hosts.`
  );
}
function demandOwnOrigin(req) {
  const { origin, host } = req.headers;
  const site = req.headers["sec-fetch-site"];
  const isOwn = origin === void 0 || hostOf(origin) === host;
  if (isOwn && (site === void 0 || site === "same-origin")) return;
  throw new RunnerMeshError("forbidden", "A page of another site asked for this. Use the page of this peer.");
}
function bearerOf(req) {
  return /^Bearer +(?<token>[\w.~+/-]+=*) *$/i.exec(req.headers.authorization ?? "")?.groups?.["token"];
}
function sendRefusal(res, thrown) {
  const { code, message } = toErrorView(thrown);
  sendBody(res, ERRORS[code].http, { error: { code, message } });
}
function sendBody(res, status, body) {
  res.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...status === 401 ? { "www-authenticate": 'Bearer realm="runner-mesh"' } : {}
  });
  res.end(JSON.stringify(body));
}
function hostNameOf(url) {
  return URL.canParse(url) ? new URL(url).hostname : void 0;
}
function hostOf(url) {
  return URL.canParse(url) ? new URL(url).host : void 0;
}

// src/app/http/commands-door.ts
var COMMANDS_PATH = "/commands";
var MOST_BYTES = 1048576;
var MOST_OPEN = 256;
var BEAT_MS = 15 * SECOND;
var HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
function createCommandsDoor(deps) {
  const { operations, authenticate, allowedHosts, clock, log } = deps;
  const limit = new RateLimit(clock, RATE_LIMIT_SETTINGS);
  let open = 0;
  const admit = async (req) => {
    demandKnownHost(req, allowedHosts);
    if (req.headers.origin !== void 0)
      throw new RunnerMeshError("forbidden", "Pages of a browser use the dashboard; this is for command lines.");
    const token = bearerOf(req);
    const credential = token === void 0 ? void 0 : await authenticate(token);
    if (credential === void 0 || credential.ended?.aborted === true)
      throw new RunnerMeshError(
        "unauthorized",
        "The token is not known here, or has ended. Make one there with: runner-mesh token create <name>"
      );
    if (req.method !== "POST")
      throw new RunnerMeshError("bad_request", `Send POST ${COMMANDS_PATH}/<operation> with its input as JSON.`);
    const retryAfterMs = limit.take(credential.caller.principal);
    if (retryAfterMs > 0 || open >= MOST_OPEN)
      throw new RunnerMeshError("rate_limited", "Too many commands at once. Try again in a moment.", {
        retryAfterMs: Math.max(retryAfterMs, SECOND)
      });
    return credential;
  };
  const answer = async (req, res) => {
    const { caller, ended } = await admit(req);
    const name = (req.url ?? "").split("?", 1)[0]?.slice(COMMANDS_PATH.length + 1) ?? "";
    const input = await readJsonBody(req, MOST_BYTES);
    const gone = new AbortController();
    res.once("close", () => gone.abort(new RunnerMeshError("cancelled", "The command line has gone.")));
    let stopBeat = () => void 0;
    const beat = () => {
      stopBeat = clock.after(BEAT_MS, () => {
        write(res, "\n");
        beat();
      });
    };
    beat();
    open += 1;
    try {
      const result = await operations.invoke(name, input, {
        caller: { ...caller, door: "cli" },
        signal: ended === void 0 ? gone.signal : AbortSignal.any([gone.signal, ended]),
        progress: (note) => write(res, `${JSON.stringify({ progress: note })}
`)
      });
      end(res, 200, { result });
    } finally {
      open -= 1;
      stopBeat();
    }
  };
  return {
    path: COMMANDS_PATH,
    handle: async (req, res) => {
      try {
        await answer(req, res);
      } catch (thrown) {
        const { code } = toRunnerMeshError(thrown);
        if (code === "internal") log.error("commands.failed", { thrown });
        end(res, ERRORS[code].http, { error: toWireError(thrown) });
      }
    }
  };
}
function write(res, line) {
  if (res.writableEnded || res.destroyed) return;
  if (!res.headersSent) res.writeHead(200, { ...HEADERS, "content-type": "application/x-ndjson; charset=utf-8" });
  res.write(line);
}
function end(res, status, last) {
  if (!res.headersSent) res.writeHead(status, { ...HEADERS, "content-type": "application/x-ndjson; charset=utf-8" });
  res.end(`${JSON.stringify(last)}
`);
}

export {
  readJsonBody,
  demandKnownHost,
  demandOwnOrigin,
  bearerOf,
  sendRefusal,
  sendBody,
  COMMANDS_PATH,
  createCommandsDoor
};
