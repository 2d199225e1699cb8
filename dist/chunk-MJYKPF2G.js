import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/store/closed.ts
function storeClosed() {
  return new RunnerMeshError("stopping", "The store is closed. Ask again once the peer has started.");
}

export {
  storeClosed
};
