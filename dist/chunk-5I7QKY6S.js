import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  generateKeyPair,
  peerIdFromPrivateKey,
  privateKeyFromProtobuf,
  privateKeyToProtobuf
} from "./chunk-TFZ7TR2H.js";
import {
  parsePeerId
} from "./chunk-R56T724L.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";

// src/mesh/identity.ts
import { link, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
var IDENTITY_FILE = "identity.key";
async function loadIdentity({ stateDir, random }) {
  const path = join(stateDir, IDENTITY_FILE);
  const stored = await readKey(path);
  if (stored !== void 0) return stored;
  try {
    await mkdir(stateDir, { recursive: true, mode: 448 });
    await writeKey(path, privateKeyToProtobuf(await generateKeyPair("Ed25519")), random);
  } catch (cause) {
    throw new RunnerMeshError(
      "config_invalid",
      `Cannot keep the identity of this peer in ${path}: ${errorText(cause)}. Make the directory writable for this user or set another state directory.`,
      { cause }
    );
  }
  const written = await readKey(path);
  if (written === void 0)
    throw new RunnerMeshError("config_invalid", `The identity ${path} vanished while starting.`);
  return written;
}
function identityFromKey(privateKey) {
  return { privateKey, peer: parsePeerId(peerIdFromPrivateKey(privateKey).toString()) };
}
async function readKey(path) {
  let bytes;
  try {
    await checkOwner(path);
    bytes = await readFile(path);
  } catch (cause) {
    if (isNodeError(cause, "ENOENT")) return void 0;
    if (cause instanceof RunnerMeshError) throw cause;
    throw new RunnerMeshError("config_invalid", `Cannot read the identity ${path}: ${errorText(cause)}.`, { cause });
  }
  try {
    const privateKey = privateKeyFromProtobuf(bytes);
    if (privateKey.type === "Ed25519") return identityFromKey(privateKey);
  } catch (cause) {
    throw notAKey(path, cause);
  }
  throw notAKey(path);
}
function notAKey(path, cause) {
  return new RunnerMeshError(
    "config_invalid",
    `The identity ${path} is not an Ed25519 key of this program. Restore it from a backup, or delete it: the peer then starts under a new peer id.`,
    { cause }
  );
}
async function checkOwner(path) {
  const { mode, uid } = await stat(path);
  const self = process.getuid?.();
  if (self === void 0) return;
  if (uid !== self) {
    throw new RunnerMeshError(
      "config_invalid",
      `The identity ${path} belongs to user ${String(uid)}, this process runs as ${String(self)}. Run as that user or set another state directory.`
    );
  }
  if ((mode & 63) !== 0) {
    throw new RunnerMeshError(
      "config_invalid",
      `The identity ${path} can be read by other users (mode ${(mode & 511).toString(8)}). Run: chmod 600 ${path}`
    );
  }
}
async function writeKey(path, bytes, random) {
  const temporary = `${path}.${Buffer.from(random.bytes(8)).toString("hex")}`;
  const file = await open(temporary, "wx", 384);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path);
  } catch (cause) {
    if (isNodeError(cause, "EEXIST")) return;
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
function isNodeError(thrown, code) {
  return thrown instanceof Error && "code" in thrown && thrown.code === code;
}

export {
  IDENTITY_FILE,
  loadIdentity
};
