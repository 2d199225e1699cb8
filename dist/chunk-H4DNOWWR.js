import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  signBody
} from "./chunk-SBO637XZ.js";
import {
  TimeLimit
} from "./chunk-5TLONCOL.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";
import {
  __callDispose,
  __using
} from "./chunk-GGYFKO7C.js";

// src/app/webhook/send-delivery.ts
import { readFile } from "node:fs/promises";
var PATIENCE_MS = 10 * SECOND;
async function sendDelivery(sending, clock, signal) {
  var _stack = [];
  try {
    const { url, event, id, body, secrets } = sending;
    const headers = {
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/runner-mesh",
      "x-github-delivery": id,
      "x-github-event": event,
      "x-hub-signature-256": await signBody(secrets, body)
    };
    const limit = __using(_stack, new TimeLimit(clock, PATIENCE_MS, "no answer within 10 s"));
    try {
      const answer = await fetch(url, { method: "POST", headers, body, signal: limit.or(signal), redirect: "manual" });
      const { message = "" } = await answer.json().catch(() => ({}));
      return { status: answer.status, message };
    } catch (cause) {
      const { cause: reason } = cause instanceof Error ? cause : {};
      const why = errorText(reason ?? cause);
      throw new RunnerMeshError(
        "peer_unreachable",
        `Nobody answers at ${url}: ${why}. Start a peer with --http and --webhook-secret-file, or name its listener with --to.`,
        { cause }
      );
    }
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    __callDispose(_stack, _error, _hasError);
  }
}
async function readPayload(path) {
  try {
    const payload = JSON.parse(await readFile(path, "utf8"));
    if (typeof payload === "object" && payload !== null && !Array.isArray(payload)) return payload;
  } catch (cause) {
    throw new RunnerMeshError("bad_request", `Cannot read the payload ${path}: ${errorText(cause)}.`, { cause });
  }
  throw new RunnerMeshError("bad_request", `The payload ${path} is no JSON object.`);
}

export {
  sendDelivery,
  readPayload
};
