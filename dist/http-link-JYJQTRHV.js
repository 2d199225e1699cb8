import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  COMMANDS_PATH
} from "./chunk-WDPDJXVL.js";
import "./chunk-RQDKTAT3.js";
import {
  linkOver,
  toProgressNote
} from "./chunk-UZBSKJ5L.js";
import {
  fieldOf,
  fromWireError
} from "./chunk-ZBXPZSY4.js";
import "./chunk-VKJLFJSI.js";
import "./chunk-C6YG63S3.js";
import "./chunk-QYPJREVZ.js";
import "./chunk-SNT4N2C2.js";
import "./chunk-H2NID2FT.js";
import "./chunk-WGTKGJ5D.js";
import "./chunk-MPWIKHLS.js";
import {
  TimeLimit
} from "./chunk-5TLONCOL.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-CRGYTOW4.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";
import {
  __callDispose,
  __using
} from "./chunk-GGYFKO7C.js";

// src/app/remote/http-link.ts
var AWAY = /* @__PURE__ */ new Set([502, 503, 504]);
var KNOCK_MS = 15 * SECOND;
var MOST_LINE_CHARACTERS = 16 * 1048576;
async function openHttpLink({
  url,
  token,
  clock
}) {
  const closing = new AbortController();
  const base = url.replace(/\/+$/, "");
  await knock(base, clock);
  const request = async (method, params, options = {}) => {
    const signal = AbortSignal.any([closing.signal, ...options.signal === void 0 ? [] : [options.signal]]);
    const response = await ask(`${base}${COMMANDS_PATH}/${method}`, token, params, signal);
    return readAnswer(response, base, options.onProgress, signal);
  };
  const link = linkOver({ closed: closing.signal, request }, { peer: void 0, homes: [] }, `the peer at ${base}`);
  return {
    ...link,
    close: () => {
      closing.abort(new RunnerMeshError("peer_unreachable", `The link to the peer at ${base} was closed.`));
      return Promise.resolve();
    }
  };
}
async function knock(base, clock) {
  var _stack = [];
  try {
    const limit = __using(_stack, new TimeLimit(clock, KNOCK_MS, `no answer within ${String(KNOCK_MS / SECOND)} s`));
    try {
      const response = await fetch(`${base}/healthz`, { redirect: "manual", signal: limit.signal });
      await response.body?.cancel();
      throwIfAway(response, base);
    } catch (cause) {
      if (cause instanceof RunnerMeshError) throw cause;
      throw unreachable(base, cause);
    }
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    __callDispose(_stack, _error, _hasError);
  }
}
function throwIfAway({ status, headers }, base) {
  if (AWAY.has(status) && headers.get("content-type")?.startsWith("application/x-ndjson") !== true)
    throw unreachable(base, new Error(`a proxy answers HTTP ${String(status)}`));
}
async function ask(url, token, params, signal) {
  try {
    return await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(params),
      // Another place was not what the token was given for.
      redirect: "error",
      signal
    });
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw unreachable(url, cause);
  }
}
async function readAnswer(response, base, onProgress, signal) {
  const isOurs = response.headers.get("content-type")?.startsWith("application/x-ndjson") === true;
  if (!isOurs || response.body === null) {
    await response.body?.cancel();
    throwIfAway(response, base);
    throw new RunnerMeshError(
      "protocol_mismatch",
      `What answers at ${base} takes no commands (HTTP ${String(response.status)}). Is it the HTTP address of a peer, and is http-commands on there?`
    );
  }
  try {
    for await (const line of linesOf(response.body)) {
      const said = JSON.parse(line);
      const [result, error, progress] = [fieldOf(said, "result"), fieldOf(said, "error"), fieldOf(said, "progress")];
      if (error !== void 0) throw fromWireError(error, `The peer at ${base}`);
      if (result !== void 0) return result;
      onProgress?.(toProgressNote(progress));
    }
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof RunnerMeshError) throw cause;
    throw unreachable(base, cause);
  }
  throw unreachable(base, new Error("it broke off in the middle of its answer"));
}
async function* linesOf(body) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MOST_LINE_CHARACTERS)
      throw new RunnerMeshError("protocol_mismatch", "The peer answers with a line that is longer than any answer is.");
    yield* lines.filter((line) => line !== "");
  }
}
function unreachable(url, thrown) {
  const cause = thrown instanceof Error && thrown.cause !== void 0 ? thrown.cause : thrown;
  const why = cause instanceof Error && "code" in cause ? String(cause.code) : errorText(cause);
  return new RunnerMeshError(
    "peer_unreachable",
    `No peer answers at ${new URL(url).origin} (${why}). Is it up, and does its --http listen there?`,
    { cause: thrown }
  );
}
export {
  openHttpLink
};
