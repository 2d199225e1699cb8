import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/core/ports/legacy-streams.ts
var LEGACY_PROTOCOLS = { mcp: "/mcp+p2p/1.0.0", lines: "/ipfs-datasets/task-queue/1.0.0" };

export {
  LEGACY_PROTOCOLS
};
