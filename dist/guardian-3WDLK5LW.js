import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  createGuardian,
  guard
} from "./chunk-5YOL5KDF.js";
import "./chunk-YJO6BFTU.js";
import "./chunk-SVK2ZKC5.js";
import "./chunk-5XIUUAQH.js";
import "./chunk-X474FTSB.js";
import "./chunk-Y27WLGCH.js";
import "./chunk-KSMPEAVC.js";
import "./chunk-NZG6K3FX.js";
import "./chunk-NZWFWLK5.js";
import "./chunk-UWBK63O4.js";
import "./chunk-SE7QIB46.js";
import "./chunk-EM7APT53.js";
import "./chunk-R56T724L.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-6VFLFCND.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-CRGYTOW4.js";
import "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";
export {
  createGuardian,
  guard
};
