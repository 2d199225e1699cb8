import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  IDENTITY_FILE,
  loadIdentity
} from "./chunk-5I7QKY6S.js";
import {
  OwnComment,
  REGISTRY_MEMORY_FILE,
  RememberedRegistry,
  createGitHubClient,
  findRepository,
  memoryFile
} from "./chunk-62H26PFQ.js";
import "./chunk-TFZ7TR2H.js";
import "./chunk-5O3QGL45.js";
import {
  stateDirectory
} from "./chunk-5JEQVKT2.js";
import "./chunk-C6YG63S3.js";
import "./chunk-SNT4N2C2.js";
import {
  removeLeftContainers
} from "./chunk-AAN7KQ5H.js";
import "./chunk-OHLDT3ML.js";
import "./chunk-5XIUUAQH.js";
import {
  TimeLimit
} from "./chunk-5TLONCOL.js";
import {
  isDirectoryHeld
} from "./chunk-X474FTSB.js";
import "./chunk-Y27WLGCH.js";
import {
  createLogger
} from "./chunk-NZG6K3FX.js";
import {
  systemClock,
  systemRandom
} from "./chunk-UWBK63O4.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-CRGYTOW4.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";
import {
  __callDispose,
  __using
} from "./chunk-GGYFKO7C.js";

// src/app/leave.ts
import { existsSync } from "node:fs";
import { join } from "node:path";
var GITHUB_MS = 10 * SECOND;
async function leaveForPeer(config) {
  const stateDir = stateDirectory(config);
  if (!existsSync(join(stateDir, IDENTITY_FILE))) return { containers: 0, comments: 0 };
  if (isDirectoryHeld(stateDir)) {
    throw new RunnerMeshError("home_locked", `A peer is running on ${stateDir}. Stop it; it takes all its own with it.`);
  }
  const identity = await loadIdentity({ stateDir, random: systemRandom });
  const containers = await removeLeftContainers(config, identity.peer);
  return { containers, comments: await withdrawComments(config, stateDir, identity.peer) };
}
async function withdrawComments(config, stateDir, self) {
  var _stack = [];
  try {
    const repository = findRepository(config);
    if (repository === void 0) return 0;
    const place = memoryFile(join(stateDir, REGISTRY_MEMORY_FILE), systemRandom, createLogger(config.logLevel));
    const memory = new RememberedRegistry(place);
    await memory.load();
    const client = createGitHubClient(config, systemClock, () => 0);
    const { registryApps: trustedApps, registryMarker: marker } = config;
    const own = new OwnComment({ client, repository, self, trustedApps, marker, memory });
    const late = () => new RunnerMeshError("timeout", "GitHub did not answer within 10 s; the comment expires by itself.");
    const limit = __using(_stack, new TimeLimit(systemClock, GITHUB_MS, late));
    return await own.removeAll(limit.signal);
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    __callDispose(_stack, _error, _hasError);
  }
}
export {
  leaveForPeer
};
