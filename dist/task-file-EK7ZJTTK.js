import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  parseTaskFile,
  readTaskFile
} from "./chunk-AINZZSP6.js";
import "./chunk-2DBY73CU.js";
import "./chunk-B3FTZ4SR.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";
export {
  parseTaskFile,
  readTaskFile
};
