import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  cleanLine
} from "./chunk-CRGYTOW4.js";
import {
  RunnerMeshError,
  isErrorCode,
  toErrorView
} from "./chunk-GMWOGI5R.js";

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

export {
  toWireError,
  fromWireError,
  tooMany,
  tooFast,
  fieldOf
};
