import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  createPostgresArtifactStore,
  dropUnowned
} from "./chunk-HQNPHDA5.js";
import "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";
export {
  createPostgresArtifactStore,
  dropUnowned
};
