import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/core/ids.ts
var MAX_EPOCH = 8191;
var LSN_SPAN = 2 ** 40;
var HOME_ID = /^[a-z2-7]{16}$/;
var TASK_ID = /^([a-z2-7]{16})\.(0|[1-9][0-9]{0,3})\.([1-9][0-9]{0,15})$/;
var PEER_ID = /^[1-9A-HJ-NP-Za-km-z]{46,64}$/;
function isHomeId(text) {
  return HOME_ID.test(text);
}
function homeIdFromBytes(bytes) {
  if (bytes.length !== 10)
    throw new RunnerMeshError("internal", `A home id is made of 10 bytes, not ${String(bytes.length)}.`);
  return base32(bytes);
}
function findTaskIdParts(text) {
  const match = TASK_ID.exec(text);
  if (match === null) return void 0;
  const [, home, epoch, seq] = match;
  const parts = { home, epoch: Number(epoch), seq: Number(seq) };
  return parts.epoch <= MAX_EPOCH && Number.isSafeInteger(parts.seq) ? parts : void 0;
}
function parseTaskId(text) {
  if (findTaskIdParts(text) !== void 0) return text;
  throw new RunnerMeshError(
    "bad_request",
    `Not a task id: ${quote(text)}. Expected <home>.<epoch>.<number>, as a submit answers it.`
  );
}
function getTaskIdParts(id) {
  const parts = findTaskIdParts(id);
  if (parts === void 0) throw new RunnerMeshError("bad_request", `Not a task id: ${quote(id)}.`);
  return parts;
}
function formatTaskId(parts) {
  return `${parts.home}.${String(parts.epoch)}.${String(parts.seq)}`;
}
function parsePeerId(text) {
  if (PEER_ID.test(text)) return text;
  throw new RunnerMeshError(
    "bad_request",
    `Not a peer id: ${quote(text)}. Expected the base58 text that a peer prints at start.`
  );
}
function makeFence(epoch, lsn) {
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > MAX_EPOCH) {
    throw new RunnerMeshError("internal", `Epoch ${String(epoch)} is outside 0\u2026${String(MAX_EPOCH)}.`);
  }
  if (!Number.isInteger(lsn) || lsn < 1 || lsn >= LSN_SPAN) {
    throw new RunnerMeshError("internal", `Log number ${String(lsn)} is outside 1\u20262^40\u22121.`);
  }
  return epoch * LSN_SPAN + lsn;
}
var BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
function base32(bytes) {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = held << 8 | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32.charAt(held >>> bits & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + BASE32.charAt(held << 5 - bits & 31) : text;
}
function quote(text) {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}\u2026` : text);
}

export {
  isHomeId,
  homeIdFromBytes,
  findTaskIdParts,
  parseTaskId,
  getTaskIdParts,
  formatTaskId,
  parsePeerId,
  makeFence,
  base32
};
