import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  parsePolicy,
  parseYaml,
  readPolicyFile
} from "./chunk-HRSTE2JB.js";
import "./chunk-YS2TVPM3.js";
import "./chunk-2DBY73CU.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";
export {
  parsePolicy,
  parseYaml,
  readPolicyFile
};
