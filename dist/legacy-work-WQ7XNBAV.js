import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  LEGACY_LEASE,
  LEGACY_PRINCIPAL,
  LegacyWork,
  legacyLeaseEnd,
  legacyWorkerName
} from "./chunk-XDULKKDN.js";
import "./chunk-R56T724L.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";
export {
  LEGACY_LEASE,
  LEGACY_PRINCIPAL,
  LegacyWork,
  legacyLeaseEnd,
  legacyWorkerName
};
