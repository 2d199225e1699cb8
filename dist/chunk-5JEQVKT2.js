import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";

// src/app/state-directory.ts
import { createHash } from "node:crypto";
import { chmod, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
var LONGEST_SOCKET_PATH = 107;
function stateDirectory({ stateDir, surroundings }) {
  if (stateDir !== void 0) return resolve(stateDir);
  const base = surroundings.xdgStateHome ?? (surroundings.home === void 0 ? void 0 : join(surroundings.home, ".local", "state"));
  if (base === void 0) {
    throw new RunnerMeshError(
      "config_invalid",
      "Neither HOME nor XDG_STATE_HOME is set. Name a state directory: --state-dir <path>"
    );
  }
  return join(base, "runner-mesh");
}
async function makeStateDirectory(directory) {
  try {
    await mkdir(directory, { recursive: true, mode: 448 });
    await chmod(directory, 448);
  } catch (cause) {
    throw new RunnerMeshError(
      "config_invalid",
      `Cannot use the state directory ${directory}: ${errorText(cause)}. Make it writable for this user or name another with --state-dir.`,
      { cause }
    );
  }
}
function socketPath(directory, { surroundings }, file = "peer.sock") {
  const near = join(directory, file);
  if (Buffer.byteLength(near) <= LONGEST_SOCKET_PATH) return near;
  const name = createHash("sha256").update(file === "peer.sock" ? directory : near).digest("hex").slice(0, 24);
  return join(surroundings.runtimeDir ?? tmpdir(), `runner-mesh-${name}.sock`);
}

export {
  stateDirectory,
  makeStateDirectory,
  socketPath
};
