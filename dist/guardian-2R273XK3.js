import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  createGuardian,
  guard
} from "./chunk-22XPER6Z.js";
import "./chunk-GPK5AGDA.js";
import "./chunk-SK2D2MA2.js";
import "./chunk-X474FTSB.js";
import "./chunk-Y27WLGCH.js";
import "./chunk-EOPAA2RD.js";
import "./chunk-NZG6K3FX.js";
import "./chunk-WK3GGA2Y.js";
import "./chunk-476JLK4N.js";
import "./chunk-F42J6H3L.js";
import "./chunk-XRZTWFKW.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-R56T724L.js";
import "./chunk-CRGYTOW4.js";
import "./chunk-KJG4YYUX.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";
export {
  createGuardian,
  guard
};
