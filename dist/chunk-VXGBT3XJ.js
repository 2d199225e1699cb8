import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  EXIT
} from "./chunk-GMWOGI5R.js";

// src/core/exit-code.ts
function exitCodeOf(task) {
  if (task.exit_code !== void 0 && (task.reason === void 0 || task.reason === "exit")) return task.exit_code;
  if (task.status === "completed") return 0;
  if (task.status === "cancelled") return EXIT.cancelled;
  if (task.reason === "policy") return EXIT.policy;
  if (task.reason?.startsWith("timeout_") === true) return EXIT.timeout;
  return EXIT.infrastructure;
}

export {
  exitCodeOf
};
