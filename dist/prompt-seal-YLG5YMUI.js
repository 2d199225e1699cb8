import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  isObject
} from "./chunk-VUFGL47S.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/peers/legacy/prompt-seal.ts
import { createHash } from "node:crypto";

// src/peers/legacy/fernet.ts
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";
var VERSION = 128;
var HEADER_BYTES = 1 + 8 + 16;
var BLOCK_BYTES = 16;
var MAC_BYTES = 32;
var KEY_BYTES = 32;
var BASE64URL = /^[A-Za-z0-9_-]*={0,2}$/;
function fernetKey(bytes) {
  if (bytes.length !== KEY_BYTES) throw new RunnerMeshError("bad_request", "A Fernet key has 32 bytes.");
  return { signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) };
}
function encryptFernet(plaintext, key, { time, iv }) {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(VERSION, 0);
  header.writeBigUInt64BE(BigInt(time), 1);
  header.set(iv, 9);
  const cipher = createCipheriv("aes-128-cbc", key.encryption, iv);
  const signed = Buffer.concat([header, cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([signed, mac(signed, key)]).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
function decryptFernet(token, key) {
  const bytes = Buffer.from(BASE64URL.test(token) ? token : "", "base64url");
  const bodyBytes = bytes.length - HEADER_BYTES - MAC_BYTES;
  const signed = bytes.subarray(0, Math.max(0, bytes.length - MAC_BYTES));
  const isWhole = bodyBytes >= BLOCK_BYTES && bodyBytes % BLOCK_BYTES === 0 && bytes[0] === VERSION;
  if (!isWhole || !timingSafeEqual(mac(signed, key), bytes.subarray(-MAC_BYTES))) throw invalid();
  const decipher = createDecipheriv("aes-128-cbc", key.encryption, signed.subarray(9, HEADER_BYTES));
  try {
    return Buffer.concat([decipher.update(signed.subarray(HEADER_BYTES)), decipher.final()]);
  } catch (cause) {
    throw invalid(cause);
  }
}
function mac(signed, { signing }) {
  return createHmac("sha256", signing).update(signed).digest();
}
function invalid(cause) {
  return new RunnerMeshError("signature_invalid", "The encrypted value was not made with this key.", { cause });
}

// src/peers/legacy/prompt-seal.ts
var SALT = "ipfs-accelerate-task-p2p-fernet-v1";
var SCHEME = "fernet-v1";
function createPromptSeal(secret, { clock, random }) {
  if (secret === void 0) return { sealIn: (task) => task, open: (payload) => payload };
  const key = promptKey(secret);
  return {
    sealIn: (task) => {
      const { payload } = task;
      if (!isObject(payload) || typeof payload["prompt"] !== "string") return task;
      const { prompt, ...rest } = payload;
      const made = { time: Math.floor(clock.now() / 1e3), iv: random.bytes(16) };
      return {
        ...task,
        payload: { ...rest, prompt_enc: wrap(encryptFernet(Buffer.from(prompt), key, made)) }
      };
    },
    open: (payload) => {
      const { prompt_enc: sealed, ...rest } = payload;
      if (!isObject(sealed)) return payload;
      if (sealed["enc"] !== SCHEME || typeof sealed["ct"] !== "string") {
        throw new RunnerMeshError("bad_request", `prompt_enc: not encrypted as ${SCHEME}.`);
      }
      return { ...rest, prompt: Buffer.from(decryptFernet(sealed["ct"], key)).toString("utf8") };
    }
  };
}
function promptKey(secret) {
  return fernetKey(createHash("sha256").update(`${SALT}${secret}`, "utf8").digest());
}
function wrap(ct) {
  return { enc: SCHEME, ct };
}
export {
  createPromptSeal,
  promptKey
};
