import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  createGuardian,
  guard
} from "./chunk-X3QBPB5S.js";
import "./chunk-AAN7KQ5H.js";
import "./chunk-OHLDT3ML.js";
import "./chunk-5XIUUAQH.js";
import "./chunk-5TLONCOL.js";
import "./chunk-X474FTSB.js";
import "./chunk-Y27WLGCH.js";
import "./chunk-5Q5PZVAG.js";
import "./chunk-NZG6K3FX.js";
import "./chunk-NZWFWLK5.js";
import "./chunk-UWBK63O4.js";
import "./chunk-SE7QIB46.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-CRGYTOW4.js";
import "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";
export {
  createGuardian,
  guard
};
