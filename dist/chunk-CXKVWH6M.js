import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/action/step-ground.ts
var STATE = {
  /** Set before anything outside this process is touched. */
  stateDir: "state-dir",
  /** Set once there is nothing left to do for post. */
  stopped: "stopped",
  /** The process of a background peer, as `<pid> <start time>`. */
  process: "process",
  /** Where that process writes. */
  logFile: "log-file"
};

export {
  STATE
};
