import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  external_exports
} from "./chunk-NO6C4VEO.js";

// src/core/capabilities.ts
var count = () => external_exports.int().min(0);
var word = (longest) => external_exports.string().max(longest);
var described = {
  /** Of this program. */
  version: word(64),
  /** The libp2p protocol ids it serves to members. */
  protocols: external_exports.array(word(128)).max(32),
  os: word(32),
  arch: word(32),
  cpus: external_exports.number().min(0),
  memory_bytes: count(),
  disk_bytes: count(),
  gpus: external_exports.array(external_exports.object({ uuid: word(128) })).max(64),
  labels: external_exports.array(word(128)).max(128),
  task_types: external_exports.array(word(128)).max(64)
};
var standingCapabilities = external_exports.object(described);
var MOST_IMAGES = 100;
var capabilitiesView = external_exports.object({
  ...described,
  /** Images that are there already, as names with tags. */
  images: external_exports.array(word(256)).max(MOST_IMAGES).optional(),
  load: external_exports.object({
    slots: count(),
    running: count(),
    free_cpus: external_exports.number().min(0),
    free_memory_bytes: count(),
    /** Of the operating system: processes that run or want to, over the last minute. */
    load_1m: external_exports.number().min(0)
  }).optional()
});
var MOST_TOLD_CHARACTERS = 8192;
function tellCapabilities(capabilities) {
  const isTold = capabilities !== void 0 && JSON.stringify(capabilities).length <= MOST_TOLD_CHARACTERS;
  return isTold ? { capabilities } : {};
}
function parseStandingCapabilities(said) {
  const parsed = standingCapabilities.safeParse(said);
  return parsed.success ? parsed.data : void 0;
}

export {
  MOST_IMAGES,
  capabilitiesView,
  tellCapabilities,
  parseStandingCapabilities
};
